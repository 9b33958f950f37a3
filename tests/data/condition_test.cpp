#include "data/condition.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"

using namespace pertscale;

TEST_CASE("control tokens drop out, order of a pair does not matter") {
  ConditionGrammar const grammar;
  CHECK(parse_condition("ctrl", grammar).is_control());
  CHECK(parse_condition("control", grammar).is_control());
  CHECK(parse_condition("ctrl+ctrl", grammar).is_control());
  CHECK(parse_condition("AHR+ctrl", grammar).targets == std::vector<std::string>{"AHR"});
  CHECK(parse_condition("ctrl+AHR", grammar).targets == std::vector<std::string>{"AHR"});
  CHECK(parse_condition("B+A", grammar).targets == std::vector<std::string>{"A", "B"});
  CHECK(parse_condition("B+A", grammar).name == "B+A");
  auto const key = [&](char const* label) {
    return condition_key(parse_condition(label, grammar), grammar);
  };
  CHECK(key("A+B") == key("B+A"));
  CHECK(key("A+ctrl") == key("A"));
  CHECK(key("A+B") != key("A"));
}

TEST_CASE("orders are kept apart when asked") {
  ConditionGrammar grammar;
  grammar.merge_orders = false;
  auto const key = [&](char const* label) {
    return condition_key(parse_condition(label, grammar), grammar);
  };
  CHECK(key("A+ctrl") != key("ctrl+A"));
  CHECK(key("ctrl") == key("control"));
}

TEST_CASE("separators of other screens") {
  ConditionGrammar grammar;
  grammar.separator = "_";
  CHECK(parse_condition("A_B", grammar).order() == 2);
  grammar.separator = "";
  CHECK(parse_condition("A+B", grammar).order() == 1);
  ConditionGrammar const plus;
  CHECK_THROWS_AS(parse_condition("A++B", plus), UserError);
  CHECK_THROWS_AS(parse_condition("+A", plus), UserError);
}
