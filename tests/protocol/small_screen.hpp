#pragma once
#include <string>
#include <vector>

#include "core/text.hpp"

/// The small screen of expected_splits.py: ten singles, twenty doubles and control.
inline std::vector<std::string> small_screen() {
  return pertscale::split(
      "ctrl GA+ctrl GB+ctrl GC+ctrl GD+ctrl GE+ctrl GF+ctrl GG+ctrl GH+ctrl GI+ctrl GJ+ctrl GA+GB "
      "GC+GA GA+GD GE+GB GC+GF GB+GG GH+GC GI+GA GJ+GB GD+GE GD+GF GE+GG GH+GI GJ+GF GF+GG GG+GH "
      "GI+GJ GC+GD GE+GH GA+GJ",
      ' ');
}

/// The list of names in a text, blanks between them.
inline std::vector<std::string> words(std::string const& text) {
  return pertscale::split(text, ' ');
}
