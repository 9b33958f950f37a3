#pragma once
#include <string>
#include <vector>

#include "metric/de_settings.hpp"
#include "metric/metric.hpp"

namespace pertscale {

/// What a metric makes of bulk profiles: options that would change nothing are not declared.
enum class BulkUse {
  changes,   ///< of both sides, from a control each
  profiles,  ///< of both sides
  measured   ///< profiles of the measured side
};

/// Where bulk profiles of a group of cells come from.
struct BulkSettings {
  std::string compat = "none";
  std::string space = "auto";
  std::string control = "auto";
  std::string emit = "auto";
  double bulk_target = 5e4;

  void declare(OptionList& options, BulkUse use);
  DePeer peer() const { return peer_of(compat); }
  /// log(1 + target sum of counts / total) instead of means of log-normalised values?
  bool counts() const;
  bool own_control() const;
  /// Of the profiles; `cells`: those whose spread gives sampling errors too.
  MetricNeeds needs(bool cells) const;
  CellRequest cell_request() const;
};

/// A group's profile in the chosen space.
struct BulkProfile {
  Status status;
  std::vector<double> values;
};

/// The profiles of one context. Measured and predicted sides are made the same way, for the whole
/// run: either both from counts, or both from means.
class BulkSpace {
 public:
  BulkSpace(ScoreContext const& context, BulkSettings const& settings)
      : context_(context), settings_(settings) {}

  BulkProfile measured(ScoreItem const& item) const;
  BulkProfile predicted(ScoreItem const& item) const;
  BulkProfile control() const;  ///< measured
  /// What predicted changes are counted from: own where the prediction brings a control, if asked.
  BulkProfile predicted_control() const;

 private:
  BulkProfile from_counts(Side side, std::size_t item) const;

  ScoreContext const& context_;
  BulkSettings const& settings_;
};

/// The context's panel; the items themselves where a caller made none.
std::span<ScoreItem const> panel_of(ScoreContext const& context,
                                    std::vector<ScoreItem> const& items);

}  // namespace pertscale
