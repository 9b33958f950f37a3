#include <fmt/format.h>

#include <optional>

#include "io/reader.hpp"
#include "io/store_file.hpp"
#include "io/store_seal.hpp"

namespace pertscale {

namespace {

/// Screen stores that `pertscale ingest` makes (docs/store.md). A store is an AnnData file, whose
/// obs and var the reader of such files reads; the values are read by pieces, each of which is
/// checked.
class StoreReader : public ScreenReader {
 public:
  bool recognises(std::string const& path) const override { return is_store(path); }

  void open(std::string const& path) override {
    store_.emplace(path);
    frames_ = ReaderRegistry::instance().find("h5ad").make();
    frames_->open(path);
  }

  std::string describe() const override {
    return fmt::format("screen store (version {}) with {} groups", store_version, store().rows());
  }
  std::vector<std::string> obs_columns() const override { return frames_->obs_columns(); }
  std::vector<std::string> var_columns() const override { return frames_->var_columns(); }
  std::vector<std::string> matrices() const override { return {"X"}; }
  std::vector<std::string> layers() const override { return {}; }
  TextColumn obs(std::string const& column) const override { return frames_->obs(column); }
  TextColumn var(std::string const& column, std::string const& matrix) const override {
    check_matrix(matrix);
    return frames_->var(column, "X");
  }
  std::vector<double> obs_numbers(std::string const& column) const override {
    return frames_->obs_numbers(column);
  }

  void select(std::string const& matrix) override {
    check_matrix(matrix);
    frames_->select("X");
  }
  MatrixInfo info() const override { return frames_->info(); }
  std::vector<MatrixSlab> slabs(std::uint64_t bytes) const override;
  void read(MatrixSlab const& slab, MatrixBlock& block) const override {
    store().read(store().piece_of(slab.first), store().piece_of(slab.last - 1) + 1, block);
  }

 private:
  StoreFile const& store() const {
    if (!store_) throw InternalError("store reader: no file is open");
    return *store_;
  }

  void check_matrix(std::string const& matrix) const {
    if (!matrix.empty() && matrix != "X")
      throw UserError(
          fmt::format("{}: is a screen store, which holds one matrix, X; leave out "
                      "matrix = {}",
                      store().path(), matrix));
  }

  std::optional<StoreFile> store_;
  std::unique_ptr<ScreenReader> frames_;
};

/// Runs of whole pieces: 12 bytes a value and 8 a cell, and the values of one piece as stored.
std::vector<MatrixSlab> StoreReader::slabs(std::uint64_t bytes) const {
  std::uint64_t const room = bytes > std::uint64_t{piece_bytes} ? bytes - piece_bytes : 0;
  std::vector<MatrixSlab> out;
  std::uint64_t taken = 0;
  for (auto const& piece : store().pieces()) {
    auto const need =
        static_cast<std::uint64_t>(piece.values * 12 + (piece.last_cell - piece.first_cell) * 8);
    if (out.empty() || taken + need > room) {
      out.push_back({piece.first_cell, piece.first_cell, 0, bytes});
      taken = 0;
    }
    out.back().last = piece.last_cell;
    out.back().stored += piece.values;
    taken += need;
  }
  return out;
}

Registered<ScreenReader> const registered{
    {"store",
     "screen stores written by pertscale ingest --out: sorted, checked, with moments",
     "docs/store.md",
     {},
     [] { return std::make_unique<StoreReader>(); }}};

}  // namespace

}  // namespace pertscale
