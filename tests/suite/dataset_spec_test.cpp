#include "suite/dataset_spec.hpp"

#include <catch2/catch.hpp>

#include "suite/dataset_presets.hpp"

using namespace pertscale;

namespace {

DatasetSpec read(std::string const& text, std::vector<std::string> expected = {}) {
  Mistakes mistakes;
  auto const spec = read_dataset_spec(
      "folder/d.cfg", [&](std::string const&) { return text; }, mistakes);
  std::vector<std::string> found;
  try {
    mistakes.raise();
  } catch (UserError const& error) {
    found = error.sentences();
  }
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK_THAT(found[i], Catch::Matchers::Contains(expected[i]));
  return spec;
}

}  // namespace

TEST_CASE("keys that the file gives are known, others are at their defaults") {
  auto const spec = read("path = a.h5ad\nvalues = counts\nwhere = x=1\n");

  CHECK(spec.given == std::set<std::string>{"path", "values", "where"});
  CHECK(spec.path == "folder/a.h5ad");
  CHECK(spec.screen() == "folder/a.h5ad");
  REQUIRE(spec.files().size() == 1);
  CHECK(spec.files()[0].path == "folder/a.h5ad");
  CHECK_FALSE(spec.contexts_by_part());
  CHECK_FALSE(spec.matches_batches());
}

TEST_CASE("parts are files in order, relative to the dataset file") {
  auto const spec =
      read("part = path=a.h5ad context=A\npart = context=\"B 2\" path=\"/x/my file.h5ad\"\n");

  REQUIRE(spec.files().size() == 2);
  CHECK(spec.files()[0].path == "folder/a.h5ad");
  CHECK(spec.files()[1].path == "/x/my file.h5ad");
  CHECK(spec.files()[1].context == "B 2");
  CHECK(spec.contexts_by_part());
  CHECK(spec.screen() == "folder/d.cfg");
  std::vector<std::string> parts;
  for (auto const& [key, value] : spec.echo()) {
    if (key == "part") parts.push_back(value);
    if (key == "path") CHECK(value.empty());
  }
  CHECK(parts == std::vector<std::string>{"path=folder/a.h5ad context=A",
                                          "path=/x/my file.h5ad context=B 2"});
}

TEST_CASE("what parts cannot be is a sentence") {
  read("part = path=a.h5ad\npath = b.h5ad\n", {"both 'path' and 'part'"});
  read("part = path=a.h5ad context=\n", {"is no name of a context"});
  read("part = a.h5ad\n", {"'a.h5ad' is not of the form key=value"});
  read("part = path=a.h5ad context=A\npart = path=b.h5ad\n", {"to all or to none"});
  read("part = path=a.h5ad context=A\ncontext-column = line\n", {"keep one of them"});
  read("common-genes = identical\n", {"'path' is missing", "common-genes"});
}

TEST_CASE("a preset sets what the file does not give, wherever it stands") {
  auto const spec = read("separator = +\npath = a.h5ad\npreset = scperturb\nbatch-column =\n");

  CHECK(spec.condition_column == "perturbation");
  CHECK(spec.control == std::vector<std::string>{"control", "non-targeting"});
  CHECK(spec.separator == "+");
  CHECK(spec.batch_column.empty());
  CHECK(spec.guide_column == "guide_id");
  CHECK(spec.by_preset("guide-column"));
  CHECK_FALSE(spec.by_preset("batch-column"));
}

TEST_CASE("every preset names columns and control") {
  for (auto const& name : preset_names()) {
    auto const spec = read("path = a.h5ad\npreset = " + name + "\n");
    CHECK_FALSE(spec.condition_column.empty());
    CHECK_FALSE(spec.control.empty());
  }
  CHECK(read("path = a.h5ad\npreset = replogle\n").separator.empty());
  CHECK(read("path = a.h5ad\npreset = perturbench\n").context_column == "cell_type");
  CHECK(read("preset = perturbench\npart = path=a.h5ad context=A\n").context_column.empty());
  CHECK(read("path = a.h5ad\npreset = gears\n").gene_column == "gene_name");
  read("path = a.h5ad\npreset = gear\n", {"Did you mean 'gears'?"});
}

TEST_CASE("matching by batch needs batches and cells") {
  CHECK(read("path = a.h5ad\nbatch-column = b\ncontrol-matching = batch\n").matches_batches());
  CHECK(read("path = a.h5ad\npreset = replogle\ncontrol-matching = batch\n").matches_batches());
  read("path = a.h5ad\ncontrol-matching = batch\n", {"needs the key batch-column"});
  read("path = a.h5ad\nrows = pseudobulk\nbatch-column = b\ncontrol-matching = batch\n",
       {"needs cells, but rows=pseudobulk"});
}
