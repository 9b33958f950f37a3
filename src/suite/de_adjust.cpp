#include "suite/de_adjust.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "core/error.hpp"
#include "statistics/multiple_testing.hpp"

namespace pertscale {

PooledAdjustment::PooledAdjustment(std::filesystem::path const& folder, std::size_t most)
    : most_(most) {
  auto const path = folder / "pooled-pvalues";
  std::size_t const bytes = 2 * std::max<std::size_t>(most_, 1) * sizeof(double);
  int const file = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  void* mapped = MAP_FAILED;
  int reason = errno;
  if (file >= 0) {
    // the space is taken now: a full disk would otherwise end the program by a signal
    reason = posix_fallocate(file, 0, static_cast<off_t>(bytes));
    if (reason == 0) {
      mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
      reason = errno;
    }
    close(file);
  }
  if (mapped == MAP_FAILED)
    throw UserError(fmt::format("{}: cannot be written ({}); check the space and the rights there",
                                path.string(), std::strerror(reason)));
  data_ = static_cast<double*>(mapped);
}

PooledAdjustment::~PooledAdjustment() {
  munmap(data_, 2 * std::max<std::size_t>(most_, 1) * sizeof(double));
}

void PooledAdjustment::add(std::span<double const> p) {
  for (double const value : p) {
    if (std::isnan(value)) continue;
    if (count_ == most_) throw InternalError("more p-values than were announced");
    data_[count_++] = value;
  }
}

void PooledAdjustment::finish() {
  std::sort(sorted().begin(), sorted().end());
  benjamini_hochberg_sorted(sorted(), values());
}

double PooledAdjustment::adjusted(double p) const {
  if (std::isnan(p)) return p;
  auto const at = std::lower_bound(sorted().begin(), sorted().end(), p);
  return values()[static_cast<std::size_t>(at - sorted().begin())];
}

}  // namespace pertscale
