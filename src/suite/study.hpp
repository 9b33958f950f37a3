#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metric/metric.hpp"
#include "model/model.hpp"
#include "protocol/protocol.hpp"
#include "suite/dataset_spec.hpp"
#include "suite/prediction_source.hpp"

namespace pertscale {

/// A protocol of a study and what the suite itself knows of it.
struct StudyProtocol {
  Part<Protocol> part;
  std::string label;
  std::vector<std::string> datasets;  ///< limits it to these; empty: all
};

/// A model of a study. The part is a template: each fit makes its own object.
struct StudyModel {
  Part<Model> part;
  std::string label;
  std::string pool = "auto";  ///< auto, own, contexts
  int team = 0;               ///< ranks of one fit; 0: by the size of the problem
  std::string base;           ///< the file that paths in options start from; empty: this folder
  PartText text;              ///< to make it again
};

struct StudyMetric {
  Part<Metric> part;
  std::string label;
};

/// What to do: plain values, the same on every rank.
struct Study {
  std::string file;
  std::vector<DatasetSpec> datasets;
  std::vector<StudyProtocol> protocols;
  std::vector<StudyModel> models;
  std::vector<StudyMetric> metrics;
  std::vector<std::string> metric_sets;  ///< names of the sets that some of them come from
  std::vector<std::string> baselines;
  std::string missing = "common";
  bool save_predictions = false;
  int bootstrap = 2000;
  std::string only_split;            ///< --split: the others are left out
  std::string calibration = "auto";  ///< auto, none, or of duplicate, interpolated
  std::int64_t calibration_seed = 0;

  /// Every key with its value, defaulted or given, for run.json: {key, value}.
  std::vector<std::pair<std::string, std::string>> echo() const;
};

/// A line that a command gives besides the study file: paths in it start from this folder.
struct StudyLine {
  std::string key, value;
  std::string where;  ///< what sentences call it: --metric "l2"
};

/// Reads a study file and everything it names. Throws UserError with every mistake, each with its
/// line. `needs_models`: a study for `split` may lack models and metrics.
Study read_study(std::string const& path, TextSource const& source, bool needs_models = true,
                 std::vector<StudyLine> const& more = {});
/// The same of lines only; `protocol` is the study's.
Study read_study(std::vector<StudyLine> const& lines, TextSource const& source,
                 StudyProtocol protocol);

/// What a model with the trait `from_file` says of its file.
PredictionSpec prediction_spec(StudyModel const& model);

/// Has it a metric of one value a context of a split?
bool has_whole_split(Study const& study);

/// A fresh model with the study's options.
std::unique_ptr<Model> make_model(StudyModel const& model);

}  // namespace pertscale
