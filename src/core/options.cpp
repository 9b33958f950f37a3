#include "core/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/text.hpp"

namespace pertscale {

namespace {

std::string seeds_text(Seeds const& seeds) {
  std::vector<std::string> parts;
  for (auto const seed : seeds) parts.push_back(std::to_string(seed));
  return join(parts, ",");
}

std::string parse_seeds(std::string_view text, Seeds& seeds) {
  Seeds out;
  for (auto const& part : split(text, ',')) {
    auto const ends = split(part, ':');
    auto const first = parse_integer(trim(ends.front()));
    auto const last = parse_integer(trim(ends.back()));
    bool const fine = ends.size() <= 2 && first && last && *first >= 0 && *last >= *first &&
                      *last <= std::numeric_limits<std::uint32_t>::max() && *last - *first < 100000;
    if (ends.size() == 2 && first && last && *last < *first)
      return fmt::format("takes ranges that rise, as {}:{}", *last, *first);
    if (!fine) return "takes whole numbers from 0 to 4294967295, as 1:5 or 1,3";
    for (auto seed = *first; seed <= *last; ++seed) out.push_back(seed);
  }
  for (std::size_t i = 0; i < out.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (out[i] == out[j]) return fmt::format("names {} twice", out[i]);
  seeds = std::move(out);
  return {};
}

}  // namespace

Option& Option::at_least(double minimum) {
  checks_.emplace_back([minimum](std::string const& text) {
    return parse_double(text).value_or(minimum) < minimum
               ? "must be at least " + number_text(minimum)
               : std::string();
  });
  return *this;
}

Option& Option::at_most(double maximum) {
  checks_.emplace_back([maximum](std::string const& text) {
    return parse_double(text).value_or(maximum) > maximum
               ? "must be at most " + number_text(maximum)
               : std::string();
  });
  return *this;
}

Option& Option::greater_than(double bound) {
  checks_.emplace_back([bound](std::string const& text) {
    auto const value = parse_double(text);
    return value && *value <= bound ? "must be greater than " + number_text(bound) : std::string();
  });
  return *this;
}

Option& Option::one_of(std::vector<std::string> choices) {
  type = join(choices, "|");
  checks_.emplace_back([choices = std::move(choices)](std::string const& text) {
    for (auto const& choice : choices)
      if (text == choice) return std::string();
    auto const near = nearest(text, choices);
    return "takes " + join(choices, ", ") + (near ? ". Did you mean '" + *near + "'?" : "");
  });
  return *this;
}

Option& Option::checked(std::function<std::string(std::string const&)> check) {
  checks_.push_back(std::move(check));
  return *this;
}

Option& Option::file_after(std::string prefix, InputText& text) {
  file = &text;
  file_prefix_ = std::move(prefix);
  return checked([prefix = file_prefix_](std::string const& value) {
    return value == prefix ? "names no file" : std::string();
  });
}

std::string Option::content() const {
  if (features != nullptr && features->names_files()) return features->digest;
  if (file == nullptr || (!file_prefix_.empty() && !file->given())) return value();
  return file_prefix_ + file->text;
}

void Option::assign(std::string_view text) {
  std::string const before = print_();
  std::string problem = parse_(text);
  for (std::size_t i = 0; problem.empty() && i < checks_.size(); ++i) {
    problem = checks_[i](print_());
    if (!problem.empty()) parse_(before);
  }
  if (!problem.empty()) throw UserError(fmt::format("{}={} {}", name, text, problem));
  if (!file_prefix_.empty())
    *file = {text.starts_with(file_prefix_) ? std::string(text.substr(file_prefix_.size()))
                                            : std::string(),
             {}};
  given = true;
}

Option& OptionList::append(std::string name, std::string help, std::string type) {
  Option& option = options_.emplace_back();
  option.name = std::move(name);
  option.help = std::move(help);
  option.type = std::move(type);
  return option;
}

Option& OptionList::add(std::string name, std::int64_t& value, std::string help) {
  Option& option = append(std::move(name), std::move(help), "integer");
  option.parse_ = [&value](std::string_view text) {
    auto const parsed = parse_integer(text);
    if (!parsed) return std::string("is not a whole number");
    value = *parsed;
    return std::string();
  };
  option.print_ = [&value] { return std::to_string(value); };
  option.default_value = option.print_();
  return option;
}

Option& OptionList::add(std::string name, int& value, std::string help) {
  Option& option = append(std::move(name), std::move(help), "integer");
  option.parse_ = [&value](std::string_view text) {
    auto const parsed = parse_integer(text);
    if (!parsed || std::abs(*parsed) > std::numeric_limits<int>::max())
      return std::string("is not a whole number");
    value = static_cast<int>(*parsed);
    return std::string();
  };
  option.print_ = [&value] { return std::to_string(value); };
  option.default_value = option.print_();
  return option;
}

Option& OptionList::add(std::string name, double& value, std::string help) {
  Option& option = append(std::move(name), std::move(help), "number");
  option.parse_ = [&value](std::string_view text) {
    auto const parsed = parse_double(text);
    if (!parsed || !std::isfinite(*parsed)) return std::string("is not a number");
    value = *parsed;
    return std::string();
  };
  option.print_ = [&value] { return number_text(value); };
  option.default_value = option.print_();
  return option;
}

Option& OptionList::add(std::string name, bool& value, std::string help) {
  Option& option = append(std::move(name), std::move(help), "yes|no");
  option.parse_ = [&value](std::string_view text) {
    auto const parsed = parse_bool(text);
    if (!parsed) return std::string("takes yes or no");
    value = *parsed;
    return std::string();
  };
  option.print_ = [&value] { return std::string(value ? "yes" : "no"); };
  option.default_value = option.print_();
  return option;
}

Option& OptionList::add(std::string name, std::string& value, std::string help) {
  Option& option = append(std::move(name), std::move(help), "text");
  option.parse_ = [&value](std::string_view text) {
    value = text;
    return std::string();
  };
  option.print_ = [&value] { return value; };
  option.default_value = option.print_();
  return option;
}

Option& OptionList::add(std::string name, Seeds& value, std::string help) {
  Option& option = append(std::move(name), std::move(help), "seeds");
  option.parse_ = [&value](std::string_view text) { return parse_seeds(text, value); };
  option.print_ = [&value] { return seeds_text(value); };
  option.default_value = option.print_();
  return option;
}

Option& OptionList::add(std::string name, std::vector<std::string>& value, std::string help) {
  Option& option = append(std::move(name), std::move(help), "list");
  option.parse_ = [&value](std::string_view text) {
    value.clear();
    for (auto const& part : split(text, ','))
      if (!trim(part).empty()) value.emplace_back(trim(part));
    return std::string();
  };
  option.print_ = [&value] { return join(value, ","); };
  option.default_value = option.print_();
  return option;
}

Option& OptionList::add(std::string name, InputText& value, std::string help) {
  Option& option = append(std::move(name), std::move(help), "file");
  option.file = &value;
  option.parse_ = [&value](std::string_view text) {
    value = {std::string(text), {}};
    return std::string();
  };
  option.print_ = [&value] { return value.path; };
  return option;
}

Option& OptionList::add(std::string name, InputFeatures& value, std::string help) {
  auto words = value.words;
  words.emplace_back("FILE[,FILE...]");
  Option& option = append(std::move(name), std::move(help), join(words, "|"));
  option.features = &value;
  option.parse_ = [&value](std::string_view text) {
    if (text.empty()) return std::string("names no file");
    try {
      value.take(text);
    } catch (UserError const& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  option.print_ = [&value] { return value.text; };
  option.default_value = option.print_();
  return option;
}

Option* OptionList::find(std::string_view name) {
  for (auto& option : options_)
    if (option.name == name) return &option;
  return nullptr;
}

Option const* OptionList::find(std::string_view name) const {
  for (auto const& option : options_)
    if (option.name == name) return &option;
  return nullptr;
}

std::vector<std::string> OptionList::names() const {
  std::vector<std::string> out;
  for (auto const& option : options_) out.push_back(option.name);
  return out;
}

void OptionList::assign(std::string_view name, std::string_view text) {
  Option* const option = find(name);
  if (option == nullptr)
    throw UserError(fmt::format("unknown option '{}'.{}", name, suggestion(name, names())));
  if (option->given) throw UserError(fmt::format("option '{}' is given twice", name));
  option->assign(text);
}

std::string OptionList::canonical() const {
  std::vector<std::string> parts;
  for (auto const& option : options_) parts.push_back(option.name + "=" + option.value());
  return join(parts, " ");
}

std::string OptionList::differing() const {
  std::vector<std::string> parts;
  for (auto const& option : options_)
    if (!option.is_default()) parts.push_back(option.name + "=" + option.value());
  return join(parts, ",");
}

}  // namespace pertscale
