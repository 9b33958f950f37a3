#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pertscale {

/// Makes room for `count` values and a little more, in huge pages where the system has them: memory
/// that is touched for the first time costs much less so. What was in the vector is lost when it
/// grows.
template <class Value>
void make_room(std::vector<Value>& values, std::size_t count) {
  if (values.capacity() >= count) return;
  values = {};  // not while the new memory is taken
  count += count / 64;
  values.reserve(count);
  constexpr std::uintptr_t page = std::uintptr_t{2} << 20U;
  auto const begin = reinterpret_cast<std::uintptr_t>(values.data());
  std::uintptr_t const first = (begin + page - 1) / page * page;
  std::uintptr_t const last = (begin + count * sizeof(Value)) / page * page;
  if (last > first)  // advice only: where it is not taken, pages stay small
    madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

}  // namespace pertscale
