#pragma once
#include <cstring>
#include <filesystem>
#include <map>
#include <regex>
#include <stdexcept>
#include <string>

#include "data/matrix.hpp"
#include "shared_data.hpp"

namespace pertscale {

/// Arrays of an npz file as numpy.savez writes it: stored, not deflated; little-endian float64 or
/// uint8, at most two dimensions, in C or Fortran order.
class NpzArrays {
 public:
  explicit NpzArrays(std::filesystem::path const& path) : bytes_(read_text(path)) {
    std::size_t const end = bytes_.rfind("PK\5\6");
    if (end == std::string::npos) throw std::runtime_error(path.string() + " is no npz file");
    std::size_t at = number<std::uint32_t>(end + 16);  // the central directory
    for (int left = number<std::uint16_t>(end + 10); left > 0; --left) {
      if (number<std::uint16_t>(at + 10) != 0) throw std::runtime_error("an array is deflated");
      std::size_t const length = number<std::uint16_t>(at + 28);
      std::string const name = bytes_.substr(at + 46, length);
      std::size_t const local = number<std::uint32_t>(at + 42);
      starts_[name.substr(0, name.rfind(".npy"))] =
          local + 30 + number<std::uint16_t>(local + 26) + number<std::uint16_t>(local + 28);
      at += 46 + length + number<std::uint16_t>(at + 30) + number<std::uint16_t>(at + 32);
    }
  }

  /// A vector is one column.
  Matrix at(std::string const& name) const {
    std::size_t const start = starts_.at(name);
    std::size_t const length = number<std::uint16_t>(start + 8);
    std::string const header = bytes_.substr(start + 10, length);
    std::regex const form(
        "'descr': '(<f8|\\|u1)', 'fortran_order': (False|True), 'shape': \\((\\d+),(?: "
        "(\\d+))?\\)");
    std::smatch found;
    if (!std::regex_search(header, found, form)) throw std::runtime_error(name + ": " + header);
    Eigen::Index const rows = std::stol(found[3]);
    Eigen::Index const columns = found[4].matched ? std::stol(found[4]) : 1;
    bool const transposed = found[2] == "True";
    Matrix out(transposed ? columns : rows, transposed ? rows : columns);
    std::size_t const data = start + 10 + length;
    for (Eigen::Index i = 0; i < out.size(); ++i) {
      auto const k = static_cast<std::size_t>(i);
      out.data()[i] =
          found[1] == "<f8" ? number<double>(data + 8 * k) : number<std::uint8_t>(data + k);
    }
    return transposed ? Matrix(out.transpose()) : out;
  }

 private:
  template <class T>
  T number(std::size_t at) const {
    T out;
    std::memcpy(&out, bytes_.substr(at, sizeof(T)).data(), sizeof(T));
    return out;
  }

  std::string bytes_;
  std::map<std::string, std::size_t> starts_;
};

}  // namespace pertscale
