#pragma once
#include <string>

#include "core/options.hpp"

namespace pertscale {

/// The option `score-on` that protocols with a validation part share.
class ScoreOn {
 public:
  /// `rule` tells what `auto` stands for ("test", "test; nature-methods: test+validation").
  void declare(OptionList& options, std::string const& rule) {
    options.add("score-on", text_, "held-out parts that are scored; auto: " + rule)
        .one_of({"auto", "test", "test+validation"});
  }
  /// What the user wrote, or `otherwise` where nothing was written.
  bool with_validation(bool otherwise) const {
    return text_ == "auto" ? otherwise : text_ == "test+validation";
  }

 private:
  std::string text_ = "auto";
};

}  // namespace pertscale
