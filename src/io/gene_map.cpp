#include "io/gene_map.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/plain_file.hpp"
#include "io/text_lines.hpp"
#include "io/utf8.hpp"
#include "io/whole_text.hpp"

namespace pertscale {

GeneMap read_gene_map(std::string const& path) {
  { PlainFile const is_there(path); }
  auto const text = whole_text(path);
  auto const separator = separator_of(text);
  GeneMap map;
  std::unordered_map<std::string, std::size_t> line_of;
  for (TextLines lines(path, text); lines.next();) {
    auto const& fields = lines.fields(separator);
    if (fields.size() != 2)
      lines.refuse(
          fmt::format("{} column(s) ('{}'), not 2; write a name and its other name, "
                      "separated by a comma or a tab",
                      fields.size(), lines.line().substr(0, 60)));
    std::string const from(trim(fields[0])), to(trim(fields[1]));
    if (!is_utf8(lines.line())) lines.refuse("the line is not UTF-8 text; write the file anew");
    if (from.empty() || to.empty()) continue;
    auto const [found, is_new] = map.emplace(from, to);
    if (!is_new && found->second != to)
      lines.refuse(fmt::format("{} is {} here, but {} in line {}; keep one of them", from, to,
                               found->second, line_of.at(from)));
    if (is_new) line_of.emplace(from, lines.number());
  }
  if (map.empty())
    throw UserError(path + ": holds no rows; write a name and its other name in each");
  return map;
}

RenamedGenes rename_genes(FeatureFile& file, GeneMap const& map, std::string const& path) {
  RenamedGenes counts;
  std::unordered_map<std::string, std::size_t> first;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < file.names.size(); ++i) {
    auto const found = map.find(file.names[i]);
    if (found == map.end()) ++counts.unknown;
    names.push_back(found == map.end() ? file.names[i] : found->second);
    if (names.back() != file.names[i]) ++counts.renamed;
    auto const [before, is_new] = first.emplace(names.back(), i);
    if (!is_new)
      throw UserError(
          fmt::format("{}: {} and {} both become {} by the table of names; leave one of them out "
                      "of the file or "
                      "of the table",
                      path, file.names[before->second], file.names[i], names.back()));
  }
  file.names = std::move(names);
  return counts;
}

}  // namespace pertscale
