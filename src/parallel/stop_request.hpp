#pragma once
#include <filesystem>
#include <string>

namespace pertscale {

/// Was this process asked to stop early with everything saved? By SIGUSR1 or SIGTERM, by a
/// deadline, or by a file STOP in the results directory. Local to the rank; callers agree among
/// ranks.
class StopRequest {
 public:
  /// Installs the signal handlers. max_seconds <= 0: no deadline (counted from now).
  StopRequest(double max_seconds, std::filesystem::path stop_file);

  /// Cheap: looks at the flag and the clock, at the file at most twice a second. Safe from two
  /// threads.
  bool requested() const;
  /// "signal", "time limit", "STOP file".
  std::string reason() const;

 private:
  double deadline_;
  std::filesystem::path stop_file_;
};

}  // namespace pertscale
