#include "io/hdf5_square.hpp"

#include <hdf5.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "io/h5ad_writer.hpp"
#include "shared_data.hpp"

using namespace pertscale;

TEST_CASE("windows in any order; what none covers is NaN") {
  TemporaryFolder const folder;
  {
    H5adLayout layout;
    layout.cells = 3;
    layout.genes = 1;
    layout.format = MatrixFormat::dense;
    layout.values = NumberType::float64;
    H5adWriter writer(folder / "square.h5ad", layout);
    writer.obs({{"a", "b", "c"}, {}});
    writer.var({{"g"}, {}});
    writer.append(std::vector<double>{1, 2, 3});
    {
      Hdf5Square const square(writer.obsp(), "pairs", 3, true);
      square.write({1, 0, 2, 1}, std::vector<double>{4, 5});
      square.write({0, 0, 1, 2}, std::vector<double>{6, 7});
      square.write({0, 0, 0, 2}, {});
      CHECK_THROWS_AS(square.write({2, 2, 2, 1}, std::vector<double>{1, 2}), InternalError);
      CHECK_THROWS_AS(square.write({0, 0, 1, 1}, std::vector<double>{1, 2}), InternalError);
    }
    writer.finish();
  }

  Hdf5Handle const file(H5Fopen((folder / "square.h5ad").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  Hdf5Handle const dataset(H5Dopen2(file.id(), "obsp/pairs", H5P_DEFAULT));
  REQUIRE(dataset);
  std::vector<double> values(9);
  H5Dread(dataset.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  CHECK(values[0] == 6);
  CHECK(values[1] == 7);
  CHECK(values[3] == 4);
  CHECK(values[6] == 5);
  for (std::size_t const at : {2, 4, 5, 7, 8}) CHECK(std::isnan(values[at]));
}
