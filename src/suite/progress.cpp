#include "suite/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace pertscale {

namespace {

constexpr auto redraw_every = std::chrono::milliseconds(200);
constexpr auto line_every = std::chrono::seconds(30);

/// Is a person watching? Open MPI gives rank 0 a pseudo-terminal of its own, so under mpirun the
/// launcher's standard output decides.
bool watched() {
  if (isatty(STDOUT_FILENO) == 0) return false;
  if (std::getenv("OMPI_COMM_WORLD_RANK") == nullptr) return true;
  std::error_code error;
  auto const target =
      std::filesystem::read_symlink(fmt::format("/proc/{}/fd/1", getppid()), error).string();
  return !error && (target.starts_with("/dev/pts/") || target.starts_with("/dev/tty"));
}

std::string duration_text(double seconds) {
  auto const whole = std::lround(seconds);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

Progress::Progress(bool shown)
    : shown_(shown),
      terminal_(watched()),
      start_(std::chrono::steady_clock::now()),
      last_(start_) {}

void Progress::show(FarmProgress const& p) {
  auto const now = std::chrono::steady_clock::now();
  bool const over = p.finished == p.total;
  if (!shown_ || (!over && now - last_ < (terminal_ ? std::chrono::nanoseconds(redraw_every)
                                                    : std::chrono::nanoseconds(line_every))))
    return;
  last_ = now;
  double const elapsed = std::chrono::duration<double>(now - start_).count();
  double const share = p.cost_total > 0 ? p.cost_finished / p.cost_total : 1;
  double const left = share > 0 ? elapsed * (1 - share) / share : 0;
  std::string text =
      fmt::format("{}/{} units, {:.1f} a second, {} left", p.finished, p.total,
                  static_cast<double>(p.finished) / std::max(elapsed, 1e-9), duration_text(left));
  if (terminal_) {
    auto const filled = static_cast<std::size_t>(share * 30);
    std::cout << fmt::format("\r[{:<30}] {}   ", std::string(filled, '#'), text) << std::flush;
    drawn_ = true;
  } else {
    std::cout << text << "\n" << std::flush;
  }
}

void Progress::end() {
  if (drawn_) std::cout << "\n";
}

}  // namespace pertscale
