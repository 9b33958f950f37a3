#include "solver/petsc_session.hpp"

#include <slepcsys.h>

#include "solver/petsc_check.hpp"

namespace pertscale {

namespace {

bool start() {
  PetscBool started = PETSC_FALSE;
  petsc_check(PetscInitialized(&started), "PetscInitialized");
  if (started) return true;
  PETSC_COMM_WORLD = MPI_COMM_SELF;
  // Signals are the session's.
  petsc_check(PetscOptionsSetValue(nullptr, "-no_signal_handler", "true"), "PetscOptionsSetValue");
  petsc_check(SlepcInitializeNoArguments(), "SlepcInitialize");
  return true;
}

}  // namespace

void start_petsc() {
  // Never finalised: PETSc's objects have owners, and MPI_Finalize ends the rest.
  static bool const started = start();
  (void)started;
}

}  // namespace pertscale
