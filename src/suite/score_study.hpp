#pragma once
#include <string>
#include <vector>

#include "parallel/communicator.hpp"
#include "suite/study.hpp"

namespace pertscale {

/// What `pertscale score` is asked for, as the user wrote it.
struct ScoreRequest {
  std::string dataset, study;            ///< one of them
  std::string split;                     ///< empty: all of the study; of a dataset the name `all`
  std::vector<std::string> predictions;  ///< `path=P.h5ad as=NAME`
  std::vector<std::string> metrics, metric_sets;
};

/// The request as a study: of the study's file, with predictions and metrics added, or of one
/// dataset, where every perturbation that a prediction has is scored, as one split. UserError with
/// every mistake.
Study read_score_study(ScoreRequest const& request, TextSource const& source);

/// For a study of one dataset: opens the predictions and notes which perturbations they have.
/// Other studies stay as they are. Collective.
void choose_scored_conditions(Study const& study, std::vector<Dataset> const& datasets,
                              Communicator const& comm);

}  // namespace pertscale
