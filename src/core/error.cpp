#include "core/error.hpp"

#include "core/text.hpp"

namespace pertscale {

UserError::UserError(std::string sentence) : UserError(std::vector{std::move(sentence)}) {}

UserError::UserError(std::vector<std::string> sentences)
    : std::runtime_error(join(sentences, "\n")), sentences_(std::move(sentences)) {}

void Mistakes::add(std::string sentence) { sentences_.push_back(std::move(sentence)); }

void Mistakes::add(UserError const& error) {
  sentences_.insert(sentences_.end(), error.sentences().begin(), error.sentences().end());
}

void Mistakes::raise() const {
  if (!sentences_.empty()) throw UserError(sentences_);
}

}  // namespace pertscale
