#pragma once
#include "io/crc32.hpp"
#include "io/store_file.hpp"
#include "io/store_writer.hpp"
#include "parallel/communicator.hpp"

namespace pertscale {

/// A small store by the plainest means: dense cells, each a vector of genes.
struct MadeStore {
  StoreShape shape;
  std::vector<std::int32_t> genes;
  std::vector<float> values;
  StoreContent content;
};

/// Two groups of 2 and 3 cells over 4 genes; value of cell c, gene g: 10 c + g, but multiples of 3
/// are zero.
inline MadeStore made_store() {
  MadeStore made;
  made.shape.genes = 4;
  made.shape.groups = {{"ctrl", "a", 0, 2, 0}, {"KLF1", "b", 2, 3, 0}};
  for (int cell = 0; cell < 5; ++cell) {
    for (int gene = 0; gene < 4; ++gene) {
      int const value = 10 * cell + gene;
      if (value % 3 == 0) continue;
      made.genes.push_back(gene);
      made.values.push_back(static_cast<float>(value));
    }
    made.shape.offsets.push_back(static_cast<std::int64_t>(made.values.size()));
  }
  std::vector<std::string> const conditions{"ctrl", "ctrl", "KLF1", "KLF1", "KLF1"};
  made.content.obs = {{"c0", "c1", "c2", "c3", "c4"}, {{"condition", categorise(conditions)}}};
  made.content.var = {{"A", "B", "C", "D"}, {}};
  made.content.texts = {{"name", "made"}};
  made.content.numbers = {{"target_sum", 0.0}};
  return made;
}

/// Row r, gene g of table t: 100 t + 10 r + g.
inline std::vector<double> made_moments(std::int64_t table, std::int64_t first, std::int64_t last) {
  std::vector<double> out;
  for (auto r = first; r < last; ++r)
    for (int g = 0; g < 4; ++g) out.push_back(static_cast<double>(100 * table + 10 * r + g));
  return out;
}

/// Writes it with all ranks: values cut among them in even parts, moments a row each.
inline void write_made_store(Communicator const& comm, std::string const& path,
                             MadeStore const& made) {
  std::vector<ByteRange> bulk;
  agree(comm, [&] {
    if (comm.root()) bulk = create_store(path, made.shape, made.content);
  });
  std::int64_t const size = comm.size(), rank = comm.rank();
  auto const part = [&](std::int64_t total, std::int64_t r) { return total * r / size; };
  {
    ParallelHdf5 file(comm, path);
    std::int64_t const first = part(made.shape.stored(), rank);
    std::int64_t const count = part(made.shape.stored(), rank + 1) - first;
    write_store_values(file, made.shape,
                       {first, count, made.values.data() + first, made.genes.data() + first});
    std::int64_t const row = part(2, rank), rows = part(2, rank + 1) - row;
    for (std::int64_t t = 0; t < 6; ++t) {
      auto const values = made_moments(t, row, row + rows);
      write_store_moments(file, made.shape, static_cast<StoreMoment>(t),
                          {row, rows, values.data()});
    }
    file.close();
  }
  StoreChecks checks;
  for (auto const& piece : cut_pieces(made.shape)) {
    auto const begin = static_cast<std::size_t>(piece.first_value);
    auto const count = static_cast<std::size_t>(piece.values);
    checks.data.push_back(crc32_of(std::as_bytes(std::span(made.values).subspan(begin, count))));
    checks.indices.push_back(crc32_of(std::as_bytes(std::span(made.genes).subspan(begin, count))));
  }
  for (std::int64_t r = 0; r < 2; ++r)
    for (std::int64_t t = 0; t < 6; ++t) {
      auto const row = made_moments(t, r, r + 1);
      checks.moments.push_back(crc32_of(std::as_bytes(std::span(row))));
    }
  agree(comm, [&] {
    if (comm.root()) finish_store(path, checks, bulk);
  });
}

}  // namespace pertscale
