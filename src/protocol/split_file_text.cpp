#include "protocol/split_file_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/text.hpp"
#include "protocol/condition_finder.hpp"
#include "protocol/split_builder.hpp"

namespace pertscale {

namespace {

using Json = nlohmann::ordered_json;

enum class Side : char { none, train, validation, test };

struct SideKey {
  std::string_view key;
  Side side;
};
constexpr std::array<SideKey, 4> side_keys{{{"train", Side::train},
                                            {"validation", Side::validation},
                                            {"val", Side::validation},
                                            {"test", Side::test}}};

std::vector<std::string> keys_of(Json const& object) {
  std::vector<std::string> out;
  for (auto const& [key, value] : object.items()) out.push_back(key);
  return out;
}

Json parse(InputText const& file) {
  try {
    Json root = Json::parse(file.text);
    if (root.is_object()) return root;
  } catch (Json::parse_error const& error) {
    auto const end =
        file.text.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, file.text.size()));
    throw UserError(fmt::format(
        "split file '{}' is not JSON: line {} (byte {}) cannot be read; look there for a missing "
        "comma, quote or bracket",
        file.path, 1 + std::count(file.text.begin(), end, '\n'), error.byte));
  }
  throw UserError(fmt::format(
      "split file '{}' holds no object; it must be {{dataset: {{protocol: {{split: ...}}}}}}",
      file.path));
}

bool is_split(Json const& value) {
  return value.is_object() && std::any_of(side_keys.begin(), side_keys.end(), [&](auto const& s) {
           return value.contains(std::string(s.key));
         });
}

/// The object split -> parts of the dataset and protocol.
Json const& find_splits(Json const& root, InputText const& file, std::string const& protocol,
                        std::string const& dataset) {
  auto const found = root.find(dataset);
  if (found == root.end())
    throw UserError(
        fmt::format("split file '{}' has no dataset '{}' (it has: {}); rename the "
                    "dataset in one of them",
                    file.path, dataset, join(keys_of(root), ", ")));
  if (!found->is_object() || found->empty())
    throw UserError(
        fmt::format("split file '{}' holds no split of dataset '{}'; it must be "
                    "{{dataset: {{protocol: {{split: ...}}}}}}",
                    file.path, dataset));
  bool const without_protocols = is_split(found->front());
  if (without_protocols && protocol.empty()) return *found;
  if (without_protocols)
    throw UserError(
        fmt::format("split file '{}' names no protocols for dataset '{}'; leave out "
                    "protocol={}",
                    file.path, dataset, protocol));
  auto const known = keys_of(*found);
  if (protocol.empty() && known.size() == 1) return found->front();
  if (protocol.empty())
    throw UserError(
        fmt::format("split file '{}' has several protocols for dataset '{}'; set "
                    "protocol= to one of: {}",
                    file.path, dataset, join(known, ", ")));
  auto const chosen = found->find(protocol);
  if (chosen == found->end())
    throw UserError(fmt::format("split file '{}' has no protocol '{}' for dataset '{}'.{}",
                                file.path, protocol, dataset, suggestion(protocol, known)));
  return *chosen;
}

/// Up to five of them, and how many there are.
std::string first_few(std::vector<std::string> const& names) {
  std::vector<std::string> const few(
      names.begin(), names.begin() + std::min<std::ptrdiff_t>(5, std::ssize(names)));
  return fmt::format("{}{} ({} in all)", join(few, ", "), names.size() > few.size() ? " ..." : "",
                     names.size());
}

/// Reads one split; mistakes are collected, each named by `where`.
class SplitReader {
 public:
  SplitReader(Labels const& labels, ConditionFinder const& finder, std::string where)
      : labels_(labels), finder_(finder), where_(std::move(where)) {
    sides_.assign(labels.rows().size(), Side::none);
    for (auto const row : control_rows(labels)) sides_[row] = Side::train;
    split_.groups.resize(labels.rows().size());
  }

  PerturbationSplit read(std::string const& name, Json const& object, Mistakes& mistakes) {
    split_.name = name;
    if (!is_split(object)) {
      mistakes.add(where_ + " is no object with train, validation and test; list them");
      return std::move(split_);
    }
    for (auto const& [key, value] : object.items()) read_key(key, value);
    collect_rows();
    report(mistakes);
    return std::move(split_);
  }

 private:
  void read_key(std::string const& key, Json const& value) {
    for (auto const& [side_key, side] : side_keys)
      if (key == side_key) {
        for (auto const row : rows(value, key)) put(row, side);
        return;
      }
    if (key == "groups" && value.is_object()) {
      for (auto const& [label, members] : value.items())
        for (auto const row : rows(members, fmt::format("groups/{}", label)))
          split_.groups[row] = label;
      return;
    }
    std::vector<std::string> const known{"train", "validation", "val", "test", "groups"};
    malformed_.push_back(
        fmt::format("'{}' is not a part of a split.{}", key, suggestion(key, known)));
  }

  std::vector<std::size_t> rows(Json const& list, std::string const& key) {
    std::vector<std::size_t> out;
    if (!list.is_array()) {
      malformed_.push_back(fmt::format("'{}' must be a list of conditions", key));
      return out;
    }
    for (auto const& entry : list)
      for (auto const row : rows_of_entry(entry, key)) out.push_back(row);
    return out;
  }

  std::vector<std::size_t> rows_of_entry(Json const& entry, std::string const& key) {
    bool const pair =
        entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string();
    if (!entry.is_string() && !pair) {
      malformed_.push_back(fmt::format("'{}' holds {}, which is neither a name nor [name, context]",
                                       key, entry.dump().substr(0, 60)));
      return {};
    }
    auto const name = (pair ? entry[0] : entry).get<std::string>();
    auto const condition = finder_.find(name);
    std::vector<std::size_t> out;
    if (condition && !pair) out = labels_.rows_of(*condition);
    if (condition && pair) out = row_in_context(*condition, entry[1].get<std::string>());
    if (out.empty()) unknown_.push_back(pair ? entry.dump() : name);
    return out;
  }

  std::vector<std::size_t> row_in_context(std::size_t condition, std::string const& context) {
    std::vector<std::size_t> out;
    for (auto const row : labels_.rows_of(condition))
      if (labels_.contexts()[labels_.rows()[row].context] == context) out.push_back(row);
    return out;
  }

  void put(std::size_t row, Side side) {
    if (sides_[row] == Side::none) sides_[row] = side;
    if (sides_[row] == side) return;
    Condition const& condition = labels_.condition_of(row);
    auto& list = condition.is_control() ? held_out_control_ : twice_;
    if (list.empty() || list.back() != condition.name) list.push_back(condition.name);
  }

  void collect_rows() {
    for (std::size_t row = 0; row < sides_.size(); ++row) {
      if (sides_[row] == Side::train) split_.train.push_back(row);
      if (sides_[row] == Side::validation) split_.validation.push_back(row);
      if (sides_[row] == Side::test) split_.test.push_back(row);
      bool const held_out = sides_[row] == Side::validation || sides_[row] == Side::test;
      if (!held_out) split_.groups[row].clear();
      if (held_out && split_.groups[row].empty())
        split_.groups[row] = order_label(labels_.condition_of(row));
    }
  }

  void report(Mistakes& mistakes) const {
    for (auto const& what : malformed_) mistakes.add(where_ + ": " + what);
    if (!unknown_.empty())
      mistakes.add(
          fmt::format("{} names conditions that the screen does not have: {}; remove them, "
                      "or spell them as the screen does",
                      where_, first_few(unknown_)));
    if (!twice_.empty())
      mistakes.add(fmt::format("{} puts conditions in two parts: {}; keep each in one", where_,
                               first_few(twice_)));
    if (!held_out_control_.empty())
      mistakes.add(fmt::format("{} holds out control '{}'; list it under \"train\"", where_,
                               held_out_control_.front()));
  }

  Labels const& labels_;
  ConditionFinder const& finder_;
  std::string where_;
  std::vector<Side> sides_;
  PerturbationSplit split_;
  std::vector<std::string> malformed_, unknown_, twice_, held_out_control_;
};

}  // namespace

std::vector<PerturbationSplit> read_splits(InputText const& file, std::string const& protocol,
                                           Labels const& labels, ScreenNaming const& naming) {
  Json const root = parse(file);
  Json const& splits = find_splits(root, file, protocol, naming.dataset);
  if (!splits.is_object() || splits.empty())
    throw UserError(fmt::format("split file '{}' holds no split of dataset '{}'; list at least one",
                                file.path, naming.dataset));
  ConditionFinder const finder(labels, naming.grammar);
  Mistakes mistakes;
  std::vector<PerturbationSplit> out;
  for (auto const& [name, object] : splits.items()) {
    auto const where =
        fmt::format("split file '{}', dataset '{}', split '{}'", file.path, naming.dataset, name);
    out.push_back(SplitReader(labels, finder, where).read(name, object, mistakes));
  }
  mistakes.raise();
  return out;
}

}  // namespace pertscale
