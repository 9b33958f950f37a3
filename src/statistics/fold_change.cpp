#include "statistics/fold_change.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace pertscale {

FoldSide fold_side(SampleMoments const& side, FoldChangeMean kind, double epsilon) {
  bool const geometric = kind == FoldChangeMean::geometric;
  double const mean = geometric ? std::expm1(side.mean) : side.mean;
  FoldSide out{mean + epsilon, 0};
  if (side.cells < 2) {
    out.squared_error = std::numeric_limits<double>::quiet_NaN();
  } else if (side.variance != 0) {
    // d expm1(x) / dx = expm1(x) + 1
    double const slope = (geometric ? mean + 1 : 1.0) / (out.level * std::numbers::ln2);
    out.squared_error = slope * slope * (side.variance / static_cast<double>(side.cells));
  }
  return out;
}

FoldChange log2_fold_change(FoldSide const& group, FoldSide const& reference) {
  FoldChange out;
  out.log2 =
      group.level == 0 && reference.level == 0 ? 0 : std::log2(group.level / reference.level);
  out.standard_error = std::isfinite(out.log2)
                           ? std::sqrt(group.squared_error + reference.squared_error)
                           : std::numeric_limits<double>::quiet_NaN();
  return out;
}

FoldChange log2_fold_change(SampleMoments const& group, SampleMoments const& reference,
                            FoldChangeMean kind, double epsilon) {
  return log2_fold_change(fold_side(group, kind, epsilon), fold_side(reference, kind, epsilon));
}

}  // namespace pertscale
