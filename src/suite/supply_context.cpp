#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "statistics/multiple_testing.hpp"
#include "suite/predicted_cells.hpp"

namespace pertscale {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

CellValues values_of(CellRequest::Values values) {
  return values == CellRequest::Values::counts ? CellValues::counts : CellValues::expression;
}

/// Tests of one predicted condition and what becomes of them.
struct PredictedTests {
  Status status;
  CellTests tests;
  std::vector<double> padj;
};

class ContextSupply final : public ScoreSupply {
 public:
  ContextSupply(SupplyProducts const& measured, ScoredContext const& scored,
                std::string const& stream, PredictedSide const* predicted, KeptNumbers* numbers)
      : products_(measured),
        scored_(scored),
        file_(predicted),
        predicted_(predicted != nullptr && predicted->cells ? predicted : nullptr),
        cells_(measured, scored, stream, predicted_),
        numbers_(numbers),
        kept_(measured.memory / 4) {}

  DeRow de(Side side, std::size_t item, DeRequest const& request) const override {
    if (item == control_item) return {Status("not_applicable"), {}, {}, {}, {}};
    auto const& product = product_of(request);
    if (!product.status.ok()) return {product.status, {}, {}, {}, {}};
    if (side == Side::measured) {
      std::size_t const row = cells_.row_of(item);
      return {{},
              product.score.row(row),
              product.log2fc.row(row),
              product.pvalue.row(row),
              product.padj.row(row)};
    }
    auto const [at, fresh] = tests_.try_emplace({item, request});
    auto& kept = at->second;
    if (fresh) kept = predicted_tests(item, request, product);
    if (!kept.status.ok()) return {kept.status, {}, {}, {}, {}};
    return {{}, kept.tests.score, kept.tests.log2fc, kept.tests.pvalue, kept.padj};
  }

  SuppliedCells cells(Side side, std::size_t item, CellRequest const& request) const override {
    return kept_.cells(side, item, request, [&] { return read_cells(side, item, request); });
  }

  std::optional<double>* kept_number(Side side, std::size_t item,
                                     std::string const& name) const override {
    auto* const numbers = side == Side::measured ? products_.numbers.get() : numbers_;
    return numbers == nullptr ? nullptr : &(*numbers)[{cells_.row_of(item), name}];
  }

  SuppliedContext context_of(Profile profile, ContextRequest const& request) const override {
    return told_context(products_, scored_, cells_.measured(), cells_.stream(), profile, request);
  }

  SuppliedCounts counts(Side side, std::size_t item) const override {
    auto const [at, fresh] = counts_.try_emplace({side, item});
    if (fresh) at->second = summed_counts(side, item);
    auto const& kept = at->second;
    return {kept.status, kept.sums, kept.total, kept.cells};
  }

  SuppliedProfile half(std::size_t item, int which) const override {
    if (products_.halves.empty()) return {Status("needs_cells"), {}, 0};
    auto const row = cells_.row_of(item);
    auto const& groups = products_.half_groups;
    auto const group = std::find_if(groups.begin(), groups.end(), [&](CellGroup const& g) {
      return g.row == row && g.member == which;
    });
    if (group == groups.end()) return {Status("too_few_cells"), {}, 0};
    auto const all = products_.halves.row(static_cast<std::size_t>(group - groups.begin()));
    auto& kept = halves_[{item, which}];
    if (kept.empty())
      for (auto const gene : products_.genes) kept.push_back(all[gene]);
    return {{}, kept, group->cells};
  }

  SuppliedProfile predicted_control() const override {
    if (file_ == nullptr && !scored_.own_control().empty())
      return {{}, scored_.own_control(), scored_.context().control_cells};
    auto const row = file_ == nullptr ? -1 : file_->row_of.at(cells_.row_of(control_item));
    if (row < 0) return {Status("needs_cells"), {}, 0};
    auto const& screen = *file_->products->screen;
    auto const at = static_cast<std::size_t>(row);
    if (own_control_.empty())
      for (std::size_t gene = 0; gene < file_->column_of_gene.size(); ++gene) {
        auto const column = file_->column_of_gene[gene];
        own_control_.push_back(column < 0 ? scored_.context().control[gene]
                                          : screen.mean.row(at)[static_cast<std::size_t>(column)]);
      }
    return {{}, own_control_, screen.labels.rows()[at].cells};
  }

 private:
  struct KeptCounts {
    Status status;
    std::vector<double> sums;
    double total = 0;
    std::int64_t cells = 0;
  };

  SuppliedCells read_cells(Side side, std::size_t item, CellRequest const& request) const {
    bool const latent = scored_.context().values == ValueKind::latent;
    bool const components = request.values == CellRequest::Values::components;
    if (latent && request.values != CellRequest::Values::expression)
      return {Status("not_applicable"), {}};
    auto const values = values_of(request.values);
    auto found = side == Side::measured
                     ? cells_.measured_values(item, values, request.most)
                     : cells_.predicted_values(item, values, request.emit, request.most);
    if (!found.status.ok()) return {found.status, {}};
    if (components) return {{}, in_components(products_, found.values, request.components)};
    if (!found.values.allFinite()) return {Status("not_finite"), {}};
    return {{}, std::move(found.values)};
  }

  DeProduct const& product_of(DeRequest const& request) const {
    auto const found = products_.de.find(measured_request(request));
    if (found == products_.de.end())
      throw InternalError("a metric asks for tests that its needs() do not name: " +
                          request_text(request));
    return found->second;
  }

  KeptCounts summed_counts(Side side, std::size_t item) const {
    bool const own = side == Side::predicted;
    if (own && item != control_item && !scored_.status(item).ok())
      return {scored_.status(item), {}, 0, 0};
    auto const* const cells = own ? cells_.predicted() : cells_.measured();
    auto const row =
        own ? cells_.predicted_row(item) : static_cast<std::ptrdiff_t>(cells_.row_of(item));
    if (own && predicted_ == nullptr) return {Status("needs_counts"), {}, 0, 0};
    if (cells == nullptr || row < 0) return {Status("needs_cells"), {}, 0, 0};
    if (!cells->sorted().has_counts()) return {Status("needs_counts"), {}, 0, 0};
    if (own && cells_.lacks_genes()) return {Status("missing_genes"), {}, 0, 0};
    auto const at = static_cast<std::size_t>(row);
    auto [sums, total] = cells->sums(at);
    return {{}, std::move(sums), total, cells->count(at)};
  }

  PredictedTests predicted_tests(std::size_t item, DeRequest const& request,
                                 DeProduct const& product) const {
    PredictedTests out;
    out.status = test(item, request, out.tests);
    if (!out.status.ok()) return out;
    no_change_where_missing(out.tests);
    auto p = out.tests.pvalue;
    for (std::size_t gene = 0; !product.gate.empty() && gene < p.size(); ++gene)
      if (product.gate.row(scored_.number())[gene] == 0) p[gene] = not_a_number;
    out.padj = benjamini_hochberg(p);
    return out;
  }

  /// A gene that a prediction's file lacks counts as one that does not change.
  void no_change_where_missing(CellTests& tests) const {
    if (predicted_ == nullptr) return;
    for (std::size_t gene = 0; gene < tests.score.size(); ++gene) {
      if (predicted_->column_of_gene[gene] >= 0) continue;
      tests.score[gene] = tests.log2fc[gene] = 0;
      tests.pvalue[gene] = 1;
    }
  }

  Status test(std::size_t item, DeRequest const& request, CellTests& out) const {
    if (!scored_.status(item).ok()) return scored_.status(item);
    auto const options = de_options(request);
    if (request.control_variance) return test_by_control(item, request, out);
    bool const ranks = options.wilcoxon();
    bool const rest = request.reference == TestReference::rest;
    if (rest && (ranks || options.mean_kind() == FoldChangeMean::arithmetic))
      return Status("not_applicable");  // the other predictions' cells are never held together
    if (!ranks) {
      auto status = rest ? test_rest(item, request, out) : test_pair(item, request, out);
      if (!status.ok() || options.mean_kind() == FoldChangeMean::geometric) return status;
    }
    CellTests ranked;
    auto status = test_ranks(item, request, ranked);
    if (!status.ok()) return status;
    if (ranks)
      out = std::move(ranked);
    else
      out.log2fc = std::move(ranked.log2fc);  // of t-tests: arithmetic means need the cells
    return {};
  }

  Status test_ranks(std::size_t item, DeRequest const& request, CellTests& out) const {
    auto const values = request.cpm ? CellValues::per_million : CellValues::expression;
    ReferenceColumns const* control = nullptr;
    auto const found = cells_.predicted_values(item, values, request.emit, 0);
    if (!found.status.ok()) return found.status;
    auto status = cells_.control_columns(request.own_control, values, control);
    if (status.ok()) out = rank_cells(*control, found.values, de_options(request));
    return status;
  }

  Status test_pair(std::size_t item, DeRequest const& request, CellTests& out) const {
    auto const own = cells_.predicted_moments(item, request.emit);
    if (!own.status.ok()) return own.status;
    auto const control = cells_.control_moments(request.own_control);
    if (control.status.ok()) out = test_moments(own.moments, control.moments, de_options(request));
    return control.status;
  }

  Status test_by_control(std::size_t item, DeRequest const& request, CellTests& out) const {
    auto const control = cells_.control_moments(request.own_control);
    if (!control.status.ok()) return control.status;
    if (request.reference == TestReference::rest || request.method == DeMethod::wilcoxon)
      return Status("not_applicable");
    std::vector<SampleMoments> own;
    auto const& predicted = scored_.panel()[item];
    auto const row = predicted_ == nullptr ? -1 : cells_.predicted_row(item);
    auto const count = row < 0 ? predicted.observed_cells
                               : cells_.predicted()->count(static_cast<std::size_t>(row));
    for (double const mean : predicted.predicted) own.push_back({mean, 0, count});
    out = test_control_variance(own, control.moments, de_options(request));
    return {};
  }

  /// The other predicted conditions of the panel (and control, if it is among the rest).
  Status test_rest(std::size_t item, DeRequest const& request, CellTests& out) const {
    auto const& panel = panel_moments(request);
    auto const genes = scored_.context().control.size();
    std::vector<SampleMoments> own(genes), rest(genes);
    std::vector<SampleMoments> control;
    if (request.rest_with_control) {
      auto found = cells_.control_moments(request.own_control);
      if (!found.status.ok()) return found.status;
      control = std::move(found.moments);
    }
    if (!panel[item].status.ok()) return panel[item].status;
    std::vector<SampleMoments> rows(panel.size() + 1);
    for (std::size_t gene = 0; gene < genes; ++gene) {
      for (std::size_t i = 0; i < panel.size(); ++i)
        rows[i] = panel[i].status.ok() ? panel[i].moments[gene] : SampleMoments{};
      rows.back() = control.empty() ? SampleMoments{} : control[gene];
      own[gene] = rows[item];
      rest[gene] = rest_moments(rows)[item];
    }
    out = test_moments(own, rest, de_options(request));
    return {};
  }

  std::vector<MomentsOrStatus> const& panel_moments(DeRequest const& request) const {
    auto const [at, fresh] = panel_moments_.try_emplace(request.emit);
    if (fresh)
      for (std::size_t i = 0; i < scored_.panel().size(); ++i)
        at->second.push_back(cells_.predicted_moments(i, request.emit));
    return at->second;
  }

  SupplyProducts const& products_;
  ScoredContext const& scored_;
  PredictedSide const* file_;       ///< of the prediction, cells or means; null: a model's
  PredictedSide const* predicted_;  ///< the same where it has cells
  ContextCells cells_;
  KeptNumbers* numbers_;  ///< of the prediction
  mutable KeptCells kept_;
  mutable std::map<std::pair<std::size_t, DeRequest>, PredictedTests> tests_;
  mutable std::map<Emit, std::vector<MomentsOrStatus>> panel_moments_;
  mutable std::map<std::pair<Side, std::size_t>, KeptCounts> counts_;
  mutable std::map<std::pair<std::size_t, int>, std::vector<double>> halves_;
  mutable std::vector<double> own_control_;
};

}  // namespace

std::unique_ptr<ScoreSupply> make_supply(SupplyProducts const& measured,
                                         ScoredContext const& scored, std::string const& stream,
                                         PredictedSide const* predicted, KeptNumbers* numbers) {
  return std::make_unique<ContextSupply>(measured, scored, stream, predicted, numbers);
}

}  // namespace pertscale
