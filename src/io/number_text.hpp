#pragma once
#include <cstdint>
#include <string>

namespace pertscale {

/// A float as Python prints it: the shortest digits that read back the same, always with a point or
/// an exponent ("1.0", "0.25", "1e+16", "1e-05").
std::string python_text(double value);
std::string python_text(float value);

}  // namespace pertscale
