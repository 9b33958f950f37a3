#include "data/profile_table.hpp"

namespace pertscale {

ProfileTable::ProfileTable(Matrix matrix) {
  auto const kept = std::make_shared<Matrix const>(std::move(matrix));
  data_ = kept->data();
  rows_ = static_cast<std::size_t>(kept->rows());
  genes_ = static_cast<std::size_t>(kept->cols());
  owner_ = kept;
}

}  // namespace pertscale
