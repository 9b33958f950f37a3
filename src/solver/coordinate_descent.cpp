#include "solver/coordinate_descent.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define PERTSCALE_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define PERTSCALE_WIDE
#endif

namespace pertscale {

namespace {

constexpr std::size_t width = 16;  ///< outputs side by side: four vectors of four
using Lanes = std::array<double, width>;

/// g -= sum over `active` of q[k] w[k], in that order; w has `width` columns.
PERTSCALE_WIDE void subtract_products(double const* q, double const* w, int const* active,
                                      std::size_t count, double* g) {
  using Four = double __attribute__((vector_size(32), aligned(8), may_alias));
  auto* const out = reinterpret_cast<Four*>(g);
  Four a = out[0], b = out[1], c = out[2], d = out[3];
  for (std::size_t i = 0; i < count; ++i) {
    auto const k = static_cast<std::size_t>(active[i]);
    auto const* const row = reinterpret_cast<Four const*>(w + k * width);
    double const factor = q[k];
    a -= factor * row[0];
    b -= factor * row[1];
    c -= factor * row[2];
    d -= factor * row[3];
  }
  out[0] = a, out[1] = b, out[2] = c, out[3] = d;
}

/// Coefficients from t = X_j'(y - Xw) + X_j'X_j w_j: soft threshold, then shrinkage.
PERTSCALE_WIDE void take_step(double const* t, double l1, double scale, double* w, double* change,
                              double* size) {
  for (std::size_t l = 0; l < width; ++l) {
    double const up = t[l] - l1 > 0 ? t[l] - l1 : 0, down = t[l] + l1 < 0 ? t[l] + l1 : 0;
    double const next = (up + down) / scale;
    double const moved = std::abs(next - w[l]), large = std::abs(next);
    change[l] = moved > change[l] ? moved : change[l];
    size[l] = large > size[l] ? large : size[l];
    w[l] = next;
  }
}

/// `width` outputs that are being fitted, each at its own sweep.
class Team {
 public:
  explicit Team(DescentProblem const& problem)
      : problem_(problem),
        features_(static_cast<std::size_t>(problem.gram.rows())),
        w_(features_ * width),
        xy_(features_ * width) {
    auto const outputs = problem.products.cols();
    out_.coefficients.setZero(problem.gram.rows(), outputs);
    out_.sweeps.assign(static_cast<std::size_t>(outputs), 0);
    out_.gaps.assign(static_cast<std::size_t>(outputs), 0);
    output_.fill(-1);
    for (std::size_t l = 0; l < width; ++l) load(l);
  }

  Descent run() {
    while (std::any_of(output_.begin(), output_.end(), [](auto o) { return o >= 0; })) {
      sweep();
      settle();
    }
    return std::move(out_);
  }

 private:
  void load(std::size_t lane);
  double gap_at_zero(Eigen::Index output) const;
  void sweep();
  void settle();
  Lanes gaps() const;
  Lanes gradient(std::size_t j) const;

  DescentProblem const& problem_;
  std::size_t features_;
  std::vector<double> w_, xy_;                ///< features x width
  std::vector<int> active_;                   ///< features that are not 0 in all lanes, ascending
  std::array<Eigen::Index, width> output_{};  ///< -1: the lane is empty
  std::array<int, width> sweeps_{};
  Lanes change_{}, size_{};  ///< largest of the last sweep
  Eigen::Index next_ = 0;
  Descent out_;
};

/// The gap of Team::gaps where every coefficient is 0.
double Team::gap_at_zero(Eigen::Index output) const {
  double const yy = problem_.squares[output];
  double largest = 0, sum = 0;
  for (Eigen::Index j = 0; j < problem_.products.rows(); ++j) {
    double const slope = problem_.products(j, output);
    largest = std::max(largest, std::abs(slope));
    sum += slope * slope;
  }
  if (problem_.l1 == 0) return sum / (2 * problem_.l2);
  double const c = largest > problem_.l1 ? problem_.l1 / largest : 1;
  return (1 - c) * (1 - c) / 2 * yy;
}

/// The next output that is not done at 0; without one the lane stays 0.
void Team::load(std::size_t lane) {
  output_[lane] = -1;
  while (output_[lane] < 0 && next_ < problem_.products.cols()) {
    double const gap = gap_at_zero(next_);
    if (gap > problem_.tol * problem_.squares[next_]) output_[lane] = next_;
    out_.gaps[static_cast<std::size_t>(next_)] = gap;
    ++next_;
  }
  sweeps_[lane] = 0;
  for (std::size_t j = 0; j < features_; ++j) {
    w_[j * width + lane] = 0;
    xy_[j * width + lane] =
        output_[lane] < 0 ? 0 : problem_.products(static_cast<Eigen::Index>(j), output_[lane]);
  }
}

/// X_j'(y - Xw) of each lane.
Lanes Team::gradient(std::size_t j) const {
  Lanes out;
  std::copy_n(xy_.data() + j * width, width, out.begin());
  subtract_products(problem_.gram.data() + j * features_, w_.data(), active_.data(), active_.size(),
                    out.data());
  return out;
}

void Team::sweep() {
  auto const used = [&](std::size_t j) {
    auto const* const row = w_.data() + j * width;
    return std::any_of(row, row + width, [](double w) { return w != 0; });
  };
  active_.clear();
  for (std::size_t j = 0; j < features_; ++j)
    if (used(j)) active_.push_back(static_cast<int>(j));
  change_.fill(0);
  size_.fill(0);
  for (std::size_t j = 0; j < features_; ++j) {
    auto const at = static_cast<Eigen::Index>(j);
    double const square = problem_.gram(at, at);
    if (square == 0) continue;
    auto t = gradient(j);
    auto* const w = w_.data() + j * width;
    for (std::size_t l = 0; l < width; ++l) t[l] += square * w[l];
    take_step(t.data(), problem_.l1, square + problem_.l2, w, change_.data(), size_.data());
    auto const place = std::lower_bound(active_.begin(), active_.end(), static_cast<int>(j));
    if ((place == active_.end() || *place != static_cast<int>(j)) && used(j))
      active_.insert(place, static_cast<int>(j));
  }
}

/// Duality gap of each lane, an upper bound of how far the objective is from its least value. With
/// l1 > 0 the dual point is the residual of the rows extended by sqrt(l2) I, scaled until
/// |X'r - l2 w| <= l1; without, the residual itself.
Lanes Team::gaps() const {
  Lanes wy{}, wg{}, absolute{}, square{}, largest{}, dual{};
  for (std::size_t j = 0; j < features_; ++j) {
    auto const g = gradient(j);
    for (std::size_t l = 0; l < width; ++l) {
      double const w = w_[j * width + l], slope = g[l] - problem_.l2 * w;
      wy[l] += w * xy_[j * width + l];
      wg[l] += w * g[l];
      absolute[l] += std::abs(w);
      square[l] += w * w;
      largest[l] = std::max(largest[l], std::abs(slope));
      dual[l] += g[l] * g[l];
    }
  }
  Lanes out{};
  for (std::size_t l = 0; l < width; ++l) {
    if (output_[l] < 0) continue;
    double const yy = problem_.squares[output_[l]];
    double const rr = yy - wy[l] - wg[l], ry = yy - wy[l];  // |y - Xw|^2 and (y - Xw)'y
    if (problem_.l1 == 0) {
      out[l] = rr - ry + problem_.l2 / 2 * square[l] + dual[l] / (2 * problem_.l2);
      continue;
    }
    double const c = largest[l] > problem_.l1 ? problem_.l1 / largest[l] : 1;
    out[l] = (1 + c * c) / 2 * (rr + problem_.l2 * square[l]) + problem_.l1 * absolute[l] - c * ry;
  }
  return out;
}

/// Outputs that are done leave their lanes to the next ones.
void Team::settle() {
  std::array<bool, width> still{};
  bool any = false;
  for (std::size_t l = 0; l < width; ++l) {
    if (output_[l] < 0) continue;
    bool const last = ++sweeps_[l] >= problem_.max_iter;
    still[l] = last || size_[l] == 0 || change_[l] <= problem_.tol * size_[l];
    any = any || still[l];
  }
  if (!any) return;
  auto const gap = gaps();
  for (std::size_t l = 0; l < width; ++l) {
    if (!still[l]) continue;
    auto const output = output_[l];
    bool const small = gap[l] <= problem_.tol * problem_.squares[output];
    if (!small && sweeps_[l] < problem_.max_iter) continue;
    for (std::size_t j = 0; j < features_; ++j)
      out_.coefficients(static_cast<Eigen::Index>(j), output) = w_[j * width + l];
    out_.sweeps[static_cast<std::size_t>(output)] = sweeps_[l];
    out_.gaps[static_cast<std::size_t>(output)] = gap[l];
    load(l);
  }
}

}  // namespace

Descent descend(DescentProblem const& problem) {
  if (problem.gram.rows() != problem.gram.cols() ||
      problem.gram.rows() != problem.products.rows() ||
      problem.products.cols() != problem.squares.size())
    throw InternalError("descend: shapes do not fit");
  return Team(problem).run();
}

}  // namespace pertscale
