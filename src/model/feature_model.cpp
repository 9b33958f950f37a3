#include "model/feature_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "statistics/reliability.hpp"

namespace pertscale {

namespace {

std::string check_grid(std::string const& text, bool counts) {
  for (auto const& word : split(text, ',')) {
    auto const value = parse_double(word);
    if (!value || !std::isfinite(*value)) return "takes numbers, as 0.1,0.01";
    if (counts && (*value != std::floor(*value) || *value < 1 || *value > 100000))
      return "takes whole numbers of 1 to 100000, as 100,300";
    if (*value < 0) return "takes numbers of at least 0";
  }
  return {};
}

}  // namespace

void FeatureModel::declare(OptionList& options) {
  options.add("features", features_,
              "of the perturbed genes: files (csv, tsv, npy, npz, h5ad, safetensors, gmt, GAF, "
              "edge lists, screen:FILE), or one column a target seen in training");
  options.add("combine", combine_, "features of a combination from those of its genes")
      .one_of({"sum", "mean"});
  options.add("with-control", with_control_, "control is a training row (features 0)");
  options
      .add("weight", weight_,
           "of a training condition: alike, or by its cells, which is the fit to single cells")
      .one_of({"conditions", "cells"});
  declare_own(options);
  if (published_grid().empty()) return;
  options
      .add("tune", tune_,
           "validation: of the values in grid, the one with the best pearson-delta on the split's "
           "validation conditions; not fitted again with them")
      .one_of({"none", "validation"});
  for (auto const value : published_grid()) grid_.push_back(number_text(value));
  options.add("grid", grid_, "values that tune=validation tries")
      .checked(
          [counts = tunes_a_count()](std::string const& text) { return check_grid(text, counts); });
}

std::optional<Vector> FeatureModel::one_hot_of(Condition const& condition) const {
  Vector out = Vector::Zero(static_cast<Eigen::Index>(one_hot_.size()));
  for (auto const& target : condition.targets) {
    auto const at = std::lower_bound(one_hot_.begin(), one_hot_.end(), target);
    if (at == one_hot_.end() || *at != target) return std::nullopt;
    out[at - one_hot_.begin()] = 1;
  }
  return out;
}

std::optional<Vector> FeatureModel::features_of(Condition const& condition) const {
  if (!features_.names_files()) return one_hot_of(condition);
  if (!features_.table) throw InternalError("features were not read before the fit");
  auto const& table = *features_.table;
  if (auto own = table.row_of_targets(join(condition.targets, "+"))) return own;
  Vector sum = Vector::Zero(table.values.cols());
  for (auto const& target : condition.targets) {
    auto const row = table.row_of_targets(target);
    if (!row) return std::nullopt;
    sum += *row;
  }
  if (combine_ == "mean") sum /= static_cast<double>(condition.order());
  return sum;
}

FeatureRows FeatureModel::rows_of(TrainingView const& training, std::uint64_t seed) const {
  std::vector<std::size_t> order(training.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) {
    return training.conditions[a].name < training.conditions[b].name;
  });
  std::vector<Vector> features;
  std::vector<std::ptrdiff_t> from;  // -1: control
  for (auto const i : order)
    if (auto const found = features_of(training.conditions[i])) {
      features.push_back(*found);
      from.push_back(static_cast<std::ptrdiff_t>(i));
    }
  if (with_control_) {
    features.push_back(*features_of(Condition{}));
    from.push_back(-1);
  }
  auto const count = static_cast<Eigen::Index>(features.size());
  auto const width = features.empty() ? 0 : features.front().size();
  FeatureRows rows{Matrix(count, width), Matrix::Zero(count, control_.size()), Vector::Ones(count),
                   seed};
  for (Eigen::Index i = 0; i < count; ++i) {
    auto const at = from[static_cast<std::size_t>(i)];
    rows.features.row(i) = features[static_cast<std::size_t>(i)].transpose();
    if (at >= 0) rows.changes.row(i) = training.profiles.row(at) - control_.transpose();
    if (weight_ == "cells")
      rows.weights[i] = static_cast<double>(at >= 0 ? training.cells[static_cast<std::size_t>(at)]
                                                    : training.control_cells);
  }
  return rows;
}

void FeatureModel::fit(TrainingView const& training, std::uint64_t seed) {
  control_ = training.control;
  status_ = {};
  std::set<std::string> targets;
  for (auto const& condition : training.conditions)
    targets.insert(condition.targets.begin(), condition.targets.end());
  one_hot_.assign(targets.begin(), targets.end());
  auto const rows = rows_of(training, seed);
  if (rows.features.rows() == 0)
    status_ = Status("no_training");
  else
    status_ = tune_ == "none" ? fit_rows(rows) : tune(training, rows);
}

/// Mean Pearson correlation of the changes over the validation conditions that have features;
/// a constant one counts 0.
double FeatureModel::validation_score(TrainingView const& training) const {
  auto const predicted = predict(training.validation_conditions);
  auto const genes = static_cast<std::size_t>(control_.size());
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < predicted.status.size(); ++i) {
    if (!predicted.status[i].ok()) continue;
    auto const row = static_cast<Eigen::Index>(i);
    Vector const said = predicted.mean.row(row).transpose() - control_;
    Vector const measured = training.validation_profiles.row(row).transpose() - control_;
    double const r = pearson({said.data(), genes}, {measured.data(), genes});
    if (std::isfinite(r)) sum += r;
    ++count;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

Status FeatureModel::tune(TrainingView const& training, FeatureRows const& rows) {
  bool usable = false;
  for (auto const& condition : training.validation_conditions)
    usable = usable || features_of(condition).has_value();
  if (!usable) return Status("no_validation");
  std::vector<double> values;
  for (auto const& word : grid_) values.push_back(*parse_double(word));
  prepare_tuning(rows, values);
  std::optional<double> best, best_score;
  for (double const value : values) {
    set_tuned(value);
    if (auto status = fit_rows(rows); !status.ok()) return status;
    double const score = validation_score(training);
    if (!best_score || score > *best_score) {
      best = value;
      best_score = score;
    }
  }
  set_tuned(*best);
  return fit_rows(rows);
}

Prediction FeatureModel::predict(std::span<Condition const> held_out) const {
  if (control_.size() == 0) throw InternalError("a model on features: predict before fit");
  Prediction prediction(held_out.size(), static_cast<std::size_t>(control_.size()));
  std::vector<Vector> features;
  std::vector<Eigen::Index> at;
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    prediction.status[i] = status_;
    if (!status_.ok()) continue;
    if (auto const found = features_of(held_out[i])) {
      features.push_back(*found);
      at.push_back(static_cast<Eigen::Index>(i));
    } else {
      prediction.status[i] = Status("no_embedding");
    }
  }
  if (features.empty()) return prediction;
  Matrix rows(static_cast<Eigen::Index>(features.size()), features.front().size());
  for (std::size_t i = 0; i < features.size(); ++i)
    rows.row(static_cast<Eigen::Index>(i)) = features[i].transpose();
  auto const changes = predict_rows(rows);
  for (std::size_t i = 0; i < at.size(); ++i)
    prediction.mean.row(at[i]) = changes.row(static_cast<Eigen::Index>(i)) + control_.transpose();
  return prediction;
}

}  // namespace pertscale
