#include "io/simulator_metadata.hpp"

#include <fmt/format.h>

#include <cmath>

namespace pertscale {

namespace {

/// Categories are in code-point order, as the names already are not: `order[i]` is the code of name
/// i.
OutputColumn categorical(std::string name, std::vector<std::string> const& names,
                         std::vector<std::int32_t> const& numbers) {
  auto sorted = categorise(names);
  OutputCategories values{std::move(sorted.categories), {}};
  values.codes.reserve(numbers.size());
  for (auto const number : numbers)
    values.codes.push_back(sorted.codes[static_cast<std::size_t>(number)]);
  return {std::move(name), std::move(values)};
}

std::vector<std::string> condition_names(SimulationTruth const& truth) {
  std::vector<std::string> names;
  for (auto const& condition : truth.conditions) names.push_back(condition.name);
  return names;
}

OutputFrame obs_of(SimulationTruth const& truth) {
  OutputFrame frame;
  std::vector<std::int32_t> conditions, contexts;
  auto const digits = std::to_string(truth.options.cells).size();
  for (std::int64_t i = 0; i < truth.options.cells; ++i) {
    auto const cell = simulated_cell(truth, i);
    conditions.push_back(cell.condition);
    contexts.push_back(cell.context);
    frame.index.push_back(fmt::format("cell{:0{}}", i + 1, digits));
  }
  frame.columns.push_back(categorical("condition", condition_names(truth), conditions));
  frame.columns.push_back(categorical("context", truth.contexts, contexts));
  return frame;
}

OutputFrame var_of(SimulationTruth const& truth) {
  std::vector<double> mean(truth.genes.size());
  std::vector<std::int64_t> target(truth.genes.size());
  for (std::size_t g = 0; g < mean.size(); ++g)
    mean[g] = std::exp(truth.log_mean(0, static_cast<Eigen::Index>(g)));
  for (auto const& condition : truth.conditions)
    if (condition.first >= 0) target[static_cast<std::size_t>(condition.first)] = 1;
  return {truth.genes, {{"mean_count", mean}, {"nb_shape", truth.shape}, {"is_target", target}}};
}

void write_options(Hdf5Output const& uns, SimulationOptions const& options, bool lognormalised) {
  auto const group = uns.dict("simulation");
  group.scalar("cells", options.cells);
  group.scalar("genes", options.genes);
  group.scalar("perturbations", options.perturbations);
  group.scalar("doubles", options.doubles);
  group.scalar("contexts", options.contexts);
  group.scalar("seed", options.seed);
  group.scalar("values", std::string(lognormalised ? "lognormalised" : "counts"));
  group.scalar("target_sum", lognormalised ? 1e4 : 0.0);
}

void write_effects(Hdf5Output const& group, SimulationTruth const& truth) {
  auto const genes = truth.options.genes;
  auto const rows = static_cast<std::int64_t>(truth.conditions.size() * truth.contexts.size());
  if (rows * genes * 4 > largest_truth_table) {
    group.scalar("note",
                 std::string("log_fold_change is left out: it would take more than 256 MiB; "
                             "the same options and seed give the same effects again"));
    return;
  }
  Hdf5Rows table(group, "log_fold_change", {NumberType::float32, genes, rows, Compression::none});
  std::vector<float> row(static_cast<std::size_t>(genes));
  for (std::size_t context = 0; context < truth.contexts.size(); ++context)
    for (std::size_t condition = 0; condition < truth.conditions.size(); ++condition) {
      truth.log_fold_change(condition, context, 0, row);
      table.append(std::span<float const>(row));
    }
}

/// Membership as a genes x modules matrix of ones.
void write_modules(Hdf5Output const& group, SimulationTruth const& truth) {
  SparseBlock block;
  for (auto const& modules : truth.modules) {
    block.minor.insert(block.minor.end(), modules.begin(), modules.end());
    block.offsets.push_back(static_cast<std::int64_t>(block.minor.size()));
  }
  block.values.assign(block.minor.size(), 1.0F);
  H5adLayout layout;
  layout.cells = truth.options.genes;
  layout.genes = truth.module_count;
  SparseRows matrix(group, "modules", layout);
  matrix.append(block);
  matrix.finish();
}

/// Which row of log_fold_change is what.
void write_row_names(Hdf5Output const& group, SimulationTruth const& truth) {
  std::vector<std::string> conditions, contexts;
  for (auto const& context : truth.contexts)
    for (auto const& condition : truth.conditions) {
      conditions.push_back(condition.name);
      contexts.push_back(context);
    }
  group.strings("row_condition", conditions);
  group.strings("row_context", contexts);
}

void write_truth(Hdf5Output const& uns, SimulationTruth const& truth) {
  auto const group = uns.dict("truth");
  std::vector<double> interaction;
  for (auto const& condition : truth.conditions) interaction.push_back(condition.interaction);
  group.strings("conditions", condition_names(truth));
  group.strings("contexts", truth.contexts);
  group.array<double>("interaction", interaction);
  Matrix const& means = truth.log_mean;
  group.array<double>("log_mean", {means.data(), static_cast<std::size_t>(means.size())},
                      means.cols());
  write_row_names(group, truth);
  write_modules(group, truth);
  write_effects(group, truth);
}

}  // namespace

void write_metadata(H5adWriter& writer, SimulationTruth const& truth, SimulationFile const& file) {
  writer.obs(obs_of(truth));
  writer.var(var_of(truth));
  auto const& embedding = truth.embedding;
  writer.varm("embedding", {embedding.data(), static_cast<std::size_t>(embedding.size())},
              embedding.cols());
  write_options(writer.uns(), truth.options, file.lognormalised);
  write_truth(writer.uns(), truth);
}

}  // namespace pertscale
