#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/feature_forms.hpp"
#include "io/text_lines.hpp"
#include "io/utf8.hpp"

namespace pertscale {

namespace {

/// First fields of a header line: what people call the column of names.
bool is_name_of_names(std::string field) {
  static constexpr std::array known{"",
                                    "#",
                                    "gene",
                                    "genes",
                                    "gene_name",
                                    "gene_names",
                                    "gene_symbol",
                                    "gene_id",
                                    "symbol",
                                    "symbols",
                                    "name",
                                    "names",
                                    "id",
                                    "index",
                                    "ensembl_id",
                                    "target",
                                    "perturbation",
                                    "label",
                                    "unnamed: 0",
                                    "condition",
                                    "cell_line",
                                    "dim",
                                    "dimension",
                                    "component",
                                    "feature"};
  for (char& c : field) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(known.begin(), known.end(), field) != known.end();
}

/// A number, or what stands for a missing one.
bool is_value(std::string_view field) {
  return field.empty() || field == "NA" || field == "N/A" || field == "null" || field == "None" ||
         parse_double(field).has_value();
}

/// A number that is no count and no identifier: 0.25, 1e-05.
bool is_decimal(std::string_view field) {
  return parse_double(field) && field.find_first_of(".-") != std::string_view::npos;
}

/// Are the fields after the first 0, 1, 2, ... or 1, 2, 3, ..., at least three?
bool counts_up(std::vector<std::string> const& fields) {
  auto const first = parse_integer(fields[1]);
  if (fields.size() < 4 || !first || *first < 0 || *first > 1) return false;
  for (std::size_t i = 1; i < fields.size(); ++i)
    if (parse_integer(fields[i]) != *first + static_cast<std::int64_t>(i - 1)) return false;
  return true;
}

/// A row a name, or, transposed, a column a name.
class TableParser {
 public:
  TableParser(FeatureText const& file, bool transpose)
      : path_(file.path),
        text_(file.text),
        transpose_(transpose),
        separator_(separator_of(file.text)),
        lines_(path_, text_) {}

  FeatureFile parse() {
    look_at_first_lines();
    count_rows();
    resize();
    while (lines_.next()) add_row();
    if (transpose_)
      finish_columns();
    else
      finish_rows();
    return std::move(out_);
  }

 private:
  std::size_t fields_a_row() const { return width_ + (named_rows_ ? 1 : 0); }

  /// Is the first line a header, which column names the rows, how many values has a row?
  void look_at_first_lines() {
    auto ahead = lines_;
    if (!ahead.next()) throw UserError(path_ + ": holds no rows; write one row of values a name");
    auto const first = trimmed(ahead.fields(separator_));
    if (first.size() == 1 && !transpose_)
      ahead.refuse(
          fmt::format("one column only ('{}'); separate the name and its values by commas "
                      "or tabs",
                      first[0]));
    auto const header_only = ahead;
    std::vector<std::string> second;
    if (ahead.next()) second = trimmed(ahead.fields(separator_));
    bool const shifted = second.size() == first.size() + 1;  // R leaves the first field out
    bool const header = transpose_ || shifted || is_header(header_only, first);
    if (header && second.empty())
      throw UserError(path_ + ": holds a header but no rows; write one row of values a name");
    if (transpose_) named_rows_ = shifted || is_name_of_names(first[0]) || !is_value(second[0]);
    width_ = first.size() - (named_rows_ && !shifted ? 1 : 0);
    if (!header) return;
    lines_.next();
    heads_.assign(first.end() - static_cast<std::ptrdiff_t>(width_), first.end());
    first_head_ = 1 + first.size() - width_;
    for (auto const& head : heads_)
      if (!is_utf8(head)) lines_.refuse("the header is not UTF-8 text; write the file anew");
    if (!transpose_ && is_decimal(second[0]))
      ahead.refuse(fmt::format(
          "'{}' in the first column is a number, where a name is expected; where the header holds "
          "the names and a row is a dimension, say transpose=yes",
          second[0]));
  }

  bool is_header(TextLines const& line, std::vector<std::string> const& first) {
    bool const decimals = std::any_of(first.begin() + 1, first.end(), is_decimal);
    if (is_name_of_names(first[0]) && !(first[0].empty() && decimals)) return true;
    auto const values = std::count_if(first.begin() + 1, first.end(), is_value);
    if (values == 0) return true;
    if (values + 1 < static_cast<std::ptrdiff_t>(first.size())) {
      auto const text = std::find_if_not(first.begin() + 1, first.end(), is_value);
      line.refuse(fmt::format(
          "'{}' in column {} is no number, but others of the line are, so it is neither a header "
          "nor a row; mend the value, or call the first column 'gene'",
          *text, text - first.begin() + 1));
    }
    if (!counts_up(first)) return false;
    out_.notes.push_back(fmt::format(
        "{}: the first line ({}, {}, {}, ...) was taken for a header, as its numbers count up.",
        path_, first[0], first[1], first[2]));
    return true;
  }

  void count_rows() {
    auto ahead = lines_;
    while (ahead.next()) ++rows_;
    if (rows_ * fields_a_row() <= text_.size() + 1) return;
    // Every field takes a byte, so some row is too short: said before memory is taken.
    for (auto all = lines_; all.next();) check_length(all, all.fields(separator_).size());
  }

  void check_length(TextLines const& line, std::size_t count) const {
    if (count != fields_a_row())
      line.refuse(
          fmt::format("{} field(s), but {} are expected as in the lines before; write as "
                      "many values in every row",
                      count, fields_a_row()));
  }

  void resize() {
    auto const rows = static_cast<Eigen::Index>(rows_), width = static_cast<Eigen::Index>(width_);
    if (transpose_)
      out_.values.resize(width, rows);
    else
      out_.values.resize(rows, width);
    step_ = transpose_ ? rows_ : 1;
    row_names_.reserve(rows_);
    row_lines_.reserve(rows_);
  }

  void add_row() {
    auto const& fields = lines_.fields(separator_);
    check_length(lines_, fields.size());
    auto const row = row_lines_.size();
    row_lines_.push_back(lines_.number());
    row_names_.emplace_back(named_rows_ ? trim(fields[0]) : std::string_view{});
    double* to = out_.values.data() + (transpose_ ? row : row * width_);
    auto const first = fields.size() - width_;
    for (std::size_t c = 0; c < width_; ++c, to += step_) *to = number(fields[first + c], c);
  }

  double number(std::string_view field, std::size_t column) const {
    auto value = parse_double(field);
    if (!value) value = parse_double(trim(field));
    if (value && std::isfinite(*value)) return *value;
    std::string const head =
        heads_.empty() ? std::to_string(column + fields_a_row() - width_ + 1) : heads_[column];
    auto const& name = row_names_.back();
    lines_.refuse(
        fmt::format("'{}' {}in column {} is {}; write a finite number or leave the name out",
                    trim(field), name.empty() ? "" : fmt::format("of {} ", name), head,
                    value || is_value(trim(field)) ? "no finite number" : "no number"));
  }

  void finish_rows() {
    out_.names = std::move(row_names_);
    out_.dimensions = std::move(heads_);
    check_names(path_, out_.names, rows_,
                [&](std::size_t i) { return fmt::format("line {}", row_lines_[i]); });
  }

  void finish_columns() {
    if (named_rows_) out_.dimensions = std::move(row_names_);
    out_.names = std::move(heads_);
    check_names(path_, out_.names, width_, [&](std::size_t i) {
      return fmt::format("column {} of the header", first_head_ + i);
    });
  }

  std::string const& path_;
  std::string_view text_;
  bool transpose_;
  char separator_;
  TextLines lines_;
  bool named_rows_ = true;      ///< the first field of a row is a name
  std::size_t width_ = 0;       ///< values of a row
  std::size_t rows_ = 0;        ///< after the header
  std::size_t step_ = 1;        ///< from one value of a row to the next
  std::size_t first_head_ = 1;  ///< column of the first head in the header, from 1
  std::vector<std::string> heads_, row_names_;
  std::vector<std::size_t> row_lines_;
  FeatureFile out_;
};

}  // namespace

FeatureFile read_feature_table(FeatureText const& file, FeatureFileOptions const& options) {
  return TableParser(file, options.transpose).parse();
}

}  // namespace pertscale
