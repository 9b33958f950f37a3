#pragma once
#include <string>
#include <utility>
#include <vector>

#include "data/matrix.hpp"
#include "io/reader.hpp"

namespace pertscale {

/// Profiles that a text file holds, conditions x genes.
struct TextProfiles {
  std::string form;  ///< what the file is, for people
  /// Columns of labels, the condition's first: name, values.
  std::vector<std::pair<std::string, std::vector<std::string>>> labels;
  std::vector<std::string> genes;
  std::vector<double> values;  ///< row-major; NaN where the file has none
};

/// A reader of a text form: the whole file is in memory. Values may be NaN or infinite where the
/// caller accepts that; else they are refused.
class TextScreen : public ScreenReader {
 public:
  void open(std::string const& path) override;
  std::string describe() const override { return profiles_.form; }
  std::vector<std::string> obs_columns() const override;
  std::vector<std::string> var_columns() const override { return {}; }
  std::vector<std::string> matrices() const override { return {"X"}; }
  std::vector<std::string> layers() const override { return {}; }
  TextColumn obs(std::string const& column) const override;
  TextColumn var(std::string const& column, std::string const& matrix) const override;
  std::vector<double> obs_numbers(std::string const& column) const override;
  void select(std::string const& matrix) override;
  void accept_not_finite() override { accepts_ = true; }
  MatrixInfo info() const override;
  std::vector<MatrixSlab> slabs(std::uint64_t bytes) const override;
  void read(MatrixSlab const& slab, MatrixBlock& block) const override;

 private:
  virtual TextProfiles load(std::string const& path) const = 0;
  void check_finite() const;

  std::string path_;
  TextProfiles profiles_;
  bool accepts_ = false;
};

}  // namespace pertscale
