#include "io/hdf5_square.hpp"

#include <hdf5.h>

#include <array>
#include <limits>

#include "core/error.hpp"

namespace pertscale {

namespace {

Hdf5Output create(Hdf5Output const& parent, std::string const& name, std::int64_t order,
                  bool filled) {
  std::array<hsize_t, 2> const size{static_cast<hsize_t>(order), static_cast<hsize_t>(order)};
  Hdf5Handle const space(H5Screate_simple(2, size.data(), nullptr));
  Hdf5Handle const properties(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(properties.id(), false);  // the same bytes at any time
  double const none = std::numeric_limits<double>::quiet_NaN();
  if (filled) H5Pset_fill_value(properties.id(), H5T_NATIVE_DOUBLE, &none);
  H5Pset_fill_time(properties.id(), filled ? H5D_FILL_TIME_ALLOC : H5D_FILL_TIME_NEVER);
  return parent.with(H5Dcreate2(parent.id(), name.c_str(), H5T_IEEE_F64LE, space.id(), H5P_DEFAULT,
                                properties.id(), H5P_DEFAULT));
}

}  // namespace

Hdf5Square::Hdf5Square(Hdf5Output const& parent, std::string const& name, std::int64_t order,
                       bool filled)
    : order_(order), dataset_(create(parent, name, order, filled)) {
  dataset_.encode({"array", "0.2.0"});
}

void Hdf5Square::write(MatrixWindow const& window, std::span<double const> values) const {
  if (window.rows == 0 || window.columns == 0) return;
  if (static_cast<std::int64_t>(values.size()) != window.rows * window.columns ||
      window.first_row + window.rows > order_ || window.first_column + window.columns > order_)
    throw InternalError("a window beyond its matrix");
  std::array<hsize_t, 2> const start{static_cast<hsize_t>(window.first_row),
                                     static_cast<hsize_t>(window.first_column)};
  std::array<hsize_t, 2> const extent{static_cast<hsize_t>(window.rows),
                                      static_cast<hsize_t>(window.columns)};
  Hdf5Handle const space(H5Dget_space(dataset_.id()));
  Hdf5Handle const memory(H5Screate_simple(2, extent.data(), nullptr));
  dataset_.check(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr,
                                     extent.data(), nullptr));
  dataset_.check(H5Dwrite(dataset_.id(), H5T_NATIVE_DOUBLE, memory.id(), space.id(), H5P_DEFAULT,
                          values.data()));
}

}  // namespace pertscale
