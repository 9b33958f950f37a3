#include "io/plain_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.hpp"
#include "core/hash.hpp"

namespace pertscale {

namespace {

constexpr std::uint64_t hashed_at_once = std::uint64_t{1} << 20U;
constexpr std::uint64_t most_a_read = std::uint64_t{1} << 30U;  // Linux reads 2 GiB at most

}  // namespace

PlainFile::PlainFile(std::string path) : path_(std::move(path)) {
  struct stat status {};
  if (stat(path_.c_str(), &status) != 0)
    throw UserError(fmt::format("{}: the file is missing or out of reach ({}); check the path",
                                path_, std::strerror(errno)));
  if (!S_ISREG(status.st_mode))
    throw UserError(path_ + ": is a folder or a device, not a file; name the file in it");
  if (status.st_size == 0) throw UserError(path_ + ": is empty; copy or download it again");
  size_ = static_cast<std::uint64_t>(status.st_size);
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0)
    throw UserError(fmt::format("{}: cannot be opened ({}); check its permissions", path_,
                                std::strerror(errno)));
}

PlainFile::~PlainFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::string PlainFile::read(std::uint64_t first, std::uint64_t count) const {
  if (first > size_ || count > size_ - first)
    throw UserError(fmt::format(
        "{}: ends at byte {}, where {} bytes from {} on are expected; it is cut off or damaged: "
        "copy or download it again",
        path_, size_, count, first));
  std::string bytes(count, '\0');
  for (std::uint64_t at = 0; at < count;) {
    auto const got = ::pread(descriptor_, bytes.data() + at, std::min(count - at, most_a_read),
                             static_cast<off_t>(first + at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0)
      throw UserError(fmt::format("{}: byte {} cannot be read ({}); copy the file again", path_,
                                  first + at, got < 0 ? std::strerror(errno) : "the file ends"));
    at += static_cast<std::uint64_t>(got);
  }
  return bytes;
}

std::string PlainFile::head(std::uint64_t count) const { return read(0, std::min(count, size_)); }

std::string PlainFile::sha256() const {
  Sha256 hash;
  for (std::uint64_t at = 0; at < size_; at += hashed_at_once)
    hash.add(read(at, std::min(hashed_at_once, size_ - at)));
  return hash.hex();
}

}  // namespace pertscale
