#pragma once
#include <cstddef>

/// Loops over contiguous numbers, compiled for wider vector units beside the portable form and
/// chosen when the program starts. Every form does the same operations in the same order (no fused
/// products, no reordering), so the bits do not depend on the choice.
namespace pertscale {

/// dots[j] = max(0, norm + norms[j] - 2 dots[j]): squared distances of one point from others.
void squares_from_products(double norm, double const* norms, double* dots, std::size_t n);
/// x = sqrt(x).
void take_roots(double* x, std::size_t n);
/// x = exp(x) for x <= 0, within 2 units in the last place; 0 below -708. Not for NaN.
void take_exponentials(double* x, std::size_t n);
/// out[j] = (a[j] - b[j]) * scale.
void scaled_differences(double const* a, double const* b, double scale, double* out, std::size_t n);
/// sum[j] += x[j].
void add_to(double* sum, double const* x, std::size_t n);
/// sum[j] += (x[0][j] + x[1][j]) + (x[2][j] + x[3][j]).
void add_four_to(double* sum, double const* const* x, std::size_t n);
/// Largest of n > 0 numbers.
double largest_of(double const* x, std::size_t n);
/// Sum in the order of ordered_sum(n, term).
double sum_of(double const* x, std::size_t n);

}  // namespace pertscale
