#include "statistics/detection_curve.hpp"

#include <algorithm>

namespace pertscale {

DetectionCurve::DetectionCurve(std::vector<Detection> points) {
  std::sort(points.begin(), points.end(),
            [](Detection const& a, Detection const& b) { return a.score > b.score; });
  Step step;
  for (std::size_t i = 0; i < points.size(); ++i) {
    (points[i].positive ? step.tp : step.fp) += 1;
    bool const last_of_ties = i + 1 == points.size() || points[i + 1].score != points[i].score;
    if (last_of_ties) steps_.push_back(step);
  }
  positives_ = step.tp;
  negatives_ = step.fp;
  if (positives_ == 0 || negatives_ == 0)
    status_ = Status("one_class");
  else if (steps_.size() == 1)
    status_ = Status("constant");
}

double DetectionCurve::power_at(double fdp) const {
  auto sorted = steps_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](Step const& a, Step const& b) { return a.fdp() < b.fdp(); });
  if (fdp < sorted.front().fdp()) return 0;
  if (fdp > sorted.back().fdp()) return 1;
  double found = 0, left_fdp = 0, left = 0;
  for (std::size_t i = 0; i < sorted.size();) {
    double const at = sorted[i].fdp();
    double sum = 0, count = 0;
    for (; i < sorted.size() && sorted[i].fdp() == at; ++i) {
      found = std::max(found, sorted[i].tp);
      sum += found / positives_;
      count += 1;
    }
    double const right = sum / count;
    if (at == fdp) return right;
    if (at > fdp) return left + (fdp - left_fdp) / (at - left_fdp) * (right - left);
    left_fdp = at;
    left = right;
  }
  return left;
}

double DetectionCurve::published_precision_recall() const {
  auto sorted = steps_;
  std::sort(sorted.begin(), sorted.end(), [](Step const& a, Step const& b) {
    return a.precision() != b.precision() ? a.precision() < b.precision() : a.tp > b.tp;
  });
  double area = 0;
  for (std::size_t i = 1; i < sorted.size(); ++i)
    area -= (sorted[i].precision() + sorted[i - 1].precision()) / 2 *
            (sorted[i].tp - sorted[i - 1].tp) / positives_;
  return area;
}

double DetectionCurve::average_precision() const {
  double area = 0, found = 0;
  for (auto const& step : steps_) {
    area += step.precision() * (step.tp - found) / positives_;
    found = step.tp;
  }
  return area;
}

double DetectionCurve::receiver_operating() const {
  double area = 0;
  Step before;
  for (auto const& step : steps_) {
    area += (step.fp - before.fp) * (step.tp + before.tp) / 2;
    before = step;
  }
  return area / (positives_ * negatives_);
}

}  // namespace pertscale
