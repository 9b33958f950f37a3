#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "io/feature_file.hpp"
#include "io/plain_file.hpp"

/// The forms that read_feature_file knows, a function each, and what they share. Every failure is a
/// UserError of one sentence "FILE: ..." or "FILE:LINE: ...".
namespace pertscale {

/// A text form: the decoded text of a file.
struct FeatureText {
  std::string const& path;
  std::string_view text;
};

/// A table of numbers: csv or tsv.
FeatureFile read_feature_table(FeatureText const& file, FeatureFileOptions const& options);
/// Gene sets: a line is the set's name, a description, members; all separated by tabs. A weight
/// behind a member ("TP53,1.0", as in Enrichr's libraries) is left out.
FeatureFile read_gmt(FeatureText const& file);
/// Gene association file 2.x: the symbol in column 3, the qualifier in 4, the GO term in 5.
FeatureFile read_gaf(FeatureText const& file);
/// A row a GO term: columns go_id and gene_symbols (A|B|C).
FeatureFile read_go_table(FeatureText const& file);
/// Columns source, target, importance (GEARS), or protein1, protein2, combined_score (STRING).
FeatureFile read_graph(FeatureText const& file);
FeatureFile read_npy_features(PlainFile const& file, FeatureFileOptions const& options);
FeatureFile read_npz_features(PlainFile const& file, FeatureFileOptions const& options);
FeatureFile read_safetensors(PlainFile const& file, FeatureFileOptions const& options);

/// Does a text begin with the header line of such a file?
bool is_go_table(std::string_view text);
bool is_graph(std::string_view text);

/// What is done with a file that Python's pickle, PyTorch or Arrow wrote: refused, with the lines
/// of Python that write npz.
[[noreturn]] void refuse_pickle(std::string const& path);
[[noreturn]] void refuse_torch(std::string const& path);
[[noreturn]] void refuse_arrow(std::string const& path);

/// Names are there, unique and UTF-8, `rows` of them. `place` says where the i-th (from 0) is.
void check_names(std::string const& path, std::vector<std::string> const& names, std::size_t rows,
                 std::function<std::string(std::size_t)> const& place);
/// No NaN and no infinity in the values of an embedding whose names and dimensions are set.
void check_finite(std::string const& path, FeatureFile const& file);
/// One name a line, for files that hold no names; without `options.names_file` the file's own name
/// with the ending txt.
std::vector<std::string> read_names_file(std::string const& path, FeatureFileOptions const& options,
                                         std::size_t rows);

/// Names numbered in the order of their first mention.
class NumberedNames {
 public:
  std::int32_t number(std::string_view name);
  std::vector<std::string> take() { return std::move(names_); }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::int32_t> numbers_;
};

}  // namespace pertscale
