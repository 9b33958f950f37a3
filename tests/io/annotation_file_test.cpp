#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "io/feature_file.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

using Kind = FeatureFile::Kind;
using Numbers = std::vector<std::int32_t>;
using Names = std::vector<std::string>;

FeatureFile read_as(std::string const& name, std::string const& text) {
  TemporaryFolder folder;
  std::ofstream(folder / name, std::ios::binary) << text;
  return read_feature_file((folder / name).string(), {});
}

/// A line of a gene association file.
std::string gaf_line(std::string const& symbol, std::string const& qualifier,
                     std::string const& term) {
  return "UniProtKB\tP1\t" + symbol + "\t" + qualifier + "\t" + term +
         "\tPMID:1\tIDA\t\tF\tname\tsynonym\tprotein\ttaxon:9606\t20240101\tUniProt\t\t\n";
}

std::string const go_header = "go_id\tgo_name\tgene_symbols\n";

}  // namespace

TEST_CASE("gmt: weights and members named again are left out, and said") {
  auto const file = read_as("a.gmt", "T1\tabout\tB,1.0\tA,0.5\tB,1.0\t\nT2\t\tC\tA\r\nT3\tnone\n");
  CHECK(file.kind == Kind::annotation);
  CHECK(file.terms == Names{"T1", "T2", "T3"});
  CHECK(file.names == Names{"B", "A", "C"});
  CHECK(file.members == std::vector<Numbers>{{0, 1}, {1, 2}, {}});
  REQUIRE(file.notes.size() == 3);
  CHECK_THAT(file.notes[0], Catch::Contains("weights behind 3 member(s)"));
  CHECK_THAT(file.notes[1], Catch::Contains("1 term(s) have no members"));
  CHECK_THAT(file.notes[2], Catch::Contains("1 member(s) named again"));
}

TEST_CASE("gaf: symbols and terms, without those that are NOT") {
  auto const text = "!gaf-version: 2.2\n! a remark\n" + gaf_line("TP53", "enables", "GO:1") +
                    gaf_line("KLF1", "NOT|enables", "GO:1") + gaf_line("BAK1", "", "GO:2") +
                    gaf_line("TP53", "NOT", "GO:3") + gaf_line("BAK1", "involved_in", "GO:1") +
                    gaf_line("TP53", "enables", "GO:1");
  for (std::string const name : {"a.gaf", "any.txt"}) {
    auto const file = read_as(name, text);
    CHECK(file.terms == Names{"GO:1", "GO:2"});
    CHECK(file.names == Names{"TP53", "BAK1"});
    CHECK(file.members == std::vector<Numbers>{{0, 1}, {1}});
    REQUIRE(file.notes.size() == 2);
    CHECK_THAT(file.notes[0], Catch::Contains("2 annotation(s) with the qualifier NOT"));
  }
}

TEST_CASE("a GO table holds the symbols of a term in one cell") {
  auto const file = read_as("go.tsv", go_header + "GO:1\tx\tA|B\nGO:2\ty\tB\n");
  CHECK(file.terms == Names{"GO:1", "GO:2"});
  CHECK(file.names == Names{"A", "B"});
  CHECK(file.members == std::vector<Numbers>{{0, 1}, {1}});
}

TEST_CASE("graphs of GEARS and STRING") {
  auto const gears =
      read_as("g.csv", ",source,target,importance\n0,A,B,0.5\n1,B,A,0.25\n2,A,B,1\n");
  CHECK(gears.kind == Kind::graph);
  CHECK(gears.names == Names{"A", "B"});
  REQUIRE(gears.edges.size() == 3);
  CHECK(gears.edges[1].from == 1);
  CHECK(gears.edges[1].to == 0);
  CHECK(gears.edges[1].weight == 0.25);
  REQUIRE(gears.notes.size() == 1);
  CHECK_THAT(gears.notes[0], Catch::Contains("1 edge(s) are there again"));

  auto const string = read_as("s.txt",
                              "protein1 protein2 homology combined_score\n"
                              "9606.ENSP1 9606.ENSP2 0 173\n9606.ENSP2 9606.ENSP1 0 173\n");
  CHECK(string.kind == Kind::graph);
  CHECK(string.names == Names{"9606.ENSP1", "9606.ENSP2"});
  REQUIRE(string.edges.size() == 2);
  CHECK(string.edges[0].weight == 173);
  CHECK(string.notes.empty());
}

TEST_CASE("broken annotations and graphs are refused with place and value") {
  struct Bad {
    std::string name, text;
    Names said;
  };
  for (auto const& bad : std::vector<Bad>{
           {"twice.gmt", "T1\tx\tA\nT2\tx\tA\nT1\tx\tB\n", {":3:", "T1", "line 1", "line 3"}},
           {"plain.gmt", "T1,x,A\n", {":1:", "'T1,x,A'", "tabs"}},
           {"unnamed.gmt", "\tx\tA\n", {":1:", "('')", "give it a name"}},
           {"nothing.gmt", "T1\tx\n", {"1 term(s)", "no rows with members"}},
           {"latin_term.gmt", "T\xC4\tx\tA\n", {":1:", "UTF-8"}},
           {"latin.gmt", "T1\tx\tA\xC4\n", {"place 1", "UTF-8"}},
           {"short.gaf",
            "!gaf-version: 2.2\nUniProtKB\tP1\tTP53\t\tGO:1\n",
            {":2:", "5 column(s)"}},
           {"unnamed.gaf", gaf_line("", "", "GO:1"), {":1:", "column 3", "''"}},
           {"negative.gaf", gaf_line("TP53", "NOT", "GO:1"), {"0 term(s)", "no rows"}},
           {"twice.tsv", go_header + "GO:1\tx\tA\nGO:1\tx\tB\n", {":3:", "GO:1", "line 2"}},
           {"ragged.tsv", go_header + "GO:1\tx\n", {":2:", "2 field(s)", "has 3"}},
           {"nan.csv",
            "source,target,importance\nA,B,nan\n",
            {":2:", "'nan'", "leave the edge out"}},
           {"word.csv", "source,target,importance\nA,B,much\n", {":2:", "'much'"}},
           {"end.csv", "source,target,importance\nA,,1\n", {":2:", "'A'", "lacks an end"}},
           {"ragged.csv", "source,target,importance\nA,B\n", {":2:", "2 field(s)", "has 3"}},
           {"none.csv", "source,target,importance\n", {"no rows", "0 edges"}},
           {"string.txt", "protein1 protein2 combined_score\na b\n", {":2:", "2 field(s)"}}}) {
    INFO(bad.name);
    std::string said;
    try {
      read_as(bad.name, bad.text);
    } catch (UserError const& error) {
      said = error.what();
    }
    CHECK_THAT(said, Catch::Contains("/" + bad.name));
    for (auto const& text : bad.said) CHECK_THAT(said, Catch::Contains(text));
  }
}
