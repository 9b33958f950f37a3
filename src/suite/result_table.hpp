#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pertscale {

/// A csv file of results as text, by the names of its columns.
class ResultTable {
 public:
  /// UserError where it cannot be read or lacks one of `columns`.
  ResultTable(std::filesystem::path const& path, std::vector<std::string> const& columns);

  std::size_t rows() const { return rows_.size(); }
  std::string const& at(std::size_t row, std::string_view column) const {
    return rows_[row][column_.find(column)->second];
  }
  /// The fields of some columns, joined by commas: a name of the row.
  std::string name(std::size_t row, std::vector<std::string> const& columns) const;

 private:
  std::map<std::string, std::size_t, std::less<>> column_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace pertscale
