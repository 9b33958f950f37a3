#pragma once
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace pertscale {

/// Append-only record of finished units: one file a rank and start. A unit is finished when its
/// frame is whole on disk; a background thread syncs within a second (group commit), `sync` at
/// once.
class JournalWriter {
 public:
  JournalWriter(std::filesystem::path const& folder, std::string const& start, int rank);
  ~JournalWriter();
  JournalWriter(JournalWriter const&) = delete;
  JournalWriter& operator=(JournalWriter const&) = delete;

  /// Throws UserError where the disk does not take it.
  void append(std::string_view key, std::string_view payload);
  void sync();

 private:
  void sync_in_background();

  std::filesystem::path path_;
  int file_ = -1;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool dirty_ = false, closing_ = false;
  std::thread syncer_;
};

/// Where a finished unit's payload lies.
struct JournalEntry {
  std::size_t file = 0;
  std::uint64_t offset = 0, length = 0;
};

/// Every whole frame of every journal of a results directory, whatever the number of ranks that
/// wrote them. Torn or damaged frames are passed over; of two frames with one key the first in file
/// order counts.
class JournalIndex {
 public:
  explicit JournalIndex(std::filesystem::path const& folder);

  bool contains(std::string const& key) const { return entries_.contains(key); }
  std::string payload(std::string const& key) const;
  std::vector<std::string> keys() const;
  /// Frames seen in all (a unit run twice counts twice).
  std::size_t frames() const { return frames_; }

 private:
  void read(std::filesystem::path const& path, std::size_t file);
  std::vector<std::filesystem::path> files_;
  std::map<std::string, JournalEntry> entries_;
  std::size_t frames_ = 0;
};

}  // namespace pertscale
