#include "suite/prediction_file.hpp"

#include <fmt/format.h>

#include <fstream>

#include "core/error.hpp"
#include "core/packing.hpp"
#include "report/durable_file.hpp"

namespace pertscale {

namespace {

/// Sizes first, then the values (so that a block of rows is one read), then the status words.
struct PredictionHeader {
  char magic[8] = {'P', 'S', 'P', 'R', 'E', 'D', '0', '1'};
  std::uint64_t rows = 0, genes = 0;
};

}  // namespace

void write_prediction(std::filesystem::path const& path, Prediction const& prediction) {
  auto temporary = path;
  temporary += ".tmp";
  {
    std::ofstream out(temporary, std::ios::binary);
    PredictionHeader header;
    header.rows = prediction.status.size();
    header.genes = static_cast<std::uint64_t>(prediction.mean.cols());
    out.write(reinterpret_cast<char const*>(&header), sizeof header);
    out.write(reinterpret_cast<char const*>(prediction.mean.data()),
              static_cast<std::streamsize>(sizeof(double) * header.rows * header.genes));
    Packer words;
    for (auto const& status : prediction.status) words.put(status.word());
    out.write(words.bytes().data(), static_cast<std::streamsize>(words.bytes().size()));
    if (!out)
      throw UserError(
          fmt::format("{}: cannot be written; check the space there", temporary.string()));
  }
  sync_and_rename(temporary, path);
}

Prediction read_prediction(std::filesystem::path const& path, std::size_t first, std::size_t last) {
  std::ifstream in(path, std::ios::binary);
  PredictionHeader header;
  in.read(reinterpret_cast<char*>(&header), sizeof header);
  if (!in || last > header.rows) throw InternalError(path.string() + " is not a whole prediction");
  Prediction out(last - first, header.genes);
  auto const row_bytes = static_cast<std::streamoff>(sizeof(double) * header.genes);
  in.seekg(static_cast<std::streamoff>(sizeof header) +
           row_bytes * static_cast<std::streamoff>(first));
  in.read(reinterpret_cast<char*>(out.mean.data()),
          row_bytes * static_cast<std::streamoff>(last - first));
  in.seekg(static_cast<std::streamoff>(sizeof header) +
           row_bytes * static_cast<std::streamoff>(header.rows));
  std::string const words{std::istreambuf_iterator<char>(in), {}};
  Unpacker unpacker(words);
  for (std::size_t i = 0; i < last; ++i) {
    auto const word = unpacker.take<std::string>();
    if (i >= first && word != "ok") out.status[i - first] = Status(word);
  }
  return out;
}

}  // namespace pertscale
