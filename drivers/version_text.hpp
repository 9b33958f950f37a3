#pragma once
#include <string>

namespace pertscale {

/// Versions of this program and of the libraries it runs with, a line each.
std::string version_text();

}  // namespace pertscale
