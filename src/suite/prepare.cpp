#include "suite/prepare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <set>
#include <utility>

#include "core/hash.hpp"
#include "core/text.hpp"
#include "data/variable_genes.hpp"
#include "report/durable_file.hpp"
#include "suite/matched_control.hpp"
#include "suite/profile_product.hpp"
#include "suite/store_product.hpp"

namespace pertscale {

namespace {

std::filesystem::path product_path(std::filesystem::path const& cache, Dataset const& dataset,
                                   std::string_view product) {
  return cache / fmt::format("{}.{}.{}", percent_escape(dataset.spec.name),
                             dataset.digest.substr(0, 16), product);
}

/// Genes that `genes = file:F` names, in the screen's order.
std::vector<std::size_t> listed_genes(Dataset const& dataset) {
  auto const names = parse_list(dataset.spec.gene_list.text);
  std::set<std::string> const wanted(names.begin(), names.end());
  std::vector<std::size_t> chosen;
  for (std::size_t g = 0; g < dataset.genes.size(); ++g)
    if (wanted.contains(dataset.genes.name(g))) chosen.push_back(g);
  return chosen;
}

/// Genes after `genes =`; empty means all.
std::vector<std::size_t> chosen_genes(Dataset const& dataset, DispersionSums const& dispersion) {
  auto const& spec = dataset.spec;
  if (spec.gene_list.given()) return listed_genes(dataset);
  if (spec.variable_genes() == 0) return {};
  std::int64_t cells = 0;
  for (auto const& row : dataset.labels.rows()) cells += row.cells;
  auto const variable = seurat_variable_genes(dispersion, cells, dataset.genes.size(),
                                              static_cast<std::size_t>(spec.variable_genes()));
  std::set<std::size_t> chosen(variable.begin(), variable.end());
  if (spec.keeps_targets())
    for (auto const& condition : dataset.labels.conditions())
      for (auto const& target : condition.targets)
        if (auto const gene = dataset.genes.find(target)) chosen.insert(*gene);
  return {chosen.begin(), chosen.end()};
}

MomentTile copy_rows(ProfileTables const& tables, std::size_t row) {
  auto const copy = [row](ProfileTable const& table) {
    if (table.empty()) return Matrix();
    return Matrix(
        ConstMatrixMap(table.row(row).data(), 1, static_cast<Eigen::Index>(table.genes())));
  };
  return {row, copy(tables.mean), copy(tables.variance), copy(tables.nonzero)};
}

/// Streams the screen into `path`, and the chosen genes beside it.
class ProductBuilder {
 public:
  ProductBuilder(Dataset const& dataset, Communicator const& comm, std::filesystem::path path)
      : data_(dataset), comm_(comm), path_(std::move(path)), genes_path_(path_) {
    genes_path_ += ".genes";
  }

  /// Numbers of the chosen genes; empty means all.
  std::vector<std::size_t> genes() const {
    std::vector<std::size_t> out;
    auto const text = on_root(comm_, [&] {
      return std::filesystem::exists(genes_path_) ? read_text(genes_path_) : std::string();
    });
    for (auto const& word : split(text, '\n'))
      if (!word.empty()) out.push_back(static_cast<std::size_t>(*parse_integer(word)));
    return out;
  }

  std::optional<ProfileTables> map(std::vector<std::size_t> const& genes) const {
    return map_profile_product(path_, data_.digest, data_.labels.rows().size(),
                               genes.empty() ? data_.genes.size() : genes.size(), comm_.root());
  }

  MomentReport build(MomentOptions const& options) const {
    bool const all_genes = data_.spec.genes == "all";
    bool const by_variance = data_.spec.variable_genes() > 0;
    DispersionSums dispersion(by_variance ? data_.genes.size() : 0);
    auto const whole = all_genes ? path_ : std::filesystem::path(path_.string() + ".whole");
    std::optional<ProfileProductWriter> writer;
    agree(comm_, [&] {
      if (comm_.root())
        writer.emplace(whole, data_.digest, data_.labels.rows().size(), data_.genes.size());
    });
    auto const write = [&](MomentTile const& tile) { writer->write(tile); };
    auto report = row_moments(data_, comm_, options, write, by_variance ? &dispersion : nullptr);
    agree(comm_, [&] {
      if (!comm_.root()) return;
      writer->finish();
      if (!all_genes) narrow(whole, chosen_genes(data_, dispersion));
    });
    return report;
  }

 private:
  static std::string read_text(std::filesystem::path const& path);

  void narrow(std::filesystem::path const& whole, std::vector<std::size_t> const& genes) const {
    auto const rows = data_.labels.rows().size();
    auto const tables = map_profile_product(whole, data_.digest, rows, data_.genes.size(), false);
    if (!tables) throw InternalError(whole.string() + " cannot be read back");
    ProfileProductWriter writer(path_, data_.digest, rows, genes.size());
    for (std::size_t row = 0; row < rows; ++row) {
      auto tile = copy_rows(*tables, row);
      writer.write({row, chosen_columns(tile.mean, genes), chosen_columns(tile.variance, genes),
                    chosen_columns(tile.nonzero, genes)});
    }
    std::string list;
    for (auto const gene : genes) list += fmt::format("{}\n", gene);
    write_durably(genes_path_, list);
    writer.finish();
    std::filesystem::remove(whole);
  }

  Dataset const& data_;
  Communicator const& comm_;
  std::filesystem::path path_, genes_path_;
};

std::string ProductBuilder::read_text(std::filesystem::path const& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

void add_passes(MomentReport& report, MomentReport const& more) {
  report.passes += more.passes;
  report.read_seconds += more.read_seconds;
  report.bytes_read += more.bytes_read;
}

/// control-matching = batch: the screen's means become the matched ones.
void match_controls(Screen& screen, MatchedProduct const& product, MomentOptions const& options,
                    PrepareReport& report) {
  auto matched = product.map(screen.mean);
  if (!matched) {
    report.from_cache = false;
    add_passes(report.moments, product.build(screen.mean, options));
    matched = product.map(screen.mean);
  }
  if (!matched) throw InternalError("the matched profiles of " + screen.name + " cannot be mapped");
  screen.measured_mean = std::exchange(screen.mean, matched->mean);
  screen.matched_control = matched->control;
}

GeneTable narrowed(GeneTable const& all, std::vector<std::size_t> const& genes) {
  if (genes.empty()) return all;
  std::vector<std::string> names;
  for (auto const gene : genes) names.push_back(all.name(gene));
  return GeneTable(std::move(names));
}

}  // namespace

MomentReport row_moments(Dataset const& dataset, Communicator const& comm,
                         MomentOptions const& options,
                         std::function<void(MomentTile const&)> const& sink,
                         DispersionSums* dispersion) {
  bool const kept =
      on_root(comm, [&] { return takes_store_moments(dataset) ? "yes" : "no"; }) == "yes";
  if (!kept) return stream_moments(dataset, comm, options, sink, dispersion);
  MomentReport report;
  agree(comm, [&] {
    if (comm.root()) report = read_store_moments(dataset, options, sink);
  });
  return report;
}

std::string prepare_text(PrepareReport const& report, double seconds) {
  if (report.from_cache) return "profiles taken from the cache" + report.chosen;
  auto const& moments = report.moments;
  std::string text = fmt::format("profiles made in {:.2f} s, {} pass(es)", seconds, moments.passes);
  text += report.chosen;
  if (moments.target_sum > 0)
    text += fmt::format(", target sum {}", number_text(moments.target_sum));
  if (moments.empty_cells > 0)
    text += fmt::format(", {} cells without a count stay at zero", moments.empty_cells);
  if (!moments.variance_left_out.empty())
    text += "; note: the layer variance is left out: " + moments.variance_left_out;
  if (moments.whole_numbers)
    text += "; note: all values are whole numbers, so if they are counts set values = counts";
  if (moments.lowest < 0)
    text += fmt::format(
        "; note: values go down to {}, so they are no log-normalised expression (scaled? latent?): "
        "choose another matrix, or values = latent",
        number_text(moments.lowest));
  return text;
}

Screen prepare_screen(Dataset const& dataset, Communicator const& comm,
                      std::filesystem::path const& cache, MomentOptions const& options,
                      PrepareReport* report) {
  ProductBuilder const builder(dataset, comm, product_path(cache, dataset, "profiles"));
  PrepareReport mine;
  auto genes = builder.genes();
  auto tables = builder.map(genes);
  mine.from_cache = !comm.any(!tables);
  if (!mine.from_cache) {
    mine.moments = builder.build(options);
    genes = builder.genes();
    tables = builder.map(genes);
  }
  if (!tables) throw InternalError("the product of " + dataset.spec.name + " cannot be mapped");
  Screen screen;
  screen.name = dataset.spec.name;
  screen.values = dataset.spec.values == "latent" ? ValueKind::latent : ValueKind::expression;
  screen.genes = narrowed(dataset.genes, genes);
  screen.labels = dataset.labels;
  screen.mean = tables->mean;
  screen.variance = tables->variance;
  screen.nonzero = tables->nonzero;
  if (dataset.spec.matches_batches())
    match_controls(screen,
                   MatchedProduct(dataset, comm, product_path(cache, dataset, "matched"), genes),
                   options, mine);
  if (!genes.empty())
    mine.chosen = fmt::format(", {} of {} genes (genes = {})", genes.size(), dataset.genes.size(),
                              dataset.spec.genes);
  if (genes.empty()) {
    genes.resize(dataset.genes.size());
    std::iota(genes.begin(), genes.end(), std::size_t{0});
  }
  mine.genes = std::move(genes);
  if (report != nullptr) *report = std::move(mine);
  return screen;
}

}  // namespace pertscale
