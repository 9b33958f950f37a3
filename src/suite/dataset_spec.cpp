#include "suite/dataset_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "core/text.hpp"

namespace pertscale {

namespace {

std::string check_genes(std::string const& text) {
  if (text == "all" || text.starts_with("file:")) return {};
  if (text.starts_with("hvg:")) {
    std::string count = text.substr(4);
    if (count.ends_with("+targets")) count.resize(count.size() - 8);
    auto const n = parse_integer(count);
    if (n && *n > 0) return {};
  }
  return "takes all, hvg:N, hvg:N+targets or file:F";
}

std::string check_target_sum(std::string const& text) {
  // a bound keeps log1p(count / size factor) below that of any log-normalised screen
  auto const number = parse_double(text);
  return text == "median" || (number && *number > 0 && *number <= 1e9)
             ? ""
             : "takes median or a number up to 1e9";
}

std::string check_sha256(std::string const& text) {
  bool const hex = text.find_first_not_of("0123456789abcdef") == std::string::npos;
  return text.empty() || (hex && text.size() == 64) ? "" : "is not 64 lower-case hex digits";
}

CellFilter parse_filter(std::string const& text) {
  static constexpr std::array<std::string_view, 6> comparisons{"!=", "<=", ">=", "=", "<", ">"};
  std::size_t const at = text.find_first_of("!=<>");
  if (at == std::string::npos || at == 0)
    throw UserError(fmt::format("where={} is not of the form column=A,B or column<number", text));
  for (auto const comparison : comparisons) {
    if (text.compare(at, comparison.size(), comparison) != 0) continue;
    CellFilter filter{std::string(trim(text.substr(0, at))), std::string(comparison), {}, text};
    for (auto const& value : split(text.substr(at + comparison.size()), ','))
      filter.values.emplace_back(trim(value));
    bool const compares = comparison[0] == '<' || comparison[0] == '>';
    if (compares && (filter.values.size() != 1 || !parse_double(filter.values[0])))
      throw UserError(fmt::format("where={}: '{}' takes one number", text, comparison));
    return filter;
  }
  throw UserError(fmt::format("where={} has no comparison among = != < <= > >=", text));
}

bool looks_like_screen(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  std::array<char, 8> head{};
  in.read(head.data(), head.size());
  return in.gcount() == 8 && std::string_view(head.data(), 8) == "\x89HDF\r\n\x1a\n";
}

}  // namespace

std::int64_t DatasetSpec::variable_genes() const {
  if (!genes.starts_with("hvg:")) return 0;
  std::string count = genes.substr(4);
  if (keeps_targets()) count.resize(count.size() - 8);
  return parse_integer(count).value_or(0);
}

std::vector<std::pair<std::string, std::string>> DatasetSpec::echo() const {
  DatasetSpec copy = *this;
  OptionList options;
  declare_dataset(options, copy);
  std::vector<std::pair<std::string, std::string>> out;
  for (auto const& option : options.all()) out.emplace_back(option.name, option.value());
  for (auto const& filter : where) out.emplace_back("where", filter.text);
  return out;
}

void declare_dataset(OptionList& o, DatasetSpec& s) {
  o.add("name", s.name, "name of the dataset in results (default: the file's stem)");
  o.add("path", s.path, "the screen (h5ad)");
  o.add("rows", s.rows, "what a row of the matrix is").one_of({"cells", "pseudobulk"});
  o.add("matrix", s.matrix, "X, raw or layer:NAME");
  o.add("values", s.values,
        "counts are library-size normalised and log1p-transformed; latent values have no gene axis")
      .one_of({"lognormalised", "counts", "latent"});
  o.add("target-sum", s.target_sum,
        "library size that counts are scaled to: median of the kept cells, or a number")
      .checked(check_target_sum);
  o.add("condition-column", s.condition_column, "obs column of the condition");
  o.add("control", s.control, "names of the unperturbed condition");
  o.add("separator", s.separator, "joins the genes of a combination; empty: names are never split");
  o.add("merge-orders", s.merge_orders, "A+B and B+A, A+ctrl and ctrl+A are one condition");
  o.add("context-column", s.context_column, "obs column of the cell line or type");
  o.add("gene-column", s.gene_column, "var column of gene names (default: the index of var)");
  o.add("genes", s.genes, "read-out genes: all, hvg:N, hvg:N+targets, file:F").checked(check_genes);
  o.add("conditions", s.conditions, "file:F: keep these conditions only, names one a line");
  o.add("min-cells", s.min_cells, "least cells of a condition in a context").at_least(1);
  o.add("max-cells", s.max_cells, "most cells of a condition in a context, a seeded sample; 0: all")
      .at_least(0);
  o.add("max-control-cells", s.max_control_cells, "most control cells of a context; 0: all")
      .at_least(0);
  o.add("sample-seed", s.sample_seed, "seed of max-cells and max-control-cells").at_least(0);
  o.add("source", s.source, "where the screen comes from");
  o.add("sha256", s.sha256, "checked when given").checked(check_sha256);
}

namespace {

void assign_key(DatasetSpec& spec, OptionList& options, std::string const& cfg,
                KeyValue const& item) {
  spec.given.insert(item.key);
  if (item.key == "where") {
    spec.where.push_back(parse_filter(item.value));
    return;
  }
  if (item.key == "conditions") {
    if (!item.value.starts_with("file:"))
      throw UserError(fmt::format("conditions={} takes file:F", item.value));
    options.assign(item.key, relative_to(cfg, item.value.substr(5)));
    return;
  }
  if (options.find(item.key) == nullptr) {
    auto names = options.names();
    names.emplace_back("where");
    throw UserError(fmt::format("unknown key '{}'.{}", item.key, suggestion(item.key, names)));
  }
  options.assign(item.key, item.value);
}

void load_lists(DatasetSpec& spec, TextSource const& source, Mistakes& mistakes) {
  if (spec.genes.starts_with("file:"))
    spec.gene_list.path = relative_to(spec.file, spec.genes.substr(5));
  for (auto* list : {&spec.conditions, &spec.gene_list}) {
    if (!list->given()) continue;
    try {
      list->text = source(list->path);
    } catch (UserError const& error) {
      mistakes.add(error);
    }
  }
}

}  // namespace

DatasetSpec read_dataset_spec(std::string const& path, TextSource const& source,
                              Mistakes& mistakes) {
  DatasetSpec spec;
  spec.file = path;
  std::string const stem = std::filesystem::path(path).stem().string();
  if (looks_like_screen(path) || path.ends_with(".h5ad")) {
    spec.path = path;
    spec.name = stem;
    return spec;
  }
  OptionList options;
  declare_dataset(options, spec);
  for (auto const& item : parse_key_values(path, source(path), mistakes)) {
    try {
      assign_key(spec, options, path, item);
    } catch (UserError const& error) {
      mistakes.add(fmt::format("{}:{}: {}", path, item.line, error.what()));
    }
  }
  if (spec.name.empty()) spec.name = stem;
  if (spec.path.empty())
    mistakes.add(fmt::format("{}: the key 'path' is missing; name the screen (h5ad)", path));
  else
    spec.path = relative_to(path, spec.path);
  if (spec.control.empty()) mistakes.add(fmt::format("{}: 'control' names no condition", path));
  bool const genes_of_latent = spec.values == "latent" && spec.genes != "all";
  if (genes_of_latent)
    mistakes.add(fmt::format("{}: genes={} needs a gene axis, but values=latent has none", path,
                             spec.genes));
  if (spec.rows == "pseudobulk" && spec.variable_genes() > 0)
    mistakes.add(fmt::format("{}: genes={} needs cells, but rows=pseudobulk", path, spec.genes));
  if (spec.rows == "pseudobulk" && spec.values == "counts")
    mistakes.add(fmt::format(
        "{}: rows=pseudobulk holds means of normalised values, so values=counts cannot be", path));
  load_lists(spec, source, mistakes);
  return spec;
}

}  // namespace pertscale
