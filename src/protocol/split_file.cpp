#include <fmt/format.h>

#include "core/error.hpp"
#include "protocol/score_on.hpp"
#include "protocol/split_file_text.hpp"

namespace pertscale {
namespace {

/// Splits made elsewhere, or by `pertscale split`. See split_file_text.hpp for what a file may
/// hold.
class SplitFile final : public Protocol {
 public:
  void declare(OptionList& options) override {
    options.add(
        "path", file_,
        "JSON: {dataset: {protocol: {split: {train, validation, test, groups}}}}, or without "
        "the protocol level");
    options.add("protocol", protocol_, "which protocol of the file, where it holds several");
    score_on_.declare(options, "test");
  }

  std::vector<PerturbationSplit> splits(Labels const& labels,
                                        ScreenNaming const& naming) const override {
    if (!file_.given()) throw UserError("split-file needs path=FILE.json");
    auto out = read_splits(file_, protocol_, labels, naming);
    for (auto const& split : out)
      if (split.scored(scores_validation()).empty())
        throw UserError(fmt::format(
            "split '{}' of dataset '{}' in split file '{}' holds out nothing that is scored; list "
            "conditions under \"test\"{}",
            split.name, naming.dataset, file_.path,
            split.validation.empty() ? "" : ", or set score-on=test+validation"));
    return out;
  }

  bool scores_validation() const override { return score_on_.with_validation(false); }

 private:
  InputText file_;
  std::string protocol_;
  ScoreOn score_on_;
};

Registered<Protocol> const registered{{
    .name = "split-file",
    .summary = "who is trained on and held out is read from a JSON file",
    .source = "the form that `pertscale split` writes; also that of the published splits of "
              "Ahlmann-Eltze et al. 2025",
    .traits = {},
    .make = [] { return std::make_unique<SplitFile>(); },
}};

}  // namespace
}  // namespace pertscale
