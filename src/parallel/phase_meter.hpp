#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "parallel/communicator.hpp"

namespace pertscale {

/// Seconds of one phase over the ranks.
struct PhaseTime {
  std::string task;   ///< dataset or task the phase belongs to, or `*`
  std::string phase;  ///< "open", "moments", "fit", "score", "tables" ...
  double seconds_min = 0, seconds_mean = 0, seconds_max = 0;
  double peak_rss_mib = 0;  ///< largest of the ranks so far
  double bytes = 0;         ///< read in this phase by all ranks, decoded; 0: it reads no matrix
};

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Peak resident memory of this process in MiB.
double peak_rss_mib();

/// Collects phases. Every rank calls `measure` with the same phases in the same order.
class PhaseMeter {
 public:
  explicit PhaseMeter(Communicator const& comm) : comm_(comm) {}

  template <class Work>
  void measure(std::string task, std::string phase, Work&& work) {
    auto const start = std::chrono::steady_clock::now();
    work();
    record(std::move(task), std::move(phase), seconds_since(start));
  }
  /// Bytes that the phase measured last has read, over all ranks.
  void note_bytes(double bytes) { phases_.back().bytes = bytes; }
  std::vector<PhaseTime> const& phases() const { return phases_; }

 private:
  void record(std::string task, std::string phase, double seconds);
  Communicator const& comm_;
  std::vector<PhaseTime> phases_;
};

}  // namespace pertscale
