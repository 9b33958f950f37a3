#pragma once
#include <vector>

#include "data/screen.hpp"
#include "metric/metric.hpp"
#include "suite/plan.hpp"
#include "suite/prediction_file.hpp"

namespace pertscale {

/// What metrics see of one context of a task, and the memory behind it. The plan, the screen and
/// the prediction must stay. Cannot be moved: the context points into it.
class ScoredContext {
 public:
  ScoredContext(Plan const& plan, Task const& task, Screen const& screen,
                PredictionTable const& prediction, std::size_t number);
  ScoredContext(ScoredContext const&) = delete;
  ScoredContext& operator=(ScoredContext const&) = delete;

  std::size_t number() const { return number_; }
  ScoreContext const& context() const { return context_; }
  /// The control that the prediction brings along; empty: none.
  Profile own_control() const { return own_control_; }
  void set_supply(ScoreSupply const* supply) { context_.supply = supply; }
  std::vector<ScoreItem> const& panel() const { return panel_; }
  std::vector<std::size_t> const& rows() const { return rows_; }  ///< of Labels, by panel place
  /// Rows of Labels that the split trains on, of all contexts, ascending.
  std::vector<std::size_t> const& training() const { return training_; }
  Status const& status(std::size_t place) const { return status_[place]; }  ///< of the prediction
  /// Panel members that the model predicts, of places [first, last).
  std::vector<ScoreItem> predicted(std::size_t first, std::size_t last) const;

 private:
  void add_panel(Task const& task, PredictionTable const& prediction);
  void add_measured(PerturbationSplit const& split);
  void set_context(Plan const& plan, Task const& task);

  Screen const& screen_;
  std::vector<std::size_t> const& training_;
  std::size_t number_;
  Profile own_control_;
  std::vector<double> perturbed_mean_;
  std::vector<ScoreItem> panel_;
  std::vector<std::size_t> rows_;
  std::vector<Status> status_;
  std::vector<MeasuredCondition> measured_;
  ScoreContext context_;
};

}  // namespace pertscale
