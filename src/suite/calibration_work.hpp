#pragma once
#include <functional>
#include <string>
#include <vector>

#include "report/journal.hpp"
#include "suite/half_screen.hpp"
#include "suite/plan.hpp"
#include "suite/results.hpp"

namespace pertscale {

/// What a control "predicts" of a task's held-out rows: the second half of each row's cells, its
/// interpolation with the training mean, or the training mean itself. too_few_cells where a row is
/// not halved.
Prediction predict_control(Plan const& plan, Task const& task, ControlKind kind,
                           Screen const& screen, HalvedScreen const& halves);

/// Scores of a control against the first halves. The negative control of metrics of the change from
/// the perturbed mean is control, else the training mean (CellSimBench).
std::vector<RawScore> score_control(Plan const& plan, Task const& task, ControlKind kind,
                                    Screen const& screen, HalvedScreen const& halves);

/// Scores every control that the journal does not hold, on all ranks. Returns whether all are
/// finished. Collective.
bool run_calibration(Plan const& plan, std::vector<Screen> const& screens,
                     HalvedScreens const& halves, Communicator const& comm,
                     JournalIndex const& done, JournalWriter& journal, std::string const& start,
                     std::function<bool()> const& stop);

}  // namespace pertscale
