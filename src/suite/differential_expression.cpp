#include "suite/differential_expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <optional>

#include "core/error.hpp"
#include "parallel/phase_meter.hpp"
#include "suite/de_output.hpp"
#include "suite/de_records.hpp"
#include "suite/de_tests.hpp"
#include "suite/prepare.hpp"
#include "suite/scratch_folder.hpp"

namespace pertscale {

namespace {

class DeWork {
 public:
  DeWork(Dataset const& dataset, Communicator const& comm, DeRun const& run)
      : data_(dataset),
        comm_(comm),
        run_(run),
        limits_{run.memory, run.stop},
        scratch_(comm, run.out, "de") {}

  std::string work() {
    auto const start = std::chrono::steady_clock::now();
    choose_genes();
    DeRecords const blank(data_.labels, run_.options, genes_.size());
    shape_ = blank.shape();
    agree(comm_, [&] { records_.emplace(scratch_.path() / "records", shape_); });
    if (run_.options.needs_cells())
      test_cells();
    else
      test_from_moments(tests(), comm_, *records_);
    agree(comm_, [&] { records_->close(); });
    comm_.barrier();
    auto const tested = std::chrono::steady_clock::now();
    write_tables();
    auto const done = std::chrono::steady_clock::now();
    auto const seconds = [](auto from, auto to) {
      return std::chrono::duration<double>(to - from).count();
    };
    text_ +=
        fmt::format("tests        {} in {:.2f} s; tables {:.2f} s\n", shape_.rows * shape_.genes,
                    comm_.max(seconds(start, tested)), comm_.max(seconds(tested, done)));
    return text_ + fmt::format("peak memory  {:.0f} MiB a rank\n", comm_.max(peak_rss_mib()));
  }

 private:
  bool by_batch() const { return run_.options.stratify == "batch"; }
  bool needs_screen() const { return !run_.options.wilcoxon() || data_.spec.genes != "all"; }

  /// The genes of the tables; and the profiles, where tests or the choice of genes need them.
  void choose_genes() {
    genes_.resize(data_.genes.size());
    std::iota(genes_.begin(), genes_.end(), std::size_t{0});
    if (!needs_screen()) return;
    PrepareReport report;
    auto const start = std::chrono::steady_clock::now();
    screen_ = prepare_screen(data_, comm_, scratch_.path(), limits_, &report);
    std::chrono::duration<double> const taken = std::chrono::steady_clock::now() - start;
    text_ += "prepared     " + prepare_text(report, comm_.max(taken.count())) + "\n";
    genes_ = report.genes;
    if (screen_->variance.empty())
      throw UserError(
          fmt::format("{}: a t-test needs variances, and there is no layer variance to use; add "
                      "one to the file",
                      data_.spec.path));
  }

  void test_cells() {
    auto cells = cell_design(data_, by_batch());
    note_strata(cells.design);
    auto const report = test_from_cells(tests(), std::move(cells), comm_, *records_);
    auto const gathered = report.rounds == 0 ? std::string("columns read whole")
                                             : fmt::format("{} round(s)", report.rounds);
    text_ += fmt::format("ranked       {}, {} pass(es), gathering {:.2f} s, testing {:.2f} s\n",
                         gathered, report.passes, report.gather_seconds, report.test_seconds);
  }

  DeTests tests() const {
    return {data_, run_.options, screen_ ? &*screen_ : nullptr, genes_, limits_};
  }

  /// Batches of each tested row that hold both sides, and those that hold nothing to compare with.
  void note_strata(RankDesign const& design) {
    if (!by_batch()) return;
    bool const rest = run_.options.test_reference() == TestReference::rest;
    std::vector<std::int64_t> reference(design.strata, 0);
    for (auto const& group : design.groups)
      if (rest || group.control) reference[group.stratum] += group.cells;
    std::vector<std::int64_t> both(design.rows, 0), alone(design.rows, 0);
    for (auto const& group : design.groups) {
      bool const compared = reference[group.stratum] > (rest ? group.cells : 0);
      ++(compared ? both : alone)[group.row];
    }
    for (auto const row : tested_rows(data_.labels)) {
      strata_.push_back(both[row]);
      without_reference_.push_back(alone[row]);
    }
  }

  void write_tables() {
    std::vector<std::string> names;
    for (auto const gene : genes_) names.push_back(data_.genes.name(gene));
    DeTables const tables{
        data_.labels, run_.options,       std::move(names), tested_rows(data_.labels),
        strata_,      without_reference_, run_.memory};
    text_ += on_root(comm_, [&] {
      GeneRecordReader const reader(scratch_.path() / "records", shape_);
      auto const [kept, all] = write_de_tables(tables, reader, run_.out, run_.csv, scratch_.path());
      if (!run_.options.gated()) return std::string();
      return fmt::format("gate         {} of {} genes (over contexts) are adjusted for\n", kept,
                         all);
    });
  }

  Dataset const& data_;
  Communicator const& comm_;
  DeRun const& run_;
  MomentOptions limits_;
  ScratchFolder scratch_;
  std::string text_;
  std::vector<std::size_t> genes_;  ///< numbers in the matrix
  std::optional<Screen> screen_;
  RecordShape shape_;
  std::optional<GeneRecordWriter> records_;
  std::vector<std::int64_t> strata_, without_reference_;
};

}  // namespace

std::string differential_expression(Dataset const& dataset, Communicator const& comm,
                                    DeRun const& run) {
  check_de(run.options, dataset);
  return DeWork(dataset, comm, run).work();
}

}  // namespace pertscale
