#pragma once
#include <cstdint>

#include "core/random.hpp"
#include "data/matrix.hpp"

namespace pertscale {

/// Standard normal coordinates, all shifted by `shift`.
inline Matrix normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed,
                      double shift = 0) {
  RandomStream stream(seed, "points");
  Matrix out(rows, columns);
  for (auto& value : out.reshaped()) value = stream.normal() + shift;
  return out;
}

}  // namespace pertscale
