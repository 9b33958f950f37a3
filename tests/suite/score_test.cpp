#include "suite/score.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "core/random.hpp"
#include "suite/results.hpp"
#include "suite/unit_work.hpp"

namespace pertscale {
namespace {

namespace fs = std::filesystem;

/// Which member of the panel the prediction is nearest to in its first gene, by place; members that
/// are not predicted count as rivals too.
class NearestPlace final : public Metric {
 public:
  void declare(OptionList&) override {}
  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    std::vector<Score> out;
    for (auto const& item : items) {
      std::size_t best = 0;
      for (auto const& rival : context.panel)
        if (std::abs(rival.observed[0] - item.predicted[0]) <
            std::abs(context.panel[best].observed[0] - item.predicted[0]))
          best = rival.place;
      out.push_back({static_cast<double>(best), {}});
    }
    return out;
  }
};

/// Predicted members, members in all, measured and trained conditions: n.mmm as digits.
class Counts final : public Metric {
 public:
  void declare(OptionList&) override {}
  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    double trained = 0;
    for (auto const& measured : context.measured) trained += measured.trained;
    return {{static_cast<double>(items.size()) + 1e2 * static_cast<double>(context.panel.size()) +
                 1e4 * static_cast<double>(context.measured.size()) + 1e6 * trained,
             {}}};
  }
};

PartInfo<Metric> const nearest_info{
    "nearest-place", "", "", {}, [] { return std::make_unique<NearestPlace>(); }};
PartInfo<Metric> const counts_info{
    "counts", "", "", {.whole_split = true}, [] { return std::make_unique<Counts>(); }};

StudyMetric metric_of(PartInfo<Metric> const& info) {
  return {{&info, info.make(), {}}, info.name};
}

template <class Interface>
Part<Interface> part_of(std::string const& text) {
  Mistakes mistakes;
  auto part = make_part<Interface>(parse_part(text), mistakes);
  mistakes.raise();
  return part;
}

/// Ten perturbations and control in two contexts (a row a pair), four genes.
struct Made {
  Study study;
  Dataset dataset;
  Screen screen;

  Made() {
    std::vector<Condition> conditions;
    for (int i = 0; i < 10; ++i) conditions.push_back({fmt("G", i), {fmt("G", i)}});
    conditions.push_back({"ctrl", {}});
    std::vector<LabelRow> rows;
    for (std::size_t context = 0; context < 2; ++context)
      for (std::size_t c = 0; c < conditions.size(); ++c)
        rows.push_back({c, context, static_cast<std::int64_t>(5 + c)});
    dataset.labels = Labels(conditions, {"A", "B"}, rows);
    dataset.genes = GeneTable({"G0", "G1", "X", "Y"});
    dataset.spec.name = "made";
    dataset.digest = "0123456789abcdef0123456789abcdef";
    screen.name = "made";
    screen.genes = dataset.genes;
    screen.labels = dataset.labels;
    Matrix mean(22, 4);
    RandomStream random(1, "score test");
    for (Eigen::Index i = 0; i < mean.size(); ++i) mean.data()[i] = random.uniform();
    screen.mean = ProfileTable(mean);
    study.file = "made.cfg";
    study.protocols.push_back({part_of<Protocol>("unseen-perturbation seeds=1:2"), "unseen", {}});
    for (auto const* name : {"perturbed-mean", "additive"})
      study.models.push_back({part_of<Model>(name), name, "auto", 0, "", parse_part(name)});
    study.metrics.push_back(metric_of(nearest_info));
    study.metrics.push_back(metric_of(counts_info));
    study.bootstrap = 50;
  }

  static std::string fmt(char const* start, int i) { return start + std::to_string(i); }
};

std::string content(fs::path const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// scores.csv and summary.csv after all units, blocks of so many values.
std::string tables(Made const& made, std::size_t block_values) {
  static int runs = 0;
  auto const folder = fs::temp_directory_path() / ("pertscale-score." + std::to_string(getpid()) +
                                                   "." + std::to_string(++runs));
  fs::create_directories(folder / "journal");
  fs::create_directories(folder / "cache" / "predictions");
  auto const plan = make_plan(made.study, {made.dataset}, block_values);
  std::vector<Screen> const screens{made.screen};
  {
    JournalWriter journal(folder / "journal", "start", 0);
    Supplies const none;
    UnitWorker worker(plan, screens, none, folder, "start");
    for (auto const& unit : plan.units) journal.append(unit.key, record_text(worker.run(unit)));
  }
  write_tables(plan, JournalIndex(folder / "journal"), folder);
  auto const text = content(folder / "scores.csv") + content(folder / "summary.csv");
  fs::remove_all(folder);
  return text;
}

std::size_t occurrences(std::string const& text, std::string const& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST_CASE("scores of panels and of whole splits do not depend on how blocks are cut") {
  Made const made;
  auto const whole = tables(made, default_block_values);

  CHECK(occurrences(whole, ",*,A,*,counts,") == 4);  // two splits of two models
  CHECK(occurrences(whole, "made,unseen,perturbed-mean,A,*,counts,2,0,") == 1);
  CHECK(occurrences(whole, "failed") == 0);
  for (std::size_t const rows : {1, 2, 3}) CHECK(tables(made, 4 * rows) == whole);
}

TEST_CASE("a panel holds every held-out condition, predicted or not; blocks are scored from it") {
  Made const made;
  auto const plan = make_plan(made.study, {made.dataset});
  auto const& task = plan.tasks.front();
  std::size_t const n = task.held_out.size();
  REQUIRE(n >= 4);
  Prediction prediction(n, 4);
  for (std::size_t i = 0; i < n; ++i)  // each predicts the first gene of the first of its context
    prediction.mean.row(static_cast<Eigen::Index>(i))
        .setConstant(made.screen.profile(task.held_out[i < n / 2 ? 0 : n / 2])[0]);
  prediction.status[0] = Status("no_embedding");

  auto const scores = score_block(plan, task, made.screen, table_of(prediction), 0, n);

  auto const per_context = static_cast<double>(n / 2);
  auto const trained = static_cast<double>(plan.split_of(task).train.size()) / 2 - 1;  // control
  for (auto const& [row, metric, score] : scores) {
    if (metric == 1) {
      CHECK(is_whole_split(made.screen.labels, row));
      bool const first = context_of(made.screen.labels, row) == 0;
      CHECK(score.value == per_context - first + 1e2 * per_context + 1e4 * 10 + 1e6 * trained);
    } else if (row == task.held_out[0]) {
      CHECK(score.status.word() == "no_embedding");
    } else {
      CHECK(score.value == 0);  // place 0, though in context A it is not predicted
    }
  }
  CHECK(scores.size() == n + 2);
  auto const last = score_block(plan, task, made.screen, table_of(prediction), n - 1, n);
  REQUIRE(last.size() == 1);
  CHECK(last[0].row == task.held_out[n - 1]);
}

TEST_CASE("where no member is predicted, a whole split says why") {
  Made const made;
  auto const plan = make_plan(made.study, {made.dataset});
  auto const& task = plan.tasks.front();
  Prediction prediction(task.held_out.size(), 4);
  for (auto& status : prediction.status) status = Status("no_single");

  auto const scores =
      score_block(plan, task, made.screen, table_of(prediction), 0, task.held_out.size());

  CHECK(scores.size() == task.held_out.size() + 2);
  for (auto const& score : scores) CHECK(score.score.status.word() == "no_single");
  CHECK(missing_scores(plan, task, Status("failed")).size() == scores.size());
}

TEST_CASE("rows of whole splits survive the journal") {
  auto const back =
      parse_scores(scores_text({{24, 1, {0.1, {}}}, {3, 0, {0, Status("constant")}}}));
  REQUIRE(back.size() == 2);
  CHECK(back[0].row == 24);
  CHECK(back[0].score.value == 0.1);
  CHECK(back[1].score.status.word() == "constant");
}

}  // namespace
}  // namespace pertscale
