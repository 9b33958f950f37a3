#include "suite/cell_eval_report.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <map>

#include "core/error.hpp"
#include "csv_table.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

std::string const golden = "golden/cell-eval/";

/// scores.csv of a results directory with nothing else in it.
class MadeResults {
 public:
  MadeResults() : scores_(folder_ / "scores.csv") {
    scores_ << "dataset,protocol,split,model,perturbation,context,metric,value,status\n";
  }
  void add(std::string const& model, std::string const& perturbation, std::string const& metric,
           double value, std::string const& status = "constant") {
    bool const missing = std::isnan(value);
    scores_ << "d,p,1," << model << ',' << perturbation << ",," << csv_field(metric) << ','
            << (missing ? "" : number_text(value)) << ',' << (missing ? status : "ok") << '\n';
  }
  std::string write(CellEval program, std::string const& baseline) {
    scores_.flush();
    return write_cell_eval(folder_.path(), program, baseline);
  }
  std::filesystem::path operator/(std::string const& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
  std::ofstream scores_;
};

std::map<std::string, double> scores_in(std::filesystem::path const& path) {
  CsvTable const table(path);
  std::map<std::string, double> out;
  for (std::size_t r = 0; r < table.rows(); ++r)
    out[table.text(r, "metric")] = table.number(r, "from_baseline");
  return out;
}

/// Ours of a peer's columns.
std::map<std::string, std::string> metrics_of(CellEval program) {
  std::map<std::string, std::string> out;
  for (auto const& column : cell_eval_columns())
    if (column.program == program) out.emplace(column.column, label_of_text(column.metric));
  return out;
}

void add_cell_eval(MadeResults& made, std::string const& model, std::string const& name) {
  CsvTable const table(*shared_file(golden + "cell-eval-0.8.2/" + name + ".results.csv"));
  for (auto const& [column, metric] : metrics_of(CellEval::v1))
    for (std::size_t r = 0; r < table.rows(); ++r) {
      auto const& field = table.text(r, column);
      made.add(model, table.text(r, "perturbation"), metric,
               field == "NaN" ? std::nan("") : table.number(r, column),
               field.empty() ? "no_significant" : "constant");
    }
}

void add_cell_eval2(MadeResults& made, std::string const& name) {
  std::string const path = golden + "cell-eval2-0.20.0/";
  auto const metrics = metrics_of(CellEval::v2);
  auto const mine = [&](CsvTable const& table, std::size_t r) {
    return table.text(r, "prediction") == name && table.text(r, "engine") == "scanpy" &&
           table.text(r, "profile") == "vcc2026-whole-screen";
  };
  CsvTable const table(*shared_file(path + "results.csv.gz"));
  for (std::size_t r = 0; r < table.rows(); ++r)
    if (mine(table, r))
      made.add(name, table.text(r, "perturbation"), metrics.at(table.text(r, "metric")),
               table.number(r, "value"));
  std::string const ratio = "expr_mse_unbiased_capped_norm";  // has an aggregate only
  CsvTable const means(*shared_file(path + "agg_results.csv.gz"));
  for (std::size_t r = 0; r < means.rows(); ++r)
    if (mine(means, r) && means.text(r, "metric") == ratio && means.text(r, "statistic") == "mean")
      made.add(name, "*", metrics.at(ratio), means.number(r, "value"));
}

}  // namespace

TEST_CASE("a score against a baseline by hand") {
  auto const metrics = metrics_of(CellEval::v1);
  MadeResults made;
  for (auto const* name : {"A", "B"}) {
    made.add("mine", name, metrics.at("mae"), name[0] == 'A' ? 0.1 : 0.3);
    made.add("base", name, metrics.at("mae"), 0.8);
    made.add("mine", name, metrics.at("overlap_at_N"), 0.6);
    made.add("base", name, metrics.at("overlap_at_N"), 0.2);
  }
  auto const text = made.write(CellEval::v1, "base");
  CHECK(read_text(made / "cell-eval/mine.score.csv") ==
        "metric,from_baseline\nmae,0.75\noverlap_at_N,0.49999999999999994\navg_score,0.625\n");
  CHECK_FALSE(std::filesystem::exists(made / "cell-eval/base.score.csv"));
  CHECK_FALSE(std::filesystem::exists(made / "cell-eval/mine.vcc.score.csv"));  // no discrimination
  CHECK(text.find("mine.score.csv") != std::string::npos);
  CHECK_THROWS_WITH(made.write(CellEval::v1, "bse"), Catch::Contains("Did you mean 'base'?"));
  CHECK_THROWS_AS(made.write(CellEval::v2, "base"), UserError);
}

TEST_CASE("scores of cell-eval 0.8.2 from scores.csv, the challenge's of 2025 among them") {
  if (!shared_file(golden + "real.h5ad")) return;
  MadeResults made;
  add_cell_eval(made, "baseline", "baseline");
  for (auto const* name : {"main-f64", "control-copy"}) add_cell_eval(made, name, name);
  made.write(CellEval::v1, "baseline");
  for (std::string const name : {"main-f64", "control-copy"})
    for (std::string const part : {".vcc", ""}) {
      INFO(name << part);
      auto found = scores_in(made / ("cell-eval/" + name + part + ".score.csv"));
      auto wanted =
          scores_in(*shared_file(golden + "cell-eval-0.8.2/" + name + part + ".score.csv"));
      auto const columns = static_cast<double>(wanted.size() - 1);
      if (wanted.contains("clustering_agreement")) {  // which no other program can give
        wanted["avg_score"] =
            (wanted["avg_score"] * columns - wanted["clustering_agreement"]) / (columns - 1);
        wanted.erase("clustering_agreement");
      }
      REQUIRE(found.size() == wanted.size());
      for (auto const& [metric, value] : wanted) {
        INFO(metric);
        CHECK(found.at(metric) == Approx(value).epsilon(1e-9).margin(1e-12));
      }
    }
}

TEST_CASE("scores of cell-eval2 0.20.0, the challenge's of 2026") {
  if (!shared_file(golden + "real.h5ad")) return;
  MadeResults made;
  for (auto const* name : {"perturbed-mean", "main", "constant", "half-b"})
    add_cell_eval2(made, name);
  made.write(CellEval::v2, "perturbed-mean");
  CsvTable const wanted(*shared_file(golden + "cell-eval2-0.20.0/scores.csv"));
  int checked = 0;
  for (std::string const name : {"main", "constant", "half-b"}) {
    auto const found = scores_in(made / ("cell-eval2/" + name + ".vcc2026.score.csv"));
    CHECK(found.size() == 7);
    for (std::size_t r = 0; r < wanted.rows(); ++r) {
      if (wanted.text(r, "prediction") != name || wanted.text(r, "against") != "perturbed-mean")
        continue;
      INFO(name << ' ' << wanted.text(r, "metric"));
      CHECK(found.at(wanted.text(r, "metric")) ==
            Approx(wanted.number(r, "from_baseline")).epsilon(1e-9).margin(1e-12));
      ++checked;
    }
  }
  CHECK(checked == 21);
}
