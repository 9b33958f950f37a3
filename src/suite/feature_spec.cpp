#include "suite/feature_spec.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/options.hpp"
#include "core/text.hpp"

namespace pertscale {

namespace {

void declare(OptionList& options, FeatureSpec& spec) {
  options.add("key", spec.file.key, "h5ad: obsm/NAME, varm/NAME or X; npz, safetensors: the array");
  options.add("names-key", spec.file.names_key,
              "npz: the array of names; h5ad: the column of obs or var");
  options.add("names-file", spec.file.names_file, "npy, safetensors: text file, one name a line");
  options.add("transpose", spec.file.transpose, "text: a column is a gene, a row a dimension");
  options.add("gene-map", spec.gene_map,
              "file of two columns: name in the features, name in the screen");
  options
      .add("pca", spec.pca,
           "leading principal components over all names of the file, centred, not scaled; 0: the "
           "values as they are")
      .at_least(0);
  options.add("min-genes", spec.min_genes, "terms with fewer genes are left out").at_least(1);
  options.add("max-genes", spec.max_genes, "terms with more genes are left out; 0: no bound")
      .at_least(0);
  options.add("dimensions", spec.dimensions, "of a graph's spectral embedding").at_least(1);
  options.add("min-weight", spec.min_weight, "edges of a smaller weight are left out").at_least(0);
  options.add("context", spec.context, "the context of a screen that has several");
}

}  // namespace

FeatureSpec feature_spec(InputSource const& source) {
  FeatureSpec spec;
  spec.screen = source.screen;
  spec.path = source.path;
  if (spec.screen) spec.pca = 10;
  OptionList options;
  declare(options, spec);
  for (auto const& [key, value] : source.settings) {
    try {
      options.assign(key, value);
    } catch (UserError const& error) {
      throw UserError(fmt::format("{}: {}", spec.path, error.what()));
    }
  }
  for (auto const& option : options.all())
    if (option.given) spec.given.push_back(option.name);
  if (spec.screen) spec.check_given({"pca", "context"}, "a screen");
  spec.canonical = (spec.screen ? "screen " : "file ") + options.canonical();
  return spec;
}

void FeatureSpec::check_given(std::vector<std::string> const& heeded, std::string_view form) const {
  for (auto const& name : given)
    if (std::find(heeded.begin(), heeded.end(), name) == heeded.end())
      throw UserError(fmt::format("{}: {}= has no effect on {}, which takes {}; leave it out", path,
                                  name, form, join(heeded, ", ")));
}

std::string feature_help() {
  FeatureSpec spec;
  OptionList options;
  declare(options, spec);
  std::string out;
  for (auto const& option : options.all())
    out += fmt::format("  {} ({}{}) {}\n", option.name, option.type,
                       option.default_value.empty() ? "" : ", default " + option.default_value,
                       option.help);
  return out;
}

}  // namespace pertscale
