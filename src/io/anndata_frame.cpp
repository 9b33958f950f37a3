#include "io/anndata_frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/text.hpp"
#include "io/number_text.hpp"

namespace pertscale {

namespace {

using Kind = Hdf5File::Kind;
constexpr std::size_t most_names_listed = 30;

std::string listed(std::vector<std::string> names) {
  if (names.empty()) return "none";
  std::size_t const all = names.size();
  names.resize(std::min(all, most_names_listed));
  return join(names, ", ") + (all > names.size() ? fmt::format(", ... ({} in all)", all) : "");
}

std::string integer_text(std::int64_t value, ElementType const& type) {
  if (type.kind == ElementType::Kind::boolean) return value != 0 ? "True" : "False";
  if (type.is_signed) return std::to_string(value);
  return std::to_string(static_cast<std::uint64_t>(value));
}

TextColumn float_text(Hdf5Dataset const& values) {
  TextColumn out;
  bool const single = values.type().bytes == 4;
  for (double const value : values.numbers()) {
    out.missing.push_back(value != value);
    out.values.push_back(single ? python_text(static_cast<float>(value)) : python_text(value));
  }
  return out;
}

}  // namespace

AnndataFrame::AnndataFrame(Hdf5File file, std::string name)
    : file_(std::move(file)), name_(std::move(name)) {
  Kind const kind = file_.kind(name_);
  if (kind == Kind::absent)
    file_.refuse(name_ +
                 " is absent, so this is no complete AnnData file; write it with anndata "
                 "(adata.write_h5ad).");
  if (kind == Kind::dataset) {
    records_.emplace(file_, name_);
    if (records_->fields().empty())
      file_.refuse(
          fmt::format("{} holds {}, not a table of columns; write the file anew with "
                      "anndata.",
                      name_, records_->type().name));
  }
  find_index();
  find_columns();
}

/// The index is named by an attribute; in the 0.6 form it is the first field.
void AnndataFrame::find_index() {
  if (records_) {
    index_ = records_->fields().front();
    size_ = records_->elements();
    return;
  }
  index_ = file_.text(name_, "_index");
  for (std::string const guess : {"_index", "index"})
    if (index_.empty() && file_.has(name_ + "/" + guess)) index_ = guess;
  if (index_.empty() || !file_.has(name_ + "/" + index_))
    file_.refuse(fmt::format("{} has no index: {}; write the file anew with anndata.", name_,
                             index_.empty()
                                 ? "the attribute _index is missing"
                                 : "its attribute _index names '" + index_ + "', which is absent"));
  size_ = element_source(name_ + "/" + index_).values.elements();
}

void AnndataFrame::find_columns() {
  if (records_) {
    columns_.assign(records_->fields().begin() + 1, records_->fields().end());
    return;
  }
  flat_categories_ = file_.kind(name_ + "/__categories") == Kind::group;
  if (auto listed_columns = file_.texts(name_, "column-order")) {
    columns_ = std::move(*listed_columns);
    return;
  }
  columns_ = file_.children(name_);
  std::erase(columns_, index_);
  std::erase(columns_, "__categories");
}

std::string AnndataFrame::form() const {
  if (records_) return "records";
  return flat_categories_ ? "__categories" : "typed columns";
}

std::string AnndataFrame::real_name(std::string const& column) const {
  if (column.empty() || column == index_) return index_;
  if (std::find(columns_.begin(), columns_.end(), column) != columns_.end()) return column;
  auto const near = nearest(column, columns_);
  file_.refuse(fmt::format("{} has no column '{}'.{} Columns: {}; index: {}.", name_, column,
                           near ? " Did you mean '" + *near + "'?" : "", listed(columns_), index_));
}

AnndataFrame::Source AnndataFrame::source(std::string const& column) const {
  std::string const name = real_name(column);
  Source out = records_ ? record_source(name) : element_source(name_ + "/" + name);
  check_length(out.values);
  if (out.mask) check_length(*out.mask);
  return out;
}

AnndataFrame::Source AnndataFrame::record_source(std::string const& column) const {
  Source out{records_->field(column), std::nullopt, ""};
  std::string const categories = "uns/" + column + "_categories";
  if (out.values.type().kind == ElementType::Kind::integer && file_.has(categories))
    out.categories = categories;
  return out;
}

AnndataFrame::Source AnndataFrame::element_source(std::string const& path) const {
  Kind const kind = file_.kind(path);
  if (kind == Kind::absent)
    file_.refuse(path + " is absent although the file lists it; write the file anew with anndata.");
  if (kind == Kind::dataset) {
    Source out{Hdf5Dataset(file_, path), std::nullopt, ""};
    std::size_t const slash = path.rfind('/');
    std::string const flat = path.substr(0, slash) + "/__categories" + path.substr(slash);
    if (file_.has(flat)) out.categories = flat;
    return out;
  }
  if (file_.has(path + "/codes")) {
    if (!file_.has(path + "/categories"))
      file_.refuse(path +
                   " is a categorical column without its dataset `categories`; write the "
                   "file anew with anndata.");
    return {Hdf5Dataset(file_, path + "/codes"), std::nullopt, path + "/categories"};
  }
  if (file_.has(path + "/values") && file_.has(path + "/mask"))
    return {Hdf5Dataset(file_, path + "/values"), Hdf5Dataset(file_, path + "/mask"), ""};
  std::string const encoding = file_.text(path, "encoding-type");
  file_.refuse(
      fmt::format("column {} is written as '{}', which is neither categories nor values "
                  "with a mask; turn it into text or numbers.",
                  path, encoding.empty() ? "a group without encoding-type" : encoding));
}

void AnndataFrame::check_length(Hdf5Dataset const& dataset) const {
  if (dataset.shape().size() != 1 || dataset.elements() != size_)
    file_.refuse(
        fmt::format("{} holds {} values in {} dimension(s), but {} has {} rows (its "
                    "index); write the file anew with anndata.",
                    dataset.name(), dataset.elements(), dataset.shape().size(), name_, size_));
}

AnndataFrame::Source AnndataFrame::categories(Source const& source) const {
  Source out = element_source(source.categories);
  if (!out.categories.empty() || (out.mask && out.mask->elements() != out.values.elements()))
    file_.refuse(source.categories + " is no plain list of categories.");
  return out;
}

std::vector<std::int64_t> AnndataFrame::codes(Source const& source, std::size_t count) const {
  auto codes = source.values.integers();
  for (std::size_t i = 0; i < codes.size(); ++i)
    if (codes[i] < -1 || codes[i] >= static_cast<std::int64_t>(count))
      file_.refuse(
          fmt::format("{}: code {} of row {} (counted from 0) has no category: {} holds {}; "
                      "write the file anew with anndata.",
                      source.values.name(), codes[i], i, source.categories, count));
  return codes;
}

TextColumn AnndataFrame::plain_text(Source const& source) const {
  TextColumn out;
  auto const& type = source.values.type();
  if (type.kind == ElementType::Kind::floating) {
    out = float_text(source.values);
  } else if (type.number()) {
    for (std::int64_t const value : source.values.integers())
      out.values.push_back(integer_text(value, type));
  } else {
    out.values = source.values.texts();
  }
  out.missing.resize(out.values.size(), false);
  if (!source.mask) return out;
  auto const mask = source.mask->integers();
  for (std::size_t i = 0; i < mask.size(); ++i)
    if (mask[i] != 0) out.missing[i] = true;
  return out;
}

TextColumn AnndataFrame::text(std::string const& column) const {
  Source const from = source(column);
  if (from.categories.empty()) return plain_text(from);
  TextColumn const names = plain_text(categories(from));
  auto const code = codes(from, names.values.size());
  TextColumn out;
  out.values.reserve(code.size());
  out.missing.reserve(code.size());
  for (std::int64_t const c : code) {
    auto const at = static_cast<std::size_t>(c);
    bool const missing = c < 0 || names.missing[at];
    out.values.push_back(missing ? "" : names.values[at]);
    out.missing.push_back(missing);
  }
  return out;
}

std::vector<double> AnndataFrame::plain_numbers(Source const& source) const {
  auto out = source.values.numbers();
  if (!source.mask) return out;
  auto const mask = source.mask->integers();
  for (std::size_t i = 0; i < mask.size(); ++i)
    if (mask[i] != 0) out[i] = std::numeric_limits<double>::quiet_NaN();
  return out;
}

std::vector<double> AnndataFrame::numbers(std::string const& column) const {
  Source const from = source(column);
  if (from.categories.empty()) return plain_numbers(from);
  auto const values = plain_numbers(categories(from));
  std::vector<double> out;
  for (std::int64_t const code : codes(from, values.size()))
    out.push_back(code < 0 ? std::numeric_limits<double>::quiet_NaN()
                           : values[static_cast<std::size_t>(code)]);
  return out;
}

}  // namespace pertscale
