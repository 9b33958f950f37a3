#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "io/plain_file.hpp"

namespace pertscale {

/// A member of a zip archive, as the directory at its end says.
struct ZipMember {
  std::string name;
  std::uint16_t flags = 0, method = 0;  ///< method 0: stored, 8: deflate
  std::uint32_t crc32 = 0;
  std::uint64_t packed = 0, size = 0;  ///< bytes in the file, and of the content
  std::uint64_t header = 0;            ///< place of the member's own header
};

/// A zip archive (PKWARE APPNOTE 6.3, with Zip64), as numpy.savez writes it. The file must outlive
/// it.
class ZipArchive {
 public:
  /// Reads the directory. UserError where it is absent or damaged, or a name is there twice.
  explicit ZipArchive(PlainFile const& file);

  std::vector<ZipMember> const& members() const { return members_; }
  /// Null where there is none.
  ZipMember const* find(std::string const& name) const;
  /// The content. UserError where it is damaged, encrypted, or compressed in another way.
  std::string content(ZipMember const& member) const;

 private:
  [[noreturn]] void refuse(std::string const& sentence) const;
  void read_directory(std::string const& tail, std::size_t end);
  void read_members(std::string const& directory, std::uint64_t count);
  void take_zip64(ZipMember& member, std::string const& extra) const;
  std::string inflated(ZipMember const& member, std::string const& packed) const;

  PlainFile const& file_;
  std::vector<ZipMember> members_;
};

}  // namespace pertscale
