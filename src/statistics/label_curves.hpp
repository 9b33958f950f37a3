#pragma once
#include <optional>
#include <span>

/// How well a score finds labelled items, as scikit-learn defines it.
namespace pertscale {

/// Area under the receiver operating curve: the chance that a labelled item scores higher than one
/// that is not, ties half (sklearn.metrics.roc_auc_score). Undefined where one class is empty.
std::optional<double> roc_auc(std::span<char const> labels, std::span<double const> scores);

/// Average precision: sum over distinct scores, falling, of (recall step) x precision there
/// (sklearn.metrics.average_precision_score). Undefined where one class is empty.
std::optional<double> average_precision(std::span<char const> labels,
                                        std::span<double const> scores);

}  // namespace pertscale
