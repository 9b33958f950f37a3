#include "suite/de_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>

#include "core/text.hpp"
#include "io/h5ad_writer.hpp"
#include "statistics/multiple_testing.hpp"
#include "suite/de_adjust.hpp"
#include "suite/de_csv.hpp"
#include "suite/de_records.hpp"
#include "suite/profile_frame.hpp"

namespace pertscale {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
char const* const layer_names[] = {"score", "log2fc", "log2fc_se", "pvalue", "u"};

/// Genes of each context that are adjusted for; none without a gate.
std::vector<std::vector<char>> passing_genes(DeTables const& tables,
                                             GeneRecordReader const& records) {
  std::vector<std::vector<char>> out;
  for (std::size_t context = 0; context < records.shape().extra; ++context)
    out.push_back(gated_genes(tables.options, records.extra(context)));
  return out;
}

class TableWriter {
 public:
  TableWriter(DeTables const& tables, GeneRecordReader const& records)
      : tables_(tables), records_(records), passes_(passing_genes(tables, records)) {
    // all layers of some rows, adjusted values and the sort's copy
    std::size_t const row_bytes =
        (records_.shape().layers + 4) * records_.shape().genes * sizeof(double);
    block_rows_ = std::clamp<std::size_t>(tables_.memory / 4 / std::max<std::size_t>(row_bytes, 1),
                                          1, std::max<std::size_t>(tables_.rows.size(), 1));
  }

  void write(std::filesystem::path const& out, bool csv, std::filesystem::path const& scratch) {
    if (tables_.options.adjust == "all") pool(scratch);
    H5adWriter writer(out / "de.h5ad", layout());
    std::optional<DeCsv> table;
    if (csv) table.emplace(out / "de.csv", pooled_ != nullptr);
    describe(writer);
    {
      std::vector<Hdf5Rows> layers;
      for (std::size_t l = 0; l < records_.shape().layers; ++l)
        layers.push_back(writer.layer(layer_names[l]));
      layers.push_back(writer.layer("padj"));
      if (pooled_) layers.push_back(writer.layer("padj_all"));
      for (std::size_t first = 0; first < tables_.rows.size(); first += block_rows_)
        write_block(first, std::min(first + block_rows_, tables_.rows.size()), writer, layers,
                    table ? &*table : nullptr);
    }
    writer.finish();
    if (table) table->finish();
  }

  std::pair<std::int64_t, std::int64_t> passed() const {
    std::int64_t kept = 0, all = 0;
    for (auto const& passes : passes_) {
      kept += std::count(passes.begin(), passes.end(), 1);
      all += static_cast<std::int64_t>(passes.size());
    }
    return {kept, all};
  }

 private:
  std::size_t genes() const { return records_.shape().genes; }

  H5adLayout layout() const {
    H5adLayout layout;
    layout.cells = static_cast<std::int64_t>(tables_.rows.size());
    layout.genes = static_cast<std::int64_t>(genes());
    layout.format = MatrixFormat::dense;
    layout.values = NumberType::float64;
    return layout;
  }

  void describe(H5adWriter& writer) const {
    auto obs = profile_frame(tables_.labels, tables_.rows);
    if (!tables_.strata.empty()) {
      obs.columns.push_back({"strata", tables_.strata});
      obs.columns.push_back({"strata_without_reference", tables_.without_reference});
    }
    writer.obs(obs);
    writer.var({tables_.genes, {}});
    DeOptions options = tables_.options;
    OptionList list;
    declare_de(list, options);
    auto const dict = writer.uns().dict("de");
    for (auto const& option : list.all())
      if (option.name != "min-control-cpm" || options.gated())
        dict.scalar(option.name, option.value());
  }

  /// The p-values of some rows, NaN where the gate leaves a gene out.
  void gate(std::size_t first, std::size_t last, std::vector<double>& p) const {
    if (passes_.empty()) return;
    for (std::size_t place = first; place < last; ++place) {
      auto const& passes = passes_[tables_.labels.rows()[tables_.rows[place]].context];
      for (std::size_t gene = 0; gene < genes(); ++gene)
        if (passes[gene] == 0) p[(place - first) * genes() + gene] = not_a_number;
    }
  }

  void pool(std::filesystem::path const& scratch) {
    pooled_ = std::make_unique<PooledAdjustment>(scratch, tables_.rows.size() * genes());
    std::vector<double> p;
    for (std::size_t first = 0; first < tables_.rows.size(); first += block_rows_) {
      std::size_t const last = std::min(first + block_rows_, tables_.rows.size());
      records_.rows(static_cast<std::size_t>(DeLayer::pvalue), first, last, p);
      gate(first, last, p);
      pooled_->add(p);
    }
    pooled_->finish();
  }

  void write_block(std::size_t first, std::size_t last, H5adWriter& writer,
                   std::vector<Hdf5Rows>& layers, DeCsv* csv) {
    std::size_t const stored = records_.shape().layers;
    values_.resize(layers.size());
    for (std::size_t l = 0; l < stored; ++l) records_.rows(l, first, last, values_[l]);
    auto& adjusted = values_[stored];
    adjusted = values_[static_cast<std::size_t>(DeLayer::pvalue)];
    gate(first, last, adjusted);
    if (pooled_) {
      values_[stored + 1].resize(adjusted.size());
      for (std::size_t i = 0; i < adjusted.size(); ++i)
        values_[stored + 1][i] = pooled_->adjusted(adjusted[i]);
    }
    for (std::size_t row = 0; row < last - first; ++row) {
      auto const p = std::span(adjusted).subspan(row * genes(), genes());
      auto const found = benjamini_hochberg(p);
      std::copy(found.begin(), found.end(), p.begin());
    }
    writer.append(std::span<double const>(values_.front()));
    for (std::size_t l = 0; l < layers.size(); ++l)
      layers[l].append(std::span<double const>(values_[l]));
    for (std::size_t place = first; csv != nullptr && place < last; ++place)
      csv->write(csv_row(place, place - first));
  }

  DeCsv::Row csv_row(std::size_t place, std::size_t row) const {
    auto const& label = tables_.labels.rows()[tables_.rows[place]];
    auto const layer = [&](std::size_t l) {
      return std::span(values_[l]).subspan(row * genes(), genes());
    };
    return {tables_.labels.contexts()[label.context],
            tables_.labels.conditions()[label.condition].name,
            tables_.genes,
            layer(static_cast<std::size_t>(DeLayer::score)),
            layer(static_cast<std::size_t>(DeLayer::log2fc)),
            layer(static_cast<std::size_t>(DeLayer::pvalue)),
            layer(records_.shape().layers),
            pooled_ ? layer(records_.shape().layers + 1) : std::span<double const>()};
  }

  DeTables const& tables_;
  GeneRecordReader const& records_;
  std::vector<std::vector<char>> passes_;  ///< by context; empty without a gate
  std::size_t block_rows_ = 1;
  std::vector<std::vector<double>> values_;  ///< layers of the current block
  std::unique_ptr<PooledAdjustment> pooled_;
};

}  // namespace

std::pair<std::int64_t, std::int64_t> write_de_tables(DeTables const& tables,
                                                      GeneRecordReader const& records,
                                                      std::filesystem::path const& out, bool csv,
                                                      std::filesystem::path const& scratch) {
  TableWriter writer(tables, records);
  writer.write(out, csv, scratch);
  return writer.passed();
}

}  // namespace pertscale
