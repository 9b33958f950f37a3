#include "core/error.hpp"
#include "model/model.hpp"

namespace pertscale {
namespace {

/// A model that was fitted elsewhere. A part opens no files: the suite reads what the options name
/// (suite/prediction_source.hpp).
class Predictions final : public Model {
 public:
  void declare(OptionList& options) override {
    options.add("path", path_,
                "the predictions: h5ad, csv, tsv, or all_predictions.json; {split}, {protocol} and "
                "{dataset} stand for their names");
    options
        .add("values", values_, "what it holds; auto: cells as the dataset's, means log-normalised")
        .one_of({"auto", "lognormalised", "counts"});
    options.add("rows", rows_, "what a row is; auto: means where no condition has two rows")
        .one_of({"auto", "means", "cells"});
    options.add("condition-column", condition_column_,
                "obs column of the condition (default: the dataset's, else condition)");
    options.add("separator", separator_,
                "joins the genes of a combination (default: as in the dataset)");
    options
        .add("missing-genes", missing_genes_,
             "a gene that the file lacks counts as not changed, which is told, or is refused")
        .one_of({"no-change", "refuse"});
  }

  void fit(TrainingView const&, std::uint64_t) override { refuse(); }
  Prediction predict(std::span<Condition const>) const override { refuse(); }
  double flops(double, double held_out, double genes) const override { return held_out * genes; }

 private:
  [[noreturn]] static void refuse() {
    throw InternalError("predictions: the suite reads them from their file");
  }

  std::string path_, values_ = "auto", rows_ = "auto", condition_column_, separator_;
  std::string missing_genes_ = "no-change";
};

Registered<Model> const registered{{
    .name = "predictions",
    .summary = "predictions made elsewhere, from a file",
    .source = "docs/predictions.md",
    .traits = {.from_file = true},
    .make = [] { return std::make_unique<Predictions>(); },
}};

}  // namespace
}  // namespace pertscale
