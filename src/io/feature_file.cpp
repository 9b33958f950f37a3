#include "io/feature_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "core/error.hpp"
#include "io/feature_hdf5.hpp"
#include "io/number_bytes.hpp"
#include "io/whole_text.hpp"

namespace pertscale {

namespace {

constexpr std::uint64_t head_bytes = 8192;

bool ends_with_any(std::string const& path, std::initializer_list<char const*> ends) {
  return std::any_of(ends.begin(), ends.end(),
                     [&](char const* end) { return path.ends_with(end); });
}

/// HDF5's signature stands at byte 0 or, behind a block of the user's, at 512, 1024, 2048, ...
bool is_hdf5(std::string_view head) {
  for (std::size_t at = 0; at < head.size(); at = at == 0 ? 512 : 2 * at)
    if (head.substr(at).starts_with("\x89HDF\r\n\x1a\n")) return true;
  return false;
}

/// Length of a JSON object in 8 bytes, then the object.
bool is_safetensors(PlainFile const& file, std::string_view head) {
  if (file.path().ends_with(".safetensors")) return true;
  return head.size() > 8 && head[8] == '{' && value_at<std::uint64_t>(head, 0) <= file.size() - 8;
}

/// Forms of Python and Arrow by their first bytes, or by the ending.
void refuse_foreign(std::string const& path, std::string_view head) {
  if (head.starts_with("ARROW1") || head.starts_with("PAR1") || head.starts_with("FEA1") ||
      ends_with_any(path, {".arrow", ".parquet", ".feather"}))
    refuse_arrow(path);
  if (ends_with_any(path, {".pt", ".pth", ".ckpt", ".torch", ".bin"})) refuse_torch(path);
  bool const pickled = head.size() > 1 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5;
  if (pickled || ends_with_any(path, {".pkl", ".pk", ".pickle", ".pkl.gz"})) refuse_pickle(path);
}

void refuse_no_text(std::string const& path, std::string_view text) {
  if (text.starts_with("version https://git-lfs"))
    throw UserError(path + ": is a pointer of git-lfs; fetch the file itself with git lfs pull");
  if (is_hdf5(text.substr(0, head_bytes)) || text.starts_with("\x93NUMPY") ||
      text.starts_with("PK\3\4"))
    throw UserError(path + ": is a gzip-compressed h5ad, npy or npz file; gunzip it first");
  if (text.starts_with("<"))
    throw UserError(path +
                    ": is a web page ('<'), so a download went wrong; download the file again");
  auto const zero = text.substr(0, head_bytes).find('\0');
  if (zero != std::string_view::npos)
    throw UserError(fmt::format(
        "{}: is a binary file of a form that is not known (byte {} is 0); export csv, tsv, npz, "
        "npy, h5ad or safetensors",
        path, zero));
}

/// A file with the options that its form heeds.
FeatureFile heeding(FeatureFile file, std::vector<std::string> options) {
  file.heeds = std::move(options);
  return file;
}

FeatureFile read_text_form(std::string const& path, std::string_view text,
                           FeatureFileOptions const& options) {
  refuse_foreign(path, text);
  refuse_no_text(path, text);
  FeatureText const file{path, text};
  if (ends_with_any(path, {".gmt", ".gmt.gz"})) return read_gmt(file);
  if (text.starts_with("!gaf-version") || ends_with_any(path, {".gaf", ".gaf.gz"}))
    return read_gaf(file);
  if (is_go_table(text)) return read_go_table(file);
  if (is_graph(text)) return read_graph(file);
  return heeding(read_feature_table(file, options), {"transpose"});
}

FeatureFile read_form(PlainFile const& file, FeatureFileOptions const& options) {
  auto const head = file.head(head_bytes);
  if (is_hdf5(head)) {
    Hdf5File const open(file.path());
    return is_exported_embedding(open)
               ? read_exported_embedding(open)
               : heeding(read_h5ad_features(open, options), {"key", "names-key"});
  }
  if (head.starts_with("\x93NUMPY"))
    return heeding(read_npy_features(file, options), {"names-file"});
  if (head.starts_with("PK\3\4") || head.starts_with("PK\5\6"))
    return heeding(read_npz_features(file, options), {"key", "names-key", "names-file"});
  if (is_safetensors(file, head))
    return heeding(read_safetensors(file, options), {"key", "names-file"});
  refuse_foreign(file.path(), head);
  auto text = file.read(0, file.size());
  if (text.starts_with("\x1f\x8b")) text = inflated_text(text, file.path());
  return read_text_form(file.path(), text, options);
}

}  // namespace

FeatureFile read_feature_file(std::string const& path, FeatureFileOptions const& options) {
  PlainFile const file(path);
  auto out = read_form(file, options);
  out.sha256 = file.sha256();
  return out;
}

}  // namespace pertscale
