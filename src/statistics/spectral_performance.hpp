#pragma once
#include <span>

#include "data/status.hpp"

namespace pertscale {

/// Mean error at one value of the sparsification parameter and its standard error.
struct SpectralPoint {
  double parameter = 0;
  double mean = 0;
  double sem = 0;  ///< sd (n - 1) / sqrt(n) over repeats; NaN of a single repeat
};

/// Area under the spectral performance curve (PertEval-scFM; Wenteler et al., ICML 2025).
struct SpectralArea {
  Status status;        ///< too_few_points where there are fewer than two parameters
  double area = 0;      ///< trapezoid over the parameter
  double sigma = 0;     ///< propagated: sqrt(sum (c_i sem_i)^2), c_i the trapezoid's weights; NaN
                        ///< where a standard error is
  double mean_sem = 0;  ///< mean of the standard errors: what the paper prints after the sign +-
};

/// Points by rising parameter. Weights: half the distance between both neighbours (so d inside and
/// d/2 at the ends of an even grid). The published program has d/2 inside too: too small an error.
SpectralArea spectral_area(std::span<SpectralPoint const> points);

/// Mean and standard error of repeats at one parameter; there must be one.
SpectralPoint spectral_point(double parameter, std::span<double const> repeats);

}  // namespace pertscale
