#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/registry.hpp"

namespace pertscale {

/// A column of obs or var as text; `missing[i]` where the file marks a value missing.
struct TextColumn {
  std::vector<std::string> values;
  std::vector<bool> missing;
};

/// What the matrix of a screen file looks like, before any value is read.
struct MatrixInfo {
  enum class Layout { dense, csr, csc };
  Layout layout = Layout::dense;
  std::int64_t rows = 0;              ///< cells (or conditions of a pseudobulk file)
  std::int64_t columns = 0;           ///< genes
  std::int64_t stored = 0;            ///< stored values (rows x columns when dense)
  std::string value_type;             ///< "float32", "int64" ... as on disk
  std::string index_type;             ///< of sparse indices, else empty
  std::string compression;            ///< "none", "gzip", "lzf", ...
  bool integer = false;               ///< the on-disk type is an integer
  std::vector<std::string> datasets;  ///< where it lies in an HDF5 file
  std::uint64_t unit = 0;  ///< bytes that are decoded together: a chunk, of a dense matrix a row
                           ///< of chunks; 0: any part can be read
  /// The smallest slabs (`bytes` of ScreenReader::slabs) that are read without loss of speed. They
  /// stay in the processor's cache where the file lets them.
  std::uint64_t small_slab() const;
};

/// A piece of the matrix: whole rows (or whole columns of a csc file). Zeros of a dense matrix are
/// left out; zeros that a sparse file stores are kept.
struct MatrixBlock {
  bool by_column = false;
  std::int64_t first = 0;             ///< first row (or column)
  std::vector<std::int64_t> offsets;  ///< one a row, and the end; offsets[0] = 0
  std::vector<std::int32_t>
      minor;  ///< column (or row) of each value; order within a row as on disk
  std::vector<double> values;
  /// Row (column) of each piece where they do not follow one another; empty: first, first + 1 ...
  std::vector<std::int64_t> majors{};

  std::int64_t count() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
  std::int64_t major(std::int64_t i) const {
    return majors.empty() ? first + i : majors[static_cast<std::size_t>(i)];
  }
};

/// A range of rows (of columns when csc) that one rank reads at once.
struct MatrixSlab {
  std::int64_t first = 0;
  std::int64_t last = 0;    ///< one past the end
  std::int64_t stored = 0;  ///< values in it (rows x columns when dense)
  std::uint64_t bytes = 0;  ///< the budget it was cut for; reading keeps to it
};

/// A screen on disk. Every call is local to the rank: each rank opens the file with the serial
/// driver and reads its own slabs. All failures are UserError naming file, dataset and mend.
class ScreenReader {
 public:
  static constexpr std::string_view kind = "reader";
  struct Traits {
    bool fallback = false;  ///< asked last: a more particular reader may know the file too
  };

  virtual ~ScreenReader() = default;
  /// Does the file at `path` look like this reader's format? (looks at its first bytes only)
  virtual bool recognises(std::string const& path) const = 0;
  virtual void open(std::string const& path) = 0;

  /// One sentence: the layout found ("anndata 0.8, obs categorical"), for the log.
  virtual std::string describe() const = 0;
  virtual std::vector<std::string> obs_columns() const = 0;
  virtual std::vector<std::string> var_columns() const = 0;
  /// Names of X (if there), raw, layer:NAME ...
  virtual std::vector<std::string> matrices() const = 0;
  virtual std::vector<std::string> layers() const = 0;
  /// `column` empty: the index. Numbers are printed as Python does (True, 3, 0.25). Throws
  /// UserError with the nearest name.
  virtual TextColumn obs(std::string const& column) const = 0;
  /// of the matrix `matrix` (raw has its own var).
  virtual TextColumn var(std::string const& column, std::string const& matrix) const = 0;
  /// A column of obs that holds numbers or booleans (1, 0); missing values are NaN.
  virtual std::vector<double> obs_numbers(std::string const& column) const = 0;

  /// Chooses the matrix that info, slabs and read speak of: `X`, `raw`, `layer:NAME`. Checks
  /// shapes.
  virtual void select(std::string const& matrix) = 0;
  /// Lets `read` hand over values that are not finite, as predictions may hold. Before select.
  virtual void accept_not_finite() {}
  virtual MatrixInfo info() const = 0;
  /// Cuts the matrix into slabs that need at most `bytes` of memory each while being read (block,
  /// buffers, caches and the slab that is being prefetched, but never less than one row and some
  /// 4 MiB), aligned to chunks. The cut depends on the file and `bytes` only.
  virtual std::vector<MatrixSlab> slabs(std::uint64_t bytes) const = 0;
  /// Reads one slab of the selected matrix. Checks indices (range, none twice in a row) and that
  /// values are finite. Whole numbers above 2^53 are rounded to the nearest double. A block that is
  /// used again keeps its memory.
  virtual void read(MatrixSlab const& slab, MatrixBlock& block) const = 0;
  /// Begins to read a slab, so that its chunks are inflated while the caller works on the one
  /// before; the `read` of that slab ends it, and throws what went wrong. Costs no memory beyond
  /// what `slabs` promises. Another slab may be read instead.
  virtual void prefetch(MatrixSlab const& slab) const { static_cast<void>(slab); }
};

using ReaderRegistry = Registry<ScreenReader>;

/// Threads of this process that inflate compressed chunks, the calling one included; 1, the
/// default, starts none. What is read does not depend on it. Not while anything is being read.
void set_reader_threads(int threads);
int reader_threads();
/// The cores this process may use, shared with `ranks` processes like it (at least 1).
int cores_a_rank(int ranks);

/// Opens a screen with the registered reader that recognises it. UserError if none does (missing
/// file, folder, empty file, text file: each its own sentence).
std::unique_ptr<ScreenReader> open_screen(std::string const& path);

}  // namespace pertscale
