#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pertscale {

/// The read-out genes of a screen in file order. Genes of one name stay apart; a look-up by name
/// takes the first.
class GeneTable {
 public:
  GeneTable() = default;
  explicit GeneTable(std::vector<std::string> names);

  std::size_t size() const { return names_.size(); }
  std::string const& name(std::size_t gene) const { return names_[gene]; }
  std::vector<std::string> const& names() const { return names_; }
  /// The first gene of that name.
  std::optional<std::size_t> find(std::string_view name) const;
  /// Names that occur more than once, in file order.
  std::vector<std::string> duplicates() const;

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::size_t> first_;
};

}  // namespace pertscale
