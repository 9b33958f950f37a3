#include "suite/feature_stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/packing.hpp"
#include "core/text.hpp"
#include "data/features.hpp"
#include "io/gene_map.hpp"
#include "suite/feature_screen.hpp"
#include "suite/feature_values.hpp"
#include "suite/scratch_folder.hpp"

namespace pertscale {

namespace {

std::string packed(FeatureTable const& table, std::vector<std::string> const& notes) {
  Packer packer;
  packer.put(table.names).put(table.dimensions).put(notes);
  packer.put(static_cast<std::int64_t>(table.values.cols()));
  for (auto const& source : table.sources) packer.put(source.path).put(source.sha256);
  packer.put(std::vector<double>(table.values.data(), table.values.data() + table.values.size()));
  return packer.bytes();
}

FeatureTable unpacked(std::string const& bytes, std::vector<std::string>& notes) {
  FeatureTable table;
  Unpacker unpacker(bytes);
  unpacker.take(table.names);
  unpacker.take(table.dimensions);
  unpacker.take(notes);
  auto const columns = unpacker.take<std::int64_t>();
  auto& source = table.sources.emplace_back();
  unpacker.take(source.path);
  unpacker.take(source.sha256);
  auto const values = unpacker.take<std::vector<double>>();
  table.values = Eigen::Map<Matrix const>(values.data(),
                                          static_cast<Eigen::Index>(table.names.size()), columns);
  table.index_names();
  return table;
}

/// Names with + between sorted targets, so that a combination is found however it is spelled.
void sort_combinations(std::vector<std::string>& names) {
  for (auto& name : names) {
    if (name.find('+') == std::string::npos) continue;
    auto targets = split(name, '+');
    std::sort(targets.begin(), targets.end());
    name = join(targets, "+");
  }
}

/// Keeps the rows of `wanted`.
void keep_rows(FeatureTable& table, std::set<std::string> const& wanted) {
  std::vector<std::string> names;
  Matrix values(table.values.rows(), table.values.cols());
  for (std::size_t i = 0; i < table.names.size(); ++i) {
    if (!wanted.contains(table.names[i])) continue;
    values.row(static_cast<Eigen::Index>(names.size())) =
        table.values.row(static_cast<Eigen::Index>(i));
    names.push_back(table.names[i]);
  }
  values.conservativeResize(static_cast<Eigen::Index>(names.size()), Eigen::NoChange);
  table.names = std::move(names);
  table.values = std::move(values);
  table.index_names();
}

class FeatureLoader {
 public:
  FeatureLoader(std::vector<Dataset> const& datasets, Communicator const& comm,
                std::filesystem::path const& cache, MomentOptions const& options)
      : datasets_(datasets), comm_(comm), cache_(cache), options_(options) {
    for (auto const& dataset : datasets) {
      for (auto const& condition : dataset.labels.conditions()) {
        wanted_.insert(join(condition.targets, "+"));
        wanted_.insert(condition.targets.begin(), condition.targets.end());
      }
      wanted_.insert(dataset.genes.names().begin(), dataset.genes.names().end());
    }
  }

  /// Fills one option of a model.
  void fill(InputFeatures& features, StudyModel const& model) {
    std::vector<FeatureSpec> specs;
    for (auto const& source : features.sources) specs.push_back(feature_spec(source));
    auto const key = model.base + "\n" + features.text;
    if (!known_.contains(key)) {
      auto table = load(specs, model);
      coverage(table, features.text);
      known_.emplace(key, std::make_shared<FeatureTable const>(std::move(table)));
    }
    features.table = known_.at(key);
    Sha256 digest;
    for (auto const& spec : specs) {
      digest.add_field(spec.canonical);
      if (!spec.gene_map.empty()) digest.add_field(map_digest_.at(mapped_path(spec, model)));
    }
    for (auto const& source : features.table->sources) digest.add_field(source.sha256);
    features.digest = digest.hex();
  }

  std::string text() const { return text_; }

 private:
  std::string mapped_path(FeatureSpec const& spec, StudyModel const& model) const {
    return relative_to(model.base, spec.gene_map);
  }

  FeatureTable load(std::vector<FeatureSpec> const& specs, StudyModel const& model) {
    std::vector<FeatureTable> tables;
    for (auto const& spec : specs) {
      auto const path = relative_to(model.base, spec.path);
      auto const key = fmt::format("{}\n{}\n{}", model.base, path, spec.canonical);
      if (!sources_.contains(key))
        sources_.emplace(key, spec.screen ? from_screen(path, spec) : from_file(path, spec, model));
      tables.push_back(sources_.at(key));
      if (tables.back().names.empty())
        throw UserError(fmt::format(
            "{}: none of its names is a target, a combination or a gene of a dataset of the study; "
            "compare the spelling, or translate it by gene-map=FILE",
            path));
    }
    return join_features(std::move(tables));
  }

  FeatureTable from_screen(std::string const& path, FeatureSpec const& spec) {
    if (cache_.empty() && !scratch_)
      scratch_.emplace(comm_, std::filesystem::temp_directory_path(), "features");
    auto table = screen_features(path, spec, comm_, scratch_ ? scratch_->path() : cache_, options_);
    keep_rows(table, wanted_);
    return table;
  }

  FeatureTable from_file(std::string const& path, FeatureSpec const& spec,
                         StudyModel const& model) {
    std::string map_digest;
    auto const bytes = on_root(comm_, [&] {
      auto resolved = spec;
      resolved.path = path;
      if (!spec.file.names_file.empty())
        resolved.file.names_file = relative_to(model.base, spec.file.names_file);
      auto file = read_feature_file(path, resolved.file);
      auto notes = file.notes;
      if (!spec.gene_map.empty()) {
        auto const count = rename_genes(file, read_gene_map(mapped_path(spec, model)), path);
        notes.push_back(fmt::format("{} names are translated by {}, {} are not in it and stay",
                                    count.renamed, spec.gene_map, count.unknown));
      }
      sort_combinations(file.names);
      auto table = feature_values(std::move(file), resolved);
      keep_rows(table, wanted_);
      return packed(table, notes);
    });
    if (!spec.gene_map.empty())
      map_digest_[mapped_path(spec, model)] =
          on_root(comm_, [&] { return content_digest(mapped_path(spec, model)); });
    std::vector<std::string> notes;
    auto table = unpacked(bytes, notes);
    for (auto const& note : notes) text_ += fmt::format("features {}: note: {}\n", path, note);
    return table;
  }

  /// Of each dataset, how many targets and genes have a row.
  void coverage(FeatureTable const& table, std::string const& name) {
    for (auto const& dataset : datasets_) {
      std::set<std::string> targets;
      std::size_t conditions = 0, covered = 0;
      for (auto const& condition : dataset.labels.conditions()) {
        if (condition.is_control()) continue;
        ++conditions;
        bool all = table.find(join(condition.targets, "+")).has_value();
        bool each = true;
        for (auto const& target : condition.targets) {
          targets.insert(target);
          each = each && table.find(target).has_value();
        }
        covered += all || each ? 1 : 0;
      }
      auto const has = [&](std::string const& gene) { return table.find(gene).has_value(); };
      auto const& genes = dataset.genes.names();
      text_ += fmt::format(
          "features {}: {} dimensions; of {} they cover {} of {} perturbed conditions, {} of {} "
          "targets, {} of {} genes\n",
          name, table.values.cols(), dataset.spec.name, covered, conditions,
          std::count_if(targets.begin(), targets.end(), has), targets.size(),
          std::count_if(genes.begin(), genes.end(), has), genes.size());
    }
  }

  std::vector<Dataset> const& datasets_;
  Communicator const& comm_;
  std::filesystem::path const& cache_;
  MomentOptions const& options_;
  std::optional<ScratchFolder> scratch_;
  std::set<std::string> wanted_;
  std::map<std::string, FeatureTable> sources_;  ///< by folder, path and options: each read once
  std::map<std::string, std::shared_ptr<FeatureTable const>> known_;
  std::map<std::string, std::string> map_digest_;
  std::string text_;
};

}  // namespace

bool reads_screens(Study const& study) {
  for (auto const& model : study.models)
    for (auto const& option : model.part.options.all())
      if (option.features != nullptr && option.features->reads_screens()) return true;
  return false;
}

std::string load_features(Study& study, std::vector<Dataset> const& datasets,
                          Communicator const& comm, std::filesystem::path const& cache,
                          MomentOptions const& options) {
  FeatureLoader loader(datasets, comm, cache, options);
  Mistakes mistakes;
  std::set<std::string> told;
  for (auto& model : study.models)
    for (auto& option : model.part.options.all()) {
      if (option.features == nullptr || !option.features->names_files()) continue;
      try {
        loader.fill(*option.features, model);
      } catch (UserError const& error) {
        for (auto const& sentence : error.sentences())
          if (told.insert(sentence).second)
            mistakes.add(fmt::format("model '{}': {}: {}", model.label, option.name, sentence));
      }
    }
  mistakes.raise();
  return loader.text();
}

}  // namespace pertscale
