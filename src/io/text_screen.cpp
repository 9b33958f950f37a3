#include "io/text_screen.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/text.hpp"

namespace pertscale {

void TextScreen::open(std::string const& path) {
  path_ = path;
  accepts_ = false;
  profiles_ = load(path);
  if (profiles_.genes.empty() || profiles_.labels.front().second.empty())
    throw UserError(
        fmt::format("{}: holds {} condition(s) x {} gene(s); write one row a condition "
                    "and one column a gene",
                    path, profiles_.labels.front().second.size(), profiles_.genes.size()));
}

std::vector<std::string> TextScreen::obs_columns() const {
  std::vector<std::string> names;
  for (auto const& column : profiles_.labels) names.push_back(column.first);
  return names;
}

TextColumn TextScreen::obs(std::string const& column) const {
  for (auto const& [name, values] : profiles_.labels)
    if (name == column || column.empty()) return {values, std::vector<bool>(values.size())};
  throw UserError(fmt::format("{}: there is no column of labels '{}'.{}", path_, column,
                              suggestion(column, obs_columns())));
}

TextColumn TextScreen::var(std::string const& column, std::string const&) const {
  if (!column.empty())
    throw UserError(
        fmt::format("{}: genes have no column '{}' here, only their names", path_, column));
  return {profiles_.genes, std::vector<bool>(profiles_.genes.size())};
}

std::vector<double> TextScreen::obs_numbers(std::string const& column) const {
  std::vector<double> numbers;
  for (auto const& text : obs(column).values)
    numbers.push_back(parse_double(text).value_or(std::numeric_limits<double>::quiet_NaN()));
  return numbers;
}

void TextScreen::select(std::string const& matrix) {
  if (!matrix.empty() && matrix != "X")
    throw UserError(fmt::format("{}: holds one matrix only; remove matrix = {}", path_, matrix));
}

MatrixInfo TextScreen::info() const {
  MatrixInfo info;
  info.rows = static_cast<std::int64_t>(profiles_.labels.front().second.size());
  info.columns = static_cast<std::int64_t>(profiles_.genes.size());
  info.stored = info.rows * info.columns;
  info.value_type = "float64";
  info.compression = "none";
  return info;
}

std::vector<MatrixSlab> TextScreen::slabs(std::uint64_t bytes) const {
  auto const size = info();
  return {{0, size.rows, size.stored, bytes}};
}

void TextScreen::check_finite() const {
  auto const genes = profiles_.genes.size();
  for (std::size_t k = 0; k < profiles_.values.size(); ++k)
    if (!std::isfinite(profiles_.values[k]))
      throw UserError(fmt::format("{}: {} of {} is {}; a screen needs finite values", path_,
                                  profiles_.genes[k % genes],
                                  profiles_.labels.front().second[k / genes], profiles_.values[k]));
}

void TextScreen::read(MatrixSlab const& slab, MatrixBlock& block) const {
  if (!accepts_) check_finite();
  auto const genes = profiles_.genes.size();
  block.by_column = false;
  block.first = slab.first;
  block.offsets.assign(1, 0);
  block.minor.clear();
  block.values.clear();
  block.majors.clear();
  for (auto row = static_cast<std::size_t>(slab.first); row < static_cast<std::size_t>(slab.last);
       ++row) {
    for (std::size_t gene = 0; gene < genes; ++gene) {
      double const value = profiles_.values[row * genes + gene];
      if (value == 0) continue;
      block.minor.push_back(static_cast<std::int32_t>(gene));
      block.values.push_back(value);
    }
    block.offsets.push_back(static_cast<std::int64_t>(block.values.size()));
  }
}

}  // namespace pertscale
