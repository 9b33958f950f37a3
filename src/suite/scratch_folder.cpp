#include "suite/scratch_folder.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"
#include "report/results_lock.hpp"

namespace pertscale {

std::string process_mark() { return fmt::format("{}.{}", host_name(), getpid()); }

void remove_left_behind(std::filesystem::path const& folder, std::string const& start) {
  std::error_code ignored;
  std::string const marked = start + host_name() + ".";
  std::vector<std::filesystem::path> stale;
  for (auto const& entry : std::filesystem::directory_iterator(folder, ignored)) {
    std::string const name = entry.path().filename().string();
    if (!name.starts_with(marked)) continue;
    auto const process = parse_integer(name.substr(marked.size()));
    if (process && kill(static_cast<pid_t>(*process), 0) != 0 && errno == ESRCH)
      stale.push_back(entry.path());
  }
  for (auto const& path : stale) std::filesystem::remove_all(path, ignored);
}

ScratchFolder::ScratchFolder(Communicator const& comm, std::filesystem::path const& parent,
                             std::string const& purpose)
    : comm_(comm) {
  path_ = on_root(comm_, [&] {
    std::string const start = fmt::format(".pertscale-{}.", purpose);
    remove_left_behind(parent, start);
    auto const path = parent / (start + process_mark());
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
