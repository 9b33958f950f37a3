#include "core/options.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"

using namespace pertscale;

namespace {

struct Settings {
  int rank = 10;
  double ridge = 0.1;
  bool control = false;
  std::string weight = "conditions";
  Seeds seeds{1};
  InputText path;

  void declare(OptionList& options) {
    options.add("rank", rank, "components").at_least(1).at_most(100);
    options.add("ridge", ridge, "penalty").at_least(0);
    options.add("with-control", control, "count control");
    options.add("weight", weight, "what counts alike").one_of({"conditions", "cells"});
    options.add("seeds", seeds, "seeds");
    options.add("path", path, "a file");
  }
};

std::string mistake(std::string const& key, std::string const& value) {
  Settings settings;
  OptionList options;
  settings.declare(options);
  try {
    options.assign(key, value);
  } catch (UserError const& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("options set the variables they are bound to") {
  Settings settings;
  OptionList options;
  settings.declare(options);

  options.assign("rank", "20");
  options.assign("ridge", "1e-3");
  options.assign("with-control", "yes");
  options.assign("weight", "cells");
  options.assign("seeds", "1:3,7");
  options.assign("path", "a.json");

  CHECK(settings.rank == 20);
  CHECK(settings.ridge == 1e-3);
  CHECK(settings.control);
  CHECK(settings.weight == "cells");
  CHECK(settings.seeds == Seeds{1, 2, 3, 7});
  CHECK(settings.path.given());
}

TEST_CASE("only options that are not default appear in a label") {
  Settings settings;
  OptionList options;
  settings.declare(options);
  CHECK(options.differing().empty());

  options.assign("rank", "20");
  options.assign("ridge", "0.1");

  CHECK(options.differing() == "rank=20");
  CHECK(options.canonical() == "rank=20 ridge=0.1 with-control=no weight=conditions seeds=1 path=");
}

TEST_CASE("mistakes are sentences that name the option and the mend") {
  CHECK(mistake("rnak", "3") == "unknown option 'rnak'. Did you mean 'rank'?");
  CHECK(mistake("rank", "0") == "rank=0 must be at least 1");
  CHECK(mistake("rank", "101") == "rank=101 must be at most 100");
  CHECK(mistake("rank", "2.5") == "rank=2.5 is not a whole number");
  CHECK(mistake("ridge", "nan") == "ridge=nan is not a number");
  CHECK(mistake("ridge", "-1") == "ridge=-1 must be at least 0");
  CHECK(mistake("with-control", "1") == "with-control=1 takes yes or no");
  CHECK(mistake("weight", "cell") == "weight=cell takes conditions, cells. Did you mean 'cells'?");
  CHECK(mistake("seeds", "3:1") == "seeds=3:1 takes ranges that rise, as 1:3");
  CHECK(mistake("seeds", "1,1") == "seeds=1,1 names 1 twice");
}

TEST_CASE("a refused value leaves the variable as it was") {
  Settings settings;
  OptionList options;
  settings.declare(options);

  CHECK_THROWS_AS(options.assign("rank", "1000"), UserError);

  CHECK(settings.rank == 10);
}

TEST_CASE("an option given twice is a mistake") {
  Settings settings;
  OptionList options;
  settings.declare(options);
  options.assign("rank", "3");
  CHECK_THROWS_WITH(options.assign("rank", "4"), "option 'rank' is given twice");
}

TEST_CASE("a part is a name and key=value words, quotes keep blanks") {
  auto const part = parse_part("predictions  path=\"a b.h5ad\" as=GEARS");
  CHECK(part.name == "predictions");
  CHECK(part.settings ==
        std::vector<std::pair<std::string, std::string>>{{"path", "a b.h5ad"}, {"as", "GEARS"}});
  CHECK_THROWS_AS(parse_part("linear rank"), UserError);
  CHECK_THROWS_AS(parse_part(""), UserError);
  CHECK_THROWS_AS(parse_part("linear path=\"x"), UserError);
}
