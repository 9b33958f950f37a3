#include "io/bare_read.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.hpp"
#include "io/hdf5_dataset.hpp"

namespace pertscale {

namespace {

constexpr std::int64_t bytes_a_call = std::int64_t{16} << 20U;

std::int64_t row_bytes(Hdf5Dataset const& data) {
  auto bytes = static_cast<std::int64_t>(data.type().bytes);
  for (std::size_t i = 1; i < data.shape().size(); ++i) bytes *= data.shape()[i];
  return bytes;
}

/// Reads rows in pieces of whole chunks, so that none is decompressed twice.
void read_share(Hdf5Dataset const& data, Share const& share) {
  std::int64_t const rows = data.shape().at(0), row = std::max<std::int64_t>(1, row_bytes(data));
  std::int64_t const tall = data.chunk().empty() ? 1 : data.chunk()[0];
  std::int64_t const chunks = (rows + tall - 1) / tall;
  std::int64_t const step = std::max<std::int64_t>(1, bytes_a_call / (row * tall)) * tall;
  std::int64_t const last = std::min(share.last(chunks) * tall, rows);
  std::vector<char> buffer;
  for (std::int64_t first = share.first(chunks) * tall; first < last; first += step) {
    std::int64_t const count = std::min(step, last - first);
    buffer.resize(static_cast<std::size_t>(count * row));
    data.read_rows(first, count, buffer.data());
  }
}

}  // namespace

StoredBytes stored_bytes(std::string const& path, std::vector<std::string> const& datasets) {
  Hdf5File const file(path);
  StoredBytes out;
  for (auto const& name : datasets) {
    Hdf5Dataset const data(file, name);
    out.on_disk += static_cast<std::int64_t>(H5Dget_storage_size(data.id()));
    out.decoded += data.elements() * static_cast<std::int64_t>(data.type().bytes);
  }
  return out;
}

void read_file_bytes(std::string const& path, Share const& share) {
  struct Descriptor {
    int id;
    ~Descriptor() { close(id); }
  };
  Descriptor const file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat about {};
  auto const refuse = [&] {
    throw UserError(fmt::format("{}: the file cannot be read ({})", path, std::strerror(errno)));
  };
  if (file.id < 0 || fstat(file.id, &about) != 0) refuse();
  std::vector<char> buffer(static_cast<std::size_t>(bytes_a_call));
  std::int64_t const last = share.last(about.st_size);
  for (std::int64_t at = share.first(about.st_size); at < last;) {
    auto const size = static_cast<std::size_t>(std::min(bytes_a_call, last - at));
    ssize_t const got = pread(file.id, buffer.data(), size, at);
    if (got <= 0) refuse();
    at += got;
  }
}

void read_datasets(std::string const& path, std::vector<std::string> const& datasets,
                   Share const& share) {
  Hdf5File const file(path);
  for (auto const& name : datasets) read_share(Hdf5Dataset(file, name), share);
}

}  // namespace pertscale
