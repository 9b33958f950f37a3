#include "metric/gene_selection.hpp"

#include <catch2/catch.hpp>

#include "metric/made_items.hpp"

using namespace pertscale;

namespace {

struct Selected {
  std::string status;
  std::vector<std::size_t> genes;
};

/// Genes that `settings` choose of five; control is highest in C, then A and E alike.
Selected selected(std::vector<std::pair<std::string, std::string>> const& settings,
                  std::string const& file = {}, ValueKind values = ValueKind::expression) {
  GeneTable const table(std::vector<std::string>{"A", "B", "C", "B", "E"});
  std::vector<double> const control{3, 1, 9, 0, 3}, observed{3, 3, 8, 1, 1};
  Condition const condition = parse_condition("A+C", {});
  ScoreContext const context{&table, values, control, {}};
  GeneSelection selection;
  OptionList options;
  selection.declare(options);
  for (auto const& [key, value] : settings) options.assign(key, value);
  if (auto* const named = options.find("genes")->file; named->given()) named->text = file;

  Selected out;
  out.status =
      selection
          .select(context, selection.candidates(context, 5), {&condition, observed, {}}, out.genes)
          .word();
  return out;
}

using Genes = std::vector<std::size_t>;

/// Genes by |t| of ten perturbed cells against forty of control.
struct Moments {
  std::vector<double> control{1, 1, 0, 2, 0}, control_variance{0.4, 4, 0, 0.4, 0};
  std::vector<double> observed{2, 2, 0, 0, 0}, variance{0.1, 0.1, 0, 0, 0};
  std::vector<double> nonzero{};
  std::int64_t control_cells = 40, cells = 10;
  ValueKind values = ValueKind::expression;

  Selected select(std::vector<std::pair<std::string, std::string>> const& settings) const {
    GeneTable const table(std::vector<std::string>{"A", "B", "C", "D", "E"});
    Condition const condition = parse_condition("A+ctrl", {});
    GeneSelection selection;
    OptionList options;
    selection.declare(options);
    for (auto const& [key, value] : settings) options.assign(key, value);
    ScoreContext const context{&table, values, control, {}, control_variance, control_cells};
    Selected out;
    out.status = selection
                     .select(context, selection.candidates(context, 5),
                             {&condition, observed, {}, variance, cells, nonzero}, out.genes)
                     .word();
    return out;
  }
};

}  // namespace

TEST_CASE("all genes, the highest in control, the most changed") {
  CHECK(selected({}).genes == Genes{0, 1, 2, 3, 4});
  CHECK(selected({{"genes", "top-expressed:2"}}).genes == Genes{0, 2});
  CHECK(selected({{"genes", "top-delta:2"}}).genes == Genes{1, 4});
  CHECK(selected({{"genes", "top-delta:3"}}).genes == Genes{1, 2, 4});
  CHECK(selected({{"genes", "top-expressed:9"}}).genes.size() == 5);
  CHECK(selected({{"genes", "top-delta:9"}}).genes.size() == 5);
}

TEST_CASE("targets are left out before genes are counted") {
  CHECK(selected({{"exclude-target", "yes"}}).genes == Genes{1, 3, 4});
  CHECK(selected({{"exclude-target", "yes"}, {"genes", "top-expressed:2"}}).genes == Genes{1, 4});
  CHECK(selected({{"exclude-target", "yes"}, {"genes", "top-delta:3"}}).genes == Genes{1, 3, 4});
}

TEST_CASE("genes named in a file; names the screen lacks are ignored") {
  CHECK(selected({{"genes", "file:list.txt"}}, "# a list\nE\nB\n\nZ\nE\n").genes == Genes{1, 4});
  CHECK(selected({{"genes", "file:list.txt"}}, "Z\n").status == "too_few_genes");
  CHECK(selected({{"genes", "file:list.txt"}, {"exclude-target", "yes"}}, "A\nB\n").genes ==
        Genes{1});
}

TEST_CASE("a latent screen has no genes to choose") {
  CHECK(selected({}, "", ValueKind::latent).status == "ok");
  CHECK(selected({{"genes", "top-expressed:2"}}, "", ValueKind::latent).status == "not_applicable");
  CHECK(selected({{"genes", "file:f"}}, "E", ValueKind::latent).status == "not_applicable");
  CHECK(selected({{"exclude-target", "yes"}}, "", ValueKind::latent).status == "not_applicable");
}

TEST_CASE("the genes of the largest |t|, by hand") {
  // t: 1 / sqrt(0.01 + 0.01), 1 / sqrt(0.01 + 0.1), none, -2 / sqrt(0.01), none
  Moments made;
  CHECK(made.select({{"genes", "top-de:1"}}).genes == Genes{3});
  CHECK(made.select({{"genes", "top-de:2"}}).genes == Genes{0, 3});
  CHECK(made.select({{"genes", "top-de:4"}}).genes == Genes{0, 1, 2, 3});  // C before E
  CHECK(made.select({{"genes", "top-de:9"}}).genes.size() == 5);
  CHECK(made.select({{"genes", "top-de:2"}, {"exclude-target", "yes"}}).genes == Genes{1, 3});
  CHECK(made_metric("l2 genes=top-de:20").label() == "l2@genes=top-de:20");
}

TEST_CASE("non-dropout keeps what the perturbed cells express, or neither side does") {
  Moments const made;
  CHECK(made.select({{"non-dropout", "yes"}}).genes == Genes{0, 1, 2, 4});
  CHECK(made.select({{"genes", "top-de:2"}, {"non-dropout", "yes"}}).genes == Genes{0, 1});
  CHECK(made.select({{"genes", "top-expressed:1"}, {"non-dropout", "yes"}}).genes == Genes{0});
}

TEST_CASE("non-dropout counts the measured cells, not a profile shifted to matched controls") {
  Moments made;
  made.observed = {2, 2, 0.01, -0.01, 0};
  CHECK(made.select({{"non-dropout", "yes"}}).genes == Genes{0, 1, 2, 3, 4});
  made.nonzero = {1, 1, 0, 0, 0};
  CHECK(made.select({{"non-dropout", "yes"}}).genes == Genes{0, 1, 2, 4});
}

TEST_CASE("top-de needs variances and two cells a side") {
  Moments made;
  made.control_cells = 1;
  CHECK(made.select({{"genes", "top-de:2"}}).status == "too_few_cells");
  made = {};
  made.cells = 1;
  CHECK(made.select({{"genes", "top-de:2"}}).status == "too_few_cells");
  made = {};
  made.variance.clear();
  CHECK(made.select({{"genes", "top-de:2"}}).status == "needs_cells");
  CHECK(made.select({{"genes", "top-delta:2"}}).status == "ok");
  made = {};
  made.values = ValueKind::latent;
  CHECK(made.select({{"genes", "top-de:2"}}).status == "not_applicable");
  CHECK(made.select({{"non-dropout", "yes"}}).status == "not_applicable");
}

TEST_CASE("genes= refuses what it does not know") {
  for (auto const* value :
       {"top:5", "top-expressed:0", "top-delta:x", "top-de:0", "top-de", "file:"})
    CHECK_THROWS_AS(selected({{"genes", value}}), UserError);
}

TEST_CASE("an option that may name a file says what its effect depends on") {
  auto const part = made_metric("l2 genes=file:some/list.txt");
  auto const* const option = part.options.find("genes");
  REQUIRE(option->file->path == "some/list.txt");
  option->file->text = "A\nB\n";

  CHECK(option->content() == "file:A\nB\n");
  CHECK(part.label() == "l2@genes=file:some/list.txt");
  auto const plain = made_metric("l2 genes=top-delta:5");
  CHECK_FALSE(plain.options.find("genes")->file->given());
  CHECK(plain.options.find("genes")->content() == "top-delta:5");
}
