#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/matrix.hpp"

namespace pertscale {

/// An edge of a gene graph: both ends by number of FeatureFile::names.
struct GraphEdge {
  std::int32_t from = 0, to = 0;
  double weight = 1;
};

/// What a file of features holds, as it is: one of three kinds.
struct FeatureFile {
  enum class Kind {
    embedding,   ///< a vector a name: `values`
    annotation,  ///< sets of names (GO terms, pathways): `terms` and `members`
    graph        ///< edges between names: `edges`
  } kind = Kind::embedding;
  std::vector<std::string> names;       ///< unique, in file order (of first mention)
  Matrix values;                        ///< embedding: names x dimensions, finite
  std::vector<std::string> dimensions;  ///< embedding: names of the columns where the file has some
  std::vector<std::string> terms;       ///< annotation: unique, in file order
  std::vector<std::vector<std::int32_t>> members;  ///< annotation: of each term, names, ascending
  std::vector<GraphEdge> edges;                    ///< graph: as in the file
  std::string sha256;                              ///< of the file's bytes
  std::vector<std::string> heeds;  ///< names of the FeatureFileOptions that its form heeds
  std::vector<std::string>
      notes;  ///< what a user should know (lines left out, why), a sentence each
};

/// How to read it.
struct FeatureFileOptions {
  std::string
      key;  ///< h5ad: obsm/NAME, varm/NAME or X; npz: name of the array (default emb, values)
  std::string names_key;   ///< npz: names (default genes, names); h5ad: obs or var column
  std::string names_file;  ///< npy: text file, one name a line (default: FILE.npy -> FILE.txt)
  bool transpose = false;  ///< text: the header holds the names, a row is a dimension
};

/// Reads a file on the calling rank. The form follows the content, then the ending: h5ad, an
/// exported embedding (HDF5 with `values` and `names`), npy, npz,
/// csv, tsv (both also .gz), safetensors, gmt(.gz), GAF(.gz), GO table of gene symbols (.tsv.gz),
/// edge list (header source,target,importance, or STRING's protein1 protein2 combined_score).
/// UserError, one sentence that names file, place, value and mend: no such file, a form that is not
/// read (pickles with the line that exports them), a name twice, NaN or infinity, rows of several
/// lengths, no rows, fewer names than values.
FeatureFile read_feature_file(std::string const& path, FeatureFileOptions const& options);

}  // namespace pertscale
