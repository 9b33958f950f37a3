#include "report/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <optional>
#include <utility>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"

namespace pertscale {

namespace {

constexpr std::string_view mark = "unit";
constexpr auto commit_every = std::chrono::milliseconds(500);

std::string frame_of(std::string_view key, std::string_view payload) {
  std::uint64_t const sum = checksum64(std::string(key) + std::string(payload));
  return fmt::format("{} {} {} {:016x}\n{}\n", mark, key, payload.size(), sum, payload);
}

}  // namespace

JournalWriter::JournalWriter(std::filesystem::path const& folder, std::string const& start,
                             int rank)
    : path_(folder / fmt::format("{}.{:05}.journal", start, rank)) {
  file_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0)
    throw UserError(
        fmt::format("{}: cannot be written ({})", path_.string(), std::strerror(errno)));
  syncer_ = std::thread([this] { sync_in_background(); });
}

JournalWriter::~JournalWriter() {
  {
    std::lock_guard const lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  syncer_.join();
  close(file_);
}

void JournalWriter::append(std::string_view key, std::string_view payload) {
  std::string const frame = frame_of(key, payload);
  std::lock_guard const lock(mutex_);
  std::string_view rest = frame;
  while (!rest.empty()) {
    ssize_t const written = write(file_, rest.data(), rest.size());
    if (written < 0)
      throw UserError(
          fmt::format("{}: cannot be written ({}); make space and run the same command again",
                      path_.string(), std::strerror(errno)));
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  dirty_ = true;
}

void JournalWriter::sync() {
  std::lock_guard const lock(mutex_);
  if (dirty_) fdatasync(file_);
  dirty_ = false;
}

void JournalWriter::sync_in_background() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait_for(lock, commit_every, [this] { return closing_; });
    if (std::exchange(dirty_, false)) {
      lock.unlock();
      fdatasync(file_);
      lock.lock();
    }
    if (closing_ && !dirty_) return;
  }
}

JournalIndex::JournalIndex(std::filesystem::path const& folder) {
  std::error_code error;
  for (auto const& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".journal") files_.push_back(entry.path());
  std::sort(files_.begin(), files_.end());
  for (std::size_t i = 0; i < files_.size(); ++i) read(files_[i], i);
}

namespace {

struct FrameHead {
  std::string key;
  std::uint64_t length = 0, sum = 0;
};

std::optional<FrameHead> parse_head(std::string const& line) {
  auto const words = split(line, ' ');
  if (words.size() != 4 || words[0] != mark || words[3].size() != 16) return std::nullopt;
  auto const length = parse_integer(words[2]);
  char* end = nullptr;
  std::uint64_t const sum = std::strtoull(words[3].c_str(), &end, 16);
  if (!length || *length < 0 || *end != '\0') return std::nullopt;
  return FrameHead{words[1], static_cast<std::uint64_t>(*length), sum};
}

}  // namespace

void JournalIndex::read(std::filesystem::path const& path, std::size_t file) {
  std::ifstream in(path, std::ios::binary);
  auto const size = std::filesystem::file_size(path);
  std::string line, payload;
  while (std::getline(in, line)) {
    auto const head = parse_head(line);
    if (!head) continue;
    if (in.eof()) return;  // the line break after the head is missing: a torn frame
    auto const offset = static_cast<std::uint64_t>(in.tellg());
    if (head->length > size || offset + head->length > size) return;
    payload.assign(head->length, '\0');
    if (!in.read(payload.data(), static_cast<std::streamsize>(payload.size()))) return;
    if (checksum64(head->key + payload) != head->sum) {
      in.seekg(static_cast<std::streamoff>(offset));
      continue;
    }
    entries_.insert_or_assign(head->key, JournalEntry{file, offset, head->length});
    ++frames_;
    std::getline(in, line);  // the line break after the payload
  }
}

std::string JournalIndex::payload(std::string const& key) const {
  auto const& entry = entries_.at(key);
  std::ifstream in(files_[entry.file], std::ios::binary);
  in.seekg(static_cast<std::streamoff>(entry.offset));
  std::string out(entry.length, '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  if (!in) throw InternalError(files_[entry.file].string() + " changed while it was read");
  return out;
}

std::vector<std::string> JournalIndex::keys() const {
  std::vector<std::string> out;
  for (auto const& [key, entry] : entries_) out.push_back(key);
  return out;
}

}  // namespace pertscale
