#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "core/csv_text.hpp"
#include "core/error.hpp"
#include "io/feature_file.hpp"
#include "io/npy_file.hpp"
#include "io/whole_text.hpp"
#include "io/zip_archive.hpp"
#include "shared_data.hpp"

using namespace pertscale;

// golden/regression/features.npz was made by scikit-learn from the files that are read here.
namespace {

/// The second column of a csv file.
std::vector<std::string> second_column(std::filesystem::path const& path) {
  auto const text = whole_text(path.string());
  std::string_view rest(text), line;
  next_line(rest, line);
  std::vector<std::string> out;
  while (next_line(rest, line)) out.push_back(csv_fields(line).at(1));
  return out;
}

struct Golden {
  TemporaryFolder folder;
  std::vector<std::string> conditions, terms;
  std::string path;
  FeatureFileOptions options;

  explicit Golden(std::filesystem::path const& base)
      : conditions(second_column(base / "conditions.csv")),
        terms(second_column(base / "go_terms.csv")),
        path((base / "features.npz").string()) {
    options.names_file = (folder / "names.txt").string();
    std::ofstream out(options.names_file);
    for (auto const& name : conditions) out << name << "\n";
  }
};

}  // namespace

TEST_CASE("the GO table gives the memberships that Python found in it") {
  auto const base = shared_file("golden/regression");
  auto const table = shared_file("data/annotations/GO_9606_direct_all_evidence.tsv.gz");
  if (!base || !table) return;
  Golden const golden(*base);
  auto const file = read_feature_file(table->string(), {});
  PlainFile const archive(golden.path);
  ZipArchive const zip(archive);
  auto const* const member = zip.find("go_multihot.npy");
  REQUIRE(member != nullptr);
  auto const bytes = zip.content(*member);
  auto const rows = golden.conditions.size(), columns = golden.terms.size();
  REQUIRE(bytes.size() > rows * columns);
  auto const first = bytes.size() - rows * columns;  // uint8, row by row
  std::size_t members = 0;
  for (std::size_t t = 0; t < columns; ++t) {
    auto const term = std::find(file.terms.begin(), file.terms.end(), golden.terms[t]);
    REQUIRE(term != file.terms.end());
    std::set<std::string> names;
    for (auto const number : file.members[static_cast<std::size_t>(term - file.terms.begin())])
      names.insert(file.names[static_cast<std::size_t>(number)]);
    for (std::size_t i = 0; i < rows; ++i) {
      bool const is_member = names.count(golden.conditions[i]) > 0;
      members += is_member ? 1 : 0;
      CHECK(is_member == (bytes[first + i * columns + t] != 0));
    }
  }
  CHECK(members > columns * 3);
}

TEST_CASE("rows of the Enformer npz are those that NumPy chose; a row of NaN is refused") {
  auto const base = shared_file("golden/regression");
  auto const source = shared_file("data/embeddings/enformer_tss_32d.npz");
  if (!base || !source) return;
  Golden golden(*base);
  auto const all = read_feature_file(source->string(), {});
  PlainFile const archive(golden.path);
  ZipArchive const zip(archive);
  auto const bytes = zip.content(*zip.find("enformer.npy"));
  auto const chosen = NpyArray("enformer", bytes).matrix();
  std::size_t found = 0;
  for (std::size_t i = 0; i < golden.conditions.size(); ++i) {
    auto const at = std::find(all.names.begin(), all.names.end(), golden.conditions[i]);
    CHECK((at == all.names.end()) == (golden.conditions[i] == "TAZ"));
    if (at == all.names.end()) continue;
    ++found;
    CHECK(all.values.row(at - all.names.begin()) == chosen.row(static_cast<Eigen::Index>(i)));
  }
  CHECK(found == 149);
  golden.options.key = "enformer";
  CHECK_THROWS_WITH(read_feature_file(golden.path, golden.options),
                    Catch::Contains("features.npz: the value of TAZ in column 1 is nan"));
  golden.options.key = "go_pca32";
  CHECK(read_feature_file(golden.path, golden.options).names == golden.conditions);
}
