#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/matrix.hpp"
#include "io/hdf5_dataset.hpp"
#include "io/reader.hpp"
#include "io/store_layout.hpp"

namespace pertscale {

/// Is there a screen store at `path`, whole or damaged?
bool is_store(std::string const& path);

/// A screen store opened for reading, by one rank with the serial driver. Everything that is given
/// out has been checked; a UserError says what is damaged.
class StoreFile {
 public:
  /// Checks the seal, and with it all tables; values and moments are checked when read.
  explicit StoreFile(std::string const& path);
  /// A store that is not sealed yet, to read back its values, and its moments where their checksums
  /// are known.
  StoreFile(std::string const& path, StoreShape shape, std::vector<StorePiece> pieces,
            std::vector<std::int64_t> moment_crcs = {});

  std::string const& path() const { return file_.path(); }
  StoreShape const& shape() const { return shape_; }
  std::vector<StorePiece> const& pieces() const { return pieces_; }
  std::int64_t rows() const { return static_cast<std::int64_t>(shape_.groups.size()); }
  /// Provenance; throws InternalError where there is none of that name.
  std::string text(std::string const& name) const;
  double number(std::string const& name) const;

  /// Reads whole pieces [first, last) into a block of rows.
  void read(std::size_t first, std::size_t last, MatrixBlock& block) const;
  /// Reads and checks every `parts`-th piece and row of moments from the `part`-th on; the rest of
  /// the file was checked when it was opened.
  void verify(std::size_t part = 0, std::size_t parts = 1) const;
  /// Reads and checks the moments of a group.
  void verify_moments(std::size_t group) const;
  /// The piece that holds a cell.
  std::size_t piece_of(std::int64_t cell) const;
  /// Rows [first, last) x genes of a table of moments.
  Matrix moments(StoreMoment table, std::int64_t first, std::int64_t last) const;
  /// Sums of counts, exact; only where the values are counts.
  std::vector<std::int64_t> count_sums(std::int64_t first, std::int64_t last) const;

 private:
  void open_moments();
  void read_groups();
  void read_pieces();
  void read_values(StorePiece const& piece, std::span<double> out) const;
  void read_genes(StorePiece const& piece, std::span<std::int32_t> out) const;
  template <class Name>
  void check(std::span<std::byte const> bytes, std::uint32_t crc, Name&& name) const;
  void read_rows(StoreMoment table, std::int64_t first, std::span<std::byte> out) const;

  Hdf5File file_;
  StoreShape shape_;
  std::vector<StorePiece> pieces_;
  std::vector<std::int64_t> moment_crcs_;
  Hdf5Dataset values_, genes_;
  std::vector<Hdf5Dataset> moments_;
};

}  // namespace pertscale
