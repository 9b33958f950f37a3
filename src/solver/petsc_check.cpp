#include "solver/petsc_check.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace pertscale {

void petsc_check(int code, char const* call) {
  if (code != 0) throw InternalError(fmt::format("{} failed with PETSc error {}", call, code));
}

}  // namespace pertscale
