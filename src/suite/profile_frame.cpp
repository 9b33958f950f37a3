#include "suite/profile_frame.hpp"

namespace pertscale {

OutputFrame profile_frame(Labels const& labels, std::span<std::size_t const> rows) {
  std::vector<std::string> conditions, contexts, index;
  std::vector<std::int64_t> cells;
  for (auto const row : rows) {
    auto const& label = labels.rows()[row];
    conditions.push_back(labels.conditions()[label.condition].name);
    contexts.push_back(labels.contexts()[label.context]);
    cells.push_back(label.cells);
    index.push_back(contexts.back().empty() ? conditions.back()
                                            : contexts.back() + "/" + conditions.back());
  }
  return {
      index,
      {{"condition", categorise(conditions)}, {"context", categorise(contexts)}, {"cells", cells}}};
}

}  // namespace pertscale
