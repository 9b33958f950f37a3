#include <fmt/format.h>

#include "core/error.hpp"
#include "core/options.hpp"

namespace pertscale {

PartText parse_part(std::string_view text) {
  std::vector<std::string> words;
  bool quoted = false, in_word = false;
  for (char const c : text) {
    bool const blank = (c == ' ' || c == '\t') && !quoted;
    if (blank) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (c == '"')
      quoted = !quoted;
    else
      words.back() += c;
  }
  if (quoted) throw UserError(fmt::format("a quote is not closed in '{}'", text));
  if (words.empty()) throw UserError("a part's name is missing");

  PartText part{words.front(), {}};
  for (std::size_t i = 1; i < words.size(); ++i) {
    std::size_t const equals = words[i].find('=');
    if (equals == std::string::npos || equals == 0)
      throw UserError(fmt::format("'{}' is not of the form key=value", words[i]));
    part.settings.emplace_back(words[i].substr(0, equals), words[i].substr(equals + 1));
  }
  return part;
}

}  // namespace pertscale
