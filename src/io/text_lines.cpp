#include "io/text_lines.hpp"

#include <fmt/format.h>

#include "core/csv_text.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace pertscale {

TextLines::TextLines(std::string const& path, std::string_view text) : path_(&path), rest_(text) {
  if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
}

bool TextLines::next() {
  while (next_line(rest_, line_)) {
    ++number_;
    if (line_.find_first_not_of(" \t\r") != std::string_view::npos) return true;
  }
  return false;
}

std::vector<std::string_view> const& TextLines::fields(char separator) {
  fields_.clear();
  if (line_.find('"') != std::string_view::npos) {
    unquoted_ = csv_fields(line_, separator);
    fields_.assign(unquoted_.begin(), unquoted_.end());
    return fields_;
  }
  for (std::size_t at = 0;;) {
    auto const end = line_.find(separator, at);
    fields_.push_back(line_.substr(at, end - at));
    if (end == std::string_view::npos) return fields_;
    at = end + 1;
  }
}

std::vector<std::string_view> const& TextLines::words() {
  constexpr std::string_view blanks = " \t";
  fields_.clear();
  for (std::size_t at = line_.find_first_not_of(blanks); at != std::string_view::npos;) {
    auto const end = line_.find_first_of(blanks, at);
    fields_.push_back(line_.substr(at, end - at));
    at = line_.find_first_not_of(blanks, end);
  }
  return fields_;
}

void TextLines::refuse(std::string const& sentence) const {
  throw UserError(fmt::format("{}:{}: {}", *path_, number_, sentence));
}

char separator_of(std::string_view text) {
  return text.substr(0, text.find('\n')).find('\t') != std::string_view::npos ? '\t' : ',';
}

std::vector<std::string> trimmed(std::vector<std::string_view> const& fields) {
  std::vector<std::string> out;
  out.reserve(fields.size());
  for (auto const field : fields) out.emplace_back(trim(field));
  return out;
}

}  // namespace pertscale
