#include "suite/dataset_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "core/text.hpp"
#include "io/store_file.hpp"
#include "suite/dataset_presets.hpp"

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

std::string check_preset(std::string const& text) {
  auto const names = preset_names();
  bool const known = std::find(names.begin(), names.end(), text) != names.end();
  auto const near = nearest(text, names);
  return known ? ""
               : fmt::format("takes {}{}", join(names, ", "),
                             near ? fmt::format(". Did you mean '{}'?", *near) : "");
}

/// `path=F context=C`; the path starts at the folder of the dataset file.
PartSpec parse_screen_part(std::string const& text, std::string const& cfg) {
  PartSpec part;
  OptionList options;
  options.add("path", part.path, "one file of the screen (h5ad)");
  options.add("context", part.context, "cell line or type of all its cells");
  for (auto const& [key, value] : parse_part("part " + text).settings) options.assign(key, value);
  if (part.path.empty())
    throw UserError(fmt::format("part = {} names no file; write part = path=FILE", text));
  if (options.find("context")->given && (part.context.empty() || part.context == "*"))
    throw UserError(
        fmt::format("part = {}: context={} is no name of a context", text, part.context));
  part.path = relative_to(cfg, part.path);
  return part;
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

/// By its first bytes. Of a file that is called *.h5ad and is none, the reader of screens says what
/// it is, unless it holds the keys of a dataset file.
bool looks_like_screen(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  std::array<char, 4096> head{};
  in.read(head.data(), head.size());
  std::string_view const bytes(head.data(), static_cast<std::size_t>(in.gcount()));
  if (bytes.starts_with("\x89HDF\r\n\x1a\n")) return true;
  if (!path.ends_with(".h5ad")) return false;
  for (auto const& line : split(bytes, '\n')) {
    auto const key = trim(std::string_view(line).substr(0, line.find('=')));
    if (key == "path" || key == "part") return false;
  }
  return true;
}

}  // namespace

std::int64_t DatasetSpec::variable_genes() const {
  if (!genes.starts_with("hvg:")) return 0;
  std::string count = genes.substr(4);
  if (keeps_targets()) count.resize(count.size() - 8);
  return parse_integer(count).value_or(0);
}

std::vector<PartSpec> DatasetSpec::files() const {
  return parts.empty() ? std::vector<PartSpec>{{path}} : parts;
}

std::vector<std::pair<std::string, std::string>> DatasetSpec::echo() const {
  DatasetSpec copy = *this;
  if (!parts.empty()) copy.path.clear();
  OptionList options;
  declare_dataset(options, copy);
  std::vector<std::pair<std::string, std::string>> out;
  for (auto const& option : options.all()) out.emplace_back(option.name, option.value());
  for (auto const& part : parts)
    out.emplace_back(
        "part", "path=" + part.path + (part.context.empty() ? "" : " context=" + part.context));
  for (auto const& filter : where) out.emplace_back("where", filter.text);
  return out;
}

void declare_dataset(OptionList& o, DatasetSpec& s) {
  o.add("name", s.name, "name of the dataset in results (default: the file's stem)");
  o.add("path", s.path, "the screen (h5ad)");
  o.add("common-genes", s.common_genes,
        "of several files: intersection keeps the genes that all have, identical refuses others")
      .one_of({"intersection", "identical"});
  o.add("rows", s.rows, "what a row of the matrix is").one_of({"cells", "pseudobulk"});
  o.add("matrix", s.matrix, "X, raw or layer:NAME");
  o.add("values", s.values,
        "counts are library-size normalised and log1p-transformed; latent values have no gene axis")
      .one_of({"lognormalised", "counts", "latent"});
  o.add("target-sum", s.target_sum,
        "library size that counts are scaled to: median of the kept cells, or a number")
      .checked(check_target_sum);
  o.add("preset", s.preset, "columns and control names of a source: " + join(preset_names(), ", "))
      .checked(check_preset);
  o.add("condition-column", s.condition_column, "obs column of the condition");
  o.add("control", s.control, "names of the unperturbed condition");
  o.add("separator", s.separator, "joins the genes of a combination; empty: names are never split");
  o.add("merge-orders", s.merge_orders, "A+B and B+A, A+ctrl and ctrl+A are one condition");
  o.add("context-column", s.context_column, "obs column of the cell line or type");
  o.add("batch-column", s.batch_column, "obs column of the batch");
  o.add("control-matching", s.control_matching,
        "batch: each condition is compared with control cells in its own mix of batches")
      .one_of({"pooled", "batch"});
  o.add("guide-column", s.guide_column, "obs column of the guide, for noise ceilings");
  o.add("replicate-column", s.replicate_column, "obs column of the replicate, for noise ceilings");
  o.add("gene-column", s.gene_column, "var column of gene names (default: the index of var)");
  o.add("library-size-column", s.library_size_column,
        "obs column of each cell's library size (default: the sum of its counts)");
  o.add("genes", s.genes, "read-out genes: all, hvg:N, hvg:N+targets, file:F").checked(check_genes);
  o.add("conditions", s.conditions, "file:F: keep these conditions only, names one a line");
  o.add("min-cells", s.min_cells,
        "least cells of a condition in a context (of profiles: of obs cells)")
      .at_least(1);
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
  if (item.key == "part") {
    spec.parts.push_back(parse_screen_part(item.value, cfg));
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
    names.insert(names.end(), {"where", "part"});
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

void check_files(DatasetSpec& spec, Mistakes& mistakes) {
  auto const& path = spec.file;
  if (spec.parts.empty()) {
    if (spec.given.contains("part")) return;  // each is a mistake of its own
    if (!spec.given.contains("path") || spec.path.empty())
      mistakes.add(fmt::format(
          "{}: the key 'path' is missing; name the screen (h5ad), or its files by 'part'", path));
    else
      spec.path = relative_to(path, spec.path);
    if (spec.given.contains("common-genes"))
      mistakes.add(path + ": common-genes is said of files, but no 'part' names any; remove it");
    return;
  }
  if (spec.given.contains("path"))
    mistakes.add(path + ": both 'path' and 'part' are given; keep one of them");
  if (!spec.sha256.empty())
    mistakes.add(path + ": sha256 is of one file, but 'part' names several; remove it");
  auto const named = std::count_if(spec.parts.begin(), spec.parts.end(),
                                   [](auto const& part) { return !part.context.empty(); });
  if (named != 0 && static_cast<std::size_t>(named) != spec.parts.size())
    mistakes.add(path + ": some parts have context= and some have not; give it to all or to none");
  if (named != 0 && spec.given.contains("context-column"))
    mistakes.add(path + ": context-column and context= of parts are both given; keep one of them");
  if (named != 0) spec.context_column.clear();
  spec.path = spec.parts.front().path;
}

void check_values(DatasetSpec const& spec, Mistakes& mistakes) {
  auto const& path = spec.file;
  if (spec.control.empty()) mistakes.add(fmt::format("{}: 'control' names no condition", path));
  bool const genes_of_latent = spec.values == "latent" && spec.genes != "all";
  if (genes_of_latent)
    mistakes.add(fmt::format("{}: genes={} needs a gene axis, but values=latent has none", path,
                             spec.genes));
  bool const profiles = spec.rows == "pseudobulk";
  if (profiles && spec.variable_genes() > 0)
    mistakes.add(fmt::format("{}: genes={} needs cells, but rows=pseudobulk", path, spec.genes));
  if (profiles && spec.values == "counts")
    mistakes.add(fmt::format(
        "{}: rows=pseudobulk holds means of normalised values, so values=counts cannot be", path));
  if (spec.given.contains("target-sum") && spec.values != "counts" && !is_store(spec.path))
    mistakes.add(path + ": target-sum scales counts; set values = counts or leave it out");
  if (profiles && (spec.max_cells > 0 || spec.max_control_cells > 0))
    mistakes.add(fmt::format("{}: {} samples cells, but rows=pseudobulk", path,
                             spec.max_cells > 0 ? "max-cells" : "max-control-cells"));
  if (profiles && spec.matches_batches())
    mistakes.add(path + ": control-matching=batch needs cells, but rows=pseudobulk");
  if (spec.matches_batches() && spec.batch_column.empty())
    mistakes.add(path + ": control-matching=batch needs the key batch-column");
}

}  // namespace

DatasetSpec read_dataset_spec(std::string const& path, TextSource const& source,
                              Mistakes& mistakes) {
  DatasetSpec spec;
  spec.file = path;
  std::string const stem = std::filesystem::path(path).stem().string();
  if (looks_like_screen(path)) {
    spec.path = path;
    spec.name = stem;
    try {
      if (is_store(path)) spec.name = StoreFile(path).text("name");
    } catch (UserError const& error) {
      mistakes.add(error);
    }
    return spec;
  }
  OptionList options;
  declare_dataset(options, spec);
  std::string const text = source(path);
  for (auto const& item : parse_key_values(path, text, mistakes)) {
    try {
      assign_key(spec, options, path, item);
    } catch (UserError const& error) {
      mistakes.add(fmt::format("{}:{}: {}", path, item.line, error.what()));
    }
  }
  if (spec.name.empty()) spec.name = stem;
  if (is_binary(text)) return spec;
  apply_preset(spec);
  check_files(spec, mistakes);
  check_values(spec, mistakes);
  load_lists(spec, source, mistakes);
  return spec;
}

}  // namespace pertscale
