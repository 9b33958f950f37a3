#pragma once
#include <cstddef>
#include <memory>

#include "data/matrix.hpp"

namespace pertscale {

/// Who owns the memory of a table.
class TableMemory {
 public:
  TableMemory() = default;
  virtual ~TableMemory() = default;
  TableMemory(TableMemory const&) = delete;
  TableMemory& operator=(TableMemory const&) = delete;
  /// Gives pages that can be read again back to the system.
  virtual void release_pages() const {}
};

/// A read-only table of rows x genes whose memory somebody else owns: a matrix, or a file mapped
/// into memory (one copy a node).
class ProfileTable {
 public:
  ProfileTable() = default;
  ProfileTable(std::shared_ptr<TableMemory const> owner, double const* data, std::size_t rows,
               std::size_t genes)
      : owner_(std::move(owner)), data_(data), rows_(rows), genes_(genes) {}
  explicit ProfileTable(Matrix matrix);

  std::size_t rows() const { return rows_; }
  std::size_t genes() const { return genes_; }
  bool empty() const { return rows_ == 0; }
  /// Between phases that read the whole table: pages of a mapped file stay resident otherwise.
  void release_pages() const {
    if (owner_) owner_->release_pages();
  }
  Profile row(std::size_t r) const { return {data_ + r * genes_, genes_}; }

 private:
  std::shared_ptr<TableMemory const> owner_;
  double const* data_ = nullptr;
  std::size_t rows_ = 0, genes_ = 0;
};

}  // namespace pertscale
