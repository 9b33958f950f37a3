#include <fmt/format.h>

#include "command.hpp"
#include "core/error.hpp"
#include "parallel/communicator.hpp"
#include "solver/blas.hpp"
#include "suite/run.hpp"
#include "version_text.hpp"

namespace pertscale {
namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

std::string text_of(po::variables_map const& values, char const* name) {
  return values.count(name) > 0 ? values[name].as<std::string>() : std::string();
}

Texts texts_of(po::variables_map const& values, char const* name) {
  return values.count(name) > 0 ? values[name].as<Texts>() : Texts();
}

int run_score(po::variables_map const& values) {
  auto const inputs = values["input"].as<Texts>();
  if (!inputs.empty())
    throw UserError(
        fmt::format("'{}' stands alone; files are given by --dataset, --study and "
                    "--prediction \"path=...\"",
                    inputs.front()));
  if (values.count("out") == 0)
    throw UserError("--out is missing; name the results directory: --out results/NAME");
  RunOptions options;
  options.out = text_of(values, "out");
  options.fresh = values.count("fresh") > 0;
  options.memory_per_rank = memory_per_rank(values);
  options.versions = version_text();
  use_one_blas_thread();
  return run_score_study(
      {text_of(values, "dataset"), text_of(values, "study"), text_of(values, "split"),
       texts_of(values, "prediction"), texts_of(values, "metric"), texts_of(values, "metrics")},
      options, Communicator::world());
}

Subcommand const registered{{
    .name = "score",
    .summary = "score predictions made elsewhere against the measured screen",
    .usage = "score --dataset D.cfg | --study S.cfg [--split ID] --prediction \"path=P.h5ad "
             "as=NAME\" ... --metric \"...\" ... --out DIR",
    .parallel = true,
    .declare =
        [](po::options_description& options) {
          options.add_options()("dataset", po::value<std::string>(),
                                "the measured screen: a dataset file or an h5ad")(
              "study", po::value<std::string>(),
              "a study: its datasets, protocols, metrics, baselines; its models run beside")(
              "split", po::value<std::string>(), "this split of the study only")(
              "prediction", po::value<Texts>()->composing(),
              "path=P.h5ad as=NAME, and the other options of the model predictions; repeatable")(
              "metric", po::value<Texts>()->composing(), "as in a study; repeatable")(
              "metrics", po::value<Texts>()->composing(), "a published set; repeatable")(
              "out", po::value<std::string>(), "results directory")(
              "fresh", "remove earlier results of DIR first");
          declare_memory(options);
        },
    .run = run_score,
}};

}  // namespace
}  // namespace pertscale
