#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <new>
#include <stdexcept>

#include "io/anndata_frame.hpp"
#include "io/h5ad_matrix.hpp"
#include "io/reader.hpp"

namespace pertscale {

namespace {

using Kind = Hdf5File::Kind;

/// Where a matrix and its genes lie in the file.
struct MatrixPlace {
  std::string values;
  std::string var;
};

/// AnnData files of anndata 0.6 to 0.13.
class H5adReader : public ScreenReader {
 public:
  bool recognises(std::string const& path) const override;
  void open(std::string const& path) override;
  std::string describe() const override;
  std::vector<std::string> obs_columns() const override { return file().obs.columns(); }
  std::vector<std::string> var_columns() const override;
  std::vector<std::string> matrices() const override;
  std::vector<std::string> layers() const override;
  TextColumn obs(std::string const& column) const override;
  TextColumn var(std::string const& column, std::string const& matrix) const override;
  std::vector<double> obs_numbers(std::string const& column) const override;
  void select(std::string const& matrix) override;
  void accept_not_finite() override { finite_ = false; }
  MatrixInfo info() const override { return selected().info(); }
  std::vector<MatrixSlab> slabs(std::uint64_t bytes) const override;
  void read(MatrixSlab const& slab, MatrixBlock& block) const override;
  void prefetch(MatrixSlab const& slab) const override;

 private:
  struct Opened {
    Hdf5File file;
    AnndataFrame obs;
  };

  Opened const& file() const;
  H5adMatrix const& selected() const;
  bool has_values(std::string const& name) const;
  MatrixPlace place(std::string const& matrix) const;
  MatrixPlace raw_place() const;
  [[noreturn]] void refuse_matrix(std::string const& matrix) const;
  /// Runs `work`; a lack of memory becomes a UserError.
  template <class Work>
  auto guarded(std::string const& what, Work&& work) const;

  std::string path_;
  std::optional<Opened> opened_;
  std::unique_ptr<H5adMatrix> matrix_;
  bool finite_ = true;
};

template <class Work>
auto H5adReader::guarded(std::string const& what, Work&& work) const {
  try {
    return work();
  } catch (std::bad_alloc const&) {
    throw UserError(
        fmt::format("{}: not enough memory to read {}; use fewer ranks a node or a "
                    "smaller memory-per-rank.",
                    path_, what));
  } catch (std::length_error const&) {
    throw UserError(fmt::format(
        "{}: {} claims an impossible size; write the file anew with anndata.", path_, what));
  }
}

/// HDF5's signature stands at byte 0, or at 512, 1024, 2048 ... behind a user block.
bool H5adReader::recognises(std::string const& path) const {
  constexpr std::array<char, 8> signature{'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
  std::ifstream in(path, std::ios::binary);
  for (std::streamoff at = 0; at <= 8192; at = at == 0 ? 512 : 2 * at) {
    std::array<char, 8> bytes{};
    if (!in.seekg(at) || !in.read(bytes.data(), bytes.size())) return false;
    if (bytes == signature) return true;
  }
  return false;
}

void H5adReader::open(std::string const& path) {
  path_ = path;
  matrix_.reset();
  opened_.reset();
  guarded("obs and var", [&] {
    Hdf5File const opened(path);
    if (!opened.has("obs") && !opened.has("var"))
      opened.refuse(
          fmt::format("is HDF5, but no AnnData file: obs and var are absent (found: {}); "
                      "convert it with anndata, in Python adata.write_h5ad(\"file.h5ad\").",
                      join(opened.children("/"), ", ")));
    AnndataFrame const genes(opened, "var");
    opened_.emplace(Opened{opened, AnndataFrame(opened, "obs")});
  });
}

H5adReader::Opened const& H5adReader::file() const {
  if (!opened_) throw InternalError("h5ad reader: no file is open");
  return *opened_;
}

H5adMatrix const& H5adReader::selected() const {
  if (!matrix_) throw InternalError("h5ad reader: no matrix is selected");
  return *matrix_;
}

std::string H5adReader::describe() const {
  static std::map<std::string, std::string> const age{
      {"records", "0.6 or older"}, {"__categories", "0.7"}, {"typed columns", "0.8 or newer"}};
  std::string const form = file().obs.form();
  std::string release = age.at(form);
  // A file of 0.7 without categories looks like a newer one but for the attribute of the root.
  if (form == "typed columns" && file().file.text("/", "encoding-type").empty()) release = "0.7";
  return fmt::format("anndata {}, obs as {}", release, form);
}

std::vector<std::string> H5adReader::var_columns() const {
  return guarded("var", [&] { return AnndataFrame(file().file, "var").columns(); });
}

/// From anndata 0.12 on, an absent X may be written as a null dataset.
bool H5adReader::has_values(std::string const& name) const {
  auto const& in = file().file;
  return in.has(name) && in.text(name, "encoding-type") != "null";
}

std::vector<std::string> H5adReader::layers() const {
  return guarded("layers", [&] { return file().file.children("layers"); });
}

MatrixPlace H5adReader::raw_place() const {
  if (has_values("raw/X")) return {"raw/X", "raw/var"};
  if (has_values("raw.X")) return {"raw.X", "raw.var"};
  return {};
}

std::vector<std::string> H5adReader::matrices() const {
  return guarded("the list of matrices", [&] {
    std::vector<std::string> out;
    if (has_values("X")) out.emplace_back("X");
    if (!raw_place().values.empty()) out.emplace_back("raw");
    for (auto const& layer : layers()) out.push_back("layer:" + layer);
    return out;
  });
}

MatrixPlace H5adReader::place(std::string const& matrix) const {
  if (matrix.empty() || matrix == "X") {
    if (has_values("X")) return {"X", "var"};
  } else if (matrix == "raw") {
    auto raw = raw_place();
    if (!raw.values.empty()) return raw;
  } else if (matrix.starts_with("layer:")) {
    std::string const layer = matrix.substr(6);
    auto const known = layers();
    if (std::find(known.begin(), known.end(), layer) != known.end())
      return {"layers/" + layer, "var"};
  }
  refuse_matrix(matrix);
}

void H5adReader::refuse_matrix(std::string const& matrix) const {
  auto const& in = file().file;
  auto const known = matrices();
  bool const wants_x = matrix.empty() || matrix == "X";
  if (known.empty())
    in.refuse(
        "X is absent, and there is neither raw nor a layer; write the file with expression "
        "values.");
  if (!wants_x)
    in.refuse(fmt::format(
        "there is no matrix '{}'.{} Matrices: {}.", matrix,
        nearest(matrix, known) ? " Did you mean '" + *nearest(matrix, known) + "'?" : "",
        join(known, ", ")));
  auto const names = layers();
  if (names.empty()) in.refuse("X is absent; read raw with matrix = raw.");
  in.refuse(fmt::format("X is absent; read layer `{0}` with matrix = layer:{0}{1}.", names.front(),
                        known.size() > 1 ? " (matrices: " + join(known, ", ") + ")" : ""));
}

TextColumn H5adReader::obs(std::string const& column) const {
  return guarded("obs/" + column, [&] { return file().obs.text(column); });
}

std::vector<double> H5adReader::obs_numbers(std::string const& column) const {
  return guarded("obs/" + column, [&] { return file().obs.numbers(column); });
}

TextColumn H5adReader::var(std::string const& column, std::string const& matrix) const {
  return guarded("var/" + column,
                 [&] { return AnndataFrame(file().file, place(matrix).var).text(column); });
}

void H5adReader::select(std::string const& matrix) {
  matrix_.reset();
  guarded("matrix " + matrix, [&] {
    auto const where = place(matrix);
    AnndataFrame const genes(file().file, where.var);
    MatrixAxes axes{file().obs.size(), genes.size(), "obs", where.var, nullptr, finite_};
    axes.gene_name = [genes](std::int64_t gene) {
      return genes.text("").values.at(static_cast<std::size_t>(gene));
    };
    matrix_ = H5adMatrix::open(file().file, where.values, std::move(axes));
  });
}

std::vector<MatrixSlab> H5adReader::slabs(std::uint64_t bytes) const {
  return selected().slabs(bytes);
}

void H5adReader::read(MatrixSlab const& slab, MatrixBlock& block) const {
  guarded(fmt::format("rows {} to {}", slab.first, slab.last),
          [&] { selected().read(slab, block); });
}

void H5adReader::prefetch(MatrixSlab const& slab) const {
  guarded(fmt::format("rows {} to {}", slab.first, slab.last), [&] { selected().prefetch(slab); });
}

Registered<ScreenReader> const registered{
    {"h5ad",
     "AnnData files (h5ad) of anndata 0.6 to 0.13: dense, csr and csc matrices",
     "https://anndata.readthedocs.io/en/latest/fileformat-prose.html",
     {.fallback = true},
     [] { return std::make_unique<H5adReader>(); }}};

}  // namespace

}  // namespace pertscale
