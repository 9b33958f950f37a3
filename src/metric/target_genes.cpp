#include "metric/target_genes.hpp"

#include <algorithm>

namespace pertscale {

std::vector<std::size_t> target_genes(ScoreContext const& context, Condition const& condition,
                                      DePeer peer) {
  std::vector<std::size_t> genes;
  auto const add = [&](std::string const& name) {
    if (auto const gene = context.genes->find(name)) genes.push_back(*gene);
  };
  bool const by_label =
      peer == DePeer::cell_eval || (peer == DePeer::cell_eval2 && condition.order() != 1);
  if (by_label)
    add(condition.name);
  else
    for (auto const& target : condition.targets) add(target);
  std::sort(genes.begin(), genes.end());
  genes.erase(std::unique(genes.begin(), genes.end()), genes.end());
  return genes;
}

}  // namespace pertscale
