#include "protocol/split_json.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.hpp"

namespace pertscale {

namespace {

using Json = nlohmann::ordered_json;

/// Rows as names, or [name, context] where the condition has rows elsewhere.
Json entries(Labels const& labels, std::vector<std::size_t> const& rows) {
  std::set<std::size_t> const members(rows.begin(), rows.end());
  auto const whole = [&](std::size_t condition) {
    auto const all = labels.rows_of(condition);
    return std::all_of(all.begin(), all.end(),
                       [&](std::size_t row) { return members.contains(row); });
  };
  std::set<std::pair<std::string, std::string>> sorted;  // context empty: the whole condition
  for (auto const row : rows) {
    auto const [condition, context, cells] = labels.rows()[row];
    bool const alone = whole(condition);
    sorted.emplace(labels.condition_of(row).name, alone ? "" : labels.contexts()[context]);
  }
  Json out = Json::array();
  for (auto const& [name, context] : sorted)
    out.push_back(context.empty() ? Json(name) : Json::array({name, context}));
  return out;
}

Json split_object(Labels const& labels, PerturbationSplit const& split) {
  std::map<std::string, std::vector<std::size_t>> groups;
  for (auto const row : split.scored(true)) groups[split.groups[row]].push_back(row);

  Json out;
  out["train"] = entries(labels, split.train);
  out["validation"] = entries(labels, split.validation);
  out["test"] = entries(labels, split.test);
  out["groups"] = Json::object();
  for (auto const& [label, rows] : groups) out["groups"][label] = entries(labels, rows);
  return out;
}

/// One line an array, however long: a file that people can read and diff.
void write(Json const& value, std::size_t depth, std::string& out) {
  if (!value.is_object() || value.empty()) {
    out += value.dump(-1, ' ', false, Json::error_handler_t::replace);
    return;
  }
  out += "{";
  bool first = true;
  for (auto const& [key, inner] : value.items()) {
    out += first ? "\n" : ",\n";
    out.append(depth + 1, ' ');
    out += Json(key).dump(-1, ' ', false, Json::error_handler_t::replace) + ": ";
    write(inner, depth + 1, out);
    first = false;
  }
  out += "\n";
  out.append(depth, ' ') += "}";
}

}  // namespace

std::string split_json(std::span<DatasetSplits const> all) {
  Json root = Json::object();
  for (auto const& one : all) {
    Json& protocol = root[one.dataset][one.protocol];
    if (!protocol.is_null())
      throw InternalError("two protocols of dataset '" + one.dataset + "' are named '" +
                          one.protocol + "' in split_json");
    protocol = Json::object();
    for (auto const& split : one.splits) protocol[split.name] = split_object(*one.labels, split);
  }
  std::string out;
  write(root, 0, out);
  return out + "\n";
}

}  // namespace pertscale
