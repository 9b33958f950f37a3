#include "suite/store_place.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/h5ad_writer.hpp"
#include "report/durable_file.hpp"

namespace pertscale {

namespace {

namespace fs = std::filesystem;

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

fs::path folder_of(fs::path const& target) {
  return target.has_parent_path() ? target.parent_path() : fs::path(".");
}

/// Removes TARGET.tmp.HOST.PID and TARGET.scratch.HOST.PID of processes of this host that ended.
void remove_stale(fs::path const& target) {
  std::error_code ignored;
  std::vector<fs::path> stale;
  for (auto const& entry : fs::directory_iterator(folder_of(target), ignored)) {
    std::string const name = entry.path().filename().string();
    for (std::string const word : {".tmp.", ".scratch."}) {
      std::string const start = target.filename().string() + word + host_name() + ".";
      if (!name.starts_with(start)) continue;
      auto const process = parse_integer(name.substr(start.size()));
      if (process && kill(static_cast<pid_t>(*process), 0) != 0 && errno == ESRCH)
        stale.push_back(entry.path());
    }
  }
  for (auto const& path : stale) fs::remove_all(path, ignored);
}

}  // namespace

StorePlace::StorePlace(Communicator const& comm, fs::path const& target)
    : target_(target), root_(comm.root()) {
  auto const mark = on_root(comm, [&] {
    check_target(target_);
    remove_stale(target_);
    std::string name = fmt::format("{}.{}", host_name(), getpid());
    std::error_code error;
    fs::create_directories(target_.string() + ".scratch." + name, error);
    if (error)
      throw UserError(fmt::format("{}: cannot write ({}); check the space and the rights there",
                                  target_.string(), error.message()));
    return name;
  });
  file_ = target_.string() + ".tmp." + mark;
  scratch_ = target_.string() + ".scratch." + mark;
}

StorePlace::~StorePlace() {
  if (!root_) return;
  std::error_code ignored;
  fs::remove_all(scratch_, ignored);
  fs::remove(file_, ignored);
}

void StorePlace::remove_scratch() const {
  std::error_code ignored;
  fs::remove_all(scratch_, ignored);
}

void StorePlace::finish() const { sync_and_rename(file_, target_); }

double free_bytes(fs::path const& target) {
  std::error_code error;
  auto const space = fs::space(folder_of(target), error);
  return error ? 1e300 : static_cast<double>(space.available);
}

}  // namespace pertscale
