#pragma once
#include "data/matrix.hpp"
#include "data/status.hpp"

namespace pertscale {

/// 1 - sum (x - y)^2 / sum (x - mean x)^2 over genes: the share of x's variation that y explains.
/// too_few_genes below two; `constant` where x varies by no more than `rounding`.
Score explained_share(Profile x, Profile y, double rounding);

}  // namespace pertscale
