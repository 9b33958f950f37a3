#pragma once
#include <chrono>
#include <string>

#include "parallel/task_farm.hpp"

namespace pertscale {

/// Progress of the units: a bar that redraws itself on a terminal, a plain line now and then in a
/// batch log.
class Progress {
 public:
  explicit Progress(bool shown);
  void show(FarmProgress const& progress);
  void end();

 private:
  bool shown_, terminal_, drawn_ = false;
  std::chrono::steady_clock::time_point start_, last_;
};

}  // namespace pertscale
