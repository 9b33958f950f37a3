#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/feature_forms.hpp"
#include "io/text_lines.hpp"

namespace pertscale {

namespace {

/// Places of an edge's ends and weight in a line.
struct EdgeColumns {
  std::array<std::size_t, 3> at{};
  bool blanks = false;  ///< fields are separated by blanks (STRING)
  char separator = ',';
};

std::vector<std::string_view> const& fields_of(TextLines& lines, EdgeColumns const& columns) {
  return columns.blanks ? lines.words() : lines.fields(columns.separator);
}

/// Columns of a header line; none where it is no graph's.
std::optional<EdgeColumns> edge_columns(std::string_view text) {
  static constexpr std::array<std::array<char const*, 3>, 2> names{
      {{"source", "target", "importance"}, {"protein1", "protein2", "combined_score"}}};
  std::string const nowhere;
  TextLines lines(nowhere, text.substr(0, text.find('\n')));
  if (!lines.next()) return std::nullopt;
  for (std::size_t form = 0; form < names.size(); ++form) {
    auto const& wanted = names[form];
    bool const blanks = form == 1 && lines.line().find(',') == std::string_view::npos;
    EdgeColumns columns{{}, blanks, separator_of(text)};
    auto const header = trimmed(fields_of(lines, columns));
    std::size_t found = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      auto const at = std::find(header.begin(), header.end(), wanted[i]);
      columns.at[i] = static_cast<std::size_t>(at - header.begin());
      if (at != header.end()) ++found;
    }
    if (found == wanted.size()) return columns;
  }
  return std::nullopt;
}

double weight_of(TextLines const& lines, std::string_view field) {
  auto const value = parse_double(trim(field));
  if (!value || !std::isfinite(*value))
    lines.refuse(fmt::format("the weight '{}' is no finite number; mend it or leave the edge out",
                             trim(field)));
  return *value;
}

/// How many edges are there again, in the same direction.
std::size_t repeated(std::vector<GraphEdge> const& edges) {
  std::vector<std::pair<std::int32_t, std::int32_t>> ends;
  ends.reserve(edges.size());
  for (auto const& edge : edges) ends.emplace_back(edge.from, edge.to);
  std::sort(ends.begin(), ends.end());
  return static_cast<std::size_t>(ends.end() - std::unique(ends.begin(), ends.end()));
}

}  // namespace

bool is_graph(std::string_view text) { return edge_columns(text).has_value(); }

FeatureFile read_graph(FeatureText const& file) {
  auto const columns = *edge_columns(file.text);
  TextLines lines(file.path, file.text);
  lines.next();
  auto const width = fields_of(lines, columns).size();
  FeatureFile out;
  out.kind = FeatureFile::Kind::graph;
  NumberedNames names;
  while (lines.next()) {
    auto const& fields = fields_of(lines, columns);
    if (fields.size() != width)
      lines.refuse(fmt::format("{} field(s), but the first line has {}; write as many in every row",
                               fields.size(), width));
    auto const from = trim(fields[columns.at[0]]), to = trim(fields[columns.at[1]]);
    if (from.empty() || to.empty())
      lines.refuse(
          fmt::format("the edge '{}' to '{}' lacks an end; name it or leave it out", from, to));
    GraphEdge edge;
    edge.from = names.number(from);
    edge.to = names.number(to);
    edge.weight = weight_of(lines, fields[columns.at[2]]);
    out.edges.push_back(edge);
  }
  out.names = names.take();
  if (out.edges.empty())
    throw UserError(file.path + ": holds a header but no rows (0 edges); write one edge a row");
  check_names(file.path, out.names, out.names.size(),
              [](std::size_t i) { return fmt::format("place {} (of first mentions)", i + 1); });
  if (auto const again = repeated(out.edges); again > 0)
    out.notes.push_back(fmt::format("{}: {} edge(s) are there again, and kept.", file.path, again));
  return out;
}

}  // namespace pertscale
