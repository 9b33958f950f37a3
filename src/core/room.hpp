#pragma once
#include <malloc.h>
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
  constexpr std::size_t page = std::size_t{2} << 20U;
  auto* const begin = reinterpret_cast<char*>(values.data());
  std::size_t const over = reinterpret_cast<std::uintptr_t>(begin) % page;
  std::size_t const skipped = over == 0 ? 0 : page - over;
  std::size_t const bytes = count * sizeof(Value);
  if (bytes >= skipped + page)  // advice only: where it is not taken, pages stay small
    madvise(begin + skipped, (bytes - skipped) / page * page, MADV_HUGEPAGE);
}

/// Gives memory that was freed back to the system, between phases that use much of it: MPI
/// libraries tell malloc to keep it, and then the phases' buffers add up.
inline void give_back_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace pertscale
