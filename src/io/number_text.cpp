#include "io/number_text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace pertscale {

namespace {

/// `digits` without a point, of a number d.ddd x 10^exponent.
std::string positional(std::string const& digits, int exponent) {
  if (exponent < 0)
    return "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  auto const whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return digits + std::string(whole - digits.size(), '0') + ".0";
  return digits.substr(0, whole) + "." + digits.substr(whole);
}

template <class Number>
std::string shortest(Number value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 64> buffer{};
  auto const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value),
                                 std::chars_format::scientific)
                       .ptr;
  std::string_view const text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  std::size_t const mark = text.find('e');
  int const exponent = std::atoi(std::string(text.substr(mark + 1)).c_str());
  std::string const sign = std::signbit(value) ? "-" : "";
  if (exponent < -4 || exponent >= 16) return sign + std::string(text);
  std::string digits(text.substr(0, 1));
  if (mark > 2) digits += text.substr(2, mark - 2);
  return sign + positional(digits, exponent);
}

}  // namespace

std::string python_text(double value) { return shortest(value); }
std::string python_text(float value) { return shortest(value); }

}  // namespace pertscale
