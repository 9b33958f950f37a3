#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "statistics/energy_test.hpp"
#include "statistics/multiple_testing.hpp"
#include "suite/landscape_parts.hpp"

namespace pertscale {

namespace {

/// Every rank's own numbers on all ranks: `values` are zero where another rank has them.
void share_numbers(Communicator const& comm, std::span<double> values) {
  std::vector<std::int64_t> bits(values.size());
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = std::bit_cast<std::int64_t>(values[i]);
  comm.sum(bits);
  for (std::size_t i = 0; i < bits.size(); ++i) values[i] = std::bit_cast<double>(bits[i]);
}

/// Distances within one context whose cells can be read.
class CellDistances {
 public:
  CellDistances(Landscape& landscape, ContextRows const& context, CellPoints const& points)
      : landscape_(landscape), context_(context), points_(points) {}

  ContextDistances run() {
    agree(landscape_.comm, [&] { own_rows(); });
    share();
    return std::move(out_);
  }

 private:
  EnergyForm const& form() const { return landscape_.options.distance; }
  bool pairs() const { return form().metric == PointMetric::euclidean; }
  std::size_t rows() const { return context_.rows.last - context_.rows.first; }

  std::string stream_name(std::size_t row) const {
    auto const& labels = landscape_.screen.labels;
    return "e-test/" + labels.contexts()[context_.context] + "/" + labels.condition_of(row).name;
  }

  void own_rows() {
    out_.terms.resize(rows());
    out_.points.resize(pairs() ? rows() : 0);
    Matrix const control = points_.row(context_.control);
    for (auto row = context_.rows.first; row < context_.rows.last; ++row) {
      if (!landscape_.mine(row)) continue;
      if (landscape_.options.stop()) throw Stopped("stopped while testing distances");
      Matrix own = row == context_.control ? control : points_.row(row);
      auto const at = row - context_.rows.first;
      out_.terms[at] = group_terms(own, form());
      if (row != context_.control) test(row, own, control);
      if (pairs()) out_.points[at] = std::move(own);
    }
  }

  void test(std::size_t row, Matrix const& own, Matrix const& control) {
    EnergyTestOptions const options{landscape_.options.runs, landscape_.options.memory / 4};
    auto const found = energy_test(
        own, control, form(), options,
        RandomStream(static_cast<std::uint64_t>(landscape_.options.seed), stream_name(row)));
    Status const status = found.p == found.p ? Status() : Status("too_few_cells");
    landscape_.table.put(row, LandscapeColumn::e_distance, found.distance, status);
    landscape_.table.put(row, LandscapeColumn::e_test_p, found.p, status);
  }

  void share() {
    auto const d = static_cast<std::size_t>(points_.dimensions()), width = d + 3;
    std::vector<double> numbers(rows() * width, 0);
    for (std::size_t r = 0; r < rows(); ++r) {
      if (!landscape_.mine(context_.rows.first + r)) continue;
      auto const& terms = out_.terms[r];
      std::copy(terms.mean.begin(), terms.mean.end(), numbers.begin() + offset(r * width));
      numbers[r * width + d] = terms.variance;
      numbers[r * width + d + 1] = terms.self;
      numbers[r * width + d + 2] = static_cast<double>(terms.cells);
    }
    share_numbers(landscape_.comm, numbers);
    for (std::size_t r = 0; r < rows(); ++r) {
      auto& terms = out_.terms[r];
      terms.mean =
          Eigen::Map<Vector const>(numbers.data() + r * width, static_cast<Eigen::Index>(d));
      terms.variance = numbers[r * width + d];
      terms.self = numbers[r * width + d + 1];
      terms.cells = std::llround(numbers[r * width + d + 2]);
    }
    for (std::size_t r = 0; r < out_.points.size(); ++r) share_points(r);
  }

  void share_points(std::size_t r) {
    auto& points = out_.points[r];
    points.resize(out_.terms[r].cells, points_.dimensions());
    auto const owner = (context_.rows.first + r) % static_cast<std::size_t>(landscape_.comm.size());
    landscape_.comm.broadcast(
        std::as_writable_bytes(std::span(points.data(), static_cast<std::size_t>(points.size()))),
        static_cast<int>(owner));
  }

  static std::ptrdiff_t offset(std::size_t n) { return static_cast<std::ptrdiff_t>(n); }

  Landscape& landscape_;
  ContextRows const& context_;
  CellPoints const& points_;
  ContextDistances out_;
};

void miss_all(Landscape& landscape, LandscapeColumn column, std::string const& word) {
  for (auto const& context : landscape.contexts)
    for (auto const row : context.perturbed)
      if (landscape.mine(row)) landscape.table.miss(row, column, word);
}

/// A latent pseudobulk screen with variances: squared Euclidean distances need no cells.
std::vector<ContextDistances> from_moments(Landscape& landscape) {
  auto const& screen = landscape.screen;
  auto const& form = landscape.options.distance;
  double const none = std::numeric_limits<double>::quiet_NaN();
  std::vector<ContextDistances> out;
  for (auto const& context : landscape.contexts) {
    ContextDistances distances;
    for (auto row = context.rows.first; row < context.rows.last; ++row) {
      auto const mean = screen.mean.row(row), variance = screen.variance.row(row);
      GroupTerms terms;
      terms.mean = Eigen::Map<Vector const>(mean.data(), static_cast<Eigen::Index>(mean.size()));
      terms.cells = screen.labels.rows()[row].cells;
      double sum = 0;
      for (double const value : variance) sum += value;
      terms.variance = terms.cells > 1 ? sum : none;
      terms.self = 2 * terms.variance;  // only whether it is a number matters here
      if (!form.corrected) terms.self = 0;
      distances.terms.push_back(std::move(terms));
    }
    auto const term = [&](std::size_t row) { return distances.terms[row - context.rows.first]; };
    for (auto const row : context.perturbed) {
      if (!landscape.mine(row)) continue;
      double const e = energy_distance(term(row), term(context.control), form);
      landscape.table.put(row, LandscapeColumn::e_distance, e,
                          e == e ? Status() : Status("too_few_cells"));
    }
    out.push_back(std::move(distances));
  }
  miss_all(landscape, LandscapeColumn::e_test_p, "needs_cells");
  return out;
}

CellPoints points_of(Landscape& landscape, ScreenCells const& cells, ContextRows const& context) {
  if (landscape.latent()) return CellPoints(cells);
  auto axes = principal_axes(cells, context.rows, landscape.comm, landscape.principal_options());
  double explained = 0;
  for (double const variance : axes.variance) explained += variance;
  landscape.summarise(context, "principal_components", static_cast<double>(axes.loadings.cols()));
  landscape.summarise(context, "principal_component_genes", static_cast<double>(axes.genes.size()));
  landscape.summarise(context, "principal_component_variance",
                      axes.total_variance > 0 ? explained / axes.total_variance : 0);
  return {cells, std::move(axes)};
}

/// Coordinates of a cell, at most: the values of a latent screen, else principal components.
std::int64_t most_dimensions(Dataset const& dataset, LandscapeOptions const& options) {
  auto const& spec = dataset.spec;
  auto genes = static_cast<std::int64_t>(dataset.genes.size());
  if (spec.values == "latent") return genes;
  if (spec.gene_list.given())
    genes = std::min(genes, static_cast<std::int64_t>(parse_list(spec.gene_list.text).size()));
  if (spec.variable_genes() > 0 && !spec.keeps_targets())
    genes = std::min(genes, spec.variable_genes());
  return std::min({options.components, options.pca_genes, genes});
}

}  // namespace

void require_distance_memory(Dataset const& dataset, LandscapeOptions const& options) {
  if (dataset.spec.rows != "cells") return;
  auto const& form = options.distance;
  bool const pairs = form.metric == PointMetric::euclidean;
  auto const& labels = dataset.labels.rows();
  for (auto const& context : context_rows(dataset.labels)) {
    std::int64_t all = 0;
    for (auto row = context.rows.first; row < context.rows.last; ++row) all += labels[row].cells;
    std::int64_t const control = labels[context.control].cells;
    // control's cells are on every rank; those of all rows where every pair is needed
    std::int64_t const cells = pairs ? control + all : control;
    auto const width = std::min(most_dimensions(dataset, options), all);
    double const needed = 8.0 * static_cast<double>(cells * width);
    if (needed <= 0.5 * static_cast<double>(options.memory)) continue;
    throw UserError(fmt::format(
        "{}: E-distances {} need the coordinates of {} cells, {} a rank, more than half of "
        "--memory-per-rank {}; raise it{}",
        dataset.spec.name, form.name(), cells, bytes_text(needed),
        bytes_text(static_cast<double>(options.memory)),
        pairs ? " or take --edistance sqeuclidean-corrected" : ""));
  }
}

std::vector<ContextDistances> landscape_distances(Landscape& landscape) {
  auto const& screen = landscape.screen;
  if (!landscape.cells()) {
    if (landscape.latent() && !screen.variance.empty() &&
        landscape.options.distance.metric == PointMetric::sqeuclidean)
      return from_moments(landscape);
    miss_all(landscape, LandscapeColumn::e_distance, "needs_cells");
    miss_all(landscape, LandscapeColumn::e_test_p, "needs_cells");
    return {};
  }
  auto const start = std::chrono::steady_clock::now();
  auto const sorted = sorted_cells(landscape.dataset, landscape.comm, landscape.cache(),
                                   landscape.moment_options());
  std::chrono::duration<double> const taken = std::chrono::steady_clock::now() - start;
  landscape.options.say(fmt::format("cells        {:.2f} s", landscape.comm.max(taken.count())));
  ScreenCells const cells{screen, *sorted, landscape.gene_numbers, landscape.dataset.genes.size()};
  std::vector<ContextDistances> out;
  for (auto const& context : landscape.contexts) {
    auto const points = points_of(landscape, cells, context);
    out.push_back(CellDistances(landscape, context, points).run());
  }
  return out;
}

namespace {

/// Says where no permutation p-value can be significant after the adjustment.
void note_resolution(Landscape const& landscape, std::size_t tests) {
  auto const n = static_cast<double>(tests);
  double const smallest = -std::expm1(n * std::log1p(-1.0 / landscape.options.runs));
  if (tests == 0 || smallest < 0.05) return;
  landscape.options.say(fmt::format(
      "note: with {} tests the smallest adjusted p of {} permutations is {:.2g}; --runs {} would "
      "bring it below 0.05",
      tests, landscape.options.runs, smallest, std::llround(std::ceil(n / 0.051 / 1000) * 1000)));
}

}  // namespace

void adjust_tests(Landscape& landscape) {
  std::size_t most = 0;
  for (auto const& context : landscape.contexts) {
    auto const adjusted =
        holm_sidak(landscape.table.values(context.perturbed, LandscapeColumn::e_test_p));
    for (std::size_t p = 0; p < adjusted.size(); ++p)
      landscape.table.put(context.perturbed[p], LandscapeColumn::e_test_p_adjusted, adjusted[p]);
    most = std::max(
        most, static_cast<std::size_t>(std::count_if(adjusted.begin(), adjusted.end(),
                                                     [](double p) { return !std::isnan(p); })));
  }
  note_resolution(landscape, most);
}

}  // namespace pertscale
