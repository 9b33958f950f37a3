#include "suite/feature_spec.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/options.hpp"
#include "core/text.hpp"

namespace pertscale {

namespace {

void declare(OptionList& options, FeatureSpec& spec) {
  options.add("key", spec.file.key, "h5ad: obsm/NAME or varm/NAME; npz, safetensors: the array");
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

/// The sources of a list: commas outside of brackets divide it.
std::vector<std::string> sources_of(std::string_view text) {
  std::vector<std::string> out(1);
  int depth = 0;
  for (char const c : text) {
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (depth < 0 || depth > 1)
      throw UserError(
          fmt::format("{}: brackets do not fit; write FILE(key=value;key=value)", text));
    if (c == ',' && depth == 0)
      out.emplace_back();
    else
      out.back() += c;
  }
  if (depth != 0)
    throw UserError(fmt::format("{}: a bracket is not closed; write FILE(key=value)", text));
  return out;
}

FeatureSpec parse_source(std::string_view text) {
  FeatureSpec spec;
  text = trim(text);
  spec.screen = text.starts_with("screen:");
  if (spec.screen) {
    text.remove_prefix(7);
    spec.pca = 10;
  }
  OptionList options;
  declare(options, spec);
  auto const open = text.find('(');
  spec.path = trim(text.substr(0, open));
  if (spec.path.empty()) throw UserError("a source of features has no file");
  if (open != std::string_view::npos) {
    if (text.back() != ')')
      throw UserError(fmt::format("{}: nothing may follow the bracket", text));
    for (auto const& setting : split(text.substr(open + 1, text.size() - open - 2), ';')) {
      auto const equals = setting.find('=');
      if (equals == std::string::npos)
        throw UserError(fmt::format("{}: '{}' is not of the form key=value", spec.path, setting));
      try {
        options.assign(trim(setting.substr(0, equals)), trim(setting.substr(equals + 1)));
      } catch (UserError const& error) {
        throw UserError(fmt::format("{}: {}", spec.path, error.what()));
      }
    }
  }
  spec.canonical = (spec.screen ? "screen " : "file ") + options.canonical();
  return spec;
}

}  // namespace

std::vector<FeatureSpec> parse_features(std::string_view text) {
  std::vector<FeatureSpec> out;
  for (auto const& source : sources_of(text)) out.push_back(parse_source(source));
  return out;
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
