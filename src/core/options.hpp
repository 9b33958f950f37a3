#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/input_features.hpp"

/// One declaration of an option parses it, prints its help, echoes it into the provenance, rejects
/// unknown keys with the nearest known one, and checks its range.
namespace pertscale {

/// A text file an option names. Parts never open files: the suite reads the text and hands it over.
struct InputText {
  std::string path;  ///< as written by the user; empty when the option is not given
  std::string text;  ///< the file's content, filled by the suite before the part is used
  bool given() const { return !path.empty(); }
};

/// Whole numbers written `1:5` (1 to 5) or `1,3`.
using Seeds = std::vector<std::int64_t>;

/// One option bound to a variable of its owner.
class Option {
 public:
  std::string name;
  std::string help;
  std::string type;           ///< "integer", "number", "text", "yes|no", "file", "a|b|c", ...
  std::string default_value;  ///< text of the bound variable when the option was declared
  bool given = false;         ///< the user wrote it
  InputText* file = nullptr;  ///< set for options that name, or may name, a text file
  InputFeatures* features = nullptr;  ///< set for options that name, or may name, features

  Option& at_least(double minimum);
  Option& at_most(double maximum);
  Option& greater_than(double bound);
  Option& one_of(std::vector<std::string> choices);
  /// The part checks the text itself: returns an empty string, or what is wrong with it.
  Option& checked(std::function<std::string(std::string const&)> check);
  /// A value that starts with `prefix` names a text file: what follows is its path.
  Option& file_after(std::string prefix, InputText& text);

  /// Sets the variable; throws UserError with one sentence (without naming the file or line).
  void assign(std::string_view text);
  /// The variable's value as text that `assign` reads back.
  std::string value() const { return print_(); }
  bool is_default() const { return value() == default_value; }
  /// What the option's effect depends on: the content of the file it names, else its value.
  std::string content() const;

 private:
  friend class OptionList;
  std::function<std::string(std::string_view)> parse_;  ///< empty, or what is wrong
  std::function<std::string()> print_;
  std::vector<std::function<std::string(std::string const&)>> checks_;
  std::string file_prefix_;  ///< of `file_after`
};

/// The options of one part, bound to its variables (which must outlive the list).
class OptionList {
 public:
  Option& add(std::string name, int& value, std::string help);
  Option& add(std::string name, std::int64_t& value, std::string help);
  Option& add(std::string name, double& value, std::string help);
  Option& add(std::string name, bool& value, std::string help);
  Option& add(std::string name, std::string& value, std::string help);
  Option& add(std::string name, Seeds& value, std::string help);
  Option& add(std::string name, std::vector<std::string>& value, std::string help);
  Option& add(std::string name, InputText& value, std::string help);
  Option& add(std::string name, InputFeatures& value, std::string help);

  /// Sets one option; an unknown name is a UserError that suggests the nearest.
  void assign(std::string_view name, std::string_view text);
  Option* find(std::string_view name);
  Option const* find(std::string_view name) const;
  std::vector<std::string> names() const;
  std::vector<Option>& all() { return options_; }
  std::vector<Option> const& all() const { return options_; }

  /// `name=value name=value` of every option, in declaration order (provenance, identity of a
  /// unit).
  std::string canonical() const;
  /// `name=value,...` of the options that differ from their default; empty if none does.
  std::string differing() const;

 private:
  Option& append(std::string name, std::string help, std::string type);
  std::vector<Option> options_;
};

/// A part as written by a user: `name key=value key=value`.
struct PartText {
  std::string name;
  std::vector<std::pair<std::string, std::string>> settings;
};

/// Splits `name key=value ...`; values may be quoted with "..." to hold blanks. Throws UserError.
PartText parse_part(std::string_view text);

}  // namespace pertscale
