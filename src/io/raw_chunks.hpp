#pragma once
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/worker_pool.hpp"
#include "io/hdf5_dataset.hpp"

namespace pertscale {

class ChunkDecoder;

/// Values of one chunk that were asked for: rows x columns of a dataset (columns: 1 where it has
/// one dimension).
struct ChunkPart {
  char const* values = nullptr;  ///< of the dataset's type, row by row
  std::int64_t first_row = 0, rows = 0;
  std::int64_t first_column = 0, columns = 1;
  std::int64_t stride = 1;  ///< values from one row to the next
};

/// Reads a dataset compressed with gzip past HDF5's filters: the chunks are fetched as they are
/// stored and inflated by libdeflate on the reader's threads (see set_reader_threads), while the
/// caller does something else. Serves datasets of one or two dimensions whose filters are gzip, or
/// shuffle and gzip, and whose type in the file is the one they are read as. HDF5 itself reads
/// everything else (other filters, checksums, big-endian numbers, enums): that is by design, since
/// those are rare and gain little.
class RawChunks {
 public:
  /// Called on the reader's threads, for several chunks at once.
  using Sink = std::function<void(ChunkPart const&)>;

  /// Null where HDF5 must read. HDF5 must not have read from this handle: it takes chunks that it
  /// has in its cache for chunks of the file.
  static std::unique_ptr<RawChunks> of(Hdf5Dataset const& dataset);
  ~RawChunks();

  /// Is a chunk small enough for a reader that may take `bytes`?
  bool fits(std::uint64_t bytes) const { return chunk_bytes_ <= bytes / 32; }
  /// Most memory that reading takes where the reader may take `bytes` for everything: stored
  /// chunks, buffers, and the last chunk of a read that the next one goes on with.
  std::uint64_t memory(std::uint64_t bytes) const;

  /// Begins to read rows [first, first + count): returns while chunks are being inflated, unless
  /// the reader has a single thread. `bytes` as for `memory`. Failures are kept for `finish`.
  void start(std::int64_t first, std::int64_t count, Sink sink, std::uint64_t bytes);
  /// Ends what `start` began. UserError naming file, dataset and chunk where one is damaged.
  void finish();
  /// Ends what `start` began, if anything, and forgets its failure.
  void abandon();
  /// Both at once, into a buffer of rows as they are in the dataset.
  void read_rows(std::int64_t first, std::int64_t count, void* buffer, std::uint64_t bytes);

 private:
  struct Stored;
  /// The chunk that reaches beyond the last read, decoded: the next read begins with it.
  struct Kept {
    std::int64_t chunk = -1;
    std::vector<char> values;
  };

  RawChunks(Hdf5Dataset dataset, std::unique_ptr<ChunkDecoder> decoder);
  std::int64_t width() const { return shape_.size() == 2 ? shape_[1] : 1; }
  std::int64_t chunk_width() const { return shape_.size() == 2 ? chunk_[1] : 1; }
  void load(bool all);
  void add(std::int64_t chunk);
  std::shared_ptr<Stored> fetch(std::int64_t chunk) const;
  void decode(std::int64_t chunk, Stored const& stored);
  void deliver(std::int64_t chunk, char const* values) const;
  std::string chunk_name(std::int64_t chunk) const;

  Hdf5Dataset dataset_;
  std::vector<std::int64_t> shape_, chunk_;
  std::int64_t across_ = 1;  ///< chunks side by side
  std::uint64_t chunk_bytes_ = 0;
  std::unique_ptr<ChunkDecoder> decoder_;

  std::int64_t first_ = 0, last_ = 0;  ///< rows asked for
  Sink sink_;
  std::int64_t next_ = 0, end_ = 0;  ///< chunks to be fetched
  std::uint64_t in_flight_ = 0, most_in_flight_ = 0;
  std::int64_t keep_ = -1;  ///< chunk to be kept
  Kept kept_, coming_;
  std::exception_ptr failure_;  ///< of fetching
  std::shared_ptr<WorkerPool> pool_;
  std::optional<JobBatch> batch_;  ///< last: its end waits for jobs that use what is above
};

}  // namespace pertscale
