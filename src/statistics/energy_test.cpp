#include "statistics/energy_test.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/sums.hpp"

namespace pertscale {

namespace {

using Chosen = std::vector<std::size_t>;

/// The cells of both groups about their common mean, the smaller group first.
class Pool {
 public:
  Pool(Points const& small, Points const& large)
      : chosen_(small.rows()), points_(small.rows() + large.rows(), small.cols()) {
    points_ << small, large;
    Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(points_.cols());
    for (Eigen::Index i = 0; i < points_.rows(); ++i) sum += points_.row(i);
    points_.rowwise() -= sum / static_cast<double>(points_.rows());
  }

  std::size_t cells() const { return static_cast<std::size_t>(points_.rows()); }
  std::size_t dimensions() const { return static_cast<std::size_t>(points_.cols()); }
  double chosen() const { return static_cast<double>(chosen_); }
  double others() const { return static_cast<double>(points_.rows() - chosen_); }
  double const* point(std::size_t i) const { return row_of(points_, i).data(); }
  Matrix const& points() const { return points_; }

 private:
  Eigen::Index chosen_;
  Matrix points_;
};

/// E from sums: with S the sum over the drawn cells and T over all, the others' sum is T - S; the
/// same for the sums of squared norms.
class SquaredEnergy {
 public:
  SquaredEnergy(Pool const& pool, EnergyForm const& form)
      : pool_(pool), form_(form), total_(pool.dimensions(), 0), norms_(pool.cells()) {
    for (std::size_t i = 0; i < pool.cells(); ++i) {
      double const* const x = pool.point(i);
      norms_[i] = ordered_sum(pool.dimensions(), [&](std::size_t k) { return x[k] * x[k]; });
      for (std::size_t k = 0; k < total_.size(); ++k) total_[k] += x[k];
    }
    total_norm_ = ordered_sum(norms_);
  }

  /// Twice the mean squared distance of a cell from the pool's mean: a typical distance.
  double typical() const { return 2 * total_norm_ / static_cast<double>(pool_.cells()); }

  double operator()(Chosen const& chosen) {
    sum_.assign(total_.size(), 0);
    double norm = 0;
    for (auto const i : chosen) {
      double const* const x = pool_.point(i);
      for (std::size_t k = 0; k < sum_.size(); ++k) sum_[k] += x[k];
      norm += norms_[i];
    }
    double const n = pool_.chosen(), m = pool_.others();
    double apart = 0, within = 0, within_others = 0;
    for (std::size_t k = 0; k < sum_.size(); ++k) {
      double const mean = sum_[k] / n, other = (total_[k] - sum_[k]) / m;
      apart += (mean - other) * (mean - other);
      within += mean * mean;
      within_others += other * other;
    }
    double energy = 2 * apart;
    if (form_.corrected)
      energy -= 2 * (norm / n - within) / (n - 1) +
                2 * ((total_norm_ - norm) / m - within_others) / (m - 1);
    return form_.scale * energy;
  }

 private:
  Pool const& pool_;
  EnergyForm const& form_;
  std::vector<double> total_, sum_, norms_;
  double total_norm_ = 0;
};

/// E from distances: with A the sum of distances within the drawn cells, R that of the drawn cells
/// to all, and W over the whole pool, the pairs across sum to R - A and those of the others to
/// W - 2 R + A.
class PairEnergy {
 public:
  PairEnergy(Pool const& pool, EnergyForm const& form, std::uint64_t memory)
      : pool_(pool), form_(form), norms_(pool.cells()), row_sums_(pool.cells(), 0) {
    for (std::size_t i = 0; i < pool.cells(); ++i) {
      double const* const x = pool.point(i);
      norms_[i] = ordered_sum(pool.dimensions(), [&](std::size_t k) { return x[k] * x[k]; });
    }
    auto const n = static_cast<Eigen::Index>(pool.cells());
    if (static_cast<double>(n) * static_cast<double>(n) * sizeof(double) <=
        static_cast<double>(memory))
      kept_.resize(n, n);
    sum_rows();
  }

  double typical() const {
    double const n = pool_.chosen() + pool_.others();
    return total_ / n / n;
  }

  double operator()(Chosen const& chosen) {
    double rows = 0;
    for (auto const i : chosen) rows += row_sums_[i];
    double const inside = 2 * (kept_.size() > 0 ? gathered(chosen) : computed(chosen));
    double const n = pool_.chosen(), m = pool_.others();
    double const across = (rows - inside) / (n * m);
    double const self = inside / (n * (form_.corrected ? n - 1 : n));
    double const other = (total_ - 2 * rows + inside) / (m * (form_.corrected ? m - 1 : m));
    return form_.scale * (2 * across - self - other);
  }

 private:
  double distance(double dot, std::size_t i, std::size_t j) const {
    double const d = norms_[i] + norms_[j] - 2 * dot;
    if (i == j || !(d > 0)) return 0;
    return form_.metric == PointMetric::gaussian ? -std::expm1(-form_.gamma * d) : std::sqrt(d);
  }

  /// Sums of every cell's distances, by tiles of rows; the tiles are kept where there is room.
  void sum_rows() {
    constexpr Eigen::Index tile = 64;
    Matrix product;
    auto const& x = pool_.points();
    for (Eigen::Index first = 0; first < x.rows(); first += tile) {
      Eigen::Index const count = std::min(tile, x.rows() - first);
      product.noalias() = x.middleRows(first, count) * x.transpose();
      for (Eigen::Index r = 0; r < count; ++r) {
        auto const i = static_cast<std::size_t>(first + r);
        double* const row = product.row(r).data();
        row_sums_[i] = ordered_sum(pool_.cells(), [&](std::size_t j) {
          row[j] = distance(row[j], i, j);
          return row[j];
        });
      }
      if (kept_.size() > 0) kept_.middleRows(first, count) = product;
    }
    total_ = ordered_sum(row_sums_);
  }

  double gathered(Chosen const& chosen) const {
    double sum = 0;
    for (std::size_t a = 0; a < chosen.size(); ++a) {
      double const* const row = kept_.row(static_cast<Eigen::Index>(chosen[a])).data();
      sum +=
          ordered_sum(chosen.size() - a - 1, [&](std::size_t k) { return row[chosen[a + 1 + k]]; });
    }
    return sum;
  }

  double computed(Chosen const& chosen) const {
    constexpr std::size_t tile = 256;
    auto const panel = [&](std::size_t first) {
      std::size_t const count = std::min(tile, chosen.size() - first);
      Matrix out(static_cast<Eigen::Index>(count), pool_.points().cols());
      for (std::size_t r = 0; r < count; ++r)
        out.row(static_cast<Eigen::Index>(r)) =
            pool_.points().row(static_cast<Eigen::Index>(chosen[first + r]));
      return out;
    };
    double sum = 0;
    for (std::size_t a = 0; a < chosen.size(); a += tile) {
      Matrix const left = panel(a);
      for (std::size_t b = a; b < chosen.size(); b += tile) {
        Matrix const product = left * panel(b).transpose();
        for (Eigen::Index i = 0; i < product.rows(); ++i)
          for (Eigen::Index j = b > a ? 0 : i + 1; j < product.cols(); ++j)
            sum += distance(product(i, j), chosen[a + static_cast<std::size_t>(i)],
                            chosen[b + static_cast<std::size_t>(j)]);
      }
    }
    return sum;
  }

  Pool const& pool_;
  EnergyForm const& form_;
  std::vector<double> norms_, row_sums_;
  Matrix kept_;  ///< distances of the pool, or empty
  double total_ = 0;
};

template <class Energy>
EnergyTest shuffle(Pool const& pool, Energy energy, int runs, RandomStream& random) {
  std::vector<std::size_t> order(pool.cells());
  std::iota(order.begin(), order.end(), std::size_t{0});
  auto const drawn = static_cast<std::size_t>(pool.chosen());
  Chosen chosen(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(drawn));
  EnergyTest out;
  out.distance = energy(chosen);
  double const reached = out.distance - 1e-12 * energy.typical();
  std::int64_t count = 0;
  for (int run = 0; run < runs; ++run) {
    for (std::size_t i = 0; i < drawn; ++i)  // the first steps of a Fisher-Yates shuffle
      std::swap(order[i], order[i + random.below(order.size() - i)]);
    std::copy_n(order.begin(), drawn, chosen.begin());
    count += energy(chosen) >= reached ? 1 : 0;
  }
  out.p = static_cast<double>(std::max<std::int64_t>(1, count)) / runs;
  return out;
}

}  // namespace

EnergyTest energy_test(Points const& a, Points const& b, EnergyForm const& form,
                       EnergyTestOptions const& options, RandomStream random) {
  if (options.runs < 1) throw InternalError("energy_test: no permutation");
  Eigen::Index const fewest = std::min(a.rows(), b.rows());
  if (fewest < (form.corrected ? 2 : 1)) {
    double const none = std::numeric_limits<double>::quiet_NaN();
    return {none, none};
  }
  Pool const pool(a.rows() <= b.rows() ? a : b, a.rows() <= b.rows() ? b : a);
  if (form.metric == PointMetric::sqeuclidean)
    return shuffle(pool, SquaredEnergy(pool, form), options.runs, random);
  return shuffle(pool, PairEnergy(pool, form, options.memory), options.runs, random);
}

}  // namespace pertscale
