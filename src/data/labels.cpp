#include "data/labels.hpp"

#include <algorithm>

namespace pertscale {

Labels::Labels(std::vector<Condition> conditions, std::vector<std::string> contexts,
               std::vector<LabelRow> rows)
    : conditions_(std::move(conditions)), contexts_(std::move(contexts)), rows_(std::move(rows)) {
  row_at_.assign(contexts_.size() * conditions_.size(), -1);
  for (std::size_t r = 0; r < rows_.size(); ++r)
    row_at_[rows_[r].context * conditions_.size() + rows_[r].condition] =
        static_cast<std::ptrdiff_t>(r);
}

std::optional<std::size_t> Labels::row(std::size_t condition, std::size_t context) const {
  auto const at = row_at_[context * conditions_.size() + condition];
  if (at < 0) return std::nullopt;
  return static_cast<std::size_t>(at);
}

std::vector<std::size_t> Labels::rows_of(std::size_t condition) const {
  std::vector<std::size_t> out;
  for (std::size_t context = 0; context < contexts_.size(); ++context)
    if (auto const at = row(condition, context)) out.push_back(*at);
  return out;
}

std::optional<std::size_t> Labels::find_condition(std::string_view name) const {
  auto const found =
      std::lower_bound(conditions_.begin(), conditions_.end(), name,
                       [](Condition const& c, std::string_view n) { return c.name < n; });
  if (found == conditions_.end() || found->name != name) return std::nullopt;
  return static_cast<std::size_t>(found - conditions_.begin());
}

std::optional<std::size_t> Labels::control() const {
  for (std::size_t c = 0; c < conditions_.size(); ++c)
    if (conditions_[c].is_control()) return c;
  return std::nullopt;
}

}  // namespace pertscale
