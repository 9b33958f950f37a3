#include "metric/panel_ranks.hpp"

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/text.hpp"

namespace pertscale {

namespace {

constexpr std::string_view random_prefix = "random:";

}  // namespace

std::span<ScoreItem const> rivals_of(ScoreContext const& context,
                                     std::vector<ScoreItem> const& items) {
  return context.panel.empty() ? std::span<ScoreItem const>(items) : context.panel;
}

std::size_t place_of(ScoreContext const& context, std::vector<ScoreItem> const& items,
                     std::size_t item) {
  return context.panel.empty() ? item : items[item].place;
}

double ahead(Rivals const& rivals, std::string const& ties, std::string const& unit) {
  auto const nearer = static_cast<double>(rivals.nearer), equal = static_cast<double>(rivals.equal);
  if (ties == "against") return nearer + equal;
  if (ties == "half") return nearer + equal / 2;
  if (ties == "order") return nearer + static_cast<double>(rivals.equal_before);
  auto const seed = static_cast<std::uint64_t>(*parse_integer(ties.substr(random_prefix.size())));
  RandomStream stream(seed, "rank ties/" + unit);
  return nearer + static_cast<double>(stream.below(static_cast<std::uint64_t>(rivals.equal) + 1));
}

std::string check_ties(std::string const& text) {
  if (text == "against" || text == "half" || text == "order") return {};
  if (text.starts_with(random_prefix))
    if (auto const seed = parse_integer(text.substr(random_prefix.size())); seed && *seed >= 0)
      return {};
  return "takes half, against, order, or random:SEED with a whole SEED of at least 0";
}

PanelDistance panel_distance(std::string const& name) {
  if (name == "l1") return PanelDistance::l1;
  if (name == "l2" || name == "rmse") return PanelDistance::l2;
  if (name == "cosine") return PanelDistance::cosine;
  if (name == "pearson") return PanelDistance::correlation;
  if (name == "wmse") return PanelDistance::weighted_l2;
  if (name == "weighted-r2") return PanelDistance::weighted_r2;
  throw InternalError("no panel distance is called " + name);
}

}  // namespace pertscale
