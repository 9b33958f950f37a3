#include "solver/petsc_version.hpp"

#include <fmt/format.h>
#include <slepcsys.h>

namespace pertscale {

std::string petsc_version() {
  PetscInt major = 0, minor = 0, subminor = 0, release = 0;
  PetscGetVersionNumber(&major, &minor, &subminor, &release);
  return fmt::format("{}.{}.{}", major, minor, subminor);
}

std::string slepc_version() {
  PetscInt major = 0, minor = 0, subminor = 0, release = 0;
  SlepcGetVersionNumber(&major, &minor, &subminor, &release);
  return fmt::format("{}.{}.{}", major, minor, subminor);
}

}  // namespace pertscale
