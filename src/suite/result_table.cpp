#include "suite/result_table.hpp"

#include <fmt/format.h>

#include "core/csv_text.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "io/whole_text.hpp"

namespace pertscale {

ResultTable::ResultTable(std::filesystem::path const& path,
                         std::vector<std::string> const& columns) {
  if (!std::filesystem::is_regular_file(path))
    throw UserError(fmt::format(
        "{}: the file is missing; name a results directory of a finished run", path.string()));
  auto const text = whole_text(path.string());
  std::string_view rest(text), line;
  next_line(rest, line);
  auto const header = csv_fields(line);
  for (std::size_t c = 0; c < header.size(); ++c) column_[header[c]] = c;
  for (auto const& column : columns)
    if (!column_.contains(column))
      throw UserError(fmt::format("{}: there is no column '{}' (columns: {})", path.string(),
                                  column, join(header, ", ")));
  while (next_line(rest, line)) {
    if (line.empty()) continue;
    rows_.push_back(csv_fields(line));
    if (rows_.back().size() != header.size())
      throw UserError(fmt::format("{}:{}: {} field(s), but the first line has {}", path.string(),
                                  rows_.size() + 1, rows_.back().size(), header.size()));
  }
}

std::string ResultTable::name(std::size_t row, std::vector<std::string> const& columns) const {
  std::vector<std::string> fields;
  for (auto const& column : columns) fields.push_back(at(row, column));
  return join(fields, ",");
}

}  // namespace pertscale
