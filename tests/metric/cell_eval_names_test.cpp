#include "metric/cell_eval_names.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "metric/made_items.hpp"
#include "metric/metric_sets.hpp"

using namespace pertscale;

TEST_CASE("every column of the peers is a metric whose label leads back to it") {
  std::set<std::string> labels;
  for (auto const& column : cell_eval_columns()) {
    INFO(column.column);
    CHECK(labels.insert(column.metric).second);
    CHECK(cell_eval_column(label_of_text(column.metric)) == column.column);
    if (column.metric == "pearson-edistance") continue;
    CHECK(made_metric(column.metric).label() == label_of_text(column.metric));
  }
  CHECK(cell_eval_column("mse").empty());
  CHECK(cell_eval_column("de-overlap").empty());
}

TEST_CASE("sets hold as many metrics as the peers' profiles") {
  auto const size = [](std::string const& name) {
    return MetricSets::instance().find(name).metrics.size();
  };
  CHECK(size("cell-eval-0.8.2:full") == 27);
  CHECK(size("cell-eval-0.8.2:minimal") == 8);
  CHECK(size("cell-eval-0.8.2:vcc") == 3);
  CHECK(size("cell-eval-0.8.2:de") == 18);
  CHECK(size("cell-eval-0.8.2:anndata") == 9);
  CHECK(size("cell-eval-0.8.2:pds") == 1);
  for (std::string const variant : {"", "-lognorm"}) {
    std::string const base = "cell-eval2-0.20.0" + variant;
    CHECK(size(base + ":full") == 54);
    CHECK(size(base + ":de41") == 41);
    CHECK(size(base + ":anndata13") == 13);
    CHECK(size(base + ":minimal8") == 8);
    CHECK(size(base + ":vcc2026") == 10);
    CHECK(size(base + ":vcc3") == 3);
    CHECK(size(base + ":pds1") == 1);
  }
  CHECK(size("cell-eval2-0.20.0-pdex:full") == 54);
}

TEST_CASE("every metric of a set can be made, and variants keep the column") {
  for (auto const& name : MetricSets::instance().names()) {
    if (!name.starts_with("cell-eval")) continue;
    for (auto const& text : MetricSets::instance().find(name).metrics) {
      INFO(name << ": " << text);
      if (text != "pearson-edistance")
        CHECK_FALSE(cell_eval_column(made_metric(text).label()).empty());
    }
  }
}

TEST_CASE("what cell-eval 0.8.2 writes where a value is missing") {
  Status const none("no_significant"), one("too_few_genes");
  CHECK(cell_eval_missing("de_sig_genes_recall", none).empty());
  CHECK(cell_eval_missing("de_spearman_lfc_sig", one) == "NaN");
  CHECK(cell_eval_missing("pr_auc", none) == "NaN");
}
