#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/matrix.hpp"

namespace pertscale {

/// An array in NumPy's format (NEP 1), version 1, 2 or 3: what its header says, and its bytes.
class NpyArray {
 public:
  /// `where` begins every sentence: "FILE" or "FILE: NAME.npy"; `bytes` must outlive the array.
  /// UserError where the header is none or damaged, or the data has another size than it says.
  NpyArray(std::string where, std::string_view bytes);

  std::vector<std::uint64_t> const& shape() const { return shape_; }
  /// "<f4", "<U15", "|O".
  std::string const& type() const { return type_; }
  bool holds_text() const { return kind() == 'U' || kind() == 'S'; }
  /// A matrix of float16, float32 or float64, little-endian. UserError where it is none.
  Matrix matrix() const;
  /// A list of texts of fixed width (<U or |S), without the zeros at their ends. UserError where it
  /// is none.
  std::vector<std::string> texts() const;

 private:
  [[noreturn]] void refuse(std::string const& sentence) const;
  void parse_header(std::string_view header);
  std::string_view after(std::string_view header, std::string const& key) const;
  void parse_shape(std::string_view text);
  void parse_type(std::string_view header);
  void check_size() const;
  void refuse_objects() const;
  char kind() const { return type_[1]; }
  template <class Stored, class Value>
  void fill(Matrix& out, Value value) const;

  std::string where_, type_;
  std::string_view data_;
  bool by_column_ = false;   ///< Fortran order
  std::uint64_t width_ = 0;  ///< bytes of an element
  std::vector<std::uint64_t> shape_;
};

}  // namespace pertscale
