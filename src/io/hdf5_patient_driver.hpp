#pragma once
#include <string>

#include "io/hdf5_handle.hpp"

namespace pertscale {

/// A file being written and how that goes.
struct WriteTarget {
  std::string path;  ///< as the user named it
  int error = 0;     ///< errno of the first write that failed; what follows is dropped
};

/// Access properties to create a file whose failed writes HDF5 never hears of: after one, HDF5 1.10
/// fails again when it closes and crashes when the process ends. Whoever writes looks at
/// `target.error` instead; setting it makes the rest of the writing, closing included, go nowhere.
/// `target` must outlive the file.
Hdf5Handle patient_access(WriteTarget& target);

}  // namespace pertscale
