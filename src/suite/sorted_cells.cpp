#include "suite/sorted_cells.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "io/store_file.hpp"
#include "suite/library_sizes.hpp"
#include "suite/store_build.hpp"
#include "suite/store_keys.hpp"
#include "suite/store_product.hpp"

namespace pertscale {

namespace {

/// Sorted cells of a screen store.
class StoredCells final : public SortedCells {
 public:
  explicit StoredCells(std::string const& path) : store_(path) {
    for (auto const& group : store_.shape().groups) starts_.push_back(group.first_cell);
    starts_.push_back(store_.shape().cells());
    if (!store_.shape().counts) return;
    target_ = store_.number("target_sum");
    totals_ = open_screen(path)->obs_numbers(library_size_name);
  }

  std::vector<std::int64_t> const& starts() const override { return starts_; }

  void read(std::int64_t first, std::int64_t last, MatrixBlock& block) const override {
    read_stored(first, last, block);
    if (store_.shape().counts) normalise(block);
  }

  bool has_counts() const override { return store_.shape().counts; }
  void read_counts(std::int64_t first, std::int64_t last, MatrixBlock& block) const override {
    if (!has_counts()) SortedCells::read_counts(first, last, block);
    read_stored(first, last, block);
  }
  double total(std::int64_t cell) const override {
    return has_counts() ? totals_.at(static_cast<std::size_t>(cell)) : SortedCells::total(cell);
  }
  double target() const override { return has_counts() ? target_ : SortedCells::target(); }

 private:
  void read_stored(std::int64_t first, std::int64_t last, MatrixBlock& block) const {
    if (first < 0 || first > last || last > store_.shape().cells())
      throw InternalError(
          fmt::format("cells {} to {} of a store of {}", first, last, store_.shape().cells()));
    block = MatrixBlock{false, first, {0}, {}, {}};
    if (first == last) return;
    store_.read(store_.piece_of(first), store_.piece_of(last - 1) + 1, block);
    keep(first, last, block);
  }

  /// Drops cells of the pieces that were not asked for.
  static void keep(std::int64_t first, std::int64_t last, MatrixBlock& block) {
    auto const from = block.offsets.begin() + (first - block.first);
    auto const to = block.offsets.begin() + (last - block.first) + 1;
    std::int64_t const begin = *from, end = *(to - 1);
    block.values.resize(static_cast<std::size_t>(end));
    block.minor.resize(static_cast<std::size_t>(end));
    block.values.erase(block.values.begin(), block.values.begin() + begin);
    block.minor.erase(block.minor.begin(), block.minor.begin() + begin);
    block.offsets = std::vector<std::int64_t>(from, to);
    for (auto& offset : block.offsets) offset -= begin;
    block.first = first;
  }

  void normalise(MatrixBlock& block) const {
    for (std::int64_t i = 0; i < block.count(); ++i) {
      double const total = totals_[static_cast<std::size_t>(block.first + i)];
      auto const end = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i) + 1]);
      for (auto k = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i)]); k < end;
           ++k)
        block.values[k] = log_normalised(block.values[k], target_, total);
    }
  }

  StoreFile store_;
  std::vector<std::int64_t> starts_;
  double target_ = 0;
  std::vector<double> totals_;
};

/// Does a store of this dataset stand there, whole?
bool is_made(std::string const& path, Dataset const& dataset) {
  try {
    return is_store(path) && StoreFile(path).text("dataset_digest") == dataset.digest;
  } catch (UserError const&) {
    return false;  // it is made anew
  }
}

}  // namespace

void SortedCells::read_counts(std::int64_t, std::int64_t, MatrixBlock&) const {
  throw InternalError("these cells are no counts");
}
double SortedCells::total(std::int64_t) const { throw InternalError("these cells are no counts"); }
double SortedCells::target() const { throw InternalError("these cells are no counts"); }

std::unique_ptr<SortedCells> sorted_cells(Dataset const& dataset, Communicator const& comm,
                                          std::filesystem::path const& cache,
                                          MomentOptions const& options) {
  if (dataset.spec.rows != "cells")
    throw UserError(fmt::format("{}: sorted cells need cells, but rows = {}", dataset.spec.file,
                                dataset.spec.rows));
  auto const path = on_root(comm, [&] {
    if (is_own_store(dataset)) return dataset.spec.path;
    return (cache / fmt::format("{}.{}.store", percent_escape(dataset.spec.name),
                                dataset.digest.substr(0, 16)))
        .string();
  });
  auto const ready = on_root(
      comm, [&] { return path == dataset.spec.path || is_made(path, dataset) ? "yes" : "no"; });
  if (ready == "no") {
    StoreOptions store;
    store.memory = options.memory;
    store.stop = options.stop;
    build_store(dataset, comm, path, store);
  }
  std::unique_ptr<SortedCells> out;
  agree(comm, [&] { out = std::make_unique<StoredCells>(path); });
  return out;
}

}  // namespace pertscale
