#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "metric/metric.hpp"
#include "metric/panel_distance.hpp"

/// What the metrics of ranks among a panel share.
namespace pertscale {

/// The panel of the context; without one, the items themselves in their order.
std::span<ScoreItem const> rivals_of(ScoreContext const& context,
                                     std::vector<ScoreItem> const& items);
/// The number of an item in it.
std::size_t place_of(ScoreContext const& context, std::vector<ScoreItem> const& items,
                     std::size_t item);

/// How many candidates count as ahead of the own one: those that are nearer, and of the equal ones
/// all (`against`), half of them (`half`), those of lower number (`order`: what a stable sort
/// gives), or a number drawn from 0..equal for each `unit` (`random:SEED`).
double ahead(Rivals const& rivals, std::string const& ties, std::string const& unit);

/// One of those, or what is wrong with the text.
std::string check_ties(std::string const& text);

/// Name of a distance as users write it -> its kind.
PanelDistance panel_distance(std::string const& name);

}  // namespace pertscale
