#include "core/text.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace pertscale;

TEST_CASE("numbers read back as the same double") {
  for (double const value : {0.1, 1.0 / 3, 2.1133e-300, -5.0, 1e22, std::nextafter(1.0, 2.0)})
    CHECK(parse_double(number_text(value)) == value);
  CHECK(number_text(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("sizes and durations as users write them") {
  CHECK(parse_bytes("1GiB") == 1073741824ULL);
  CHECK(parse_bytes("1.5 KiB") == 1536ULL);
  CHECK(parse_bytes("2GB") == 2000000000ULL);
  CHECK(parse_bytes("4096") == 4096ULL);
  CHECK_FALSE(parse_bytes("many"));
  CHECK_FALSE(parse_bytes("-1GiB"));
  CHECK(parse_duration("90s") == 90.0);
  CHECK(parse_duration("15m") == 900.0);
  CHECK(parse_duration("01:00:00") == 3600.0);
  CHECK(parse_duration("2:30") == 150.0);
  CHECK(parse_duration("1-12") == 129600.0);
  CHECK(parse_duration("1-12:30:15") == 131415.0);
  CHECK_FALSE(parse_duration("soon"));
  CHECK_FALSE(parse_duration(""));
}

TEST_CASE("the nearest known name is suggested, or all are listed") {
  std::vector<std::string> const known{"no-change", "additive", "perturbed-mean"};
  CHECK(suggestion("aditive", known) == " Did you mean 'additive'?");
  CHECK(suggestion("zzz", known) == " Known: no-change, additive, perturbed-mean.");
}

TEST_CASE("file names and csv fields") {
  CHECK(percent_escape("a/b c%") == "a%2Fb%20c%25");
  CHECK(percent_escape("linear@rank=20") == "linear@rank=20");
  CHECK(csv_field("plain") == "plain");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"x\"") == "\"say \"\"x\"\"\"");
}
