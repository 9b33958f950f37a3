// Reads the values and indices of a sparse h5ad with plain H5Dread calls and nothing else: the rate
// that `pertscale ingest` is held against.    bare_read FILE.h5ad
#include <hdf5.h>

#include <chrono>
#include <cstdio>
#include <vector>

namespace {

constexpr hsize_t slab = hsize_t{1} << 24;  // values a call

double read_all(hid_t file, char const* name, hid_t type, std::size_t bytes) {
  hid_t const data = H5Dopen2(file, name, H5P_DEFAULT);
  if (data < 0) return 0;
  hid_t const space = H5Dget_space(data);
  hsize_t length = 0;
  H5Sget_simple_extent_dims(space, &length, nullptr);
  std::vector<char> buffer(slab * bytes);
  for (hsize_t first = 0; first < length; first += slab) {
    hsize_t const count = length - first < slab ? length - first : slab;
    H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, nullptr, &count, nullptr);
    hid_t const memory = H5Screate_simple(1, &count, nullptr);
    H5Dread(data, type, memory, space, H5P_DEFAULT, buffer.data());
    H5Sclose(memory);
  }
  H5Sclose(space);
  H5Dclose(data);
  return static_cast<double>(length) * static_cast<double>(bytes);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  hid_t const file = H5Fopen(argv[1], H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file < 0) return 2;
  auto const start = std::chrono::steady_clock::now();
  double const bytes = read_all(file, "X/data", H5T_NATIVE_FLOAT, 4) +
                       read_all(file, "X/indices", H5T_NATIVE_INT32, 4);
  std::chrono::duration<double> const taken = std::chrono::steady_clock::now() - start;
  std::printf("bare H5Dread  %.2f s, %.0f MB/s of values and indices as stored\n", taken.count(),
              bytes * 1e-6 / taken.count());
  H5Fclose(file);
  return 0;
}
