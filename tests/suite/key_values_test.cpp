#include "suite/key_values.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace pertscale;

TEST_CASE("lines, comments, blanks and the environment") {
  setenv("PERTSCALE_TEST_FOLDER", "/data", 1);
  Mistakes mistakes;
  auto const items = parse_key_values("s.cfg",
                                      "\xEF\xBB\xBF# a comment\r\n"
                                      "\r\n"
                                      "dataset = ${PERTSCALE_TEST_FOLDER}/a.h5ad   # trailing\n"
                                      "where = a=b#c\n",
                                      mistakes);
  REQUIRE(items.size() == 2);
  CHECK(items[0].line == 3);
  CHECK(items[0].value == "/data/a.h5ad");
  CHECK(items[1].key == "where");
  CHECK(items[1].value == "a=b#c");
  CHECK(mistakes.empty());
}

TEST_CASE("every bad line is a sentence with its number") {
  unsetenv("PERTSCALE_TEST_UNSET");
  Mistakes mistakes;
  parse_key_values("s.cfg", "dataset\n= x\npath = ${PERTSCALE_TEST_UNSET}/x\npath = ${open\n",
                   mistakes);
  try {
    mistakes.raise();
    FAIL("no mistake was found");
  } catch (UserError const& error) {
    REQUIRE(error.sentences().size() == 4);
    CHECK(error.sentences()[0] == "s.cfg:1: 'dataset' is not of the form key = value");
    CHECK(error.sentences()[2] ==
          "s.cfg:3: the environment variable PERTSCALE_TEST_UNSET is not set; export "
          "PERTSCALE_TEST_UNSET=...");
  }
}
