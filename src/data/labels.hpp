#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/condition.hpp"

namespace pertscale {

/// One profile of a screen: a condition in a context.
struct LabelRow {
  std::size_t condition = 0;  ///< index into Labels::conditions
  std::size_t context = 0;    ///< index into Labels::contexts
  std::int64_t cells = 0;     ///< cells behind the profile
};

/// Who was measured where: all that a protocol may know of a screen. Conditions are sorted by the
/// code points of their spelling, contexts by name, rows by context and then condition.
class Labels {
 public:
  Labels() = default;
  Labels(std::vector<Condition> conditions, std::vector<std::string> contexts,
         std::vector<LabelRow> rows);

  std::vector<Condition> const& conditions() const { return conditions_; }
  std::vector<std::string> const& contexts() const { return contexts_; }
  std::vector<LabelRow> const& rows() const { return rows_; }
  Condition const& condition_of(std::size_t row) const { return conditions_[rows_[row].condition]; }

  /// The row of a condition in a context, if it was measured there.
  std::optional<std::size_t> row(std::size_t condition, std::size_t context) const;
  /// Every row of a condition, in context order.
  std::vector<std::size_t> rows_of(std::size_t condition) const;
  std::optional<std::size_t> find_condition(std::string_view name) const;
  /// The index of the control condition, if the screen has one.
  std::optional<std::size_t> control() const;

 private:
  std::vector<Condition> conditions_;
  std::vector<std::string> contexts_;
  std::vector<LabelRow> rows_;
  std::vector<std::ptrdiff_t> row_at_;  ///< context x condition -> row, or -1
};

}  // namespace pertscale
