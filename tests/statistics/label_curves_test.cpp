#include "statistics/label_curves.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace pertscale;

namespace {
using Labels = std::vector<char>;
using Scores = std::vector<double>;
}  // namespace

TEST_CASE("scikit-learn's example: labels 0 0 1 1, scores 0.1 0.4 0.35 0.8") {
  Labels const labels{0, 0, 1, 1};
  Scores const scores{0.1, 0.4, 0.35, 0.8};

  CHECK(*roc_auc(labels, scores) == 0.75);
  CHECK(*average_precision(labels, scores) == Approx(0.5 * 1 + 0.5 * 2.0 / 3));
}

TEST_CASE("equal scores count half in the ROC curve and are one step of precision") {
  Labels const labels{1, 0, 1, 0};
  Scores const same(4, 1.0), half{2, 1, 1, 0};

  CHECK(*roc_auc(labels, same) == 0.5);
  CHECK(*average_precision(labels, same) == 0.5);
  CHECK(*roc_auc(labels, half) == (1 + 1 + 0.5 + 1) / 4);
  CHECK(*average_precision(labels, half) == Approx(0.5 * 1 + 0.5 * 2.0 / 3));
}

TEST_CASE("perfect and reversed orders; one class alone has no curve") {
  Labels const labels{1, 1, 0};

  CHECK(*roc_auc(labels, Scores{3, 2, 1}) == 1);
  CHECK(*average_precision(labels, Scores{3, 2, 1}) == 1);
  CHECK(*roc_auc(labels, Scores{1, 2, 3}) == 0);
  CHECK_FALSE(roc_auc(Labels{1, 1}, Scores{1, 2}));
  CHECK_FALSE(average_precision(Labels{0, 0}, Scores{1, 2}));
}
