#include "solver/products.hpp"

#include <catch2/catch.hpp>

#include "core/random.hpp"

using namespace pertscale;

namespace {

RowMatrix normals(Eigen::Index rows, Eigen::Index columns, std::uint64_t seed) {
  RandomStream stream(seed, "products");
  RowMatrix out(rows, columns);
  for (auto& value : out.reshaped()) value = stream.normal();
  return out;
}

}  // namespace

TEST_CASE("products agree with Eigen's, into dirty buffers") {
  auto const a = normals(7, 5, 1), b = normals(5, 3, 2), c = normals(4, 5, 3);
  RowMatrix out = RowMatrix::Constant(2, 2, std::nan(""));
  multiply(a, b, out);
  CHECK(out.isApprox(a * b, 1e-14));
  multiply_transposed(a, c, out);
  CHECK(out.isApprox(a * c.transpose(), 1e-14));
  Eigen::MatrixXd cross = Eigen::MatrixXd::Constant(5, 5, std::nan(""));
  cross_product(a, cross);
  Eigen::MatrixXd const whole = cross.selfadjointView<Eigen::Lower>();
  CHECK(whole.isApprox(Eigen::MatrixXd(a.transpose() * a), 1e-14));
}

TEST_CASE("the product of 2 x 2 matrices by hand, and of nothing") {
  RowMatrix a(2, 2), b(2, 2), out;
  a << 1, 2, 3, 4;
  b << 0, 1, 1, 0;
  RowMatrix expected(2, 2);
  expected << 2, 1, 4, 3;
  multiply(a, b, out);
  CHECK(out == expected);
  multiply_transposed(a, b, out);  // b is symmetric
  CHECK(out == expected);
  multiply(RowMatrix(2, 0), RowMatrix(0, 3), out);
  CHECK(out == RowMatrix::Zero(2, 3));
  Eigen::MatrixXd cross;
  cross_product(RowMatrix(0, 2), cross);
  CHECK(cross == Eigen::MatrixXd::Zero(2, 2));
}
