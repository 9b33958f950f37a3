#pragma once
#include <string>

#include "core/options.hpp"
#include "metric/supply.hpp"

namespace pertscale {

/// Whose conventions a metric follows.
enum class DePeer { none, cell_eval, cell_eval2 };

/// Adds `compat=` with the two programs that are followed; empty: ours.
void declare_compat(OptionList& options, std::string& compat);
DePeer peer_of(std::string const& compat);

/// `none`, `tiled` ... ; auto: none without a peer, with one tiled (as its own baseline), or
/// poisson where counts are asked for.
void declare_emit(OptionList& options, std::string& emit);
Emit emit_of(std::string const& emit, DePeer peer, bool counts);

/// How genes are tested and called. Every option but `alpha` and `test` has the value `auto`: what
/// `compat` says. Without a peer: ranks of log-normalised values, geometric fold changes with
/// epsilon 1e-9, no gate, the measured control for both sides, targets kept.
class DeSettings {
 public:
  /// `peer_excludes`: does cell-eval2 leave the perturbed gene out of this metric?
  void declare(OptionList& options, bool peer_excludes);

  DeRequest request() const;
  DePeer peer() const { return peer_of(compat_); }
  double alpha() const { return alpha_; }
  bool excludes_target() const;
  /// Measured significant genes that a perturbation needs to be scored: 10 in cell-eval2, else 1.
  std::int64_t least_genes() const;

 private:
  bool counts_per_million() const;

  std::string compat_ = "none";
  double alpha_ = 0.05;
  std::string exclude_target_ = "auto";
  std::string min_genes_ = "auto";
  std::string test_ = "wilcoxon";
  std::string reference_ = "control";
  std::string values_ = "auto";
  std::string continuity_ = "auto";
  std::string fold_change_ = "auto";
  std::string epsilon_ = "auto";
  std::string min_control_cpm_ = "auto";
  std::string control_ = "auto";
  std::string emit_ = "auto";
  bool peer_excludes_ = false;
};

}  // namespace pertscale
