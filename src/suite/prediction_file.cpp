#include "suite/prediction_file.hpp"

#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <string_view>

#include "core/error.hpp"
#include "core/packing.hpp"
#include "report/durable_file.hpp"
#include "suite/mapped_file.hpp"

namespace pertscale {

namespace {

/// Sizes first, then the values, then the prediction's own controls, then the status words.
struct PredictionHeader {
  char magic[8] = {'P', 'S', 'P', 'R', 'E', 'D', '0', '2'};
  std::uint64_t rows = 0, genes = 0, controls = 0;
};

}  // namespace

PredictionTable table_of(Prediction const& prediction) {
  return {ProfileTable(nullptr, prediction.mean.data(), prediction.status.size(),
                       static_cast<std::size_t>(prediction.mean.cols())),
          prediction.status, prediction.own_control};
}

void write_prediction(std::filesystem::path const& path, Prediction const& prediction) {
  auto temporary = path;
  temporary += ".tmp";
  {
    std::ofstream out(temporary, std::ios::binary);
    PredictionHeader header;
    header.rows = prediction.status.size();
    header.genes = static_cast<std::uint64_t>(prediction.mean.cols());
    header.controls = static_cast<std::uint64_t>(prediction.own_control.rows());
    out.write(reinterpret_cast<char const*>(&header), sizeof header);
    out.write(reinterpret_cast<char const*>(prediction.mean.data()),
              static_cast<std::streamsize>(sizeof(double) * header.rows * header.genes));
    out.write(reinterpret_cast<char const*>(prediction.own_control.data()),
              static_cast<std::streamsize>(sizeof(double) * header.controls * header.genes));
    Packer words;
    for (auto const& status : prediction.status) words.put(status.word());
    out.write(words.bytes().data(), static_cast<std::streamsize>(words.bytes().size()));
    if (!out)
      throw UserError(
          fmt::format("{}: cannot be written; check the space there", temporary.string()));
  }
  sync_and_rename(temporary, path);
}

PredictionTable map_prediction(std::filesystem::path const& path) {
  std::error_code error;
  auto const bytes = std::filesystem::file_size(path, error);
  auto const file = error ? nullptr : MappedFile::open(path, bytes);
  PredictionHeader header;
  PredictionHeader const made;
  if (file && bytes >= sizeof header) std::memcpy(&header, file->data(), sizeof header);
  std::uint64_t const words =
      sizeof header + sizeof(double) * (header.rows + header.controls) * header.genes;
  bool const whole = file && bytes >= sizeof header && words <= bytes &&
                     std::memcmp(header.magic, made.magic, sizeof made.magic) == 0;
  if (!whole) throw InternalError(path.string() + " is not a whole prediction");
  PredictionTable out;
  out.mean = ProfileTable(file, reinterpret_cast<double const*>(file->data() + sizeof header),
                          header.rows, header.genes);
  out.own_control.resize(static_cast<Eigen::Index>(header.controls),
                         static_cast<Eigen::Index>(header.genes));
  auto const controls = sizeof(double) * header.controls * header.genes;
  if (controls > 0) std::memcpy(out.own_control.data(), file->data() + words - controls, controls);
  Unpacker unpacker(std::string_view(file->data() + words, bytes - words));
  for (std::uint64_t i = 0; i < header.rows; ++i) {
    auto const word = unpacker.take<std::string>();
    out.status.push_back(word == "ok" ? Status() : Status(word));
  }
  return out;
}

}  // namespace pertscale
