#include "suite/gene_records.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.hpp"

namespace pertscale {

namespace {

[[noreturn]] void fail(std::filesystem::path const& path, char const* what) {
  throw UserError(fmt::format("{}: cannot be {} ({}); check the space and the rights there",
                              path.string(), what, std::strerror(errno)));
}

}  // namespace

GeneRecordWriter::GeneRecordWriter(std::filesystem::path path, RecordShape const& shape)
    : path_(std::move(path)), shape_(shape) {
  file_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) fail(path_, "written");
}

GeneRecordWriter::~GeneRecordWriter() {
  if (file_ >= 0) ::close(file_);
}

void GeneRecordWriter::write(std::size_t gene, std::span<double const> record) {
  if (record.size() != shape_.record()) throw InternalError("a gene's record of another size");
  auto const* at = reinterpret_cast<char const*>(record.data());
  std::size_t left = record.size_bytes();
  auto offset = static_cast<off_t>(gene * record.size_bytes());
  while (left > 0) {
    ssize_t const written = pwrite(file_, at, left, offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(path_, "written");
    at += written;
    offset += written;
    left -= static_cast<std::size_t>(written);
  }
}

void GeneRecordWriter::close() {
  int const file = std::exchange(file_, -1);
  if (file >= 0 && ::close(file) != 0) fail(path_, "written");
}

GeneRecordReader::GeneRecordReader(std::filesystem::path path, RecordShape const& shape)
    : path_(std::move(path)), shape_(shape) {
  file_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0) fail(path_, "read");
}

GeneRecordReader::~GeneRecordReader() {
  if (file_ >= 0) ::close(file_);
}

void GeneRecordReader::get(std::size_t gene, std::size_t offset, std::span<double> values) const {
  auto* at = reinterpret_cast<char*>(values.data());
  std::size_t left = values.size_bytes();
  auto from = static_cast<off_t>((gene * shape_.record() + offset) * sizeof(double));
  while (left > 0) {
    ssize_t const count = pread(file_, at, left, from);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path_, "read");
    if (count == 0) throw InternalError("a gene's record is missing");
    at += count;
    from += count;
    left -= static_cast<std::size_t>(count);
  }
}

void GeneRecordReader::rows(std::size_t layer, std::size_t first, std::size_t last,
                            std::vector<double>& values) const {
  constexpr std::size_t width = 8;  // genes turned round at once: a cache line of the result
  std::size_t const count = last - first;
  values.resize(count * shape_.genes);
  std::vector<double> columns(width * count);
  for (std::size_t gene = 0; gene < shape_.genes; gene += width) {
    std::size_t const here = std::min(width, shape_.genes - gene);
    for (std::size_t j = 0; j < here; ++j)
      get(gene + j, layer * shape_.rows + first, std::span(columns).subspan(j * count, count));
    for (std::size_t r = 0; r < count; ++r)
      for (std::size_t j = 0; j < here; ++j)
        values[r * shape_.genes + gene + j] = columns[j * count + r];
  }
}

std::vector<double> GeneRecordReader::extra(std::size_t number) const {
  std::vector<double> values(shape_.genes);
  for (std::size_t gene = 0; gene < shape_.genes; ++gene)
    get(gene, shape_.layers * shape_.rows + number, std::span(values).subspan(gene, 1));
  return values;
}

}  // namespace pertscale
