#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/hdf5_handle.hpp"
#include "io/hdf5_text_heap.hpp"
#include "io/hdf5_type.hpp"

namespace pertscale {

/// An HDF5 file opened for reading with the serial driver, and questions about what is in it.
/// Names are paths from the root ("obs/condition"). Every failure is a UserError that names the
/// file.
class Hdf5File {
 public:
  enum class Kind { absent, group, dataset, other };

  /// Takes no lock, so a file system without locks and many ranks are fine.
  explicit Hdf5File(std::string path);

  std::string const& path() const { return path_; }
  std::int64_t id() const { return file_->id(); }

  Kind kind(std::string const& name) const;
  bool has(std::string const& name) const { return kind(name) != Kind::absent; }
  /// Names directly in a group, sorted; none where the group is absent.
  std::vector<std::string> children(std::string const& group) const;

  /// A text attribute (one or many values); none where it is absent or no text.
  std::optional<std::vector<std::string>> texts(std::string const& object,
                                                std::string const& attribute) const;
  /// The first value of `texts`, or an empty string.
  std::string text(std::string const& object, std::string const& attribute) const;
  /// A whole-number attribute; none where it is absent or no whole number.
  std::optional<std::vector<std::int64_t>> integers(std::string const& object,
                                                    std::string const& attribute) const;

  /// Throws UserError "FILE: sentence".
  [[noreturn]] void refuse(std::string const& sentence) const;
  /// Throws UserError with HDF5's reason; to be called right after the call that failed.
  [[noreturn]] void fail(std::string const& what) const;
  /// Takes the texts out of a buffer that was read with memory_type(). `what` names them.
  void unpack_texts(std::int64_t file_type, ElementType const& element, std::span<char const> bytes,
                    std::string const& what, std::vector<std::string>& out) const;
  /// Owns `id`, or fails.
  Hdf5Handle checked(std::int64_t id, std::string const& what) const;

 private:
  Hdf5Handle attribute(std::string const& object, std::string const& name) const;

  std::string path_;
  std::shared_ptr<Hdf5Handle> file_;
  std::shared_ptr<Hdf5TextHeap> heap_;
};

}  // namespace pertscale
