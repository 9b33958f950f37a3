#include "suite/key_values.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "core/text.hpp"

namespace pertscale {

namespace {

std::string without_comment(std::string const& line) {
  for (std::size_t i = 0; i < line.size(); ++i)
    if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t'))
      return line.substr(0, i);
  return line;
}

/// Replaces every ${NAME}; an unset one is a mistake.
std::string expand_environment(std::string text, std::string const& where, Mistakes& mistakes) {
  std::size_t start = 0;
  while ((start = text.find("${", start)) != std::string::npos) {
    std::size_t const end = text.find('}', start);
    if (end == std::string::npos) {
      mistakes.add(where + ": '${' is not closed by '}'");
      return text;
    }
    std::string const name = text.substr(start + 2, end - start - 2);
    char const* const value = std::getenv(name.c_str());
    if (value == nullptr) {
      mistakes.add(fmt::format("{}: the environment variable {} is not set; export {}=...", where,
                               name, name));
      return text;
    }
    text.replace(start, end - start + 1, value);
    start += std::string_view(value).size();
  }
  return text;
}

}  // namespace

bool is_binary(std::string const& text) { return text.find('\0') != std::string::npos; }

std::vector<KeyValue> parse_key_values(std::string const& path, std::string const& text,
                                       Mistakes& mistakes) {
  std::vector<KeyValue> out;
  if (is_binary(text)) {
    mistakes.add(
        path +
        ": is neither a screen (HDF5's signature is absent) nor a dataset or study file, which "
        "is text; check the name, or copy the file again");
    return out;
  }
  int number = 0;
  std::string_view const mark = "\xEF\xBB\xBF";  // of UTF-8 files from some editors
  std::string_view const content(text);
  for (auto const& raw :
       split(content.starts_with(mark) ? content.substr(mark.size()) : content, '\n')) {
    ++number;
    std::string const line(trim(without_comment(raw)));
    if (line.empty()) continue;
    std::string const where = fmt::format("{}:{}", path, number);
    std::size_t const equals = line.find('=');
    if (equals == std::string::npos || trim(line.substr(0, equals)).empty()) {
      mistakes.add(fmt::format("{}: '{}' is not of the form key = value", where, line));
      continue;
    }
    std::string value(trim(std::string_view(line).substr(equals + 1)));
    out.push_back({number, std::string(trim(line.substr(0, equals))),
                   expand_environment(std::move(value), where, mistakes)});
  }
  return out;
}

std::string relative_to(std::string const& naming_file, std::string const& path) {
  std::filesystem::path const given(path);
  if (given.is_absolute()) return path;
  return (std::filesystem::path(naming_file).parent_path() / given).lexically_normal().string();
}

}  // namespace pertscale
