#include <hdf5.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <limits>

#include "core/error.hpp"
#include "io/h5ad_writer.hpp"
#include "shared_data.hpp"

using namespace pertscale;
using Catch::Matchers::Contains;

namespace {

/// A matrix of 5 cells x 4 genes that a reviewer can check by hand.
SparseBlock rows_of(std::int64_t first, std::vector<std::int64_t> offsets,
                    std::vector<std::int32_t> minor, std::vector<float> values) {
  return {first, std::move(offsets), std::move(minor), std::move(values)};
}

OutputFrame five_cells() {
  std::vector<std::string> const labels{"B", "control", "A", "B", "A+B"};
  return {{"c1", "c2", "c3", "c4", "c5"},
          {{"condition", categorise(labels)},
           {"note", std::vector<std::string>{"x", "", "ä", "y", "z"}},
           {"cells", std::vector<std::int64_t>{1, 2, 3, 4, 5000000000}},
           {"score", std::vector<double>{0.5, -1, 1e300, 0, 0.1}}}};
}

void write_five(std::filesystem::path const& path, Compression compression, MatrixFormat format) {
  H5adLayout const layout{5, 4, format, compression, NumberType::float32};
  H5adWriter writer(path, layout);
  writer.obs(five_cells());
  writer.var({{"g1", "g2", "g3", "g4"}, {}});
  if (format == MatrixFormat::csr) {
    writer.append(rows_of(0, {0, 2, 2}, {0, 3}, {1, 2}));
    writer.append(rows_of(2, {0, 1, 2, 4}, {1, 1, 0, 2}, {3, 4, 5, 6}));
  } else if (format == MatrixFormat::csc) {
    writer.append(rows_of(0, {0, 2, 4}, {0, 4, 2, 3}, {1, 5, 3, 4}));
    writer.append(rows_of(2, {0, 1, 2}, {4, 0}, {6, 2}));
  } else {
    writer.append(std::vector<float>{1, 0, 0, 2, 0, 0, 0, 0});
    writer.append(std::vector<float>{0, 3, 0, 0, 0, 4, 0, 0, 5, 0, 6, 0});
  }
  writer.uns().scalar("seed", std::int64_t{7});
  writer.uns().dict("inner").strings("names", std::vector<std::string>{"a", "b"});
  writer.varm("embedding", std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}, 2);
  writer.finish();
}

Hdf5Handle open_file(std::filesystem::path const& path) {
  return Hdf5Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
}

std::vector<double> numbers(Hdf5Handle const& file, char const* name) {
  Hdf5Handle const dataset(H5Dopen2(file.id(), name, H5P_DEFAULT));
  REQUIRE(dataset);
  Hdf5Handle const space(H5Dget_space(dataset.id()));
  std::vector<double> out(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.id())));
  H5Dread(dataset.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data());
  return out;
}

std::string text_attribute(Hdf5Handle const& file, char const* object, char const* name) {
  Hdf5Handle const attribute(H5Aopen_by_name(file.id(), object, name, H5P_DEFAULT, H5P_DEFAULT));
  REQUIRE(attribute);
  Hdf5Handle const type(H5Aget_type(attribute.id()));
  char* text = nullptr;
  H5Aread(attribute.id(), type.id(), &text);
  std::string const out = text;
  H5free_memory(text);
  return out;
}

bool python_has_anndata() {
  return std::system("/usr/bin/python3 -c 'import anndata' > /dev/null 2>&1") == 0;
}

/// Runs a Python program on a file; true if it ends well.
bool python_agrees(std::filesystem::path const& file, std::string const& program) {
  auto const script = file.string() + ".py";
  std::ofstream(script) << "import sys, warnings, anndata, numpy as np, scipy.sparse as sp\n"
                           "warnings.simplefilter('error')\n"
                           "a = anndata.read_h5ad(sys.argv[1])\n"
                           "X = a.X.toarray() if sp.issparse(a.X) else a.X\n"
                        << program;
  return std::system(("/usr/bin/python3 " + script + " " + file.string()).c_str()) == 0;
}

std::size_t files_in(TemporaryFolder const& folder) {
  auto const all = std::filesystem::directory_iterator(folder.path());
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

TEST_CASE("a csr file holds data, indices and indptr as anndata names them") {
  TemporaryFolder const folder;

  write_five(folder / "x.h5ad", Compression::none, MatrixFormat::csr);

  auto const file = open_file(folder / "x.h5ad");
  CHECK(numbers(file, "X/data") == std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(numbers(file, "X/indices") == std::vector<double>{0, 3, 1, 1, 0, 2});
  CHECK(numbers(file, "X/indptr") == std::vector<double>{0, 2, 2, 3, 4, 6});
  CHECK(text_attribute(file, "X", "encoding-type") == "csr_matrix");
  CHECK(text_attribute(file, "/", "encoding-type") == "anndata");
  CHECK(text_attribute(file, "obs", "_index") == "_index");
  CHECK(text_attribute(file, "obs/condition", "encoding-type") == "categorical");
  CHECK(numbers(file, "obs/condition/codes") == std::vector<double>{2, 3, 0, 2, 1});
}

TEST_CASE("every format and compression reads back with anndata") {
  if (!python_has_anndata()) {
    WARN("SKIPPED: /usr/bin/python3 has no anndata");
    return;
  }
  TemporaryFolder const folder;
  auto const format = GENERATE(MatrixFormat::csr, MatrixFormat::csc, MatrixFormat::dense);
  auto const path = folder / "x.h5ad";

  write_five(path, format == MatrixFormat::csc ? Compression::gzip : Compression::none, format);

  CHECK(python_agrees(path, R"(
assert (X == [[1,0,0,2],[0,0,0,0],[0,3,0,0],[0,4,0,0],[5,0,6,0]]).all(), X
assert list(a.obs_names) == ['c1','c2','c3','c4','c5']
assert list(a.var_names) == ['g1','g2','g3','g4']
assert a.obs['condition'].dtype == 'category'
assert list(a.obs['condition']) == ['B','control','A','B','A+B']
assert list(a.obs['condition'].cat.categories) == ['A','A+B','B','control']
assert list(a.obs['note']) == ['x','','ä','y','z']
assert list(a.obs['cells']) == [1,2,3,4,5000000000] and list(a.obs['score']) == [0.5,-1,1e300,0,0.1]
assert a.uns['seed'] == 7 and list(a.uns['inner']['names']) == ['a','b']
assert (a.varm['embedding'] == [[1,2],[3,4],[5,6],[7,8]]).all() and a.X.dtype == np.float32
)"));
}

TEST_CASE("lzf and gzip chunks decode to what was written") {
  TemporaryFolder const folder;
  auto const compression = GENERATE(Compression::gzip, Compression::lzf);
  std::int64_t const cells = 3000, genes = 101;
  std::vector<float> values(static_cast<std::size_t>(cells * genes));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>((i * i) % 7);
  H5adWriter writer(folder / "x.h5ad",
                    {cells, genes, MatrixFormat::dense, compression, NumberType::float32});
  std::span<float const> const all(values);

  writer.append(all.first(1000 * genes));
  writer.append(all.subspan(1000 * genes));
  writer.finish();

  CHECK(numbers(open_file(folder / "x.h5ad"), "X") ==
        std::vector<double>(values.begin(), values.end()));
  CHECK(std::filesystem::file_size(folder / "x.h5ad") < values.size() * 3);
}

TEST_CASE("profiles keep every bit of a double, with layers") {
  TemporaryFolder const folder;
  Matrix const mean = Matrix::Random(3, 4), variance = mean.cwiseAbs2();
  ProfileFile file;
  file.genes = {"g1", "g2", "g3", "g4"};
  file.obs = {{"a", "b", "c"},
              {{"condition", std::vector<std::string>{"a", "b", "c"}},
               {"cells", std::vector<std::int64_t>{3, 4, 5}}}};
  file.mean = ProfileTable(mean);
  file.layers = {{"variance", ProfileTable(variance)}};

  write_profiles(folder / "p.h5ad", file);

  auto const back = open_file(folder / "p.h5ad");
  CHECK(numbers(back, "X") == std::vector<double>(mean.data(), mean.data() + mean.size()));
  CHECK(numbers(back, "layers/variance") ==
        std::vector<double>(variance.data(), variance.data() + variance.size()));
  if (python_has_anndata())
    CHECK(
        python_agrees(folder / "p.h5ad",
                      "assert X.dtype == np.float64 and np.allclose(a.layers['variance'], X * X)\n"
                      "assert list(a.obs['cells']) == [3, 4, 5]\n"));
}

TEST_CASE("the same content is the same bytes") {
  TemporaryFolder const folder;

  write_five(folder / "a.h5ad", Compression::gzip, MatrixFormat::csr);
  write_five(folder / "b.h5ad", Compression::gzip, MatrixFormat::csr);

  CHECK(read_text(folder / "a.h5ad") == read_text(folder / "b.h5ad"));
}

TEST_CASE("a writer that is not finished leaves nothing, and an older file as it was") {
  TemporaryFolder const folder;
  write_five(folder / "x.h5ad", Compression::none, MatrixFormat::csr);
  auto const before = read_text(folder / "x.h5ad");

  {
    H5adWriter writer(folder / "x.h5ad", {5, 4, MatrixFormat::csr});
    writer.append(rows_of(0, {0, 1}, {0}, {1}));
    CHECK(files_in(folder) == 2);
  }

  CHECK(files_in(folder) == 1);
  CHECK(read_text(folder / "x.h5ad") == before);
}

TEST_CASE("a killed writer leaves no file under the target's name") {
  TemporaryFolder const folder;

  pid_t const child = fork();
  if (child == 0) {
    H5adWriter writer(folder / "x.h5ad", {5, 4, MatrixFormat::csr});
    writer.append(rows_of(0, {0, 1}, {0}, {1}));
    raise(SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);

  CHECK(WIFSIGNALED(status));
  CHECK_FALSE(std::filesystem::exists(folder / "x.h5ad"));
}

TEST_CASE("a file that cannot grow is a user's error and leaves nothing") {
  TemporaryFolder const folder;
  auto const format = GENERATE(MatrixFormat::csr, MatrixFormat::dense);
  auto const compression = GENERATE(Compression::none, Compression::gzip);
  auto const old_action = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  rlimit const small{std::size_t{1} << 20, old_limit.rlim_max};
  std::string said;

  setrlimit(RLIMIT_FSIZE, &small);
  try {
    std::int64_t const cells = 4000, genes = 1000;
    H5adWriter writer(folder / "x.h5ad", {cells, genes, format, compression, NumberType::float32});
    for (std::int64_t row = 0; row < cells; ++row) {
      SparseBlock block{row, {0, genes}, {}, {}};
      for (std::int32_t g = 0; g < genes; ++g) {
        block.minor.push_back(g);
        block.values.push_back(static_cast<float>((row * 7919 + g * 104729) % 65521));
      }
      if (format == MatrixFormat::csr)
        writer.append(block);
      else
        writer.append(std::span<float const>(block.values));
    }
    writer.finish();
  } catch (UserError const& error) {
    said = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_action);

  CHECK_THAT(said, Contains("x.h5ad: cannot write (File too large)"));
  CHECK(files_in(folder) == 0);
}

TEST_CASE("targets that cannot be written are named") {
  TemporaryFolder const folder;
  H5adLayout const layout{1, 1, MatrixFormat::csr};
  std::ofstream(folder / "file") << "x";

  CHECK_THROWS_WITH(H5adWriter(folder.path(), layout), Contains("is a folder"));
  CHECK_THROWS_WITH(H5adWriter(folder / "no/x.h5ad", layout), Contains("does not exist"));
  CHECK_THROWS_WITH(H5adWriter(folder / "file/x.h5ad", layout), Contains("is not a folder"));
}

TEST_CASE("a matrix that ends early or comes out of order is refused") {
  TemporaryFolder const folder;
  H5adWriter writer(folder / "x.h5ad", {5, 4, MatrixFormat::csr});
  writer.append(rows_of(0, {0, 1}, {0}, {1}));

  CHECK_THROWS_AS(writer.append(rows_of(2, {0, 1}, {0}, {1})), InternalError);
  CHECK_THROWS_AS(writer.finish(), InternalError);
}
