#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <optional>

#include "core/text.hpp"
#include "report/durable_file.hpp"
#include "suite/library_sizes.hpp"
#include "suite/moment_tiles.hpp"
#include "suite/prediction_source.hpp"
#include "suite/prepare.hpp"

namespace pertscale {

namespace {

/// What a pass over the file found.
struct Findings {
  double target = 0;  ///< library size that counts are scaled to; 0: values are no counts
  double least = 0, most = 0;
  std::vector<std::int64_t> not_finite;  ///< by row of the file's labels: 1 where a value is not
};

/// The library size that the measured screen was scaled to.
double measured_target(PredictionSource const& source, Dataset const& measured,
                       Communicator const& comm, MomentOptions const& options) {
  auto const& target = measured.spec.target_sum;
  if (target != "median") return *parse_double(target);
  if (measured.spec.values != "counts")
    throw UserError(fmt::format(
        "{}: holds counts, but dataset '{}' is log-normalised to an unknown library size; set "
        "target-sum = NUMBER in {}, or give log-normalised predictions",
        source.path, measured.spec.name, measured.spec.file));
  PassReport report;
  std::unique_ptr<CellSource> cells;
  agree(comm, [&] { cells = std::make_unique<CellSource>(measured); });
  return library_sizes(measured, *cells, comm, {slab_bytes(options.memory), options.stop}, report)
      .target;
}

/// Smallest and largest value, and rows that hold one that is not finite. The same on every rank.
void scan(PredictionSource const& source, Communicator const& comm, MomentOptions const& options,
          Findings& found) {
  auto const& file = source.dataset;
  found.not_finite.assign(file.labels.rows().size(), 0);
  std::unique_ptr<CellSource> cells;
  agree(comm, [&] { cells = std::make_unique<CellSource>(file); });
  PassReport report;
  read_pass(file, *cells, comm, {slab_bytes(options.memory), options.stop}, Columns::all, report,
            [&](MatrixBlock const& block) {
              for_each_value(block, [&](std::int64_t line, std::int64_t, double value) {
                auto const row = file.row_of_cell[static_cast<std::size_t>(line)];
                if (row < 0) return;
                if (!std::isfinite(value)) {
                  found.not_finite[static_cast<std::size_t>(row)] = 1;
                  return;
                }
                found.least = std::min(found.least, value);
                found.most = std::max(found.most, value);
              });
            });
  comm.sum(found.not_finite);
  found.least = comm.min(found.least);
  found.most = comm.max(found.most);
}

std::string findings_text(Findings const& found) {
  std::string text = fmt::format("{} {} {}", number_text(found.target), number_text(found.least),
                                 number_text(found.most));
  for (auto const flag : found.not_finite) text += flag > 0 ? " 1" : " 0";
  return text + "\n";
}

std::optional<Findings> parse_findings(std::string const& text, std::size_t rows) {
  auto const words = split(trim(text), ' ');
  if (words.size() != rows + 3) return std::nullopt;
  Findings found{*parse_double(words[0]), *parse_double(words[1]), *parse_double(words[2]), {}};
  for (std::size_t i = 3; i < words.size(); ++i) found.not_finite.push_back(words[i] == "1");
  return found;
}

/// Findings from beside the cached profiles, or made and left there.
Findings find_out(PredictionSource const& source, Dataset const& measured, Communicator const& comm,
                  std::filesystem::path const& cache, MomentOptions const& options) {
  auto const& file = source.dataset;
  auto const kept = cache / fmt::format("{}.{}.findings", percent_escape(file.spec.name),
                                        file.digest.substr(0, 16));
  auto const text = on_root(comm, [&] {
    std::ifstream in(kept, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(in), {}};
  });
  if (auto found = parse_findings(text, file.labels.rows().size())) return *found;
  Findings found;
  if (file.spec.values == "counts") found.target = measured_target(source, measured, comm, options);
  if (source.has_cells) {
    scan(source, comm, options, found);
  } else {  // means are small: one rank reads them, as it reads their profiles
    auto const bytes = on_root(comm, [&] {
      scan(source, Communicator::self(), options, found);
      return findings_text(found);
    });
    found = *parse_findings(bytes, file.labels.rows().size());
  }
  agree(comm, [&] {
    if (comm.root()) write_durably(kept, findings_text(found));
  });
  return found;
}

/// Leaves rows out of a dataset; the new number of each old row, or -1.
std::vector<std::ptrdiff_t> drop_rows(Dataset& dataset, std::vector<std::int64_t> const& drop) {
  std::vector<std::ptrdiff_t> number(drop.size(), -1);
  std::vector<LabelRow> rows;
  for (std::size_t row = 0; row < drop.size(); ++row) {
    if (drop[row] > 0) continue;
    number[row] = static_cast<std::ptrdiff_t>(rows.size());
    rows.push_back(dataset.labels.rows()[row]);
  }
  dataset.labels = Labels(dataset.labels.conditions(), dataset.labels.contexts(), std::move(rows));
  for (auto& row : dataset.row_of_cell)
    if (row >= 0) row = static_cast<std::int32_t>(number[static_cast<std::size_t>(row)]);
  return number;
}

void drop_not_finite(PredictionSource& source, Findings const& found) {
  auto const bad = std::count_if(found.not_finite.begin(), found.not_finite.end(),
                                 [](auto flag) { return flag > 0; });
  if (bad == 0) return;
  auto const number = drop_rows(source.dataset, found.not_finite);
  std::int64_t told = 0;
  for (std::size_t row = 0; row < source.row_of.size(); ++row) {
    auto& at = source.row_of[row];
    if (at < 0) continue;
    at = number[static_cast<std::size_t>(at)];
    if (at >= 0 || !source.status[row].ok()) continue;
    source.status[row] = Status("not_finite");
    ++told;
  }
  if (told > 0)
    source.notes.push_back(
        fmt::format("{} condition(s) of {} hold a value that is not finite: status not_finite",
                    told, source.path));
}

void note_range(PredictionSource& source, Findings const& found) {
  if (source.dataset.spec.values != "lognormalised") return;
  if (found.least < 0)
    source.notes.push_back(fmt::format(
        "{} holds negative values (down to {}), which log1p-normalised expression has not; they "
        "are scored as they are",
        source.path, number_text(found.least)));
  if (found.most > 50)
    source.notes.push_back(fmt::format(
        "{} holds values up to {}, which look like counts; give values=counts if they are",
        source.path, number_text(found.most)));
}

/// Genes by name; of a name that occurs several times, the first is the first.
void match_genes(PredictionSource& source, Screen const& screen) {
  std::map<std::string_view, std::vector<std::int32_t>> columns;
  auto const& names = source.dataset.genes.names();
  for (std::size_t g = 0; g < names.size(); ++g)
    columns[names[g]].push_back(static_cast<std::int32_t>(g));
  std::map<std::string_view, std::size_t> taken;
  std::vector<std::string> missing;
  source.column_of_gene.clear();
  for (auto const& name : screen.genes.names()) {
    auto const& found = columns[name];
    auto const k = taken[name]++;
    source.column_of_gene.push_back(k < found.size() ? found[k] : -1);
    if (k >= found.size()) missing.push_back(name);
  }
  if (missing.size() == screen.genes.size())
    throw UserError(fmt::format("{}: holds none of the {} genes that genes = of dataset '{}' chose",
                                source.path, missing.size(), screen.name));
  if (missing.empty()) return;
  auto const count = missing.size();
  missing.resize(std::min<std::size_t>(count, 3));
  auto const what = fmt::format("{} of {} genes are missing in {} (first: {})", count,
                                screen.genes.size(), source.path, join(missing, ", "));
  if (source.spec.missing_genes == "refuse")
    throw UserError(what +
                    "; predict them, leave them out of the dataset with genes = file:F, or "
                    "say missing-genes=no-change");
  source.notes.push_back(what + "; they count as not changed: the measured control's values");
}

}  // namespace

void prepare_prediction(PredictionSource& source, Dataset const& measured, Screen const& screen,
                        Communicator const& comm, std::filesystem::path const& cache,
                        MomentOptions const& options) {
  auto const found = find_out(source, measured, comm, cache, options);
  auto& file = source.dataset;
  if (found.target > 0) file.spec.target_sum = number_text(found.target);
  drop_not_finite(source, found);
  note_range(source, found);
  match_genes(source, screen);
  if (!file.labels.rows().empty()) {
    source.screen = prepare_screen(file, comm, cache, options);
    return;
  }
  source.screen.name = file.spec.name;
  source.screen.genes = file.genes;
  source.screen.labels = file.labels;
}

Prediction predicted_profiles(PredictionSource const& source, Screen const& measured,
                              std::span<std::size_t const> rows) {
  Prediction out(rows.size(), measured.genes.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out.status[i] = source.status[rows[i]];
    if (!out.status[i].ok()) continue;
    auto const from = source.screen.profile(static_cast<std::size_t>(source.row_of[rows[i]]));
    auto const control =
        measured.profile(measured.control_row(measured.labels.rows()[rows[i]].context));
    for (std::size_t g = 0; g < measured.genes.size(); ++g) {
      auto const column = source.column_of_gene[g];
      out.mean(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(g)) =
          column < 0 ? control[g] : from[static_cast<std::size_t>(column)];
    }
  }
  return out;
}

}  // namespace pertscale
