#include "io/feature_file.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "shared_data.hpp"

using namespace pertscale;

namespace {

/// The files of feature_files.py, written once.
class MadeFiles {
 public:
  struct Case {
    std::string name, path, said;
    FeatureFileOptions options;
    std::string heads;
  };

  MadeFiles() {
    std::string const command = std::string("/usr/bin/python3 -B ") + PERTSCALE_SOURCE_DIR +
                                "/tests/io/feature_files.py " + folder_.path().string() + " >&2";
    if (std::system(command.c_str()) != 0) return;
    valid = read_cases("cases.tsv");
    bad = read_cases("bad.tsv");
  }

  std::vector<Case> valid, bad;

 private:
  std::vector<Case> read_cases(std::string const& list) const {
    std::vector<Case> cases;
    for (auto const& line : split(read_text(folder_ / list), '\n')) {
      if (line.empty()) continue;
      auto const fields = split(line, '\t');
      Case one{fields.at(0),
               (folder_ / fields[0]).string(),
               fields.size() > 2 ? fields[2] : "",
               {},
               "yes"};
      for (auto const& word : split(fields.at(1), ' ')) take_option(one, word);
      cases.push_back(one);
    }
    return cases;
  }

  void take_option(Case& one, std::string const& word) const {
    auto const value = word.substr(word.find('=') + 1);
    if (word.starts_with("key=")) one.options.key = value;
    if (word.starts_with("names-key=")) one.options.names_key = value;
    if (word.starts_with("names-file=")) one.options.names_file = (folder_ / value).string();
    if (word.starts_with("transpose=")) one.options.transpose = value == "yes";
    if (word.starts_with("heads=")) one.heads = value;
  }

  TemporaryFolder folder_;
};

MadeFiles const& files() {
  static MadeFiles const made;
  return made;
}

Matrix expected_values() {
  Matrix out(4, 3);
  out << 1, -2, 0.5, 0, 3, 1.25, 4, -0.125, 8, 2.5, 0, -1;
  return out;
}

std::string refusal(std::string const& path, FeatureFileOptions const& options) {
  try {
    read_feature_file(path, options);
  } catch (UserError const& error) {
    CHECK(error.sentences().size() == 1);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("one table of features in every form reads as the same") {
  REQUIRE(files().valid.size() > 30);
  for (auto const& one : files().valid) {
    INFO(one.name << " " << one.options.key);
    auto const file = read_feature_file(one.path, one.options);
    CHECK(file.kind == FeatureFile::Kind::embedding);
    CHECK(file.names == std::vector<std::string>{"TP53", "KLF1", "Ä-γ", "BAK1"});
    REQUIRE(file.values.rows() == 4);
    REQUIRE(file.values.cols() == 3);
    CHECK(file.values == expected_values());
    std::vector<std::string> heads{"a", "b", "c"};
    if (one.heads == "no") heads.clear();
    if (one.heads == "counted") heads = {"0", "1", "2"};
    CHECK(file.dimensions == heads);
    CHECK(file.notes.size() == (one.heads == "counted" ? 1 : 0));
    CHECK(file.sha256 == sha256_hex(read_text(one.path)));
    auto const heeds = [&](char const* option) {
      return std::find(file.heeds.begin(), file.heeds.end(), option) != file.heeds.end();
    };
    CHECK((one.options.key.empty() || heeds("key")));
    CHECK((one.options.names_key.empty() || heeds("names-key")));
    CHECK((one.options.names_file.empty() || heeds("names-file")));
    CHECK((!one.options.transpose || heeds("transpose")));
  }
}

TEST_CASE("an exported embedding tells where it is from") {
  REQUIRE_FALSE(files().valid.empty());
  auto const path = std::filesystem::path(files().valid.front().path).parent_path() / "told.h5";
  auto const file = read_feature_file(path.string(), {});
  CHECK(file.values == expected_values());
  REQUIRE(file.notes.size() == 2);
  CHECK_THAT(file.notes[0],
             Catch::Contains("told.h5: its names are Ensembl ids") && Catch::Contains("gene-map="));
  CHECK_THAT(file.notes[1], Catch::Contains("model scGPT, layer 11, pool mean."));
}

TEST_CASE("every broken file of features is refused by one sentence that names file and value") {
  REQUIRE(files().bad.size() > 70);
  for (auto const& one : files().bad) {
    INFO(one.name);
    auto const said = refusal(one.path, one.options);
    CAPTURE(said);
    CHECK_FALSE(said.empty());
    std::string rest = one.said;
    for (std::size_t end = 0; end != std::string::npos;) {
      end = rest.find(" && ");
      CHECK_THAT(said, Catch::Contains(rest.substr(0, end)));
      if (end != std::string::npos) rest = rest.substr(end + 4);
    }
    auto const stem = one.path.substr(0, one.path.find('.'));
    bool const names_file =
        said.find(stem) != std::string::npos ||
        (!one.options.names_file.empty() && said.find(one.options.names_file) != std::string::npos);
    CHECK(names_file);
  }
}

TEST_CASE("flipped and cut npy, npz and safetensors files are refused or read, and nothing worse") {
  std::size_t refused = 0, tried = 0;
  TemporaryFolder folder;
  std::uint64_t state = 20240229;
  auto const next = [&](std::uint64_t below) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33U) % below;
  };
  for (auto const& one : files().valid) {
    bool const wanted = one.name == "own_names.npy" || one.name == "stored.npz" ||
                        one.name == "packed.npz" || one.name == "keyed.safetensors" ||
                        one.name == "BF16.safetensors";
    if (!wanted) continue;
    auto const whole = read_text(one.path);
    auto options = one.options;
    if (one.name == "own_names.npy")
      options.names_file = one.path.substr(0, one.path.size() - 4) + ".txt";
    for (int i = 0; i < 200; ++i, ++tried) {
      auto bytes = whole;
      auto const reach = i % 2 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 140);
      for (std::uint64_t flips = 1 + next(3); flips > 0; --flips)
        bytes[next(reach)] ^= static_cast<char>(1 + next(255));
      if (i % 5 == 0) bytes.resize(next(bytes.size()));
      auto const path = (folder / one.name).string();
      std::ofstream(path, std::ios::binary) << bytes;
      try {
        auto const file = read_feature_file(path, options);
        CHECK(file.names.size() == static_cast<std::size_t>(file.values.rows()));
        CHECK(file.values.allFinite());
      } catch (UserError const& error) {
        CHECK_THAT(error.what(), Catch::StartsWith(folder.path().string()) ||
                                     Catch::StartsWith(options.names_file + ":"));
        ++refused;
      }
    }
  }
  CHECK(tried == 1000);
  CHECK(refused > 500);
  CHECK(refused < tried);
}

namespace {

std::optional<FeatureFile> real(std::string const& name) {
  auto const path = shared_file("data/" + name);
  if (!path) return std::nullopt;
  return read_feature_file(path->string(), {});
}

/// The sum in plain order, as a check of all values.
double sum_of(Matrix const& values) {
  double sum = 0;
  for (Eigen::Index i = 0; i < values.size(); ++i) sum += values.data()[i];
  return sum;
}

}  // namespace

// Shapes and values as pandas and NumPy read them.
TEST_CASE("published embeddings read as pandas and NumPy read them") {
  struct Expected {
    std::string name;
    Eigen::Index rows, columns;
    std::string first, last;
    double value_1_2, last_value, sum;
  };
  for (auto const& expected :
       std::vector<Expected>{{"genept_ada_1536d_adamson87.tsv.gz", 87, 1536, "ctrl", "SLMO2",
                              -0.00827621, -0.0248486, -90.86295336681899},
                             {"replogle_k562_pert_pca10.tsv.gz", 1093, 10, "AAMP", "ctrl",
                              -0.00223365, 0.0646904, 0.7470735512494997},
                             {"scfoundation_subset_768d.tsv.gz", 480, 768, "HES4", "SDE2", -1.87923,
                              2.25532, 771.1631646783301},
                             {"scgpt_subset_512d.tsv.gz", 500, 512, "LINC01409", "SDE2", 0.0241607,
                              -0.111294, -3.5746147578840137}}) {
    INFO(expected.name);
    auto const file = real("embeddings/" + expected.name);
    if (!file) return;
    REQUIRE(file->values.rows() == expected.rows);
    REQUIRE(file->values.cols() == expected.columns);
    CHECK(file->names.front() == expected.first);
    CHECK(file->names.back() == expected.last);
    CHECK(file->values(1, 2) == expected.value_1_2);
    CHECK(file->values(expected.rows - 1, expected.columns - 1) == expected.last_value);
    CHECK(sum_of(file->values) == Approx(expected.sum).epsilon(1e-9));
    CHECK(file->dimensions.size() == static_cast<std::size_t>(expected.columns));
    CHECK(file->notes.empty());
  }
}

TEST_CASE("the Enformer npz reads as NumPy reads it") {
  auto const file = real("embeddings/enformer_tss_32d.npz");
  if (!file) return;
  REQUIRE(file->values.rows() == 19659);
  REQUIRE(file->values.cols() == 32);
  CHECK(file->names[0] == "OR4F5");
  CHECK(file->names[1] == "OR4F29");
  CHECK(file->values(0, 0) == static_cast<double>(-2.0098297e-02F));
  CHECK(file->values(1, 31) == static_cast<double>(-8.4515482e-02F));
}

TEST_CASE("published gene sets and graphs read as Python reads them") {
  struct Expected {
    std::string name;
    std::size_t terms, names, members, notes;
    std::string first_term, first_name;
  };
  for (auto const& expected :
       std::vector<Expected>{{"enrichr.GO_Biological_Process_2021.gmt.gz", 6036, 14937, 197596, 0,
                              "'de novo' posttranslational protein folding (GO:0051084)", "SDF2L1"},
                             {"enrichr.Reactome_2016.gmt.gz", 1530, 8973, 97479, 1,
                              "DNA Damage Reversal_Homo sapiens_R-HSA-73942", "ALKBH3"},
                             {"msigdb.h.all.v7.0.symbols.gmt.gz", 50, 4384, 7322, 0,
                              "HALLMARK_TNFA_SIGNALING_VIA_NFKB", "JUNB"},
                             {"GO_9606_direct_all_evidence.tsv.gz", 15755, 18635, 247463, 0,
                              "GO:0000002", "SLC25A4"}}) {
    INFO(expected.name);
    auto const file = real("annotations/" + expected.name);
    if (!file) return;
    CHECK(file->kind == FeatureFile::Kind::annotation);
    CHECK(file->terms.size() == expected.terms);
    CHECK(file->members.size() == expected.terms);
    CHECK(file->names.size() == expected.names);
    CHECK(file->notes.size() == expected.notes);
    CHECK(file->terms.front() == expected.first_term);
    CHECK(file->names.front() == expected.first_name);
    std::size_t members = 0;
    for (auto const& term : file->members) {
      members += term.size();
      CHECK(std::is_sorted(term.begin(), term.end()));
    }
    CHECK(members == expected.members);
  }
  auto const graph = real("annotations/gears_go_essential_subset_edges.csv.gz");
  REQUIRE(graph);
  CHECK(graph->kind == FeatureFile::Kind::graph);
  CHECK(graph->names.size() == 150);
  REQUIRE(graph->edges.size() == 2612);
  CHECK(graph->names[static_cast<std::size_t>(graph->edges[2610].to)] == "ZMYND19");
  double sum = 0;
  for (auto const& edge : graph->edges) sum += edge.weight;
  CHECK(sum == Approx(540.3679170958535).epsilon(1e-12));
}
