#pragma once
#include <span>

#include "statistics/point_tiles.hpp"

/// Counts of one gene as draws of a negative binomial: variance = mean + dispersion mean^2.
namespace pertscale {

struct NegativeBinomial {
  double mean = 0;
  double dispersion = 0;  ///< 0: Poisson
};

/// Maximum likelihood. The mean is that of the counts; the dispersion the one root of the score
/// (Willson, Folks and Young 1986), to 1e-12 relative by bracketing, or 0 where the counts vary no
/// more than Poisson counts do (population variance <= mean). Counts are whole, not negative, at
/// least one; O(largest count) a step.
NegativeBinomial fit_negative_binomial(std::span<double const> counts);

/// Mean of log P(count) over whole counts. A mean of 0 is taken as 1e-8 (pertpy's epsilon).
double mean_log_likelihood(NegativeBinomial const& model, std::span<double const> counts);

/// What becomes of genes whose counts in the fitted cells vary no more than Poisson counts do.
enum class Underdispersed {
  poisson,  ///< they are Poisson: the limit of dispersion 0, which is the maximum
  skip      ///< pertpy 1.0.3: the dispersion it finds is negative, the likelihood not a number, and
            ///< the mean is over the other genes; more than half of such genes is an error there
};

/// Minus the mean over genes of the mean log-likelihood of the counts of `judged` under negative
/// binomials fitted to those of `fitted` (pertpy `nb_ll`, X = fitted, Y = judged); rows are cells.
/// With `skip`, as there, a gene without a count in `fitted` adds 0 where its mean in `judged` is
/// below 10, and is skipped else. NaN for an empty group, no gene, values that are no counts, or
/// more than half of the genes skipped.
double count_surprise(Points const& fitted, Points const& judged, Underdispersed genes);

}  // namespace pertscale
