#include "suite/feature_screen.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "suite/feature_values.hpp"
#include "suite/prepare.hpp"

namespace pertscale {

namespace {

std::size_t chosen_context(Screen const& screen, FeatureSpec const& spec, std::string const& path) {
  auto const& contexts = screen.labels.contexts();
  if (spec.context.empty() && contexts.size() == 1) return 0;
  auto const found = std::find(contexts.begin(), contexts.end(), spec.context);
  if (found == contexts.end())
    throw UserError(
        fmt::format("{}: the screen has the contexts {}; name one: screen:FILE(context=NAME)", path,
                    join(contexts, ", ")));
  return static_cast<std::size_t>(found - contexts.begin());
}

}  // namespace

FeatureTable screen_features(std::string const& path, FeatureSpec const& spec,
                             Communicator const& comm, std::filesystem::path const& cache,
                             MomentOptions const& options) {
  auto const dataset = open_dataset(path, comm);
  auto const screen = prepare_screen(dataset, comm, cache, options);
  auto const context = chosen_context(screen, spec, path);
  auto const control = screen.control_row(context);

  FeatureTable table;
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < screen.labels.rows().size(); ++row) {
    if (screen.labels.rows()[row].context != context || row == control) continue;
    rows.push_back(row);
    table.names.push_back(join(screen.labels.condition_of(row).targets, "+"));
  }
  rows.push_back(control);
  Matrix profiles(static_cast<Eigen::Index>(rows.size()),
                  static_cast<Eigen::Index>(screen.genes.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto const profile = screen.profile(rows[i]);
    profiles.row(static_cast<Eigen::Index>(i)) =
        Eigen::Map<Eigen::RowVectorXd const>(profile.data(), profiles.cols());
  }
  auto const last = profiles.rows() - 1;
  if (spec.pca > 0) {
    auto const scores = principal_scores(profiles, spec.pca);
    table.values = scores.topRows(last);
    table.control = scores.row(last).transpose();
  } else {
    table.values = profiles.topRows(last).rowwise() - profiles.row(last);
    if (screen.values == ValueKind::expression) table.dimensions = screen.genes.names();
  }
  table.sources.push_back({path, dataset.digest});
  table.index_names();
  return table;
}

}  // namespace pertscale
