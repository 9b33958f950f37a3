#pragma once
#include <optional>
#include <string>
#include <vector>

#include "data/features.hpp"
#include "model/model.hpp"

namespace pertscale {

/// The rows a model on features is fitted to.
struct FeatureRows {
  Matrix features;     ///< rows x dimensions
  Matrix changes;      ///< rows x genes: profile minus the control of the context
  Vector weights;      ///< of the rows, positive; all 1 unless weight=cells
  std::uint64_t seed;  ///< of the fit
};

/// A model that predicts the change against control from features of the perturbed genes. The
/// training rows are the perturbed training conditions that have features, by spelling (then,
/// with-control=yes, control). Features of a condition: the row of its targets joined by + where
/// the table has one, else the sum (or mean) of the rows of its targets; a condition of which a
/// target has no row gets `no_embedding`. features=one-hot: one column a target seen in training.
class FeatureModel : public Model {
 public:
  void declare(OptionList& options) final;
  void use(LinearAlgebra const& algebra) final { algebra_ = &algebra; }
  void fit(TrainingView const& training, std::uint64_t seed) final;
  Prediction predict(std::span<Condition const> held_out) const final;

 protected:
  virtual void declare_own(OptionList& options) = 0;
  /// Fits the rows (at least one); a status that is not ok is that of every prediction.
  virtual Status fit_rows(FeatureRows const& rows) = 0;
  /// Changes, rows x genes.
  virtual Matrix predict_rows(Matrix const& features) const = 0;
  /// Values that tune=validation tries for the option of that name; empty: it cannot be tuned.
  virtual std::vector<double> published_grid() const { return {}; }
  virtual void set_tuned(double) {}
  virtual bool tunes_a_count() const { return false; }  ///< whole and at least 1, else at least 0
  /// The next fits are of these rows with each of these values of the tuned option: what they share
  /// may be made now.
  virtual void prepare_tuning(FeatureRows const&, std::vector<double> const&) {}
  LinearAlgebra const& algebra() const { return *algebra_; }

 private:
  std::optional<Vector> features_of(Condition const& condition) const;
  std::optional<Vector> one_hot_of(Condition const& condition) const;
  FeatureRows rows_of(TrainingView const& training, std::uint64_t seed) const;
  Status tune(TrainingView const& training, FeatureRows const& rows);
  double validation_score(TrainingView const& training) const;

  InputFeatures features_{.text = "one-hot", .words = {"one-hot"}};
  std::string combine_ = "sum", weight_ = "conditions", tune_ = "none";
  std::vector<std::string> grid_;
  bool with_control_ = false;

  LinearAlgebra const* algebra_ = &own_linear_algebra();
  std::vector<std::string> one_hot_;  ///< targets of the training conditions, sorted
  Vector control_;
  Status status_;
};

}  // namespace pertscale
