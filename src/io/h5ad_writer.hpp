#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "data/profile_table.hpp"
#include "io/hdf5_output.hpp"

/// Writes AnnData files (the layout of anndata 0.8 and later) piece by piece.
namespace pertscale {

/// Text with few distinct values, as a pandas categorical.
struct OutputCategories {
  std::vector<std::string> categories;
  std::vector<std::int32_t> codes;  ///< one a row, -1: missing
};

/// Categories in code-point order, from one text a row.
OutputCategories categorise(std::span<std::string const> texts);

/// A column of obs or var; a vector of texts is written as it is, without categories.
struct OutputColumn {
  std::string name;
  std::variant<OutputCategories, std::vector<std::string>, std::vector<std::int64_t>,
               std::vector<double>>
      values;
};

/// obs or var: the names of the rows (its index) and its columns.
struct OutputFrame {
  std::vector<std::string> index;
  std::vector<OutputColumn> columns;
};

/// UserError where `target` cannot become a file: a folder, in no folder, no rights.
void check_target(std::filesystem::path const& target);

enum class MatrixFormat { csr, csc, dense };

/// How X is stored.
struct H5adLayout {
  std::int64_t cells = 0;
  std::int64_t genes = 0;
  MatrixFormat format = MatrixFormat::csr;
  Compression compression = Compression::none;
  NumberType values = NumberType::float32;  ///< float32 or float64
};

/// Whole rows of a CSR matrix, or whole columns of a CSC one, zeros left out.
struct SparseBlock {
  std::int64_t first = 0;                ///< first row (column)
  std::vector<std::int64_t> offsets{0};  ///< one a row (column), and the end; offsets[0] = 0
  std::vector<std::int32_t> minor;       ///< column (row) of each value, ascending within a row
  std::vector<float> values;

  std::int64_t count() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
};

/// A sparse matrix that grows by blocks: float32 data, int32 indices, int64 indptr.
class SparseRows {
 public:
  /// `rows` x `columns` is the shape of the matrix, `format` csr or csc.
  SparseRows(Hdf5Output const& parent, std::string const& name, H5adLayout const& layout);
  /// Blocks come in order, each starting where the last ended.
  void append(SparseBlock const& block);
  /// Writes indptr. Throws InternalError if rows (columns) are missing.
  void finish();

 private:
  std::int64_t majors_;
  Hdf5Output group_;
  Hdf5Rows values_, minor_;
  std::vector<std::int64_t> offsets_{0};
};

/// One file being written, under a temporary name beside its target until finish(). A writer that
/// is destroyed before leaves neither. Every failure (no space, no rights, no folder) is a
/// UserError.
class H5adWriter {
 public:
  H5adWriter(std::filesystem::path target, H5adLayout const& layout);
  ~H5adWriter();
  H5adWriter(H5adWriter const&) = delete;
  H5adWriter& operator=(H5adWriter const&) = delete;

  void obs(OutputFrame const& frame);
  void var(OutputFrame const& frame);
  /// The next rows of X (the next columns where the format is csc).
  void append(SparseBlock const& block);
  /// The next rows of a dense X, row-major, cells x genes, of the layout's type.
  void append(std::span<float const> rows);
  void append(std::span<double const> rows);
  /// A dense layer, cells x genes.
  void layer(std::string const& name, ProfileTable const& values);
  /// A dense layer in double precision that is written row after row, to be destroyed before
  /// finish(). Several may grow at one time.
  Hdf5Rows layer(std::string const& name);
  /// A dense array with one row a gene.
  void varm(std::string const& name, std::span<float const> values, std::int64_t columns);
  /// The group of matrices of rows x rows.
  Hdf5Output const& obsp() const { return *obsp_; }
  /// The dictionary `uns`, to be filled freely.
  Hdf5Output const& uns() const { return *uns_; }
  Hdf5Output const& root() const { return *root_; }

  /// Closes, syncs and renames: only now is the target there.
  void finish();

 private:
  Hdf5Rows& dense();
  void close_parts();
  void discard();

  std::filesystem::path target_, temporary_;
  H5adLayout layout_;
  std::shared_ptr<WriteTarget> file_;
  std::optional<Hdf5Output> root_, layers_, obsp_, varm_, uns_;
  std::unique_ptr<SparseRows> sparse_;
  std::unique_ptr<Hdf5Rows> dense_;
  bool finished_ = false;
};

/// A dense file of profiles: one row a condition (and context), one column a gene.
struct ProfileFile {
  std::vector<std::string> genes;
  OutputFrame obs;
  ProfileTable mean;  ///< rows of obs x genes, written as X in float64
  std::vector<std::pair<std::string, ProfileTable>> layers;  ///< the same shape
};

void write_profiles(std::filesystem::path const& target, ProfileFile const& file);

}  // namespace pertscale
