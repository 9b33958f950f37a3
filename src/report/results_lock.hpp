#pragma once
#include <filesystem>
#include <string>

namespace pertscale {

/// One run at a time in a results directory. The file `lock` names host, process and job; ranks of
/// the run add themselves with `join`. A lock left by a killed run is taken over once every process
/// it names (on this host) has ended; of another host, when it has not been touched for a minute.
class ResultsLock {
 public:
  /// On rank 0. Waits up to `patience` seconds for processes of a killed run to end. Throws
  /// UserError when the directory is in use.
  ResultsLock(std::filesystem::path const& folder, double patience);
  ~ResultsLock();
  ResultsLock(ResultsLock const&) = delete;
  ResultsLock& operator=(ResultsLock const&) = delete;

  /// Shows other hosts that the run is alive; call now and then.
  void touch() const;

 private:
  std::filesystem::path path_;
  bool held_ = false;
};

/// Every other rank, after rank 0 holds the lock: adds its own process to the lock file.
void join_lock(std::filesystem::path const& folder);

/// Name of this machine.
std::string host_name();

/// "running on HOST as process P (job J)", or empty when nobody holds the directory.
std::string lock_holder(std::filesystem::path const& folder);

}  // namespace pertscale
