#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace pertscale {

/// A line of the matrix as scratch files keep it: a cell with its genes, or a gene with cells.
struct RecordHead {
  std::int64_t major = 0;  ///< position of the cell in the store; number of the gene
  std::int32_t count = 0;
  std::int32_t wide = 0;     ///< 1: values are double, else all of them are floats
  std::int64_t of_gene = 0;  ///< 1: a gene with cells
};

inline std::size_t record_bytes(RecordHead const& head) {
  auto const count = static_cast<std::size_t>(head.count);
  return sizeof(RecordHead) + count * (head.wide != 0 ? 12 : 8);
}

/// Is every value a float?
inline bool all_floats(std::span<double const> values) {
  bool exact = true;
  for (double const value : values)
    exact &= static_cast<double>(static_cast<float>(value)) == value;
  return exact;
}

/// Fills `out`, which has record_bytes(head).
inline void write_record(std::span<std::byte> out, RecordHead const& head,
                         std::int32_t const* minor, double const* values) {
  auto const count = static_cast<std::size_t>(head.count);
  std::memcpy(out.data(), &head, sizeof head);
  std::byte* to = out.data() + sizeof head;
  std::memcpy(to, minor, count * sizeof(std::int32_t));
  to += count * sizeof(std::int32_t);
  if (head.wide != 0) {
    std::memcpy(to, values, count * sizeof(double));
    return;
  }
  for (std::size_t k = 0; k < count; ++k, to += sizeof(float)) {
    auto const value = static_cast<float>(values[k]);
    std::memcpy(to, &value, sizeof value);
  }
}

/// A record in a buffer.
class RecordView {
 public:
  explicit RecordView(std::byte const* at) : at_(at) { std::memcpy(&head_, at, sizeof head_); }
  RecordHead const& head() const { return head_; }
  std::size_t bytes() const { return record_bytes(head_); }
  std::int32_t minor(std::int32_t k) const { return read<std::int32_t>(minors(), k); }
  template <class Value>
  Value value(std::int32_t k) const {
    if (head_.wide != 0) return static_cast<Value>(read<double>(values(), k));
    return static_cast<Value>(read<float>(values(), k));
  }
  /// All of it.
  template <class Value>
  void copy(std::int32_t* minor, Value* value) const {
    auto const count = static_cast<std::size_t>(head_.count);
    std::memcpy(minor, minors(), count * sizeof *minor);
    if (sizeof(Value) == (head_.wide != 0 ? sizeof(double) : sizeof(float)))
      std::memcpy(value, values(), count * sizeof *value);
    else
      for (std::int32_t k = 0; k < head_.count; ++k) value[k] = this->value<Value>(k);
  }

 private:
  std::byte const* minors() const { return at_ + sizeof(RecordHead); }
  std::byte const* values() const {
    return minors() + static_cast<std::size_t>(head_.count) * sizeof(std::int32_t);
  }
  template <class Stored>
  static Stored read(std::byte const* from, std::int32_t k) {
    Stored out = 0;
    std::memcpy(&out, from + static_cast<std::size_t>(k) * sizeof out, sizeof out);
    return out;
  }

  std::byte const* at_;
  RecordHead head_;
};

}  // namespace pertscale
