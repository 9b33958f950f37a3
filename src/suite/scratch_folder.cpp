#include "suite/scratch_folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

#include "core/error.hpp"

namespace pertscale {

ScratchFolder::ScratchFolder(Communicator const& comm, std::filesystem::path const& parent,
                             std::string const& purpose)
    : comm_(comm) {
  path_ = on_root(comm_, [&] {
    auto const path = parent / fmt::format(".pertscale-{}.{}", purpose, getpid());
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error)
      throw UserError(fmt::format("{}: cannot be written ({}); choose another place",
                                  parent.string(), error.message()));
    return path.string();
  });
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (comm_.root()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace pertscale
