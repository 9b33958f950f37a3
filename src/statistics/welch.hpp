#pragma once
#include <cstdint>
#include <span>

/// t-tests from moments alone.
namespace pertscale {

/// Moments of one gene in one set of cells.
struct SampleMoments {
  double mean = 0;
  double variance = 0;  ///< unbiased; means nothing for fewer than two cells
  std::int64_t cells = 0;
};

struct TestResult {
  double score = 0;   ///< t or z
  double pvalue = 1;  ///< two-sided
};

/// t = (m1 - m0) / sqrt(v1/n1 + v0/n0); 0 where means and variances leave 0/0. NaN where a side has
/// fewer than two cells.
double welch_score(SampleMoments const& group, SampleMoments const& reference);

/// Welch's t-test (Welch 1947) with the degrees of freedom of Welch and Satterthwaite, as
/// scipy.stats.ttest_ind_from_stats(equal_var=False). As in scanpy 0/0 gives score 0 and p 1; equal
/// values within both sides and different means give an infinite score and p 0. A side of fewer
/// than two cells gives NaN for both.
TestResult welch_test(SampleMoments const& group, SampleMoments const& reference);

/// scanpy's `t-test_overestim_var`: the group's own size stands for the reference's, which
/// overestimates the variance of a large reference.
TestResult overestimated_variance_test(SampleMoments const& group, SampleMoments const& reference);

/// P(|T| >= |t|) for Student's t with `degrees` > 0 degrees of freedom.
double student_two_sided(double t, double degrees);

/// Moments of both sets together (Chan et al. 1983, eq. 2.1); an empty set changes nothing.
SampleMoments pooled(SampleMoments const& a, SampleMoments const& b);

}  // namespace pertscale
