#pragma once
#include <functional>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace pertscale {

/// One `key = value` line of a study or dataset file.
struct KeyValue {
  int line = 0;
  std::string key;
  std::string value;
};

/// Gives a file's text on every rank (read once, broadcast). Throws UserError where it cannot be
/// read.
using TextSource = std::function<std::string(std::string const& path)>;

/// Has it a zero byte, which no dataset or study file has? What else is missing of such a file is
/// not worth saying.
bool is_binary(std::string const& text);

/// Splits a study or dataset file into lines: `#` starts a comment (at the start of a line or after
/// a blank), blank lines are skipped, `${NAME}` is the environment. Each mistake is a sentence with
/// path and line.
std::vector<KeyValue> parse_key_values(std::string const& path, std::string const& text,
                                       Mistakes& mistakes);

/// `path` relative to the folder of the file that names it.
std::string relative_to(std::string const& naming_file, std::string const& path);

}  // namespace pertscale
