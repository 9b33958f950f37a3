#include "suite/shared_text.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/error.hpp"

namespace pertscale {

namespace fs = std::filesystem;

std::string shared_text(Communicator const& comm, std::string const& path) {
  return on_root(comm, [&] {
    std::error_code error;
    if (!fs::exists(path, error)) throw UserError(path + ": no such file; check the path");
    if (fs::is_directory(path, error))
      throw UserError(path + ": is a folder, not a file; name a file in it");
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in && !in.eof()) throw UserError(path + ": cannot be read");
    return text;
  });
}

}  // namespace pertscale
