#include "data/gene_match.hpp"

#include <catch2/catch.hpp>

using namespace pertscale;

using Lists = std::vector<std::vector<std::string>>;
using Map = std::vector<std::int32_t>;

TEST_CASE("files of the same genes are not matched, so repeated names stay apart") {
  auto const match = match_genes(Lists{{"A", "B", "A"}, {"A", "B", "A"}});

  CHECK(match.genes == std::vector<std::string>{"A", "B", "A"});
  CHECK(match.gene_of_column.empty());
  CHECK(match.complete(1));
}

TEST_CASE("common genes come in the order of the first file") {
  auto const match = match_genes(Lists{{"C", "A", "B"}, {"B", "X", "C"}, {"C", "B"}});

  CHECK(match.genes == std::vector<std::string>{"C", "B"});
  REQUIRE(match.gene_of_column.size() == 3);
  CHECK(match.gene_of_column[0] == Map{0, -1, 1});
  CHECK(match.gene_of_column[1] == Map{1, -1, 0});
  CHECK(match.gene_of_column[2] == Map{0, 1});
  CHECK_FALSE(match.complete(0));
  CHECK(match.complete(2));
}

TEST_CASE("of a repeated name the first column is matched") {
  auto const match = match_genes(Lists{{"A", "B", "A"}, {"B", "A", "B"}});

  CHECK(match.genes == std::vector<std::string>{"A", "B"});
  CHECK(match.gene_of_column[0] == Map{0, 1, -1});
  CHECK(match.gene_of_column[1] == Map{1, 0, -1});
}

TEST_CASE("files without a common gene have none") {
  auto const match = match_genes(Lists{{"A"}, {"B"}});

  CHECK(match.genes.empty());
  CHECK(match.gene_of_column[0] == Map{-1});
}
