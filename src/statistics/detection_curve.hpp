#pragma once
#include <cstddef>
#include <vector>

#include "data/status.hpp"

namespace pertscale {

/// A point that may be found: how strongly it is called, and whether it is one to find.
struct Detection {
  double score = 0;
  bool positive = false;
};

/// How well scores find positives, from the strongest call to the weakest. Equal scores are called
/// together, as one step (the program of Ahlmann-Eltze et al. 2025 takes them in the order of its
/// table; without equal scores nothing differs).
class DetectionCurve {
 public:
  explicit DetectionCurve(std::vector<Detection> points);

  /// one_class where nothing or everything is positive, constant where every score is the same.
  Status const& status() const { return status_; }

  /// Share of positives found at a false discovery proportion, as published: steps sorted by
  /// fdp = fp / (tp + fp), running maximum of tp, linear interpolation, means of steps of equal
  /// fdp, 0 left of the first and 1 right of the last.
  double power_at(double fdp) const;

  /// Area under precision over recall as published: the trapezoid over steps sorted by precision
  /// (of equal precision the larger recall first), so recall may run back and forth, and what lies
  /// left of the last step's recall is left out.
  double published_precision_recall() const;
  /// Average precision: sum of precision x gain of recall, from the strongest call on.
  double average_precision() const;
  /// Area under the receiver operating characteristic by trapezoids: the probability that a
  /// positive is called before a negative, ties half.
  double receiver_operating() const;

 private:
  struct Step {
    double tp = 0, fp = 0;
    double precision() const { return tp / (tp + fp); }
    double fdp() const { return fp / (tp + fp); }
  };

  Status status_;
  std::vector<Step> steps_;
  double positives_ = 0, negatives_ = 0;
};

}  // namespace pertscale
