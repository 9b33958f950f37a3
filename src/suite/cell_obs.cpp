#include "suite/cell_obs.hpp"

#include <algorithm>
#include <iterator>

namespace pertscale {

TextColumn CellObs::text(std::string const& column) const {
  TextColumn all;
  for (auto const& reader : readers_) {
    auto part = reader->obs(column);
    if (readers_.size() == 1) return part;
    all.values.insert(all.values.end(), std::make_move_iterator(part.values.begin()),
                      std::make_move_iterator(part.values.end()));
    all.missing.insert(all.missing.end(), part.missing.begin(), part.missing.end());
  }
  return all;
}

std::vector<double> CellObs::numbers(std::string const& column) const {
  std::vector<double> all;
  for (auto const& reader : readers_) {
    auto const part = reader->obs_numbers(column);
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::vector<std::string> CellObs::files_without(std::string const& column) const {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    auto const columns = readers_[i]->obs_columns();
    if (std::find(columns.begin(), columns.end(), column) == columns.end())
      out.push_back(data_.parts[i].path);
  }
  return out;
}

}  // namespace pertscale
