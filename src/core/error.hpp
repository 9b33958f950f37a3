#pragma once
#include <stdexcept>
#include <string>
#include <vector>

/// Two kinds of error: the user's (exit 2) and ours (exit 3); and a stop on purpose (exit 75).
namespace pertscale {

inline constexpr int exit_done = 0;
inline constexpr int exit_user_error = 2;
inline constexpr int exit_bug = 3;
inline constexpr int exit_stopped = 75;

/// The user's input is wrong. One sentence a mistake: which file, which key or dataset, which
/// value, how to mend it.
class UserError : public std::runtime_error {
 public:
  explicit UserError(std::string sentence);
  explicit UserError(std::vector<std::string> sentences);

  std::vector<std::string> const& sentences() const { return sentences_; }

 private:
  std::vector<std::string> sentences_;
};

/// A broken promise inside the program.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// A stop that was asked for (signal, deadline, STOP file); everything finished is saved.
class Stopped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Collects mistakes so that all of them are reported at once.
class Mistakes {
 public:
  void add(std::string sentence);
  void add(UserError const& error);
  bool empty() const { return sentences_.empty(); }

  /// Throws one UserError with every sentence collected, if there is any.
  void raise() const;

 private:
  std::vector<std::string> sentences_;
};

}  // namespace pertscale
