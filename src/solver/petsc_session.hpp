#pragma once

namespace pertscale {

/// Starts PETSc and SLEPc on this rank, once, at first use. No other rank takes part (PETSc's own
/// world is this rank alone; objects are made on the communicator of a team), so a team may use
/// the solvers while other ranks do something else. MPI must be initialised; main thread only.
void start_petsc();

}  // namespace pertscale
