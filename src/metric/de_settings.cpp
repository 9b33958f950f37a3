#include "metric/de_settings.hpp"

#include "core/text.hpp"

namespace pertscale {

namespace {

constexpr double cpm_gate = 5;           // cell-eval2: mean counts per million of the control
constexpr std::int64_t gate_genes = 10;  // cell-eval2: real_gate.DEFAULT_MIN_GATE_SIZE

std::string check_number(std::string const& text) {
  if (text == "auto" || parse_double(text)) return {};
  return "takes auto or a number";
}

std::string check_count(std::string const& text) {
  auto const count = parse_integer(text);
  if (text == "auto" || (count && *count >= 1)) return {};
  return "takes auto or a whole number of at least 1";
}

/// yes or no where the user says so.
bool chosen(std::string const& text, std::string const& yes, bool otherwise) {
  return text == "auto" ? otherwise : text == yes;
}

}  // namespace

void declare_compat(OptionList& options, std::string& compat) {
  options
      .add("compat", compat,
           "follow the conventions of a published program, ties and undefined values included; "
           "options that are `auto` take its values")
      .one_of({"none", "cell-eval-0.8.2", "cell-eval2-0.20.0"});
}

DePeer peer_of(std::string const& compat) {
  if (compat == "cell-eval-0.8.2") return DePeer::cell_eval;
  return compat == "cell-eval2-0.20.0" ? DePeer::cell_eval2 : DePeer::none;
}

void declare_emit(OptionList& options, std::string& emit) {
  options
      .add("emit", emit,
           "cells of a prediction that has means only: none (needs_cells), tiled (each cell the "
           "mean), control-shift (control cells + change), gaussian (control's variance), poisson "
           "(counts); auto: none, with compat tiled, or poisson where counts are asked for")
      .one_of({"auto", "none", "tiled", "control-shift", "gaussian", "poisson"});
}

Emit emit_of(std::string const& emit, DePeer peer, bool counts) {
  if (emit == "auto" && peer == DePeer::none) return Emit::none;
  if (emit == "auto") return counts ? Emit::poisson : Emit::tiled;
  if (emit == "tiled") return Emit::tiled;
  if (emit == "control-shift") return Emit::control_shift;
  if (emit == "gaussian") return Emit::gaussian;
  return emit == "poisson" ? Emit::poisson : Emit::none;
}

void DeSettings::declare(OptionList& options, bool peer_excludes) {
  peer_excludes_ = peer_excludes;
  declare_compat(options, compat_);
  options.add("alpha", alpha_, "a gene is significant where its adjusted p-value is below")
      .greater_than(0)
      .at_most(1);
  options
      .add(
          "exclude-target", exclude_target_,
          "leave out the perturbed genes themselves; auto: no, or what compat does for this metric")
      .one_of({"auto", "no", "yes"});
  options
      .add("min-genes", min_genes_,
           "measured significant genes that a score needs; auto: 1, or what compat asks for")
      .checked(check_count)
      .type = "auto|N";
  options.add("test", test_, "test of every gene, Benjamini-Hochberg within a perturbation")
      .one_of({"wilcoxon", "t-test", "t-test-overestim"});
  options
      .add("reference", reference_,
           "what cells are compared with: control, all other cells, or the other perturbations'")
      .one_of({"control", "rest", "other-perturbations"});
  options
      .add("values", values_,
           "what is tested: the screen's log-normalised values, or counts brought to 1e6 a cell; "
           "auto: lognormalised, or what compat tests")
      .one_of({"auto", "lognormalised", "cpm"});
  options.add("continuity", continuity_, "continuity correction of wilcoxon; auto: no, or compat's")
      .one_of({"auto", "no", "yes"});
  options
      .add("fold-change", fold_change_,
           "means that fold changes compare; auto: geometric, or compat's")
      .one_of({"auto", "geometric", "arithmetic"});
  options.add("epsilon", epsilon_, "added to both means of a fold change; auto: 1e-9, or compat's")
      .checked(check_number)
      .type = "auto|number";
  options
      .add("min-control-cpm", min_control_cpm_,
           "test genes only whose mean counts per million in the measured control are above; below "
           "0: every gene; auto: every gene, or compat's gate on counts")
      .checked(check_number)
      .type = "auto|number";
  options
      .add("control", control_,
           "control of the predicted side: the measured cells, or the prediction's own where it "
           "brings some; auto: measured, or compat's")
      .one_of({"auto", "measured", "own"});
  declare_emit(options, emit_);
}

bool DeSettings::counts_per_million() const {
  return chosen(values_, "cpm", peer() == DePeer::cell_eval2);
}

bool DeSettings::excludes_target() const {
  return chosen(exclude_target_, "yes", peer_excludes_ && peer() == DePeer::cell_eval2);
}

std::int64_t DeSettings::least_genes() const {
  if (min_genes_ != "auto") return *parse_integer(min_genes_);
  return peer() == DePeer::cell_eval2 ? gate_genes : 1;
}

DeRequest DeSettings::request() const {
  DeRequest out;
  out.method = test_ == "wilcoxon" ? DeMethod::wilcoxon
               : test_ == "t-test" ? DeMethod::t_test
                                   : DeMethod::t_test_overestim;
  out.reference = reference_ == "control" ? TestReference::control : TestReference::rest;
  out.rest_with_control = reference_ != "other-perturbations";
  out.cpm = counts_per_million();
  out.continuity =
      out.method == DeMethod::wilcoxon && chosen(continuity_, "yes", peer() == DePeer::cell_eval);
  out.fold_change = chosen(fold_change_, "arithmetic", peer() == DePeer::cell_eval2)
                        ? FoldChangeMean::arithmetic
                        : FoldChangeMean::geometric;
  double const epsilon = peer() == DePeer::cell_eval ? 0 : 1e-9;
  out.epsilon = epsilon_ == "auto" ? epsilon : *parse_double(epsilon_);
  double const gate = peer() == DePeer::cell_eval2 && out.cpm ? cpm_gate : -1;
  out.min_control_cpm = min_control_cpm_ == "auto" ? gate : *parse_double(min_control_cpm_);
  if (out.min_control_cpm < 0) out.min_control_cpm = -1;
  out.own_control = chosen(control_, "own", peer() == DePeer::cell_eval);
  out.emit = emit_of(emit_, peer(), out.cpm);
  return out;
}

}  // namespace pertscale
