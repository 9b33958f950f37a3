#include <fmt/format.h>

#include <array>
#include <limits>

#include "core/csv_text.hpp"
#include "core/text.hpp"
#include "io/text_screen.hpp"
#include "io/whole_text.hpp"

namespace pertscale {

namespace {

bool ends_with_any(std::string const& path, std::initializer_list<char const*> ends) {
  for (auto const* end : ends)
    if (path.ends_with(end)) return true;
  return false;
}

bool is_missing(std::string_view field) {
  return field.empty() || field == "NA" || field == "NaN" || field == "nan" || field == "null";
}

/// Names that are no genes, whatever their values.
bool is_label_name(std::string const& name) {
  static std::array<std::string, 4> const known{"context", "split", "cells", "status"};
  return std::find(known.begin(), known.end(), name) != known.end();
}

/// The first column names the conditions; so labels are it, the known names, and columns whose
/// first value is text.
class CsvParser {
 public:
  CsvParser(std::string const& path, std::string_view text)
      : path_(path),
        text_(text),
        separator_(ends_with_any(path, {".tsv", ".tsv.gz"}) ? '\t' : ',') {}

  TextProfiles parse() {
    std::string_view line;
    if (!next_line(text_, line)) throw UserError(path_ + ": is empty; copy or download it again");
    header_ = csv_fields(line, separator_);
    while (next_line(text_, line)) {
      ++line_number_;
      if (!trim(line).empty()) add_row(csv_fields(line, separator_));
    }
    if (is_label_.empty()) choose_labels({});
    out_.form = fmt::format("{} of conditions x genes", separator_ == ',' ? "csv" : "tsv");
    return std::move(out_);
  }

 private:
  void choose_labels(std::vector<std::string> const& first) {
    for (std::size_t c = 0; c < header_.size(); ++c) {
      bool const text = c < first.size() && !is_missing(first[c]) && !parse_double(first[c]);
      is_label_.push_back(c == 0 || is_label_name(header_[c]) || text);
      if (is_label_.back())
        out_.labels.push_back({c == 0 && header_[c].empty() ? "condition" : header_[c], {}});
      else
        out_.genes.push_back(header_[c]);
    }
  }

  void add_row(std::vector<std::string> const& fields) {
    if (fields.size() != header_.size())
      throw UserError(fmt::format("{}:{}: {} field(s), but the first line has {}", path_,
                                  line_number_, fields.size(), header_.size()));
    if (is_label_.empty()) choose_labels(fields);
    std::size_t label = 0;
    for (std::size_t c = 0; c < fields.size(); ++c)
      if (is_label_[c])
        out_.labels[label++].second.push_back(fields[c]);
      else
        out_.values.push_back(number(fields[c], c));
  }

  double number(std::string const& field, std::size_t column) const {
    if (is_missing(field)) return std::numeric_limits<double>::quiet_NaN();
    if (auto const value = parse_double(trim(field))) return *value;
    throw UserError(fmt::format("{}:{}: '{}' in column {} is no number", path_, line_number_, field,
                                header_[column]));
  }

  std::string const& path_;
  std::string_view text_;
  char separator_;
  std::size_t line_number_ = 1;
  std::vector<std::string> header_;
  std::vector<bool> is_label_;
  TextProfiles out_;
};

class CsvReader final : public TextScreen {
 public:
  bool recognises(std::string const& path) const override {
    return ends_with_any(path, {".csv", ".tsv", ".csv.gz", ".tsv.gz"});
  }

 private:
  TextProfiles load(std::string const& path) const override {
    auto const text = whole_text(path);
    return CsvParser(path, text).parse();
  }
};

Registered<ScreenReader> const registered{
    {"csv",
     "csv or tsv (also .gz) of conditions x genes: the condition first, then labels and genes",
     "RFC 4180",
     {},
     [] { return std::make_unique<CsvReader>(); }}};

}  // namespace

}  // namespace pertscale
