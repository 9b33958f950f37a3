#pragma once

namespace pertscale {

/// Throws InternalError naming the call where `code` (PETSc's error code) is not zero.
void petsc_check(int code, char const* call);

}  // namespace pertscale

/// A call of PETSc or SLEPc, checked, with its text as its name.
#define PERTSCALE_PETSC(call) petsc_check(static_cast<int>(call), #call)
