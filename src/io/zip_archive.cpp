#include "io/zip_archive.hpp"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <memory>
#include <set>
#include <span>

#include "core/error.hpp"
#include "io/crc32.hpp"
#include "io/number_bytes.hpp"

namespace pertscale {

namespace {

constexpr std::size_t end_bytes = 22, zip64_end_bytes = 56, zip64_locator_bytes = 20;
constexpr std::size_t entry_bytes = 46, header_bytes = 30, longest_comment = 65535;
constexpr std::uint64_t most_inflation = 1040;  // deflate makes 1,032 bytes of one at most
constexpr std::uint32_t in_zip64 = 0xFFFFFFFF;
constexpr std::uint16_t zip64_tag = 1;
constexpr std::uint16_t stored = 0, deflate = 8;

}  // namespace

ZipArchive::ZipArchive(PlainFile const& file) : file_(file) {
  auto const length =
      std::min<std::uint64_t>(file.size(), end_bytes + zip64_locator_bytes + longest_comment);
  auto const tail = file.read(file.size() - length, length);
  for (std::size_t at = tail.rfind("PK\5\6");
       at != std::string::npos && tail.size() >= end_bytes;) {
    if (at + end_bytes <= tail.size() &&
        at + end_bytes + value_at<std::uint16_t>(tail, at + 20) <= tail.size()) {
      read_directory(tail, at);
      return;
    }
    if (at == 0) break;
    at = tail.rfind("PK\5\6", at - 1);
  }
  refuse(
      "the directory at the end of the zip archive is missing, so the file is cut off; copy or "
      "download it again");
}

void ZipArchive::refuse(std::string const& sentence) const {
  throw UserError(file_.path() + ": " + sentence);
}

void ZipArchive::read_directory(std::string const& tail, std::size_t end) {
  std::uint64_t count = value_at<std::uint16_t>(tail, end + 10);
  std::uint64_t bytes = value_at<std::uint32_t>(tail, end + 12);
  std::uint64_t first = value_at<std::uint32_t>(tail, end + 16);
  if (end >= zip64_locator_bytes && tail.compare(end - zip64_locator_bytes, 4, "PK\6\7") == 0) {
    auto const place = value_at<std::uint64_t>(tail, end - zip64_locator_bytes + 8);
    auto const record = file_.read(place, zip64_end_bytes);
    if (!record.starts_with("PK\6\6"))
      refuse(
          fmt::format("the Zip64 directory is not at byte {}, where it is said to be; copy or "
                      "download the file again",
                      place));
    count = value_at<std::uint64_t>(record, 32);
    bytes = value_at<std::uint64_t>(record, 40);
    first = value_at<std::uint64_t>(record, 48);
  }
  read_members(file_.read(first, bytes), count);
}

void ZipArchive::read_members(std::string const& directory, std::uint64_t count) {
  std::set<std::string> names;
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (directory.size() - at < entry_bytes || directory.compare(at, 4, "PK\1\2") != 0)
      refuse(
          fmt::format("member {} of {} of the zip archive is damaged in the directory; copy or "
                      "download the file again",
                      i + 1, count));
    ZipMember member;
    member.flags = value_at<std::uint16_t>(directory, at + 8);
    member.method = value_at<std::uint16_t>(directory, at + 10);
    member.crc32 = value_at<std::uint32_t>(directory, at + 16);
    member.packed = value_at<std::uint32_t>(directory, at + 20);
    member.size = value_at<std::uint32_t>(directory, at + 24);
    member.header = value_at<std::uint32_t>(directory, at + 42);
    std::size_t const name = value_at<std::uint16_t>(directory, at + 28);
    std::size_t const extra = value_at<std::uint16_t>(directory, at + 30);
    std::size_t const comment = value_at<std::uint16_t>(directory, at + 32);
    if (directory.size() - at - entry_bytes < name + extra + comment)
      refuse(
          fmt::format("member {} of {} of the zip archive is cut off in the directory; copy or "
                      "download the file again",
                      i + 1, count));
    member.name = directory.substr(at + entry_bytes, name);
    take_zip64(member, directory.substr(at + entry_bytes + name, extra));
    at += entry_bytes + name + extra + comment;
    if (!names.insert(member.name).second)
      refuse(fmt::format("the member {} is there twice in the zip archive; write it anew",
                         member.name));
    members_.push_back(std::move(member));
  }
}

/// Sizes that do not fit 32 bits stand in an extra field, those only, in this order.
void ZipArchive::take_zip64(ZipMember& member, std::string const& extra) const {
  for (std::size_t at = 0; extra.size() - at >= 4;) {
    auto const tag = value_at<std::uint16_t>(extra, at);
    std::size_t const length = value_at<std::uint16_t>(extra, at + 2);
    at += 4;
    if (extra.size() - at < length) break;
    std::size_t from = at;
    if (tag == zip64_tag)
      for (auto* value : {&member.size, &member.packed, &member.header})
        if (*value == in_zip64 && from + 8 <= at + length) {
          *value = value_at<std::uint64_t>(extra, from);
          from += 8;
        }
    at += length;
  }
}

ZipMember const* ZipArchive::find(std::string const& name) const {
  for (auto const& member : members_)
    if (member.name == name) return &member;
  return nullptr;
}

std::string ZipArchive::inflated(ZipMember const& member, std::string const& packed) const {
  if (member.size / most_inflation > member.packed)
    refuse(
        fmt::format("the member {} claims {} bytes out of {} compressed ones, which cannot be; "
                    "copy or download the file again",
                    member.name, member.size, member.packed));
  std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> const inflater(
      libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  std::string out(member.size, '\0');
  auto const result = libdeflate_deflate_decompress(inflater.get(), packed.data(), packed.size(),
                                                    out.data(), out.size(), nullptr);
  if (result != LIBDEFLATE_SUCCESS)
    refuse(
        fmt::format("the compressed bytes of the member {} are damaged; copy or download the "
                    "file again",
                    member.name));
  return out;
}

std::string ZipArchive::content(ZipMember const& member) const {
  if ((member.flags & 1U) != 0)
    refuse(fmt::format("the member {} is encrypted; write it without a password", member.name));
  if (member.method != stored && member.method != deflate)
    refuse(
        fmt::format("the member {} is compressed by method {}, not by deflate (8); write it with "
                    "np.savez_compressed",
                    member.name, member.method));
  auto const head = file_.read(member.header, header_bytes);
  if (!head.starts_with("PK\3\4"))
    refuse(
        fmt::format("the member {} is not at byte {}, where the directory says; copy or download "
                    "the file again",
                    member.name, member.header));
  auto const first = member.header + header_bytes + value_at<std::uint16_t>(head, 26) +
                     value_at<std::uint16_t>(head, 28);
  auto bytes = file_.read(first, member.packed);
  if (member.method == deflate) bytes = inflated(member, bytes);
  if (bytes.size() != member.size || crc32_of(std::as_bytes(std::span(bytes))) != member.crc32)
    refuse(
        fmt::format("the bytes of the member {} have another checksum than written; copy or "
                    "download the file again",
                    member.name));
  return bytes;
}

}  // namespace pertscale
