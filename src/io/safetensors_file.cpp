#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/feature_forms.hpp"
#include "io/number_bytes.hpp"

namespace pertscale {

namespace {

constexpr std::uint64_t length_bytes = 8;
constexpr std::uint64_t most_header_bytes = 100'000'000;  // as the reference implementation
constexpr std::size_t most_names_listed = 20;

struct Tensor {
  std::string name, type;
  std::uint64_t rows = 0, columns = 0;
  std::uint64_t first = 0, bytes = 0;  ///< place in the file
};

/// The tensors of a safetensors file (https://github.com/huggingface/safetensors): 8 bytes with the
/// length of a JSON header, the header, the data.
class SafeTensors {
 public:
  explicit SafeTensors(PlainFile const& file) : file_(file) {
    if (file.size() < length_bytes)
      refuse(
          fmt::format("is cut off: {} bytes, fewer than the 8 of a safetensors file's length; "
                      "copy or download it again",
                      file.size()));
    auto const length = value_at<std::uint64_t>(file.read(0, length_bytes), 0);
    if (length > most_header_bytes || length > file.size() - length_bytes)
      refuse(
          fmt::format("claims a header of {} bytes, but the file has {}; it is no safetensors "
                      "file, or cut off: copy or download it again",
                      length, file.size()));
    data_ = length_bytes + length;
    header_ = nlohmann::json::parse(file.read(length_bytes, length), nullptr, false);
    if (!header_.is_object())
      refuse(fmt::format("its header of {} bytes is no JSON object; copy or download it again",
                         length));
  }

  Tensor choose(std::string const& key) const {
    if (key.empty()) return only_matrix();
    auto const found = header_.find(key);
    if (found == header_.end() || key == "__metadata__")
      refuse(
          fmt::format("holds no tensor '{}'; those with two dimensions are: {}; name one with "
                      "key=",
                      key, listed(matrices())));
    return tensor(key, *found);
  }

  Matrix read(Tensor const& from) const {
    if (from.type != "F32" && from.type != "F64" && from.type != "F16" && from.type != "BF16")
      refuse(
          fmt::format("the tensor {} is of type {}, not F32, F64, F16 or BF16; write it as "
                      "tensor.float()",
                      from.name, from.type));
    auto const bytes = file_.read(from.first, from.bytes);
    Matrix out(static_cast<Eigen::Index>(from.rows), static_cast<Eigen::Index>(from.columns));
    if (from.type == "F32")
      fill<float>(bytes, out, [](float value) { return static_cast<double>(value); });
    else if (from.type == "F64")
      fill<double>(bytes, out, [](double value) { return value; });
    else
      fill<std::uint16_t>(bytes, out, from.type == "F16" ? half_value : brain_value);
    return out;
  }

 private:
  [[noreturn]] void refuse(std::string const& sentence) const {
    throw UserError(fmt::format("{}: {}", file_.path(), sentence));
  }

  static std::string listed(std::vector<std::string> names) {
    if (names.empty()) return "none";
    auto const all = names.size();
    if (all > most_names_listed) names.resize(most_names_listed);
    return join(names, ", ") + (all > names.size() ? fmt::format(", ... ({} in all)", all) : "");
  }

  static bool is_matrix(nlohmann::json const& entry) {
    return entry.is_object() && entry.contains("shape") && entry["shape"].is_array() &&
           entry["shape"].size() == 2;
  }

  std::vector<std::string> matrices() const {
    std::vector<std::string> names;
    for (auto const& [name, entry] : header_.items())
      if (is_matrix(entry)) names.push_back(name);
    return names;
  }

  Tensor only_matrix() const {
    auto const names = matrices();
    if (names.size() != 1)
      refuse(fmt::format("holds {} tensors with two dimensions: {}; name one with key=",
                         names.size(), listed(names)));
    return tensor(names.front(), header_[names.front()]);
  }

  std::uint64_t whole_number(std::string const& name, nlohmann::json const& value) const {
    if (!value.is_number_unsigned())
      refuse(
          fmt::format("the header says {} of tensor {}, where a whole number is expected; it is "
                      "damaged: copy or download the file again",
                      value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace), name));
    return value.get<std::uint64_t>();
  }

  Tensor tensor(std::string const& name, nlohmann::json const& entry) const {
    if (!entry.is_object() || !entry.contains("shape") || !entry["shape"].is_array())
      refuse(fmt::format("the header says no shape of tensor {}; copy or download the file again",
                         name));
    if (!is_matrix(entry))
      refuse(
          fmt::format("the tensor {} has {} dimension(s), not 2 (names x dimensions); name "
                      "another with key=: {}",
                      name, entry["shape"].size(), listed(matrices())));
    bool const complete = entry.contains("dtype") && entry["dtype"].is_string() &&
                          entry.contains("data_offsets") && entry["data_offsets"].is_array() &&
                          entry["data_offsets"].size() == 2;
    if (!complete)
      refuse(
          fmt::format("the header says no dtype or data_offsets of tensor {}; copy or download "
                      "the file again",
                      name));
    Tensor out;
    out.name = name;
    out.type = entry["dtype"].get<std::string>();
    out.rows = whole_number(name, entry["shape"][0]);
    out.columns = whole_number(name, entry["shape"][1]);
    auto const first = whole_number(name, entry["data_offsets"][0]);
    auto const last = whole_number(name, entry["data_offsets"][1]);
    auto const room = file_.size() - data_;
    if (first > last || last > room)
      refuse(
          fmt::format("the tensor {} claims bytes {} to {}, but {} are there; the file is cut "
                      "off or damaged: copy or download it again",
                      name, first, last, room));
    out.first = data_ + first;
    out.bytes = last - first;
    check_shape(out);
    return out;
  }

  void check_shape(Tensor const& tensor) const {
    if (tensor.rows == 0 || tensor.columns == 0)
      refuse(
          fmt::format("the tensor {} is {} x {}, so it holds no rows to read; name another with "
                      "key=",
                      tensor.name, tensor.rows, tensor.columns));
    std::uint64_t const width = tensor.type == "F64" ? 8 : tensor.type == "F32" ? 4 : 2;
    bool const known = width != 2 || tensor.type == "F16" || tensor.type == "BF16";
    double const needed = static_cast<double>(width) * static_cast<double>(tensor.rows) *
                          static_cast<double>(tensor.columns);
    bool const fits = needed < 4e18 && width * tensor.rows * tensor.columns == tensor.bytes;
    if (known && !fits)
      refuse(
          fmt::format("the tensor {} of {} x {} {} needs {:.0f} bytes, but claims {}; the file is "
                      "damaged: copy or download it again",
                      tensor.name, tensor.rows, tensor.columns, tensor.type, needed, tensor.bytes));
  }

  template <class Stored, class Value>
  static void fill(std::string const& bytes, Matrix& out, Value value) {
    double* to = out.data();
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(Stored))
      *to++ = value(value_at<Stored>(bytes, at));
  }

  PlainFile const& file_;
  std::uint64_t data_ = 0;  ///< place of the first byte of data
  nlohmann::json header_;
};

}  // namespace

FeatureFile read_safetensors(PlainFile const& file, FeatureFileOptions const& options) {
  SafeTensors const tensors(file);
  auto const tensor = tensors.choose(options.key);
  FeatureFile out;
  out.values = tensors.read(tensor);
  out.names = read_names_file(file.path(), options, static_cast<std::size_t>(out.values.rows()));
  check_finite(file.path(), out);
  return out;
}

}  // namespace pertscale
