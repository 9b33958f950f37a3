#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5_dataset.hpp"
#include "io/reader.hpp"

namespace pertscale {

/// obs or var of an AnnData file, in every form that anndata 0.6 to 0.13 writes: one table of
/// records (0.6, categories in uns), a group with `__categories` (0.7), a group of typed columns
/// (0.8 on). One column is read at a time; the others are not touched.
class AnndataFrame {
 public:
  /// `name` is the path of the frame: "obs", "var", "raw/var". UserError if it is absent or no
  /// frame.
  AnndataFrame(Hdf5File file, std::string name);

  std::string const& name() const { return name_; }
  /// Rows of the frame: the length of its index.
  std::int64_t size() const { return size_; }
  /// Columns without the index, in the file's order.
  std::vector<std::string> const& columns() const { return columns_; }
  std::string const& index() const { return index_; }
  /// How columns are written, for people: "records", "__categories", "typed columns".
  std::string form() const;

  /// A column as text (empty name: the index), as Python prints its values: True, 3, 0.25.
  /// Missing: code -1, a mask, NaN. The category or text "nan" is text.
  TextColumn text(std::string const& column) const;
  /// A column of numbers or booleans, or a category of numbers; missing values are NaN. Integers
  /// above 2^53 are rounded to the nearest double.
  std::vector<double> numbers(std::string const& column) const;

 private:
  /// Where a column's values lie.
  struct Source {
    Hdf5Dataset values;               ///< the values, or the codes of categories
    std::optional<Hdf5Dataset> mask;  ///< true where missing
    std::string categories;           ///< path of the categories, else empty
  };

  void find_index();
  void find_columns();
  Source source(std::string const& column) const;
  Source record_source(std::string const& column) const;
  Source element_source(std::string const& path) const;
  void check_length(Hdf5Dataset const& dataset) const;
  std::vector<std::int64_t> codes(Source const& source, std::size_t categories) const;
  TextColumn plain_text(Source const& source) const;
  std::vector<double> plain_numbers(Source const& source) const;
  Source categories(Source const& source) const;
  std::string real_name(std::string const& column) const;

  Hdf5File file_;
  std::string name_;
  std::optional<Hdf5Dataset> records_;  ///< the table of the 0.6 form
  bool flat_categories_ = false;        ///< the 0.7 form
  std::string index_;
  std::vector<std::string> columns_;
  std::int64_t size_ = 0;
};

}  // namespace pertscale
