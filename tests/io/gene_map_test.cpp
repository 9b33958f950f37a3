#include "io/gene_map.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

GeneMap map_of(std::string const& name, std::string const& text) {
  TemporaryFolder folder;
  std::ofstream(folder / name, std::ios::binary) << text;
  return read_gene_map((folder / name).string());
}

FeatureFile file_of(std::vector<std::string> names) {
  FeatureFile file;
  file.names = std::move(names);
  return file;
}

}  // namespace

TEST_CASE("a map of genes: comma or tab, repeated rows, rows without a symbol") {
  GeneMap const expected{{"ENSG1", "TP53"}, {"ENSG2", "KLF1"}, {"id", "symbol"}};
  CHECK(map_of("m.csv", "id,symbol\nENSG1,TP53\nENSG2, KLF1\nENSG1,TP53\nENSG3,\n") == expected);
  std::string const gzipped(  // gzip of "id,symbol\nENSG1,TP53\nENSG2,KLF1\n"
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xcb\x4c\xd1\x29\xae\xcc\x4d\xca\xcf\xe1"
      "\x72\xf5\x0b\x76\x37\xd4\x09\x09\x30\x35\x06\x33\x8d\x74\xbc\x7d\xdc\x0c\xb9\x00"
      "\x3a\x8b\x54\xc7\x20\x00\x00\x00",
      48);
  CHECK(map_of("m.csv.gz", gzipped) == expected);
  CHECK(map_of("m.tsv", "id\tsymbol\r\nENSG1\tTP53\r\nENSG2\t\"KLF1\"\r\n") == expected);
}

TEST_CASE("broken maps of genes are refused with place and value") {
  struct Bad {
    std::string name, text;
    std::vector<std::string> said;
  };
  for (auto const& bad : std::vector<Bad>{
           {"two.csv", "A,B\nC,D\nA,E\n", {":3:", "A is E", "B in line 1", "keep one"}},
           {"wide.csv", "A,B,C\n", {":1:", "3 column(s)", "'A,B,C'"}},
           {"narrow.tsv", "A\n", {":1:", "1 column(s)", "'A'"}},
           {"blank.csv", "\n", {"no rows"}},
           {"latin.csv", "A,\xC4\n", {":1:", "UTF-8"}},
           {"empty.csv", "", {"is empty"}}}) {
    INFO(bad.name);
    std::string said;
    try {
      map_of(bad.name, bad.text);
    } catch (UserError const& error) {
      said = error.what();
    }
    CHECK_THAT(said, Catch::Contains("/" + bad.name + ":"));
    for (auto const& text : bad.said) CHECK_THAT(said, Catch::Contains(text));
  }
  CHECK_THROWS_AS(read_gene_map("/nowhere/map.csv"), UserError);
}

TEST_CASE("names are renamed through a map; two that become one are refused") {
  GeneMap const map{{"ENSG1", "TP53"}, {"ENSG2", "KLF1"}, {"BAK1", "BAK1"}, {"OLD", "BAK1"}};
  auto file = file_of({"ENSG2", "BAK1", "XYZ", "ENSG1"});
  auto const counts = rename_genes(file, map, "emb.csv");
  CHECK(file.names == std::vector<std::string>{"KLF1", "BAK1", "XYZ", "TP53"});
  CHECK(counts.renamed == 2);
  CHECK(counts.unknown == 1);

  auto twice = file_of({"OLD", "XYZ", "BAK1"});
  CHECK_THROWS_WITH(rename_genes(twice, map, "emb.csv"),
                    Catch::Contains("emb.csv: OLD and BAK1 both become BAK1"));
  CHECK(twice.names == std::vector<std::string>{"OLD", "XYZ", "BAK1"});
}
