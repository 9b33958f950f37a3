#pragma once
#include <set>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "suite/study.hpp"

namespace pertscale {

/// What the lines of a study said, right or wrong.
struct StudyLines {
  std::set<std::string> keys;
  std::vector<std::string> baselines;  ///< where each baseline is given
};

/// Mistakes of a study as a whole: what is missing, and names that mean nothing in it. A part whose
/// own line is wrong has had its sentence, and adds none here.
void check_study(Study const& study, StudyLines const& lines, bool needs_models,
                 Mistakes& mistakes);

}  // namespace pertscale
