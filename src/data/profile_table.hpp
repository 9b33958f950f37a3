#pragma once
#include <cstddef>
#include <memory>

#include "data/matrix.hpp"

namespace pertscale {

/// A read-only table of rows x genes whose memory somebody else owns: a matrix, or a file mapped
/// into memory (one copy a node).
class ProfileTable {
 public:
  ProfileTable() = default;
  ProfileTable(std::shared_ptr<void const> owner, double const* data, std::size_t rows,
               std::size_t genes)
      : owner_(std::move(owner)), data_(data), rows_(rows), genes_(genes) {}
  explicit ProfileTable(Matrix matrix);

  std::size_t rows() const { return rows_; }
  std::size_t genes() const { return genes_; }
  bool empty() const { return rows_ == 0; }
  Profile row(std::size_t r) const { return {data_ + r * genes_, genes_}; }

 private:
  std::shared_ptr<void const> owner_;
  double const* data_ = nullptr;
  std::size_t rows_ = 0, genes_ = 0;
};

}  // namespace pertscale
