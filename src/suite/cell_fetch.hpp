#pragma once
#include <cstddef>
#include <cstdint>

#include "data/moment_sums.hpp"
#include "io/reader.hpp"

/// Where cells are visited out of their order, and sums change with each group, the processor does
/// not foresee what is read next, and waits. These ask for it ahead; they change no result.
namespace pertscale {

/// Where the values of a cell are in a block.
struct CellValues {
  std::size_t begin, end;
};

/// Of the `i`-th row of a block.
inline CellValues values_of(MatrixBlock const& block, std::int64_t i) {
  return {static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i)]),
          static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(i) + 1])};
}

/// The values and genes of a row.
inline void fetch_cell(MatrixBlock const& block, std::int64_t i) {
  constexpr std::size_t line = 64;  // bytes of a cache line
  auto const range = values_of(block, i);
  for (std::size_t k = range.begin; k < range.end; k += line / sizeof(double))
    __builtin_prefetch(block.values.data() + k);
  for (std::size_t k = range.begin; k < range.end; k += line / sizeof(std::int32_t))
    __builtin_prefetch(block.minor.data() + k);
}

/// The sums that a row will be added to.
inline void fetch_sums(MatrixBlock const& block, std::int64_t i, MomentSums::Row const& row) {
  auto const range = values_of(block, i);
  for (std::size_t k = range.begin; k < range.end; ++k)
    row.fetch(static_cast<std::size_t>(block.minor[k]));
}

}  // namespace pertscale
