#include <algorithm>
#include <map>
#include <set>

#include "core/sums.hpp"
#include "core/text.hpp"
#include "metric/metric.hpp"
#include "statistics/label_curves.hpp"

namespace pertscale {
namespace {

/// Can a phenotype be told from predicted profiles? Two classes of perturbations; each has a
/// prototype, the mean of its measured profiles; a prediction y scores -mean (y - prototype)^2 for
/// each, and the area under the ROC curve is that of the difference (Systema, section 2.7).
class PhenotypeAuc final : public Metric {
 public:
  void declare(OptionList& options) override {
    options.add("labels", labels_,
                "file of lines `condition,class` with two classes (a first line of these two words "
                "is a header)");
    options.add("positive", positive_,
                "class that high scores stand for (default: the later by code point)");
    options
        .add("prototypes", prototypes_,
             "from the held-out conditions' own measured profiles, as published, or from training "
             "conditions, which leaks nothing")
        .one_of({"test", "train"});
  }

  std::vector<Score> score(ScoreContext const& context,
                           std::vector<ScoreItem> const& items) const override {
    return {area(context, items)};
  }

 private:
  using Classes = std::map<std::string, std::string, std::less<>>;

  Classes read_labels() const {
    Classes out;
    for (auto const& line : split(labels_.text, '\n')) {
      std::size_t const comma = line.rfind(',');
      if (comma == std::string::npos || line == "condition,class") continue;
      out[std::string(trim(line.substr(0, comma)))] = trim(line.substr(comma + 1));
    }
    return out;
  }

  Score area(ScoreContext const& context, std::vector<ScoreItem> const& items) const {
    if (!labels_.given()) return {0, Status("not_applicable")};
    auto const classes = read_labels();
    std::set<std::string> names;
    for (auto const& [condition, name] : classes) names.insert(name);
    if (names.size() != 2) return {0, Status("needs_two_classes")};
    std::string const positive = positive_.empty() ? *names.rbegin() : positive_;
    if (!names.contains(positive)) return {0, Status("needs_two_classes")};
    std::vector<double> sums[2];
    double counts[2] = {0, 0};
    auto const add = [&](Condition const& condition, Profile profile) {
      auto const found = classes.find(condition.name);
      if (found == classes.end()) return;
      std::size_t const side = found->second == positive ? 1 : 0;
      sums[side].resize(profile.size(), 0);
      for (std::size_t g = 0; g < profile.size(); ++g) sums[side][g] += profile[g];
      ++counts[side];
    };
    if (prototypes_ == "test") {
      for (auto const& item : items) add(*item.condition, item.observed);
    } else {
      for (auto const& measured : context.measured)
        if (measured.trained) add(*measured.condition, measured.profile);
    }
    if (counts[0] == 0 || counts[1] == 0) return {0, Status("one_class")};
    for (std::size_t side = 0; side < 2; ++side)
      for (auto& value : sums[side]) value /= counts[side];
    std::vector<double> scores;
    std::vector<char> labels;
    for (auto const& item : items) {
      auto const found = classes.find(item.condition->name);
      if (found == classes.end()) continue;
      scores.push_back(likeness(item.predicted, sums[1]) - likeness(item.predicted, sums[0]));
      labels.push_back(found->second == positive ? 1 : 0);
    }
    auto const area = roc_auc(labels, scores);
    return area ? Score{*area, {}} : Score{0, Status("one_class")};
  }

  static double likeness(Profile y, std::vector<double> const& prototype) {
    return -ordered_sum(y.size(), [&](std::size_t g) {
      return (y[g] - prototype[g]) * (y[g] - prototype[g]);
    }) / static_cast<double>(y.size());
  }

  InputText labels_;
  std::string positive_, prototypes_ = "test";
};

Registered<Metric> const registered{{
    .name = "phenotype-auc",
    .summary = "area under the ROC curve of telling two phenotype classes from predictions",
    .source = "Systema at fe087c9, score_centroids (Vinas Torne et al. 2025)",
    .traits = {.higher_is_better = true, .best = 1, .whole_split = true},
    .make = [] { return std::make_unique<PhenotypeAuc>(); },
}};

}  // namespace
}  // namespace pertscale
