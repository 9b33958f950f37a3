#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/input_features.hpp"
#include "io/feature_file.hpp"

namespace pertscale {

/// One source of features with its options.
struct FeatureSpec {
  bool screen = false;  ///< a perturbation screen: what it measured is the feature
  std::string path;     ///< of the file, as written
  FeatureFileOptions file;
  std::string gene_map;   ///< file of two columns: name in the features, name in the screen
  int pca = 0;            ///< leading principal components over all names; 0: as they are
  int min_genes = 1;      ///< of a term
  int max_genes = 0;      ///< of a term; 0: no bound
  int dimensions = 2;     ///< of a graph's spectral embedding
  double min_weight = 0;  ///< edges of a smaller weight are left out
  std::string context;    ///< of a screen that has several
  std::string canonical;  ///< every option with its value, without the path
  std::vector<std::string> given;  ///< names of the options that the user wrote

  /// UserError where an option was given that is not among `heeded`: nothing is ignored in silence.
  void check_given(std::vector<std::string> const& heeded, std::string_view form) const;
};

/// Reads a source's settings. UserError: an unknown option (with the nearest), a value that it does
/// not take.
FeatureSpec feature_spec(InputSource const& source);

/// The options of a source with their help, for `pertscale list`.
std::string feature_help();

}  // namespace pertscale
