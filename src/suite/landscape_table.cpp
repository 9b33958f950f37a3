#include "suite/landscape_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "core/error.hpp"
#include "core/text.hpp"

namespace pertscale {

namespace {

constexpr auto columns = static_cast<std::size_t>(LandscapeColumn::count);

constexpr std::array<char const*, columns> names{"shift_norm",
                                                 "cosine_mean_shift",
                                                 "e_distance",
                                                 "e_test_p",
                                                 "e_test_p_adjusted",
                                                 "de_genes",
                                                 "impact",
                                                 "effective_genes",
                                                 "split_half",
                                                 "split_half_full",
                                                 "guides",
                                                 "guide_ceiling",
                                                 "guide_ceiling_full",
                                                 "replicates",
                                                 "replicate_ceiling",
                                                 "replicate_ceiling_full"};

}  // namespace

char const* column_name(LandscapeColumn column) { return names[static_cast<std::size_t>(column)]; }

LandscapeTable::LandscapeTable(std::size_t rows)
    : values_(rows * columns, std::numeric_limits<double>::quiet_NaN()),
      put_(rows * columns, 0),
      words_(rows) {}

std::size_t LandscapeTable::at(std::size_t row, LandscapeColumn column) {
  return row * columns + static_cast<std::size_t>(column);
}

void LandscapeTable::put(std::size_t row, LandscapeColumn column, double value) {
  values_[at(row, column)] = value;
  put_[at(row, column)] = 1;
}

void LandscapeTable::miss(std::size_t row, LandscapeColumn column, std::string const& word) {
  words_[row] += fmt::format("{}={};", column_name(column), word);
}

void LandscapeTable::put(std::size_t row, LandscapeColumn column, double value,
                         Status const& status) {
  if (status.ok())
    put(row, column, value);
  else
    miss(row, column, status.word());
}

void LandscapeTable::share(Communicator const& comm) {
  std::vector<std::int64_t> bits(values_.size(), 0);
  for (std::size_t i = 0; i < values_.size(); ++i)
    if (put_[i] != 0) bits[i] = std::bit_cast<std::int64_t>(values_[i]);
  comm.sum(bits);
  comm.sum(put_);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (put_[i] > 1) throw InternalError("a value of the landscape was put on two ranks");
    if (put_[i] == 1) values_[i] = std::bit_cast<double>(bits[i]);
  }
  std::vector<std::string> all(words_.size());
  for (auto const& text : comm.gather(join(words_, "\n"))) {
    auto const lines = split(text, '\n');
    for (std::size_t row = 0; row < std::min(all.size(), lines.size()); ++row)
      all[row] += lines[row];
  }
  words_ = std::move(all);
}

double LandscapeTable::value(std::size_t row, LandscapeColumn column) const {
  return values_[at(row, column)];
}

std::vector<double> LandscapeTable::values(std::vector<std::size_t> const& rows,
                                           LandscapeColumn column) const {
  std::vector<double> out;
  for (auto const row : rows) out.push_back(value(row, column));
  return out;
}

std::string LandscapeTable::status(std::size_t row) const {
  auto const& words = words_[row];
  if (words.empty()) return "ok";
  auto parts = split(std::string_view(words).substr(0, words.size() - 1), ';');
  // In the order of the columns, whichever rank said what.
  auto const place = [](std::string const& part) {
    return std::find(names.begin(), names.end(), part.substr(0, part.find('='))) - names.begin();
  };
  std::stable_sort(parts.begin(), parts.end(),
                   [&](std::string const& a, std::string const& b) { return place(a) < place(b); });
  return join(parts, ";");
}

}  // namespace pertscale
