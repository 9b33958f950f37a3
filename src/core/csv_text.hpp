#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace pertscale {

/// Fields of one line of a csv or tsv file; a field in quotes (RFC 4180) may hold the separator and
/// doubled quotes, but no line break.
std::vector<std::string> csv_fields(std::string_view line, char separator = ',');

/// Takes the next line off `text`, without its line break ("\n" or "\r\n"); false at the end.
bool next_line(std::string_view& text, std::string_view& line);

}  // namespace pertscale
