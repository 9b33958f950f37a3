#include "statistics/fold_change.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace pertscale {

namespace {

/// (d log2(m + eps) / d mean)^2 variance / cells.
double squared_error(SampleMoments const& side, FoldChangeMean kind, double epsilon) {
  if (side.cells < 2) return std::numeric_limits<double>::quiet_NaN();
  if (side.variance == 0) return 0;
  bool const geometric = kind == FoldChangeMean::geometric;
  double const level = geometric ? std::expm1(side.mean) + epsilon : side.mean + epsilon;
  double const slope = (geometric ? std::exp(side.mean) : 1.0) / (level * std::numbers::ln2);
  return slope * slope * (side.variance / static_cast<double>(side.cells));
}

}  // namespace

FoldChange log2_fold_change(SampleMoments const& group, SampleMoments const& reference,
                            FoldChangeMean kind, double epsilon) {
  bool const geometric = kind == FoldChangeMean::geometric;
  double const m1 = (geometric ? std::expm1(group.mean) : group.mean) + epsilon;
  double const m0 = (geometric ? std::expm1(reference.mean) : reference.mean) + epsilon;
  FoldChange out;
  out.log2 = m1 == 0 && m0 == 0 ? 0 : std::log2(m1 / m0);
  out.standard_error =
      std::isfinite(out.log2)
          ? std::sqrt(squared_error(group, kind, epsilon) + squared_error(reference, kind, epsilon))
          : std::numeric_limits<double>::quiet_NaN();
  return out;
}

}  // namespace pertscale
