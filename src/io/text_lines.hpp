#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace pertscale {

/// The lines of a text file, one after the other, and their fields. A copy goes on from where the
/// original stands. The text and the path must outlive it.
class TextLines {
 public:
  /// A byte order mark is left out.
  TextLines(std::string const& path, std::string_view text);

  /// Goes to the next line that is not blank; false at the end.
  bool next();
  std::string_view line() const { return line_; }
  /// Of the line in the file, from 1.
  std::size_t number() const { return number_; }
  /// Fields of the line, with quotes (RFC 4180) taken off; they live until the next call.
  std::vector<std::string_view> const& fields(char separator);
  /// Words of the line, separated by blanks or tabs.
  std::vector<std::string_view> const& words();
  /// Throws UserError "FILE:LINE: sentence".
  [[noreturn]] void refuse(std::string const& sentence) const;

 private:
  std::string const* path_;
  std::string_view rest_, line_;
  std::size_t number_ = 0;
  std::vector<std::string> unquoted_;
  std::vector<std::string_view> fields_;
};

/// Tab where the first line has one, else comma.
char separator_of(std::string_view text);
/// Copies of the fields, without blanks around them.
std::vector<std::string> trimmed(std::vector<std::string_view> const& fields);

}  // namespace pertscale
