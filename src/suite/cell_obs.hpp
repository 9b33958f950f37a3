#pragma once
#include <memory>
#include <string>
#include <vector>

#include "suite/dataset.hpp"

namespace pertscale {

/// obs of a screen over all its files, one after the other. Lives on one rank.
class CellObs {
 public:
  using Readers = std::vector<std::unique_ptr<ScreenReader>>;
  /// One reader a part of `dataset`. Both must outlive this.
  CellObs(Dataset const& dataset, Readers const& readers) : data_(dataset), readers_(readers) {}

  /// As ScreenReader::obs. A column that a file lacks is a UserError that names the file.
  TextColumn text(std::string const& column) const;
  /// As ScreenReader::obs_numbers.
  std::vector<double> numbers(std::string const& column) const;
  /// Files without this column (the index is none).
  std::vector<std::string> files_without(std::string const& column) const;

 private:
  Dataset const& data_;
  Readers const& readers_;
};

}  // namespace pertscale
