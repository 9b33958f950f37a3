#include "suite/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "metric/metric_sets.hpp"
#include "suite/study_checks.hpp"

namespace pertscale {

namespace {

/// Takes `key` out of a part's settings; empty where it is not there.
std::string take_setting(PartText& text, std::string_view key) {
  for (auto it = text.settings.begin(); it != text.settings.end(); ++it) {
    if (it->first != key) continue;
    std::string value = it->second;
    text.settings.erase(it);
    return value;
  }
  return {};
}

/// `as=` and the like without a value would be taken for not given.
void check_settings(PartText const& text) {
  for (auto const& [key, value] : text.settings)
    for (auto const* own : {"as", "pool", "team", "datasets"})
      if (key == own && value.empty())
        throw UserError(
            fmt::format("'{}': {}= has no value; give one or leave it out", text.name, key));
}

/// Loads the files that options name.
void load_files(OptionList& options, std::string const& study_file, TextSource const& source) {
  for (auto& option : options.all()) {
    if (option.file == nullptr || !option.file->given()) continue;
    option.file->text = source(relative_to(study_file, option.file->path));
  }
}

/// auto, none, or a list of positive controls.
std::string check_calibration(std::string const& text) {
  if (text == "auto" || text == "none") return {};
  for (auto const& word : split(text, ','))
    if (word != "duplicate" && word != "interpolated")
      return "takes auto, none, or a list of duplicate and interpolated";
  return {};
}

class StudyReader {
 public:
  StudyReader(std::string path, TextSource const& source) : source_(source) {
    study_.file = std::move(path);
    own_.add("missing", study_.missing, "which perturbations comparisons use")
        .one_of({"common", "no-change", "worst"});
    own_.add("save-predictions", study_.save_predictions, "write predictions/*.h5ad");
    own_.add("bootstrap", study_.bootstrap, "resamples of the confidence intervals")
        .at_least(1)
        .at_most(65000);
    own_.add("calibration", study_.calibration, "positive controls that metrics are tried on")
        .checked(check_calibration);
    own_.add("calibration-seed", study_.calibration_seed, "of the halves of a condition's cells");
  }

  void read_file() {
    base_ = study_.file;
    std::string const text = source_(study_.file);
    for (auto const& item : parse_key_values(study_.file, text, mistakes_))
      read_line({item.key, item.value, fmt::format("{}:{}", study_.file, item.line)});
    if (is_binary(text)) mistakes_.raise();
  }

  void read_lines(std::vector<StudyLine> const& lines) {
    base_.clear();
    for (auto const& line : lines) read_line(line);
  }

  void use(StudyProtocol protocol) { study_.protocols.push_back(std::move(protocol)); }

  Study take(bool needs_models) {
    check_study(study_, lines_, needs_models, mistakes_);
    mistakes_.raise();
    return std::move(study_);
  }

 private:
  void read_line(StudyLine const& item) {
    Mistakes here;
    lines_.keys.insert(item.key);
    try {
      if (item.key == "dataset")
        read_dataset(item.value, here);
      else if (item.key == "protocol")
        read_protocol(parse_part(item.value), here);
      else if (item.key == "model")
        read_model(parse_part(item.value), here);
      else if (item.key == "metric")
        read_metric(parse_part(item.value), false, here);
      else if (item.key == "metrics")
        read_metric_set(parse_part(item.value), here);
      else if (item.key == "baseline")
        read_baseline(item);
      else
        read_own(item);
    } catch (UserError const& error) {
      here.add(error);
    }
    try {
      here.raise();
    } catch (UserError const& error) {
      for (auto const& sentence : error.sentences())
        mistakes_.add(fmt::format("{}: {}", item.where, sentence));
    }
  }

  void read_baseline(StudyLine const& item) {
    study_.baselines.push_back(item.value);
    lines_.baselines.push_back(item.where);
  }

  void read_own(StudyLine const& item) {
    if (own_.find(item.key) == nullptr) {
      auto names = own_.names();
      for (auto const* key : {"dataset", "protocol", "model", "metric", "metrics", "baseline"})
        names.emplace_back(key);
      throw UserError(fmt::format("unknown key '{}'.{}", item.key, suggestion(item.key, names)));
    }
    own_.assign(item.key, item.value);
  }

  void read_dataset(std::string const& path, Mistakes& here) {
    // mistakes inside a dataset file name that file and its line
    auto spec = read_dataset_spec(relative_to(base_, path), source_, mistakes_);
    for (auto const& other : study_.datasets)
      if (other.name == spec.name)
        here.add(fmt::format("two datasets are named '{}'; give one another name", spec.name));
    study_.datasets.push_back(std::move(spec));
  }

  /// Two parts of one label would overwrite each other in the results.
  template <class List>
  void check_label(List const& list, std::string const& label, std::string_view kind,
                   Mistakes& here) const {
    for (auto const& other : list)
      if (other.label == label && !label.empty())
        here.add(
            fmt::format("two {}s have the label '{}'; give one of them as=LABEL", kind, label));
  }

  template <class Interface>
  Part<Interface> configured(PartText const& text, Mistakes& here) const {
    auto part = make_part<Interface>(text, here);
    try {
      if (part.object) load_files(part.options, base_, source_);
    } catch (UserError const& error) {
      here.add(error);
    }
    return part;
  }

  void read_protocol(PartText text, Mistakes& here) {
    StudyProtocol protocol;
    check_settings(text);
    protocol.label = take_setting(text, "as");
    for (auto const& name : split(take_setting(text, "datasets"), ','))
      if (!name.empty()) protocol.datasets.push_back(name);
    protocol.part = configured<Protocol>(text, here);
    if (protocol.label.empty()) protocol.label = text.name;
    check_label(study_.protocols, protocol.label, "protocol", here);
    study_.protocols.push_back(std::move(protocol));
  }

  void read_model(PartText text, Mistakes& here) {
    StudyModel model;
    check_settings(text);
    model.label = take_setting(text, "as");
    if (auto const pool = take_setting(text, "pool"); !pool.empty()) model.pool = pool;
    if (model.pool != "auto" && model.pool != "own" && model.pool != "contexts")
      here.add(
          fmt::format("model '{}': pool={} takes auto, own or contexts", text.name, model.pool));
    auto const team = take_setting(text, "team");
    model.text = text;
    model.base = base_;
    model.part = configured<Model>(text, here);
    if (model.part.object && model.part.info->traits.from_file &&
        prediction_spec(model).path.empty())
      here.add(fmt::format("model '{}' names no file; write {} path=FILE", text.name, text.name));
    if (!team.empty() && model.part.object) read_team(model, team, here);
    if (model.label.empty() && model.part.object) {
      model.label = model.part.label();
      if (model.pool != "auto")
        model.label += (model.label == text.name ? "@pool=" : ",pool=") + model.pool;
    }
    check_label(study_.models, model.label, "model", here);
    study_.models.push_back(std::move(model));
  }

  static void read_team(StudyModel& model, std::string const& text, Mistakes& here) {
    auto const ranks = parse_integer(text);
    if (!ranks || *ranks < 1 || *ranks > 65536)
      here.add(fmt::format("model '{}': team={} takes a number of ranks from 1 to 65536",
                           model.text.name, text));
    else if (*ranks > 1 && !model.part.info->traits.team)
      here.add(fmt::format("model '{}' is fitted by one rank; leave out team={}", model.text.name,
                           text));
    else
      model.team = static_cast<int>(*ranks);
  }

  /// A metric that a set names may be there already, and a line may name one of a set.
  void read_metric(PartText const& text, bool from_set, Mistakes& here) {
    StudyMetric metric;
    metric.part = configured<Metric>(text, here);
    metric.label = metric.part.object ? metric.part.label() : text.name;
    bool known = false;
    for (auto const& other : study_.metrics) known = known || other.label == metric.label;
    if (known && !from_set && !of_sets_.contains(metric.label) && here.empty())
      here.add(fmt::format("the metric '{}' is given twice; remove one", metric.label));
    if (from_set) of_sets_.insert(metric.label);
    if (!known) study_.metrics.push_back(std::move(metric));
  }

  /// Settings behind a set's name go to those of its metrics that have such an option.
  void read_metric_set(PartText const& set, Mistakes& here) {
    auto const& found = MetricSets::instance().find(set.name);
    std::set<std::string> unused;
    for (auto const& setting : set.settings) unused.insert(setting.first);
    for (auto const& line : found.metrics) {
      auto text = parse_part(line);
      auto const plain = make_part<Metric>({text.name, {}}, here);
      if (!plain.object) continue;
      for (auto const& [key, value] : set.settings) {
        if (plain.options.find(key) == nullptr) continue;
        unused.erase(key);
        std::erase_if(text.settings, [&key = key](auto const& own) { return own.first == key; });
        text.settings.emplace_back(key, value);
      }
      read_metric(text, true, here);
    }
    for (auto const& key : unused)
      here.add(fmt::format("metrics = {}: no metric of the set has an option '{}'", set.name, key));
    study_.metric_sets.push_back(set.name);
  }

  TextSource const& source_;
  std::string base_;  ///< the file that relative paths start from
  Study study_;
  OptionList own_;
  StudyLines lines_;
  std::set<std::string> of_sets_;  ///< labels of metrics that sets name
  Mistakes mistakes_;
};

}  // namespace

Study read_study(std::string const& path, TextSource const& source, bool needs_models,
                 std::vector<StudyLine> const& more) {
  StudyReader reader(path, source);
  reader.read_file();
  reader.read_lines(more);
  return reader.take(needs_models);
}

Study read_study(std::vector<StudyLine> const& lines, TextSource const& source,
                 StudyProtocol protocol) {
  StudyReader reader("score", source);
  reader.use(std::move(protocol));
  reader.read_lines(lines);
  return reader.take(true);
}

}  // namespace pertscale
