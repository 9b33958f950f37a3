#include "data/profile_table.hpp"

namespace pertscale {

namespace {

struct OwnMatrix : TableMemory {
  explicit OwnMatrix(Matrix values) : matrix(std::move(values)) {}
  Matrix const matrix;
};

}  // namespace

ProfileTable::ProfileTable(Matrix matrix) {
  auto const kept = std::make_shared<OwnMatrix const>(std::move(matrix));
  data_ = kept->matrix.data();
  rows_ = static_cast<std::size_t>(kept->matrix.rows());
  genes_ = static_cast<std::size_t>(kept->matrix.cols());
  owner_ = kept;
}

}  // namespace pertscale
