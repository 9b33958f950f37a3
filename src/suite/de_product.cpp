#include "suite/de_product.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "core/hash.hpp"
#include "core/text.hpp"
#include "statistics/multiple_testing.hpp"
#include "suite/de_records.hpp"
#include "suite/de_tests.hpp"
#include "suite/scratch_folder.hpp"

namespace pertscale {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Tests, and from them the files of a product.
class DeProductBuilder {
 public:
  DeProductBuilder(PreparedDataset const& prepared, DeRequest const& request,
                   Communicator const& comm, std::filesystem::path const& cache,
                   MomentOptions const& limits)
      : data_(prepared.dataset),
        screen_(prepared.screen),
        genes_(prepared.genes),
        options_(de_options(request)),
        comm_(comm),
        cache_(cache),
        limits_(limits) {
    identity_ = Sha256()
                    .add_field("tests 1")
                    .add_field(data_.digest)
                    .add_field(request_text(request))
                    .hex();
  }

  DeProduct make() {
    auto product = map();
    if (comm_.any(!product)) {
      build();
      product = map();
    }
    if (!product) throw InternalError(path("tests").string() + " cannot be mapped");
    return *product;
  }

 private:
  std::size_t rows() const { return data_.labels.rows().size(); }

  std::filesystem::path path(std::string_view table) const {
    return cache_ / fmt::format("{}.de.{}.{}", percent_escape(data_.spec.name),
                                identity_.substr(0, 16), table);
  }

  std::optional<DeProduct> map() const {
    auto const table = [&](std::string_view name, std::size_t count) {
      return map_profile_product(path(name), identity_, count, genes_.size(), comm_.root());
    };
    auto const tests = table("tests", rows());
    auto const adjusted = table("padj", rows());
    if (!tests || !adjusted) return std::nullopt;
    DeProduct out{{}, tests->mean, tests->variance, tests->nonzero, adjusted->mean, {}};
    if (!options_.gated()) return out;
    auto const gate = table("gate", data_.labels.contexts().size());
    if (!gate) return std::nullopt;
    out.gate = gate->mean;
    return out;
  }

  void build() {
    ScratchFolder const scratch(comm_, cache_, "tests");
    auto const records = scratch.path() / "records";
    auto const shape = DeRecords(data_.labels, options_, genes_.size()).shape();
    std::optional<GeneRecordWriter> writer;
    agree(comm_, [&] { writer.emplace(records, shape); });
    DeTests const tests{data_, options_, &screen_, genes_, limits_};
    if (options_.needs_cells())
      test_from_cells(tests, cell_design(data_, false, !options_.control_in_rest), comm_, *writer);
    else
      test_from_moments(tests, comm_, *writer);
    agree(comm_, [&] { writer->close(); });
    comm_.barrier();
    agree(comm_, [&] {
      if (comm_.root()) write(GeneRecordReader(records, shape));
    });
  }

  void write(GeneRecordReader const& records) const {
    auto const passes = write_gate(records);
    ProfileProductWriter tests(path("tests"), identity_, rows(), genes_.size());
    ProfileProductWriter adjusted(path("padj"), identity_, rows(), genes_.size());
    auto const tested = tested_rows(data_.labels);
    Matrix const none = Matrix::Constant(1, static_cast<Eigen::Index>(genes_.size()), not_a_number);
    for (std::size_t row = 0; row < rows(); ++row)
      if (data_.labels.condition_of(row).is_control()) {
        tests.write({row, none, none, none});
        adjusted.write({row, none, {}, {}});
      }
    std::size_t const block = std::max<std::size_t>(
        1, limits_.memory / 8 / (4 * sizeof(double) * std::max<std::size_t>(1, genes_.size())));
    for (std::size_t first = 0; first < tested.size(); first += block) {
      std::size_t const last = std::min(first + block, tested.size());
      Matrix const score = layer(records, DeLayer::score, first, last);
      Matrix const change = layer(records, DeLayer::log2fc, first, last);
      Matrix const pvalue = layer(records, DeLayer::pvalue, first, last);
      for (std::size_t i = first; i < last; ++i) {
        auto const at = static_cast<Eigen::Index>(i - first);
        tests.write({tested[i], score.row(at), change.row(at), pvalue.row(at)});
        std::size_t const context = data_.labels.rows()[tested[i]].context;
        adjusted.write({tested[i],
                        adjust(pvalue.row(at), passes.empty() ? nullptr : &passes[context]),
                        {},
                        {}});
      }
    }
    adjusted.finish();
    tests.finish();
  }

  std::vector<std::vector<char>> write_gate(GeneRecordReader const& records) const {
    std::vector<std::vector<char>> out;
    if (!options_.gated()) return out;
    std::size_t const contexts = data_.labels.contexts().size();
    ProfileProductWriter gate(path("gate"), identity_, contexts, genes_.size());
    for (std::size_t context = 0; context < contexts; ++context) {
      out.push_back(gated_genes(options_, records.extra(context)));
      Matrix mask(1, static_cast<Eigen::Index>(genes_.size()));
      std::copy(out.back().begin(), out.back().end(), mask.data());
      gate.write({context, mask, {}, {}});
    }
    gate.finish();
    return out;
  }

  Matrix layer(GeneRecordReader const& records, DeLayer which, std::size_t first,
               std::size_t last) const {
    std::vector<double> values;
    records.rows(static_cast<std::size_t>(which), first, last, values);
    return ConstMatrixMap(values.data(), static_cast<Eigen::Index>(last - first),
                          static_cast<Eigen::Index>(genes_.size()));
  }

  static Matrix adjust(Matrix pvalue, std::vector<char> const* passes) {
    auto const p = std::span(pvalue.data(), static_cast<std::size_t>(pvalue.size()));
    for (std::size_t gene = 0; passes != nullptr && gene < p.size(); ++gene)
      if ((*passes)[gene] == 0) p[gene] = not_a_number;
    auto const found = benjamini_hochberg(p);
    std::copy(found.begin(), found.end(), p.begin());
    return pvalue;
  }

  Dataset const& data_;
  Screen const& screen_;
  std::vector<std::size_t> const& genes_;
  DeOptions options_;
  Communicator const& comm_;
  std::filesystem::path const& cache_;
  MomentOptions const& limits_;
  std::string identity_;
};

}  // namespace

DeOptions de_options(DeRequest const& request) {
  DeOptions out;
  out.method = request.method == DeMethod::wilcoxon           ? "wilcoxon"
               : request.method == DeMethod::t_test_overestim ? "t-test-overestim"
                                                              : "t-test";
  out.reference = request.reference == TestReference::rest ? "rest" : "control";
  out.continuity = request.continuity;
  out.fold_change = request.fold_change == FoldChangeMean::arithmetic ? "arithmetic" : "geometric";
  out.epsilon = request.epsilon;
  out.min_control_cpm = request.min_control_cpm;
  out.per_million = request.cpm;
  out.control_in_rest = request.rest_with_control;
  return out;
}

DeRequest measured_request(DeRequest request) {
  request.own_control = false;
  request.control_variance = false;
  request.emit = Emit::none;
  return request;
}

std::string request_text(DeRequest const& r) {
  auto const options = de_options(r);
  return fmt::format(
      "method={},reference={},rest-with-control={},cpm={},continuity={},fold-change={},epsilon={},"
      "min-control-cpm={},own-control={},control-variance={},emit={}",
      options.method, options.reference, r.rest_with_control, r.cpm, r.continuity,
      options.fold_change, number_text(r.epsilon), number_text(r.min_control_cpm), r.own_control,
      r.control_variance, emit_name(r.emit));
}

Status can_test(Dataset const& dataset, Screen const& screen, DeRequest const& request) {
  if (screen.values == ValueKind::latent || dataset.spec.matches_batches())
    return Status("not_applicable");
  if (dataset.spec.rows != "cells" &&
      (de_options(request).needs_cells() || request.cpm || screen.variance.empty()))
    return Status("needs_cells");
  if (request.cpm && dataset.spec.values != "counts") return Status("needs_counts");
  return {};
}

DeProduct de_product(PreparedDataset const& prepared, DeRequest const& request,
                     Communicator const& comm, std::filesystem::path const& cache,
                     MomentOptions const& options) {
  auto const status = can_test(prepared.dataset, prepared.screen, request);
  if (!status.ok()) return {status, {}, {}, {}, {}, {}};
  if (request.cpm && request.method != DeMethod::wilcoxon)
    throw UserError(
        "differential expression on counts per million is a rank test; choose the method wilcoxon "
        "for it, or t-tests of log-normalised values");
  return DeProductBuilder(prepared, measured_request(request), comm, cache, options).make();
}

}  // namespace pertscale
