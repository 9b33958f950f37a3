#pragma once
#include <string>

namespace pertscale {
std::string hdf5_version();
}  // namespace pertscale
