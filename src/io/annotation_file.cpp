#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/feature_forms.hpp"
#include "io/text_lines.hpp"
#include "io/utf8.hpp"

namespace pertscale {

namespace {

constexpr std::size_t least_gaf_columns = 15, most_gaf_columns = 17;

/// Collects terms and their members.
class AnnotationBuilder {
 public:
  explicit AnnotationBuilder(std::string const& path) : path_(path) {}

  /// Begins a term that must be new.
  std::size_t add_term(TextLines const& line, std::string_view term) {
    auto const found = term_of(line, term);
    if (lines_[found] != line.number())
      line.refuse(
          fmt::format("the term {} is there twice, in line {} and in line {}; keep one of "
                      "them",
                      term, lines_[found], line.number()));
    return found;
  }

  std::size_t term_of(TextLines const& line, std::string_view term) {
    if (term.empty()) line.refuse("the name of the term ('') is empty; give it a name");
    if (!is_utf8(term)) line.refuse("the name of the term is not UTF-8 text; write the file anew");
    auto const number = static_cast<std::size_t>(terms_.number(term));
    if (number == out_.members.size()) {
      out_.members.emplace_back();
      lines_.push_back(line.number());
    }
    return number;
  }

  void add_member(std::size_t term, std::string_view name) {
    out_.members[term].push_back(names_.number(name));
  }

  void note(std::string sentence) { out_.notes.push_back(std::move(sentence)); }

  FeatureFile finish() {
    out_.kind = FeatureFile::Kind::annotation;
    out_.names = names_.take();
    out_.terms = terms_.take();
    std::size_t empty = 0, repeated = 0;
    for (auto& members : out_.members) {
      std::sort(members.begin(), members.end());
      auto const last = std::unique(members.begin(), members.end());
      repeated += static_cast<std::size_t>(members.end() - last);
      members.erase(last, members.end());
      if (members.empty()) ++empty;
    }
    if (out_.names.empty())
      throw UserError(fmt::format(
          "{}: holds {} term(s) but no rows with members; write one term a row, with its genes",
          path_, out_.terms.size()));
    if (empty > 0) note(fmt::format("{}: {} term(s) have no members.", path_, empty));
    if (repeated > 0)
      note(fmt::format("{}: {} member(s) named again in the same term were left out.", path_,
                       repeated));
    check_names(path_, out_.names, out_.names.size(),
                [](std::size_t i) { return fmt::format("place {} (of first mentions)", i + 1); });
    return std::move(out_);
  }

 private:
  std::string const& path_;
  NumberedNames names_, terms_;
  std::vector<std::size_t> lines_;  ///< of each term's first mention
  FeatureFile out_;
};

/// "TP53,1.0" is TP53 with a weight.
std::string_view without_weight(std::string_view member) {
  auto const comma = member.rfind(',');
  if (comma == std::string_view::npos || !parse_double(member.substr(comma + 1))) return member;
  return member.substr(0, comma);
}

bool is_negated(std::string_view qualifier) {
  auto const words = split(qualifier, '|');
  return std::find(words.begin(), words.end(), "NOT") != words.end();
}

std::size_t column_of(TextLines const& line, std::vector<std::string> const& header,
                      std::string const& name) {
  auto const found = std::find(header.begin(), header.end(), name);
  if (found == header.end())
    line.refuse(fmt::format("there is no column {}; name the columns in the first line", name));
  return static_cast<std::size_t>(found - header.begin());
}

}  // namespace

FeatureFile read_gmt(FeatureText const& file) {
  AnnotationBuilder builder(file.path);
  std::size_t weights = 0;
  for (TextLines lines(file.path, file.text); lines.next();) {
    auto const& fields = lines.fields('\t');
    if (fields.size() < 2)
      lines.refuse(
          fmt::format("'{}' is no gene set; write its name, a description and its genes, "
                      "separated by tabs",
                      lines.line().substr(0, 60)));
    auto const term = builder.add_term(lines, trim(fields[0]));
    for (std::size_t i = 2; i < fields.size(); ++i) {
      auto const member = trim(fields[i]);
      auto const name = without_weight(member);
      if (name.size() < member.size()) ++weights;
      if (!name.empty()) builder.add_member(term, name);
    }
  }
  if (weights > 0)
    builder.note(
        fmt::format("{}: the weights behind {} member(s) were left out.", file.path, weights));
  return builder.finish();
}

FeatureFile read_gaf(FeatureText const& file) {
  AnnotationBuilder builder(file.path);
  std::size_t negated = 0;
  for (TextLines lines(file.path, file.text); lines.next();) {
    if (lines.line().starts_with('!')) continue;
    auto const& fields = lines.fields('\t');
    if (fields.size() < least_gaf_columns || fields.size() > most_gaf_columns)
      lines.refuse(
          fmt::format("{} column(s), where a gene association file has {} to {}; download "
                      "it again",
                      fields.size(), least_gaf_columns, most_gaf_columns));
    auto const symbol = trim(fields[2]);
    if (symbol.empty()) lines.refuse("the symbol (column 3, '') is empty; download the file again");
    if (is_negated(fields[3])) {
      ++negated;
      continue;
    }
    builder.add_member(builder.term_of(lines, trim(fields[4])), symbol);
  }
  if (negated > 0)
    builder.note(fmt::format("{}: {} annotation(s) with the qualifier NOT were left out.",
                             file.path, negated));
  return builder.finish();
}

bool is_go_table(std::string_view text) {
  auto const line = text.substr(0, text.find('\n'));
  return line.find("go_id\t") != std::string_view::npos &&
         line.find("\tgene_symbols") != std::string_view::npos;
}

FeatureFile read_go_table(FeatureText const& file) {
  AnnotationBuilder builder(file.path);
  TextLines lines(file.path, file.text);
  lines.next();
  auto const header = trimmed(lines.fields('\t'));
  auto const term_column = column_of(lines, header, "go_id");
  auto const symbols_column = column_of(lines, header, "gene_symbols");
  while (lines.next()) {
    auto const& fields = lines.fields('\t');
    if (fields.size() != header.size())
      lines.refuse(fmt::format("{} field(s), but the first line has {}; download the file again",
                               fields.size(), header.size()));
    auto const term = builder.add_term(lines, trim(fields[term_column]));
    for (auto const& symbol : split(fields[symbols_column], '|'))
      if (!trim(symbol).empty()) builder.add_member(term, trim(symbol));
  }
  return builder.finish();
}

}  // namespace pertscale
