#include "parallel/stop_request.hpp"

#include <atomic>
#include <chrono>
#include <csignal>

namespace pertscale {

namespace {

enum Cause : int { nothing = 0, by_signal, by_time, by_file };

std::atomic<int> cause{nothing};
std::atomic<double> next_look{0};

double now_seconds() {
  auto const since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since).count();
}

extern "C" void pertscale_on_stop_signal(int) {
  int expected = nothing;
  cause.compare_exchange_strong(expected, by_signal);
}

}  // namespace

StopRequest::StopRequest(double max_seconds, std::filesystem::path stop_file)
    : deadline_(max_seconds > 0 ? now_seconds() + max_seconds : 0),
      stop_file_(std::move(stop_file)) {
  cause = nothing;
  std::signal(SIGUSR1, pertscale_on_stop_signal);
  std::signal(SIGTERM, pertscale_on_stop_signal);
}

bool StopRequest::requested() const {
  if (cause != nothing) return true;
  double const now = now_seconds();
  int expected = nothing;
  if (deadline_ > 0 && now >= deadline_) cause.compare_exchange_strong(expected, by_time);
  if (now >= next_look) {
    next_look = now + 0.5;
    std::error_code ignored;
    expected = nothing;
    if (!stop_file_.empty() && std::filesystem::exists(stop_file_, ignored))
      cause.compare_exchange_strong(expected, by_file);
  }
  return cause != nothing;
}

std::string StopRequest::reason() const {
  switch (cause) {
    case by_signal: return "a signal";
    case by_time: return "the time limit";
    case by_file: return "the file " + stop_file_.string();
    default: return "another rank's request";
  }
}

}  // namespace pertscale
