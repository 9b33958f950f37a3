#include "suite/store_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/packing.hpp"
#include "core/text.hpp"
#include "io/store_file.hpp"

namespace pertscale {

namespace {

/// Keys whose work is done once a store is made, or that speak of the source file.
bool is_done(std::string const& key) {
  static constexpr std::array<std::string_view, 14> done{"path",
                                                         "part",
                                                         "common-genes",
                                                         "preset",
                                                         "rows",
                                                         "matrix",
                                                         "sha256",
                                                         "gene-column",
                                                         "min-cells",
                                                         "max-cells",
                                                         "max-control-cells",
                                                         "sample-seed",
                                                         "conditions",
                                                         "where"};
  return std::find(done.begin(), done.end(), key) != done.end();
}

std::string line(std::string const& key, std::string const& value) {
  return key + " = " + value + "\n";
}

/// The texts of a store that a spec takes its keys from.
struct StoreTexts {
  std::string keys, made_with, gene_list;
};

/// A key that names something of the source which the store has under another name: the user's
/// value, if it is the one the store was made with, becomes the store's.
void rename_key(DatasetSpec const& spec, StoreTexts const& texts, std::string const& key,
                std::string& value) {
  if (spec.given.contains(key) && value == key_of(texts.made_with, key))
    value = key == "matrix" ? "X" : key_of(texts.keys, key);
}

void apply(DatasetSpec& spec, StoreTexts const& texts) {
  if (spec.rows != "cells")
    throw UserError(fmt::format("{}: rows={}, but {} is a screen store, which holds cells",
                                spec.file, spec.rows, spec.path));
  // what a preset says of the source
  if (!spec.given.contains("matrix")) spec.matrix = DatasetSpec().matrix;
  if (!spec.given.contains("gene-column")) spec.gene_column.clear();
  rename_key(spec, texts, "matrix", spec.matrix);
  rename_key(spec, texts, "gene-column", spec.gene_column);
  rename_key(spec, texts, "library-size-column", spec.library_size_column);
  // the source's checksum says nothing of the store's bytes, which carry their own
  if (spec.sha256 == key_of(texts.made_with, "sha256")) spec.sha256.clear();
  OptionList options;
  declare_dataset(options, spec);
  for (auto const& text : split(texts.keys, '\n')) {
    auto const at = text.find(" = ");
    if (at == std::string::npos) continue;
    std::string const key = text.substr(0, at);
    if (key == "name" || spec.given.contains(key) || options.find(key) == nullptr) continue;
    options.assign(key, text.substr(at + 3));
    if (key == "genes" && spec.genes.starts_with("file:"))
      spec.gene_list = {spec.path, texts.gene_list};
  }
}

}  // namespace

std::string key_of(std::string const& lines, std::string const& key) {
  for (auto const& text : split(lines, '\n'))
    if (text.starts_with(key + " = ")) return text.substr(key.size() + 3);
  return {};
}

std::string store_context_column(Dataset const& dataset) {
  bool const by_file = std::any_of(dataset.parts.begin(), dataset.parts.end(),
                                   [](DatasetPart const& part) { return !part.context.empty(); });
  return by_file ? "context" : dataset.spec.context_column;
}

std::vector<std::string> used_obs_columns(DatasetSpec const& spec) {
  std::set<std::string> columns;
  for (auto const& [key, value] : spec.echo()) {
    bool const of_obs =
        key.ends_with("-column") && key != "gene-column" && key != "library-size-column";
    if (of_obs && !value.empty()) columns.insert(value);
  }
  for (auto const& filter : spec.where) columns.insert(filter.column);
  return {columns.begin(), columns.end()};
}

std::string store_keys(Dataset const& dataset) {
  std::string out;
  for (auto const& [key, value] : dataset.spec.echo()) {
    if (is_done(key)) continue;
    if (key == "library-size-column")
      out += line(key, dataset.spec.values == "counts" ? library_size_name : "");
    else if (key == "context-column")
      out += line(key, store_context_column(dataset));
    else
      out += line(key, value);
  }
  return out;
}

std::string made_with_keys(DatasetSpec const& spec) {
  std::string out;
  for (auto const& [key, value] : spec.echo())
    if (key != "path") out += line(key, value);
  return out;
}

void take_store_keys(DatasetSpec& spec, Communicator const& comm) {
  if (spec.parts.size() > 1) return;  // one set of keys for all files: the user's
  auto const bytes = on_root(comm, [&] {
    if (!spec.parts.empty() || !is_store(spec.path)) return std::string();
    StoreFile const store(spec.path);
    Packer p;
    p.put(store.text("keys")).put(store.text("made_with")).put(store.text("gene_list"));
    return p.bytes();
  });
  if (bytes.empty()) return;
  Unpacker u(bytes);
  StoreTexts texts;
  u.take(texts.keys);
  u.take(texts.made_with);
  u.take(texts.gene_list);
  apply(spec, texts);
}

}  // namespace pertscale
