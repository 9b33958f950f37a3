#include <cmath>
#include <limits>

#include "io/h5ad_writer.hpp"
#include "io/hdf5_square.hpp"
#include "solver/products.hpp"
#include "statistics/systematic_variation.hpp"
#include "suite/landscape_frame.hpp"
#include "suite/landscape_parts.hpp"
#include "suite/pair_tiles.hpp"

namespace pertscale {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::size_t size(RowRange const& range) { return range.last - range.first; }

/// Cosines of the shifts from control of two blocks of rows; NaN where a shift is zero.
Matrix cosine_tile(Landscape const& landscape, PairTile const& tile) {
  auto const& screen = landscape.screen;
  auto const control = screen.profile(landscape.contexts[tile.group].control);
  auto const unit = [&](RowRange const& rows) {
    std::vector<Profile> profiles;
    for (auto row = rows.first; row < rows.last; ++row) profiles.push_back(screen.profile(row));
    return unit_shifts(profiles, control);
  };
  Matrix const a = unit(tile.rows), b = unit(tile.columns);
  Matrix out;
  multiply_transposed(a, b, out);
  for (Eigen::Index i = 0; i < out.rows(); ++i)
    if ((a.row(i).array() == 0).all()) out.row(i).setConstant(none);
  for (Eigen::Index j = 0; j < out.cols(); ++j)
    if ((b.row(j).array() == 0).all()) out.col(j).setConstant(none);
  for (Eigen::Index i = 0; tile.diagonal() && i < out.rows(); ++i) {
    if (!std::isnan(out(i, i))) out(i, i) = 1;
    for (Eigen::Index j = 0; j < i; ++j) out(i, j) = out(j, i);
  }
  return out;
}

Matrix distance_tile(ContextDistances const& distances, EnergyForm const& form, RowRange context,
                     PairTile const& tile) {
  Matrix const nothing(0, distances.terms.front().mean.size());
  auto const points = [&](std::size_t at) -> Matrix const& {
    return distances.points.empty() ? nothing : distances.points[at];
  };
  Matrix out = Matrix::Zero(static_cast<Eigen::Index>(size(tile.rows)),
                            static_cast<Eigen::Index>(size(tile.columns)));
  for (Eigen::Index i = 0; i < out.rows(); ++i)
    for (Eigen::Index j = 0; j < out.cols(); ++j) {
      auto const a = tile.rows.first + static_cast<std::size_t>(i) - context.first;
      auto const b = tile.columns.first + static_cast<std::size_t>(j) - context.first;
      if (a >= b) continue;
      out(i, j) =
          energy_distance(points(a), points(b), distances.terms[a], distances.terms[b], form);
    }
  for (Eigen::Index i = 0; tile.diagonal() && i < out.rows(); ++i)
    for (Eigen::Index j = 0; j < i; ++j) out(i, j) = out(j, i);
  return out;
}

void write_tile(Hdf5Square const& square, PairTile const& tile, Matrix const& values) {
  auto const write = [&](RowRange const& rows, RowRange const& columns, Matrix const& part) {
    square.write({static_cast<std::int64_t>(rows.first), static_cast<std::int64_t>(columns.first),
                  static_cast<std::int64_t>(size(rows)), static_cast<std::int64_t>(size(columns))},
                 {part.data(), static_cast<std::size_t>(part.size())});
  };
  write(tile.rows, tile.columns, values);
  if (!tile.diagonal()) write(tile.columns, tile.rows, values.transpose());
}

/// Mean and spread of the cosines of different perturbations, tile after tile.
class PairSpread {
 public:
  void add(PairTile const& tile, Matrix const& values) {
    for (Eigen::Index i = 0; i < values.rows(); ++i)
      for (Eigen::Index j = tile.diagonal() ? i + 1 : 0; j < values.cols(); ++j) {
        double const value = values(i, j);
        if (std::isnan(value)) continue;
        n_ += 1;
        sum_ += value;
        squares_ += value * value;
      }
  }
  double sd() const {
    if (n_ < 2) return none;
    return std::sqrt(std::max(0.0, (squares_ - sum_ / n_ * sum_) / (n_ - 1)));
  }

 private:
  double n_ = 0, sum_ = 0, squares_ = 0;
};

/// The file on rank 0.
class LandscapeFile {
 public:
  LandscapeFile(Landscape const& landscape)
      : landscape_(landscape),
        writer_(landscape.options.out / "landscape.h5ad", layout(landscape)) {
    writer_.obs(landscape_frame(landscape));
    writer_.var({landscape.screen.genes.names(), {}});
    shifts();
    settings();
  }

  void open_pairs(std::string const& name) {
    square_.emplace(writer_.obsp(), name,
                    static_cast<std::int64_t>(landscape_.screen.labels.rows().size()),
                    landscape_.contexts.size() > 1);
  }
  void write(PairTile const& tile, Matrix const& values) { write_tile(*square_, tile, values); }
  void close_pairs() { square_.reset(); }
  void finish() { writer_.finish(); }

 private:
  static H5adLayout layout(Landscape const& landscape) {
    H5adLayout out;
    out.cells = static_cast<std::int64_t>(landscape.screen.labels.rows().size());
    out.genes = static_cast<std::int64_t>(landscape.screen.genes.size());
    out.format = MatrixFormat::dense;
    out.values = NumberType::float64;
    return out;
  }

  /// X: profile less the context's control.
  void shifts() {
    auto const& screen = landscape_.screen;
    std::vector<double> shift(screen.genes.size());
    for (auto const& context : landscape_.contexts)
      for (auto row = context.rows.first; row < context.rows.last; ++row) {
        auto const profile = screen.profile(row), control = screen.profile(context.control);
        for (std::size_t g = 0; g < shift.size(); ++g) shift[g] = profile[g] - control[g];
        writer_.append(std::span<double const>(shift));
      }
  }

  void settings() {
    auto const group = writer_.uns().dict("landscape");
    auto const& options = landscape_.options;
    group.scalar("edistance", options.distance.name());
    group.scalar("runs", std::int64_t{options.runs});
    group.scalar("seed", options.seed);
    group.scalar("components", options.components);
    group.scalar("pca_genes", options.pca_genes);
    group.scalar("de_min_log2fc", options.min_log2fc);
  }

  Landscape const& landscape_;
  H5adWriter writer_;
  std::optional<Hdf5Square> square_;
};

}  // namespace

void write_landscape_h5ad(Landscape& landscape, std::vector<ContextDistances> const& distances) {
  auto const& comm = landscape.comm;
  std::vector<RowRange> ranges;
  for (auto const& context : landscape.contexts) ranges.push_back(context.rows);
  auto const tiles = pair_tiles(ranges);
  std::optional<LandscapeFile> file;
  auto const on_file = [&](auto&& work) {
    agree(comm, [&] {
      if (comm.root()) work();
    });
  };
  on_file([&] {
    file.emplace(landscape);
    file->open_pairs("cosine");
  });
  std::vector<PairSpread> spread(ranges.size());
  stream_tiles(
      comm, tiles, [&](PairTile const& tile) { return cosine_tile(landscape, tile); },
      [&](PairTile const& tile, Matrix const& values) {
        spread[tile.group].add(tile, values);
        file->write(tile, values);
      });
  for (std::size_t c = 0; c < ranges.size(); ++c)
    landscape.summarise(landscape.contexts[c], "pairwise_cosine_sd", spread[c].sd());
  on_file([&] { file->close_pairs(); });
  if (!distances.empty()) {
    on_file([&] { file->open_pairs("edistance"); });
    auto const& form = landscape.options.distance;
    stream_tiles(
        comm, tiles,
        [&](PairTile const& tile) {
          return distance_tile(distances[tile.group], form, ranges[tile.group], tile);
        },
        [&](PairTile const& tile, Matrix const& values) { file->write(tile, values); });
    on_file([&] { file->close_pairs(); });
  }
  on_file([&] { file->finish(); });
}

}  // namespace pertscale
