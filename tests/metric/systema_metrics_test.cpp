#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "csv_table.hpp"
#include "metric/made_items.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

using Values = std::vector<double>;

/// Rows of a golden table by its first columns joined with `/`; genes from column `first` on.
std::map<std::string, Values> profiles(std::filesystem::path const& path,
                                       std::vector<std::string> const& keys,
                                       std::vector<std::string> const& genes) {
  CsvTable const table(path);
  std::map<std::string, Values> out;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    std::string key;
    for (auto const& column : keys) key += (key.empty() ? "" : "/") + table.text(r, column);
    for (auto const& gene : genes) out[key].push_back(table.number(r, gene));
  }
  return out;
}

/// What Systema's evaluation was given: truth, predictions, references.
struct Golden {
  std::filesystem::path folder;
  std::vector<std::string> genes;
  std::map<std::string, Values> truth, predictions, references;

  explicit Golden(std::filesystem::path path) : folder(std::move(path)) {
    std::string const first_line = read_text_of_gzip(folder / "centroids.csv.gz");
    genes = split(first_line, ',');
    genes.erase(genes.begin());
    truth = profiles(folder / "centroids.csv.gz", {"condition"}, genes);
    predictions = profiles(folder / "predictions.csv.gz", {"method", "condition"}, genes);
    references = profiles(folder / "references.csv.gz", {"reference"}, genes);
  }

  static std::string read_text_of_gzip(std::filesystem::path const& path) {
    std::unique_ptr<FILE, int (*)(FILE*)> const pipe(
        popen(("gzip -dc '" + path.string() + "' | head -1").c_str(), "r"), pclose);
    std::string text;
    char buffer[65536];
    while (auto const got = fread(buffer, 1, sizeof buffer, pipe.get())) text.append(buffer, got);
    return text.substr(0, text.find('\n'));
  }

  MadeItem item(std::string const& method, std::string const& condition,
                std::string const& reference) const {
    return {genes,
            references.at("control"),
            truth.at(condition),
            predictions.at(method + "/" + condition),
            references.at(reference),
            condition};
  }
};

}  // namespace

TEST_CASE("jaccard-top by hand") {
  MadeItem const item{{"a", "b", "c", "d"}, {0, 0, 0, 0}, {3, -2, 1, 0.5}, {0, -2, 4, 0.25}};

  CHECK(item.score("jaccard-top top=2").value == Approx(1.0 / 3));
  CHECK(item.score("jaccard-top top=3").value == Approx(0.5));
  CHECK(item.score("jaccard-top").value == 1);
}

TEST_CASE("prediction-similarity and shift-cosine by hand") {
  MadeItem item{{"a", "b", "c"}, {1, 1, 1}, {2, 1, 1}, {3, 5, 1}, {2, 3, 1}};

  CHECK(item.score("prediction-similarity").value == Approx(1));
  CHECK(item.score("shift-cosine").value == Approx(1));  // it is the only shift
  item.predicted = item.control;
  CHECK(item.score("prediction-similarity").status == Status("constant"));
  item.observed = item.control;
  CHECK(item.score("shift-cosine").status == Status("constant"));
}

TEST_CASE("Systema's Pearson delta and Jaccard figures") {
  auto const folder = shared_file("golden/systema");
  if (!folder) return;
  Golden const golden(*folder);
  CsvTable const expected(*folder / "pearson_delta.csv");
  std::map<std::string, int> checked;
  for (std::size_t r = 0; r < expected.rows(); ++r) {
    auto const& method = expected.text(r, "method");
    auto const& reference = expected.text(r, "reference");
    auto const& condition = expected.text(r, "condition");
    INFO(method << ", " << reference << ", " << condition);
    bool const control = reference == "control";
    auto const item =
        golden.item(method, condition, control ? "perturbed_train_centroids" : reference);
    std::string const option = control ? "" : " reference=perturbed-mean";
    bool const tiny = method == "nonctl-mean" && reference == "perturbed_train_centroids";
    auto const score = item.score("pearson-delta" + option);
    double const value = expected.number(r, "pearson_delta");
    if (std::isnan(value)) {
      CHECK_FALSE(score.status.ok());
    } else {
      REQUIRE(score.status.ok());
      CHECK(score.value == Approx(value).margin(tiny ? 1e-7 : 1e-10));
      ++checked["pearson"];
    }
    // a prediction equal to its reference has no largest changes: that program's are arbitrary
    bool const arbitrary = std::isnan(value);
    double const jaccard = expected.number(r, "jaccard_top20_truth_vs_prediction");
    if (!arbitrary && !std::isnan(jaccard)) {
      CHECK(item.score("jaccard-top" + option).value == Approx(jaccard).margin(1e-12));
      ++checked["jaccard"];
    }
  }
  CHECK(checked["pearson"] > 100);
  CHECK(checked["jaccard"] > 100);
}

TEST_CASE("Systema's Pearson delta on twenty genes, with its own lists") {
  auto const folder = shared_file("golden/systema");
  if (!folder) return;
  Golden const golden(*folder);
  auto const lists = nlohmann::json::parse(read_text(*folder / "de_genes.json"));
  CsvTable const expected(*folder / "pearson_delta.csv");
  std::size_t checked = 0;
  for (std::size_t r = 0; r < expected.rows(); ++r) {
    double const value = expected.number(r, "pearson_delta_20");
    auto const& reference = expected.text(r, "reference");
    bool const control = reference == "control";
    if (std::isnan(value)) continue;
    auto const& condition = expected.text(r, "condition");
    auto const& method = expected.text(r, "method");
    INFO(method << ", " << reference << ", " << condition);
    auto metric = made_metric(control ? "pearson-delta genes=file:de"
                                      : "pearson-delta genes=file:de reference=perturbed-mean");
    auto* const file = metric.options.find("genes")->file;
    for (auto const& gene : lists[condition]["top_non_dropout_de_20"])
      file->text += gene.get<std::string>() + "\n";
    bool const tiny = method == "nonctl-mean" && reference == "perturbed_train_centroids";
    auto const score =
        golden.item(method, condition, control ? "perturbed_train_centroids" : reference)
            .score(metric);
    REQUIRE(score.status.ok());
    CHECK(score.value == Approx(value).margin(tiny ? 1e-7 : 1e-10));
    ++checked;
  }
  CHECK(checked > 100);
}

TEST_CASE("Systema's phenotype figures") {
  auto const folder = shared_file("golden/systema");
  if (!folder) return;
  Golden const golden(*folder);
  CsvTable const expected(*folder / "phenotype_scores.csv");
  auto const classes = nlohmann::json::parse(read_text(*folder / "phenotype_classes.json"));
  std::map<std::string, std::vector<std::string>> conditions;
  std::map<std::string, double> area;
  std::string labels = "condition,class\n", positive;
  for (std::size_t r = 0; r < expected.rows(); ++r) {
    auto const& method = expected.text(r, "method");
    conditions[method].push_back(expected.text(r, "condition"));
    area[method] = expected.number(r, "auc_class2_minus_class1");
  }
  for (auto const& [name, members] : classes.items())
    for (auto const& member : members) {
      labels += member.get<std::string>() + "," + name + "\n";
      for (std::size_t r = 0; r < expected.rows(); ++r)
        if (expected.text(r, "condition") == member.get<std::string>() &&
            expected.text(r, "label_class2") == "1")
          positive = name;
    }
  GeneTable const table(golden.genes);
  for (auto const& [method, names] : conditions) {
    INFO(method);
    auto metric = made_metric("phenotype-auc labels=classes.csv \"positive=" + positive + "\"");
    metric.options.find("labels")->file->text = labels;
    std::vector<Condition> parsed;
    for (auto const& name : names) parsed.push_back(parse_condition(name, {}));
    std::vector<ScoreItem> items;
    for (std::size_t i = 0; i < names.size(); ++i)
      items.push_back(
          {&parsed[i], golden.truth.at(names[i]), golden.predictions.at(method + "/" + names[i])});
    auto const scores = metric.object->score(
        {&table, ValueKind::expression, golden.references.at("control"), {}}, items);
    REQUIRE(scores.size() == 1);
    CHECK(scores[0].value == Approx(area[method]).margin(1e-12));
  }
}
