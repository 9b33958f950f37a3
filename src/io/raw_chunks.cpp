#include "io/raw_chunks.hpp"

#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <cstring>

#include "io/chunk_decoder.hpp"
#include "io/reader_pool.hpp"

namespace pertscale {

namespace {

constexpr double most_chunk_bytes = 4e9;
constexpr std::uint64_t most_buffers = 64;
constexpr char const* damaged =
    " cannot be inflated; the file is damaged there: copy it again or write it anew.";

/// Share of a reader's memory for stored chunks on their way, and for buffers of decoders.
std::uint64_t share(std::uint64_t bytes) { return bytes / 16; }

/// Is the pipeline gzip, or shuffle and gzip? Says which in `shuffled`.
bool is_gzip(std::int64_t made, bool& shuffled) {
  int const filters = H5Pget_nfilters(made);
  if (filters < 1 || filters > 2) return false;
  shuffled = filters == 2;
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, configuration = 0;
    std::size_t parameters = 0;
    H5Z_filter_t const id = H5Pget_filter2(made, static_cast<unsigned>(i), &flags, &parameters,
                                           nullptr, 0, nullptr, &configuration);
    if (id != (i == filters - 1 ? H5Z_FILTER_DEFLATE : H5Z_FILTER_SHUFFLE)) return false;
  }
  return true;
}

std::vector<char> fill_value(std::int64_t made, std::int64_t type, std::size_t bytes) {
  std::vector<char> out(bytes);
  H5D_fill_value_t defined = H5D_FILL_VALUE_UNDEFINED;
  if (H5Pfill_value_defined(made, &defined) < 0 || defined == H5D_FILL_VALUE_UNDEFINED ||
      H5Pget_fill_value(made, type, out.data()) < 0)
    return {};
  return out;
}

}  // namespace

/// A chunk as it is in the file.
struct RawChunks::Stored {
  std::unique_ptr<unsigned char[]> bytes;
  std::size_t size = 0;
  std::uint32_t mask = 0;
};

std::unique_ptr<RawChunks> RawChunks::of(Hdf5Dataset const& dataset) {
  auto const rank = dataset.shape().size();
  if (dataset.chunk().empty() || rank < 1 || rank > 2 || !dataset.type().number()) return nullptr;
  Hdf5Handle const made(H5Dget_create_plist(dataset.id()));
  Hdf5Handle const in_file(H5Dget_type(dataset.id()));
  if (!made || !in_file) return nullptr;
  auto const in_memory = memory_type(in_file.id(), dataset.type());
  ChunkForm form;
  if (!in_memory || H5Tequal(in_file.id(), in_memory.id()) <= 0) return nullptr;
  if (!is_gzip(made.id(), form.shuffled)) return nullptr;
  auto bytes = static_cast<double>(dataset.type().bytes);
  for (auto const side : dataset.chunk()) bytes *= static_cast<double>(side);
  if (bytes < 1 || bytes > most_chunk_bytes) return nullptr;
  form.bytes = static_cast<std::size_t>(bytes);
  form.value_bytes = dataset.type().bytes;
  form.fill_value = fill_value(made.id(), in_memory.id(), form.value_bytes);
  auto decoder = std::make_unique<ChunkDecoder>(std::move(form));
  return std::unique_ptr<RawChunks>(new RawChunks(dataset, std::move(decoder)));
}

RawChunks::RawChunks(Hdf5Dataset dataset, std::unique_ptr<ChunkDecoder> decoder)
    : dataset_(std::move(dataset)),
      shape_(dataset_.shape()),
      chunk_(dataset_.chunk()),
      across_((width() + chunk_width() - 1) / chunk_width()),
      chunk_bytes_(decoder->form().bytes),
      decoder_(std::move(decoder)) {}

RawChunks::~RawChunks() = default;

std::uint64_t RawChunks::memory(std::uint64_t bytes) const {
  std::uint64_t const kept = across_ == 1 ? 2 * chunk_bytes_ : 0;
  std::uint64_t const one = decoder_->buffer_bytes();
  return share(bytes) + kept + one * std::clamp<std::uint64_t>(share(bytes) / one, 1, most_buffers);
}

void RawChunks::start(std::int64_t first, std::int64_t count, Sink sink, std::uint64_t bytes) {
  abandon();
  first_ = first;
  last_ = first + count;
  sink_ = std::move(sink);
  next_ = first / chunk_[0] * across_;
  end_ = count == 0 ? next_ : (last_ + chunk_[0] - 1) / chunk_[0] * across_;
  bool const goes_on = last_ % chunk_[0] != 0 && last_ < shape_[0];
  keep_ = across_ == 1 && goes_on && count > 0 ? end_ - 1 : -1;
  most_in_flight_ = share(bytes);
  decoder_->allow(
      std::clamp<std::uint64_t>(share(bytes) / decoder_->buffer_bytes(), 1, most_buffers));
  pool_ = reader_pool();
  batch_.emplace(*pool_);
  load(false);
}

/// Fetches chunks for the threads; all of them, or as many as may be on their way at once.
void RawChunks::load(bool all) {
  try {
    for (; next_ < end_; ++next_) {
      if (in_flight_ >= most_in_flight_) {
        if (!all) return;
        batch_->wait();
        in_flight_ = 0;
      }
      add(next_);
    }
  } catch (...) {
    failure_ = std::current_exception();
    next_ = end_;
  }
}

void RawChunks::add(std::int64_t chunk) {
  if (chunk == kept_.chunk) {
    batch_->add([this, chunk] { deliver(chunk, kept_.values.data()); });
    return;
  }
  auto const stored = fetch(chunk);
  if (pool_->threads() > 0) in_flight_ += stored->size;
  batch_->add([this, chunk, stored] { decode(chunk, *stored); });
}

std::shared_ptr<RawChunks::Stored> RawChunks::fetch(std::int64_t chunk) const {
  hsize_t const offset[2] = {static_cast<hsize_t>(chunk / across_ * chunk_[0]),
                             static_cast<hsize_t>(chunk % across_ * chunk_width())};
  auto out = std::make_shared<Stored>();
  hsize_t size = 0;
  if (H5Dget_chunk_storage_size(dataset_.id(), offset, &size) < 0) {
    // Never written, or a damaged index. This call knows, but looks at every chunk before it.
    unsigned mask = 0;
    haddr_t address = 0;
    if (H5Dget_chunk_info_by_coord(dataset_.id(), offset, &mask, &address, &size) < 0 ||
        address != HADDR_UNDEF)
      dataset_.file().fail(chunk_name(chunk));
    return out;
  }
  if (size > 2 * chunk_bytes_ + 4096)
    dataset_.file().refuse(
        fmt::format("{} takes {} bytes for {} of values; the file is damaged there: copy it again "
                    "or write it anew.",
                    chunk_name(chunk), size, chunk_bytes_));
  out->size = size;
  out->bytes = std::make_unique_for_overwrite<unsigned char[]>(std::max<hsize_t>(1, size));
  bool const there =
      H5Dread_chunk(dataset_.id(), H5P_DEFAULT, offset, &out->mask, out->bytes.get()) >= 0;
  // Newer releases give no size to a chunk that was never written, and then cannot read it.
  if (there && size == 0) dataset_.file().refuse(chunk_name(chunk) + damaged);
  if (!there && size > 0) dataset_.file().fail(chunk_name(chunk));
  return out;
}

void RawChunks::decode(std::int64_t chunk, Stored const& stored) {
  ChunkDecoder::Turn turn(*decoder_);
  char const* const values = turn.decode({stored.bytes.get(), stored.size}, stored.mask);
  if (values == nullptr) dataset_.file().refuse(chunk_name(chunk) + damaged);
  if (chunk == keep_) {
    coming_.values.assign(values, values + chunk_bytes_);
    coming_.chunk = chunk;
  }
  deliver(chunk, values);
}

void RawChunks::deliver(std::int64_t chunk, char const* values) const {
  std::int64_t const row = chunk / across_ * chunk_[0];
  ChunkPart part;
  part.first_row = std::max(row, first_);
  part.rows = std::min(row + chunk_[0], last_) - part.first_row;
  part.first_column = chunk % across_ * chunk_width();
  part.columns = std::min(chunk_width(), width() - part.first_column);
  part.stride = chunk_width();
  part.values = values + static_cast<std::size_t>((part.first_row - row) * part.stride) *
                             decoder_->form().value_bytes;
  sink_(part);
}

void RawChunks::finish() {
  if (!batch_) return;
  try {
    load(true);
    batch_->wait();
    in_flight_ = 0;
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  } catch (...) {
    abandon();
    throw;
  }
  batch_.reset();
  if (coming_.chunk >= 0) std::swap(kept_, coming_);
  coming_.chunk = -1;
}

void RawChunks::abandon() {
  batch_.reset();  // waits
  in_flight_ = 0;
  failure_ = nullptr;
  coming_.chunk = -1;
}

void RawChunks::read_rows(std::int64_t first, std::int64_t count, void* buffer,
                          std::uint64_t bytes) {
  std::size_t const size = decoder_->form().value_bytes;
  auto const into = [=, this](ChunkPart const& part) {
    for (std::int64_t row = 0; row < part.rows; ++row)
      std::memcpy(static_cast<char*>(buffer) +
                      static_cast<std::size_t>((part.first_row - first + row) * width() +
                                               part.first_column) *
                          size,
                  part.values + static_cast<std::size_t>(row * part.stride) * size,
                  static_cast<std::size_t>(part.columns) * size);
  };
  start(first, count, into, bytes);
  finish();
}

std::string RawChunks::chunk_name(std::int64_t chunk) const {
  std::int64_t const row = chunk / across_ * chunk_[0];
  std::string const at = shape_.size() == 1
                             ? fmt::format("{}", row)
                             : fmt::format("({}, {})", row, chunk % across_ * chunk_width());
  return fmt::format("the chunk of {} that begins at {}", dataset_.name(), at);
}

}  // namespace pertscale
