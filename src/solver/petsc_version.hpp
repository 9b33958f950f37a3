#pragma once
#include <string>

namespace pertscale {
std::string petsc_version();
std::string slepc_version();
}  // namespace pertscale
