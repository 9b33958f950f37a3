#pragma once

namespace pertscale {

/// Throws InternalError naming the call where `code` (PETSc's error code) is not zero.
void petsc_check(int code, char const* call);

}  // namespace pertscale
