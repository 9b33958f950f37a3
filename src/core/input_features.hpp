#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pertscale {

struct FeatureTable;  // data/features.hpp

/// One source of features as a user writes it: `FILE`, `FILE(key=value;...)`, `screen:FILE(...)`.
struct InputSource {
  bool screen = false;  ///< a perturbation screen: what it measured is the feature
  std::string path;     ///< of the file, as written
  std::vector<std::pair<std::string, std::string>> settings;
};

/// The sources of a list: commas outside of brackets divide it. UserError that says what the text
/// "has": a bracket that does not fit, a source without file, a setting that is not key=value.
std::vector<InputSource> input_sources(std::string_view text);

/// Features of genes or perturbations that an option names: files, or words that the part itself
/// knows. Parts never open files: the suite reads them and hands the table over.
struct InputFeatures {
  std::string text;                             ///< as written by the user; may be one of the words
  std::vector<std::string> words{};             ///< values that name no file
  std::vector<InputSource> sources{};           ///< what the text names; none for a word
  std::string digest{};                         ///< of all that the table comes from (by the suite)
  std::shared_ptr<FeatureTable const> table{};  ///< null until the suite has read the files

  /// Takes what a user wrote; UserError as input_sources.
  void take(std::string_view written);
  bool names_files() const { return !sources.empty(); }
  bool reads_screens() const;
};

}  // namespace pertscale
