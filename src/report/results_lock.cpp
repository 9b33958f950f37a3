#include "report/results_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "core/text.hpp"

namespace pertscale {

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

namespace {

constexpr double stale_after_seconds = 60;

/// A process as the lock file names it: host, pid, its start time, job.
struct Holder {
  std::string host;
  std::int64_t pid = 0;
  std::string start;
  std::string job;
};

/// Start time of a process in clock ticks since boot (field 22 of /proc/PID/stat): tells a reused
/// pid apart.
std::string start_time(std::int64_t pid) {
  std::ifstream in(fmt::format("/proc/{}/stat", pid));
  std::string const text{std::istreambuf_iterator<char>(in), {}};
  std::size_t const name_end = text.rfind(')');
  if (name_end == std::string::npos) return "0";
  auto const fields = split(std::string_view(text).substr(name_end + 2), ' ');
  return fields.size() > 19 ? fields[19] : "0";
}

std::string own_line() {
  char const* const job = std::getenv("SLURM_JOB_ID");
  return fmt::format("{} {} {} {}\n", host_name(), getpid(), start_time(getpid()),
                     job != nullptr ? job : "-");
}

std::vector<Holder> read_holders(std::filesystem::path const& path) {
  std::vector<Holder> holders;
  std::ifstream in(path);
  std::string line;
  while (std::getline(in, line)) {
    auto const words = split(line, ' ');
    auto const pid = words.size() == 4 ? parse_integer(words[1]) : std::nullopt;
    if (pid) holders.push_back({words[0], *pid, words[2], words[3]});
  }
  return holders;
}

bool alive_here(Holder const& holder) {
  bool const exists = kill(static_cast<pid_t>(holder.pid), 0) == 0 || errno == EPERM;
  return exists && start_time(holder.pid) == holder.start;
}

double seconds_since_change(std::filesystem::path const& path) {
  std::error_code error;
  auto const changed = std::filesystem::last_write_time(path, error);
  if (error) return stale_after_seconds + 1;
  return std::chrono::duration<double>(std::filesystem::file_time_type::clock::now() - changed)
      .count();
}

/// The first holder that may still be working.
std::optional<Holder> busy_holder(std::filesystem::path const& path) {
  std::string const here = host_name();
  for (auto const& holder : read_holders(path)) {
    bool const busy =
        holder.host == here ? alive_here(holder) : seconds_since_change(path) < stale_after_seconds;
    if (busy) return holder;
  }
  return std::nullopt;
}

bool create_exclusively(std::filesystem::path const& path) {
  int const file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0644);
  if (file < 0 && errno == EEXIST) return false;
  std::string const line = own_line();
  bool const fine =
      file >= 0 && write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  int const reason = errno;
  if (file >= 0) close(file);
  if (fine) return true;
  std::error_code ignored;
  if (file >= 0) std::filesystem::remove(path, ignored);
  throw UserError(fmt::format("{}: cannot be made ({}); check the space and the rights there",
                              path.string(), std::strerror(reason)));
}

}  // namespace

ResultsLock::ResultsLock(std::filesystem::path const& folder, double patience)
    : path_(folder / "lock") {
  auto const start = std::chrono::steady_clock::now();
  while (!create_exclusively(path_)) {
    auto const busy = busy_holder(path_);
    if (!busy) {
      std::error_code error;
      std::filesystem::remove(path_, error);
      if (error)
        throw UserError(
            fmt::format("{}: an old lock that cannot be removed ({}); remove it by hand",
                        path_.string(), error.message()));
      continue;
    }
    std::chrono::duration<double> const waited = std::chrono::steady_clock::now() - start;
    if (waited.count() > patience)
      throw UserError(
          fmt::format("{}: the directory is in use by process {} on {} (job {}); wait for it, stop "
                      "it, or choose another --out",
                      path_.parent_path().string(), busy->pid, busy->host, busy->job));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  held_ = true;
}

ResultsLock::~ResultsLock() {
  std::error_code ignored;
  if (held_) std::filesystem::remove(path_, ignored);
}

void ResultsLock::touch() const {
  std::error_code ignored;
  std::filesystem::last_write_time(path_, std::filesystem::file_time_type::clock::now(), ignored);
}

void join_lock(std::filesystem::path const& folder) {
  int const file = open((folder / "lock").c_str(), O_WRONLY | O_APPEND);
  if (file < 0) return;
  std::string const line = own_line();
  // A short append is atomic here; a line lost on an odd file system only shortens the wait for
  // this rank.
  [[maybe_unused]] auto const written = write(file, line.data(), line.size());
  close(file);
}

std::string lock_holder(std::filesystem::path const& folder) {
  auto const busy = busy_holder(folder / "lock");
  if (!busy) return {};
  return fmt::format("running on {} as process {} (job {})", busy->host, busy->pid, busy->job);
}

}  // namespace pertscale
