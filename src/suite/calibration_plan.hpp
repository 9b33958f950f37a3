#pragma once
#include <optional>
#include <string>
#include <vector>

#include "suite/half_screen.hpp"
#include "suite/plan.hpp"

namespace pertscale {

/// `technical-duplicate`, `interpolated-duplicate` or `training-mean`.
std::string control_name(ControlKind kind);

/// Positive controls of a dataset after the study's `calibration`; none without cells.
std::vector<ControlKind> positive_controls(Study const& study, DatasetSpec const& dataset);

/// How the cells of a dataset are halved; none where it has no calibration.
std::optional<HalvingOptions> halving_of(Study const& study, DatasetSpec const& dataset);

/// What decides the values that calibration adds to a unit's; empty where it adds none.
std::string calibration_identity(Study const& study, DatasetSpec const& dataset);

/// A unit for each control of each split: the controls are scored like models, with the first half
/// of each condition's cells as truth.
std::vector<CalibrationUnit> calibration_units(Plan const& plan);

/// The unit as a task of no model.
Task control_task(Plan const& plan, CalibrationUnit const& unit);

/// A line a dataset for the plan.
std::string calibration_text(Plan const& plan);

}  // namespace pertscale
