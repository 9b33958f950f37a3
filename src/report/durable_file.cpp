#include "report/durable_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.hpp"

namespace pertscale {

namespace {

[[noreturn]] void fail(std::filesystem::path const& path, char const* doing) {
  throw UserError(fmt::format("{}: cannot {} ({}); check the space and the rights there",
                              path.string(), doing, std::strerror(errno)));
}

void sync_folder(std::filesystem::path const& folder) {
  int const fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

}  // namespace

void write_durably(std::filesystem::path const& path, std::string_view text) {
  std::filesystem::path temporary = path;
  temporary += fmt::format(".tmp.{}", getpid());
  int const fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd < 0) fail(path, "write");
  while (!text.empty()) {
    ssize_t const written = write(fd, text.data(), text.size());
    if (written < 0) {
      close(fd);
      unlink(temporary.c_str());
      fail(path, "write");
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  close(fd);
  sync_and_rename(temporary, path);
}

void sync_and_rename(std::filesystem::path const& temporary, std::filesystem::path const& path) {
  int const fd = open(temporary.c_str(), O_RDONLY);
  bool const synced = fd >= 0 && fsync(fd) == 0 && close(fd) == 0;
  if (!synced || std::rename(temporary.c_str(), path.c_str()) != 0) fail(path, "finish writing");
  sync_folder(path.parent_path().empty() ? "." : path.parent_path());
}

void make_out_folder(std::filesystem::path const& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path))
    throw UserError(fmt::format("--out {}: cannot be made a directory ({}); choose another place",
                                path.string(), error ? error.message() : "a file is there"));
}

}  // namespace pertscale
