#include "core/input_features.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace pertscale {

namespace {

std::vector<std::string> divided(std::string_view text) {
  std::vector<std::string> out(1);
  int depth = 0;
  for (char const c : text) {
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (depth < 0 || depth > 1)
      throw UserError("has brackets that do not fit; write FILE(key=value;key=value)");
    if (c == ',' && depth == 0)
      out.emplace_back();
    else
      out.back() += c;
  }
  if (depth != 0) throw UserError("has a bracket that is not closed; write FILE(key=value)");
  return out;
}

InputSource source_of(std::string_view text) {
  InputSource source;
  text = trim(text);
  source.screen = text.starts_with("screen:");
  if (source.screen) text.remove_prefix(7);
  auto const open = text.find('(');
  source.path = trim(text.substr(0, open));
  if (source.path.empty()) throw UserError("has a source that has no file; write FILE[,FILE...]");
  if (open == std::string_view::npos) return source;
  if (text.back() != ')')
    throw UserError(fmt::format("has text behind the bracket of {}; leave it out", source.path));
  for (auto const& setting : split(text.substr(open + 1, text.size() - open - 2), ';')) {
    auto const equals = setting.find('=');
    if (equals == std::string::npos)
      throw UserError(
          fmt::format("has '{}' in the bracket of {}, which is not of the form key=value", setting,
                      source.path));
    source.settings.emplace_back(trim(std::string_view(setting).substr(0, equals)),
                                 trim(std::string_view(setting).substr(equals + 1)));
  }
  return source;
}

}  // namespace

std::vector<InputSource> input_sources(std::string_view text) {
  std::vector<InputSource> out;
  for (auto const& source : divided(text)) out.push_back(source_of(source));
  return out;
}

void InputFeatures::take(std::string_view written) {
  bool const word = std::find(words.begin(), words.end(), written) != words.end();
  sources = word ? std::vector<InputSource>{} : input_sources(written);
  text = written;
}

bool InputFeatures::reads_screens() const {
  return std::any_of(sources.begin(), sources.end(), [](auto const& one) { return one.screen; });
}

}  // namespace pertscale
