#include "io/npy_file.hpp"

#include <fmt/format.h>

#include <charconv>

#include "core/error.hpp"
#include "core/text.hpp"
#include "io/number_bytes.hpp"

namespace pertscale {

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::uint64_t most_elements = std::uint64_t{1} << 48U;

/// UTF-8 (RFC 3629) of a code point; false where it is none.
bool append_utf8(std::uint32_t code, std::string& out) {
  auto const put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6U));
    put(0x80 | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12U));
    put(0x80 | ((code >> 6U) & 0x3FU));
    put(0x80 | (code & 0x3FU));
  } else {
    put(0xF0 | (code >> 18U));
    put(0x80 | ((code >> 12U) & 0x3FU));
    put(0x80 | ((code >> 6U) & 0x3FU));
    put(0x80 | (code & 0x3FU));
  }
  return true;
}

std::string shape_text(std::vector<std::uint64_t> const& shape) {
  std::vector<std::string> sizes;
  for (auto const size : shape) sizes.push_back(std::to_string(size));
  return fmt::format("({}{})", join(sizes, ", "), shape.size() == 1 ? "," : "");
}

}  // namespace

NpyArray::NpyArray(std::string where, std::string_view bytes) : where_(std::move(where)) {
  constexpr std::size_t version_1 = 10, version_2 = 12;
  if (!bytes.starts_with(magic) || bytes.size() < version_2)
    refuse("is no npy array, or cut off in its first bytes; write it anew with np.save");
  int const version = static_cast<unsigned char>(bytes[6]);
  if (version < 1 || version > 3)
    refuse(fmt::format("is of npy version {}, not 1 to 3; write it anew with np.save", version));
  std::size_t const start = version == 1 ? version_1 : version_2;
  std::uint64_t const length =
      version == 1 ? value_at<std::uint16_t>(bytes, 8) : value_at<std::uint32_t>(bytes, 8);
  if (length > bytes.size() - start)
    refuse(
        fmt::format("is cut off: its header has {} bytes, but {} are left; copy or download it "
                    "again",
                    length, bytes.size() - start));
  data_ = bytes.substr(start + length);
  parse_header(bytes.substr(start, length));
}

void NpyArray::refuse(std::string const& sentence) const {
  throw UserError(where_ + ": " + sentence);
}

/// What follows 'key': in the header, which is the text of a Python dictionary.
std::string_view NpyArray::after(std::string_view header, std::string const& key) const {
  auto const at = header.find("'" + key + "':");
  if (at == std::string_view::npos)
    refuse(fmt::format("the header of the npy array lacks '{}'; write it anew with np.save", key));
  return trim(header.substr(at + key.size() + 3));
}

void NpyArray::parse_header(std::string_view header) {
  by_column_ = after(header, "fortran_order").starts_with("True");
  parse_shape(after(header, "shape"));
  parse_type(after(header, "descr"));
  if (kind() != 'O') check_size();
}

void NpyArray::parse_shape(std::string_view text) {
  auto const end = text.find(')');
  if (!text.starts_with('(') || end == std::string_view::npos)
    refuse(fmt::format("the shape '{}' of the npy array cannot be read; write it anew with np.save",
                       trim(text.substr(0, 40))));
  for (auto const& size : split(text.substr(1, end - 1), ',')) {
    if (trim(size).empty()) continue;
    auto const value = parse_integer(trim(size));
    if (!value || *value < 0 || static_cast<std::uint64_t>(*value) > most_elements)
      refuse(fmt::format("the shape {} of the npy array is nonsense; write it anew with np.save",
                         text.substr(0, end + 1)));
    shape_.push_back(static_cast<std::uint64_t>(*value));
  }
}

void NpyArray::parse_type(std::string_view header) {
  auto const end = header.find('\'', 1);
  if (header.starts_with('[') || !header.starts_with('\'') || end == std::string_view::npos)
    refuse(
        fmt::format("the type '{}' is no plain one; export its numbers alone: np.save(file, "
                    "a.astype('<f4'))",
                    trim(header.substr(0, 40))));
  type_ = header.substr(1, end - 1);
  std::uint64_t count = 0;
  auto const digits = std::string_view(type_).substr(std::min<std::size_t>(2, type_.size()));
  auto const [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  bool const whole = error == std::errc{} && stop == digits.data() + digits.size();
  bool const object = type_.size() >= 2 && kind() == 'O';
  if (!object && (type_.size() < 3 || !whole || count > most_elements))
    refuse(
        fmt::format("the type '{}' of the npy array is unknown; export it as np.save(file, "
                    "a.astype('<f4'))",
                    type_));
  width_ = kind() == 'U' ? 4 * count : count;
}

void NpyArray::check_size() const {
  double product = static_cast<double>(width_);
  std::uint64_t bytes = width_;
  for (auto const size : shape_) {
    product *= static_cast<double>(size);
    bytes *= size;
  }
  if (product > 4e18 || bytes != data_.size())
    refuse(
        fmt::format("the shape {} of {} needs {:.0f} bytes, but there are {}; the array is cut "
                    "off or damaged: copy or write it again",
                    shape_text(shape_), type_, product, data_.size()));
}

void NpyArray::refuse_objects() const {
  if (kind() == 'O')
    refuse(
        "holds Python objects ('|O'), which need pickle and are not read; export names as "
        "np.savez_compressed('features.npz', genes=np.asarray(genes, dtype=str), "
        "emb=np.asarray(emb, dtype='<f4'))");
}

template <class Stored, class Value>
void NpyArray::fill(Matrix& out, Value value) const {
  auto const rows = static_cast<std::size_t>(out.rows());
  auto const columns = static_cast<std::size_t>(out.cols());
  double* to = out.data();
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t c = 0; c < columns; ++c)
      *to++ = value(
          value_at<Stored>(data_, sizeof(Stored) * (by_column_ ? c * rows + i : i * columns + c)));
}

Matrix NpyArray::matrix() const {
  refuse_objects();
  if (type_ != "<f4" && type_ != "<f8" && type_ != "<f2")
    refuse(
        fmt::format("holds values of type '{}', not '<f4', '<f8' or '<f2'; export them as "
                    "a.astype('<f4')",
                    type_));
  if (shape_.size() != 2)
    refuse(fmt::format("its shape is {}, not names x dimensions; export a matrix",
                       shape_text(shape_)));
  if (shape_[0] == 0 || shape_[1] == 0)
    refuse(fmt::format("its shape is {}, so it holds no rows of values; export one row a name",
                       shape_text(shape_)));
  Matrix out(static_cast<Eigen::Index>(shape_[0]), static_cast<Eigen::Index>(shape_[1]));
  if (type_ == "<f4")
    fill<float>(out, [](float value) { return static_cast<double>(value); });
  else if (type_ == "<f8")
    fill<double>(out, [](double value) { return value; });
  else
    fill<std::uint16_t>(out, half_value);
  return out;
}

std::vector<std::string> NpyArray::texts() const {
  refuse_objects();
  if ((type_[0] != '<' && kind() == 'U') || !holds_text() || shape_.size() != 1)
    refuse(
        fmt::format("holds {} of type '{}', not a list of texts ('<U'); export the names as "
                    "np.asarray(genes, dtype=str)",
                    shape_text(shape_), type_));
  if (width_ == 0)
    refuse(fmt::format("holds texts of no width ('{}'); export the names anew", type_));
  std::vector<std::string> out(shape_[0]);
  for (std::size_t i = 0; i < out.size(); ++i) {
    auto const element = data_.substr(i * width_, width_);
    if (kind() == 'S') {
      out[i] = element.substr(0, element.find_last_not_of('\0') + 1);
      continue;
    }
    std::size_t length = width_ / 4;
    while (length > 0 && value_at<std::uint32_t>(element, 4 * (length - 1)) == 0) --length;
    for (std::size_t k = 0; k < length; ++k)
      if (!append_utf8(value_at<std::uint32_t>(element, 4 * k), out[i]))
        refuse(
            fmt::format("name {} holds {:#x}, which is no character; the file is damaged: copy "
                        "or write it again",
                        i + 1, value_at<std::uint32_t>(element, 4 * k)));
  }
  return out;
}

}  // namespace pertscale
