#pragma once
#include <vector>

#include "data/prediction.hpp"
#include "data/screen.hpp"
#include "data/training_view.hpp"
#include "suite/plan.hpp"

namespace pertscale {

/// The training side of one context. With `pooled`, training profiles of every context count: each
/// is shifted to the target's control (x - control of its context + control of the target), and a
/// condition measured in several contexts is averaged over them, each context weighted alike.
TrainingView training_view(Screen const& screen, PerturbationSplit const& split,
                           std::size_t context, bool pooled);

/// The split whose training part is the perturbed-mean reference: the task's own, or where nothing
/// is trained on (Protocol::Traits::measured_reference) one that trains on every perturbation.
PerturbationSplit reference_split(Plan const& plan, Task const& task, Labels const& labels);

/// Fits a task's model in every context that has held-out rows and predicts them, in the order of
/// task.held_out; on every member of the team that `algebra` is of.
Prediction fit_and_predict(Plan const& plan, Task const& task, Screen const& screen,
                           LinearAlgebra const& algebra = own_linear_algebra());

}  // namespace pertscale
