#pragma once
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/csv_text.hpp"
#include "core/text.hpp"

/// A small CSV file, plain or gzipped (by the gzip program).
class CsvTable {
 public:
  explicit CsvTable(std::filesystem::path const& path) {
    bool const packed = path.extension() == ".gz";
    std::string const command = (packed ? "gzip -dc '" : "cat '") + path.string() + "'";
    std::unique_ptr<FILE, int (*)(FILE*)> const pipe(popen(command.c_str(), "r"), pclose);
    std::string text;
    char buffer[65536];
    while (auto const got = fread(buffer, 1, sizeof buffer, pipe.get())) text.append(buffer, got);
    for (auto const& line : pertscale::split(text, '\n'))
      if (!line.empty()) rows_.push_back(pertscale::csv_fields(pertscale::trim(line)));
    if (rows_.empty()) throw std::runtime_error(path.string() + " cannot be read");
    names_ = rows_.front();
    for (std::size_t c = 0; c < names_.size(); ++c) column_[names_[c]] = c;
    rows_.erase(rows_.begin());
  }

  std::size_t rows() const { return rows_.size(); }
  std::size_t columns() const { return column_.size(); }
  bool has(std::string const& column) const { return column_.contains(column); }
  std::size_t column(std::string const& name) const { return column_.at(name); }
  /// Of a column.
  std::string const& name(std::size_t column) const { return names_.at(column); }
  std::string const& at(std::size_t row, std::size_t column) const {
    return rows_.at(row).at(column);
  }
  std::string const& text(std::size_t row, std::string const& column) const {
    return rows_.at(row).at(column_.at(column));
  }
  /// NaN where the field is empty.
  double number(std::size_t row, std::string const& column) const {
    auto const& field = text(row, column);
    return field.empty() ? std::nan("") : std::stod(field);
  }

 private:
  std::vector<std::string> names_;
  std::vector<std::vector<std::string>> rows_;
  std::map<std::string, std::size_t> column_;
};
