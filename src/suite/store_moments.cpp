#include "suite/store_moments.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "core/error.hpp"
#include "data/count_logs.hpp"
#include "data/moment_sums.hpp"
#include "io/crc32.hpp"
#include "io/store_file.hpp"
#include "io/store_writer.hpp"

namespace pertscale {

namespace {

constexpr std::size_t tables = store_moment_names.size();

/// The six rows of one group.
struct MomentRows {
  Matrix mean, variance, nonzero, halves;
  std::vector<double> value_sum;
  std::vector<std::int64_t> count_sum;
};

/// Sums over the cells of one group.
class GroupSums {
 public:
  GroupSums(StoreMomentInput const& input, std::size_t group)
      : in_(input),
        cells_(input.shape.groups[group].cells),
        genes_(static_cast<std::size_t>(input.shape.genes)),
        all_({cells_}, genes_, input.bound),
        halves_({cells_ / 2, cells_ - cells_ / 2}, genes_, input.bound) {
    if (counts())
      count_sum_.assign(genes_, 0);
    else
      value_sum_.assign(genes_, 0);
  }

  void add_cell(std::int64_t cell, std::span<std::int32_t const> genes,
                std::span<double const> values) {
    auto all = all_.row(0);
    bool const second = in_.half[static_cast<std::size_t>(cell)] == std::int8_t{1};
    auto of_half = halves_.row(second ? 1 : 0);
    if (counts())
      add_counts(cell, {genes, values}, all, of_half);
    else
      add_values({genes, values}, all, of_half);
  }

  MomentRows rows() {
    MomentRows out{all_.mean({0, 1}),
                   all_.variance({0, 1}),
                   all_.nonzero_fraction({0, 1}),
                   halves_.mean({0, 2}),
                   {},
                   {}};
    // one cell cannot be halved
    if (cells_ < 2) out.halves.setConstant(std::numeric_limits<double>::quiet_NaN());
    out.value_sum = std::move(value_sum_);
    out.count_sum = std::move(count_sum_);
    return out;
  }

 private:
  struct Line {
    std::span<std::int32_t const> genes;
    std::span<double const> values;
  };

  bool counts() const { return in_.target > 0; }

  void add_counts(std::int64_t cell, Line const& line, MomentSums::Row& all,
                  MomentSums::Row& of_half) {
    auto const total = static_cast<double>(in_.totals[static_cast<std::size_t>(cell)]);
    auto const log = [target = in_.target, total](double count) {
      return log_normalised(count, target, total);
    };
    CountLogs logs([&all, log](double count) { return all.encode(log(count)); });
    CountLogs half_logs([&of_half, log](double count) { return of_half.encode(log(count)); });
    for (std::size_t k = 0; k < line.genes.size(); ++k) {
      auto const gene = static_cast<std::size_t>(line.genes[k]);
      all.add(gene, logs(line.values[k]));
      of_half.add(gene, half_logs(line.values[k]));
      count_sum_[gene] += static_cast<std::int64_t>(line.values[k]);
    }
  }

  void add_values(Line const& line, MomentSums::Row& all, MomentSums::Row& of_half) {
    for (std::size_t k = 0; k < line.genes.size(); ++k) {
      auto const gene = static_cast<std::size_t>(line.genes[k]);
      double const value = line.values[k];
      all.add(gene, all.encode(value));
      of_half.add(gene, of_half.encode(value));
      value_sum_[gene] += in_.latent ? value : std::expm1(value);
    }
  }

  StoreMomentInput const& in_;
  std::int64_t cells_;
  std::size_t genes_;
  MomentSums all_, halves_;
  std::vector<double> value_sum_;
  std::vector<std::int64_t> count_sum_;
};

/// Reads the values of consecutive cells, a piece at a time.
class PieceWalk {
 public:
  explicit PieceWalk(StoreFile const& store) : store_(store) {}

  template <class Visit>
  void cells(std::int64_t first, std::int64_t last, Visit&& visit) {
    for (std::int64_t cell = first; cell < last; ++cell) {
      if (cell < block_.first || cell >= block_.first + block_.count()) load(cell);
      auto const i = static_cast<std::size_t>(cell - block_.first);
      auto const at = static_cast<std::size_t>(block_.offsets[i]);
      auto const size = static_cast<std::size_t>(block_.offsets[i + 1]) - at;
      visit(cell, std::span<std::int32_t const>(block_.minor).subspan(at, size),
            std::span<double const>(block_.values).subspan(at, size));
    }
  }

 private:
  void load(std::int64_t cell) {
    auto const piece = store_.piece_of(cell);
    store_.read(piece, piece + 1, block_);
  }

  StoreFile const& store_;
  MatrixBlock block_{false, 0, {0}, {}, {}};
};

/// Rows of each table that a rank has finished and not yet written.
class Batch {
 public:
  Batch(StoreShape const& shape, std::size_t first_row) : shape_(shape), first_row_(first_row) {}

  void add(MomentRows const& rows, std::span<std::int64_t> crcs) {
    auto const genes = static_cast<std::size_t>(shape_.genes);
    put(StoreMoment::mean, std::span(rows.mean.data(), genes), crcs);
    put(StoreMoment::variance, std::span(rows.variance.data(), genes), crcs);
    put(StoreMoment::nonzero, std::span(rows.nonzero.data(), genes), crcs);
    put(StoreMoment::half0_mean, std::span(rows.halves.data(), genes), crcs);
    put(StoreMoment::half1_mean, std::span(rows.halves.data() + genes, genes), crcs);
    if (shape_.counts)
      put(StoreMoment::raw_sum, std::span(rows.count_sum), crcs);
    else
      put(StoreMoment::raw_sum, std::span(rows.value_sum), crcs);
    ++rows_;
  }

  void write(ParallelHdf5& file) const {
    for (std::size_t t = 0; t < tables; ++t)
      write_store_moments(file, shape_, static_cast<StoreMoment>(t),
                          {static_cast<std::int64_t>(first_row_), static_cast<std::int64_t>(rows_),
                           bytes_[t].data()});
  }

 private:
  template <class Value>
  void put(StoreMoment table, std::span<Value> row, std::span<std::int64_t> crcs) {
    auto const t = static_cast<std::size_t>(table);
    auto const bytes = std::as_bytes(row);
    bytes_[t].insert(bytes_[t].end(), bytes.begin(), bytes.end());
    crcs[t] = crc32_of(bytes);
  }

  StoreShape const& shape_;
  std::size_t first_row_, rows_ = 0;
  std::array<std::vector<std::byte>, tables> bytes_;
};

/// Consecutive groups for each rank, of about the same number of values.
std::vector<std::size_t> cut_groups(StoreShape const& shape, int ranks) {
  std::vector<std::size_t> starts{0};
  std::size_t group = 0;
  for (int rank = 1; rank <= ranks; ++rank) {
    double const share = static_cast<double>(shape.stored()) * rank / ranks;
    auto const before = [&](StoreGroup const& g) {
      // the middle of the group decides
      auto const from = shape.offsets[static_cast<std::size_t>(g.first_cell)];
      auto const to = shape.offsets[static_cast<std::size_t>(g.first_cell + g.cells)];
      return static_cast<double>(from + to) / 2 < share;
    };
    while (group < shape.groups.size() && (rank == ranks || before(shape.groups[group]))) ++group;
    starts.push_back(group);
  }
  return starts;
}

}  // namespace

std::vector<std::int64_t> write_moments(StoreMomentInput const& input, Communicator const& comm) {
  auto const& shape = input.shape;
  auto const starts = cut_groups(shape, comm.size());
  auto const me = static_cast<std::size_t>(comm.rank());
  std::size_t const first = starts[me], last = starts[me + 1];
  std::size_t most = 0;
  for (std::size_t r = 0; r + 1 < starts.size(); ++r)
    most = std::max(most, starts[r + 1] - starts[r]);
  auto const row_bytes =
      std::max<std::size_t>(1, tables * sizeof(double) * static_cast<std::size_t>(shape.genes));
  std::size_t const rows_a_batch =
      std::clamp<std::size_t>(static_cast<std::size_t>(input.memory / 8) / row_bytes, 1, 256);
  std::vector<std::int64_t> crcs(shape.groups.size() * tables, 0);
  std::optional<StoreFile> store;
  agree(comm, [&] { store.emplace(input.path, shape, input.pieces); });
  PieceWalk walk(*store);
  ParallelHdf5 file(comm, input.path);
  for (std::size_t done = 0; done < most; done += rows_a_batch) {
    std::size_t const from = std::min(first + done, last);
    std::size_t const to = std::min(from + rows_a_batch, last);
    Batch batch(shape, from);
    agree(comm, [&] {
      for (std::size_t group = from; group < to; ++group) {
        if (input.stop()) throw Stopped("stopped while making " + input.path);
        GroupSums sums(input, group);
        auto const& cells = shape.groups[group];
        walk.cells(cells.first_cell, cells.first_cell + cells.cells,
                   [&](std::int64_t cell, auto genes, auto values) {
                     sums.add_cell(cell, genes, values);
                   });
        batch.add(sums.rows(), std::span(crcs).subspan(group * tables, tables));
      }
    });
    batch.write(file);
  }
  file.close();
  comm.sum(std::span(crcs));
  agree(comm, [&] {
    StoreFile const written(input.path, shape, input.pieces, crcs);
    for (std::size_t group = first; group < last; ++group) written.verify_moments(group);
  });
  return crcs;
}

}  // namespace pertscale
