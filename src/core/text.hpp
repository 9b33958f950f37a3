#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Small text helpers that every room shares.
namespace pertscale {

std::string join(std::span<std::string const> parts, std::string_view separator);
std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
/// The lines of a list file: one name a line, `#` comments, blanks trimmed.
std::vector<std::string> parse_list(std::string_view text);

/// Shortest decimal text that reads back as the same double; "nan", "inf" as such.
std::string number_text(double value);

std::optional<double> parse_double(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<bool> parse_bool(std::string_view text);

/// Bytes of "512MiB", "1.5GiB", "2GB", "4096".
std::optional<std::uint64_t> parse_bytes(std::string_view text);
/// Seconds of "D-HH:MM:SS", "HH:MM:SS", "MM:SS", "90", "90s", "15m", "2h".
std::optional<double> parse_duration(std::string_view text);
/// "1.5 GiB": for people.
std::string bytes_text(double bytes);

/// The candidate closest in edit distance, if close enough to be meant.
std::optional<std::string> nearest(std::string_view word, std::span<std::string const> candidates);
/// " Did you mean 'x'?" or, when nothing is near, " Known: a, b, c."
std::string suggestion(std::string_view word, std::span<std::string const> candidates);

/// Letters, digits and "._-@=+," stay; every other byte becomes %XX, for use as a file name.
std::string percent_escape(std::string_view text);

/// A CSV field: quoted (RFC 4180) where it holds a comma, a quote or a line break.
std::string csv_field(std::string_view text);

}  // namespace pertscale
