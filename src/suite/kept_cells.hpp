#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "metric/supply.hpp"

namespace pertscale {

/// Cells that were supplied once, for the other metrics of the same block: as many as fit, the
/// first that were asked for (metrics walk over the same conditions one after another, so that
/// dropping the oldest would leave none for the next).
class KeptCells {
 public:
  explicit KeptCells(std::uint64_t bytes) : bytes_(bytes) {}

  /// What `make` returns, or returned for the same cells before.
  template <class Make>
  SuppliedCells cells(Side side, std::size_t item, CellRequest const& request, Make&& make) {
    Key const key{side, item, request};
    if (auto const found = kept_.find(key); found != kept_.end()) return {{}, found->second};
    SuppliedCells out = make();
    auto const size = static_cast<std::uint64_t>(out.values.size()) * sizeof(double);
    if (!out.status.ok() || size > bytes_ - used_) return out;
    used_ += size;
    kept_.emplace(key, out.values);
    return out;
  }
  std::uint64_t used() const { return used_; }

 private:
  using Key = std::tuple<Side, std::size_t, CellRequest>;
  std::uint64_t bytes_, used_ = 0;
  std::map<Key, Matrix> kept_;
};

/// Numbers that metrics work out of the cells of a row of Labels, by what they are: the same for
/// every block of a prediction (of the measured side: for every prediction).
using KeptNumbers = std::map<std::pair<std::size_t, std::string>, std::optional<double>>;

}  // namespace pertscale
