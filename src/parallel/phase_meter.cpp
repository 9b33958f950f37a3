#include "parallel/phase_meter.hpp"

#include <sys/resource.h>

#include <cmath>

namespace pertscale {

double peak_rss_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void PhaseMeter::record(std::string task, std::string phase, double seconds) {
  std::int64_t nanoseconds = std::llround(seconds * 1e9);
  comm_.sum(std::span(&nanoseconds, 1));
  phases_.push_back({std::move(task), std::move(phase), comm_.min(seconds),
                     static_cast<double>(nanoseconds) * 1e-9 / comm_.size(), comm_.max(seconds),
                     comm_.max(peak_rss_mib()), 0});
}

}  // namespace pertscale
