#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

namespace pertscale {

std::string join(std::span<std::string const> parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  while (true) {
    std::size_t const end = text.find(separator, start);
    parts.emplace_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  std::size_t const first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::vector<std::string> parse_list(std::string_view text) {
  std::vector<std::string> out;
  for (auto const& line : split(text, '\n')) {
    auto const name = trim(line);
    if (!name.empty() && name.front() != '#') out.emplace_back(name);
  }
  return out;
}

std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 32> buffer{};
  auto const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  Number value{};
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t const substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<double> parse_double(std::string_view text) { return parse_number<double>(text); }

std::optional<std::int64_t> parse_integer(std::string_view text) {
  return parse_number<std::int64_t>(text);
}

std::optional<bool> parse_bool(std::string_view text) {
  if (text == "yes" || text == "true") return true;
  if (text == "no" || text == "false") return false;
  return std::nullopt;
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  text = trim(text);
  std::size_t const unit_at = text.find_first_not_of("0123456789.");
  auto const number = parse_double(text.substr(0, unit_at));
  if (!number || *number <= 0) return std::nullopt;
  std::string_view const unit =
      unit_at == std::string_view::npos ? std::string_view{} : trim(text.substr(unit_at));
  struct Unit {
    std::string_view name;
    double bytes;
  };
  static constexpr std::array units{Unit{"", 1},         Unit{"B", 1},        Unit{"KiB", 0x1p10},
                                    Unit{"MiB", 0x1p20}, Unit{"GiB", 0x1p30}, Unit{"TiB", 0x1p40},
                                    Unit{"KB", 1e3},     Unit{"MB", 1e6},     Unit{"GB", 1e9},
                                    Unit{"TB", 1e12},    Unit{"K", 0x1p10},   Unit{"M", 0x1p20},
                                    Unit{"G", 0x1p30}};
  for (auto const& [name, bytes] : units)
    if (unit == name && *number * bytes < 0x1p63)
      return static_cast<std::uint64_t>(*number * bytes);
  return std::nullopt;
}

std::optional<double> parse_duration(std::string_view text) {
  constexpr std::string_view units = "smh";
  constexpr std::array unit_seconds{1.0, 60.0, 3600.0};
  if (text.empty()) return std::nullopt;
  if (auto const unit = units.find(text.back()); unit != std::string_view::npos) {
    auto const number = parse_double(text.substr(0, text.size() - 1));
    return number ? std::optional(*number * unit_seconds[unit]) : std::nullopt;
  }
  double seconds = 0;
  std::size_t missing = 0;  // fields after the last one given: D-HH leaves out MM and SS
  std::size_t const dash = text.find('-');
  if (dash != std::string_view::npos) {
    auto const days = parse_double(text.substr(0, dash));
    if (!days) return std::nullopt;
    seconds = *days * 24;
    text.remove_prefix(dash + 1);
  }
  auto const fields = split(text, ':');
  if (fields.size() > 3) return std::nullopt;
  if (dash != std::string_view::npos) missing = 3 - fields.size();
  bool first = true;
  for (auto const& field : fields) {
    auto const number = parse_double(field);
    if (!number || *number < 0) return std::nullopt;
    seconds = (first ? seconds : seconds * 60) + *number;
    first = false;
  }
  for (; missing > 0; --missing) seconds *= 60;
  return seconds;
}

std::string bytes_text(double bytes) {
  static constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < units.size(); ++unit) bytes /= 1024;
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.1f} {}", bytes, units[unit]);
}

namespace {

std::string in_small_letters(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, std::span<std::string const> candidates) {
  std::string const wanted = in_small_letters(word);
  std::size_t best = std::max<std::size_t>(2, word.size() / 3) + 1;
  std::optional<std::string> found;
  for (auto const& candidate : candidates) {
    std::size_t const distance = edit_distance(wanted, in_small_letters(candidate));
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string suggestion(std::string_view word, std::span<std::string const> candidates) {
  if (auto const near = nearest(word, candidates)) return fmt::format(" Did you mean '{}'?", *near);
  if (candidates.empty()) return " None is known.";
  return fmt::format(" Known: {}.", join(candidates, ", "));
}

std::string percent_escape(std::string_view text) {
  std::string out;
  for (unsigned char const c : text) {
    bool const plain =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
        std::string_view("._-@=+,").find(static_cast<char>(c)) != std::string_view::npos;
    if (plain)
      out += static_cast<char>(c);
    else
      out += fmt::format("%{:02X}", c);
  }
  return out;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (char const c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace pertscale
