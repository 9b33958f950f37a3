#pragma once
#include <span>
#include <string>

#include "io/hdf5_output.hpp"

namespace pertscale {

/// A place in a matrix.
struct MatrixWindow {
  std::int64_t first_row = 0, first_column = 0;
  std::int64_t rows = 0, columns = 0;
};

/// A dense order x order matrix of float64 (an element of obsp) that is written by windows, in any
/// order. What no window covers is NaN where `filled`, else it must be covered.
class Hdf5Square {
 public:
  Hdf5Square(Hdf5Output const& parent, std::string const& name, std::int64_t order, bool filled);

  /// `values`: row-major, of the window's size.
  void write(MatrixWindow const& window, std::span<double const> values) const;

 private:
  std::int64_t order_;
  Hdf5Output dataset_;
};

}  // namespace pertscale
