#include <optional>

#include "core/text.hpp"
#include "metric/cell_metric.hpp"
#include "statistics/gene_distances.hpp"
#include "statistics/kernel_distance.hpp"

namespace pertscale {
namespace {

/// A kernel as users write it; a number after the colon is gamma, of `poly` the degree.
struct KernelText {
  std::string name;
  double number = 1;
};

std::optional<KernelText> parse_kernel(std::string const& text) {
  if (text == "linear" || text == "rbf-median") return KernelText{text};
  std::size_t const colon = text.find(':');
  KernelText out{text.substr(0, colon)};
  if (out.name != "rbf" && out.name != "genes-rbf" && out.name != "poly") return std::nullopt;
  out.number = out.name == "poly" ? 2 : 1;
  if (colon == std::string::npos) return out;
  if (out.name == "poly") {
    auto const degree = parse_integer(text.substr(colon + 1));
    if (!degree || *degree < 1 || *degree > 100) return std::nullopt;
    out.number = static_cast<double>(*degree);
    return out;
  }
  auto const gamma = parse_double(text.substr(colon + 1));
  if (!gamma || !(*gamma > 0)) return std::nullopt;
  out.number = *gamma;
  return out;
}

/// Squared maximum mean discrepancy of measured and predicted cells.
class Mmd final : public CellMetric {
 public:
  void declare(OptionList& options) override {
    options
        .add("kernel", kernel_,
             "rbf-median: exp(-d^2 / (2 s^2)), s the median distance of both sides' cells; "
             "rbf[:GAMMA]; linear (squared distance of means); poly[:DEGREE], <x, y>^degree; "
             "genes-rbf[:GAMMA]: rbf of one gene at a time, the mean over genes. GAMMA 1, DEGREE 2")
        .checked([](std::string const& text) {
          return parse_kernel(text)
                     ? std::string()
                     : std::string(
                           "takes rbf-median, rbf[:GAMMA], linear, poly[:DEGREE] or "
                           "genes-rbf[:GAMMA], with GAMMA above 0 and a whole DEGREE "
                           "from 1 to 100");
        });
    options.add("unbiased", unbiased_,
                "mean over pairs of different cells (may be negative), not over all n^2; of "
                "genes-rbf there is no such form (not_applicable)");
    CellMetric::declare(options);
  }

 protected:
  Score value(ComparedGroups const& groups) const override {
    auto const kernel = *parse_kernel(kernel_);
    Eigen::Index const fewest = unbiased_ ? 2 : 1;
    if (kernel.name == "genes-rbf") {
      if (unbiased_) return {0, Status("not_applicable")};
      return number_or_status(mean_gene_distance(groups.measured, groups.predicted,
                                                 GeneDistance::rbf_mmd, kernel.number),
                              groups, fewest);
    }
    KernelForm form{.unbiased = unbiased_};
    if (kernel.name != "linear") form.kernel = kernel.name == "poly" ? Kernel::poly : Kernel::rbf;
    form.median = kernel.name == "rbf-median";
    if (kernel.name == "rbf") form.gamma = kernel.number;
    if (kernel.name == "poly") form.degree = static_cast<int>(kernel.number);
    return number_or_status(mmd_squared(groups.measured, groups.predicted, form), groups, fewest);
  }

 private:
  std::string kernel_ = "rbf-median";
  bool unbiased_ = false;
};

Registered<Metric> const registered{{
    .name = "mmd",
    .summary = "squared maximum mean discrepancy of measured and predicted cells",
    .source = "Gretton et al. 2012; pertpy 1.0.3 (linear, rbf, poly); scPertEval (rbf-median, "
              "unbiased); PerturbArena (genes-rbf). PerturBench's `mmd` is e-distance "
              "form=perturbench",
    .traits = {.higher_is_better = false, .best = 0},
    .make = [] { return std::make_unique<Mmd>(); },
}};

}  // namespace
}  // namespace pertscale
