#include "suite/prediction_look.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "core/packing.hpp"
#include "core/text.hpp"
#include "io/text_screen.hpp"

namespace pertscale {

namespace {

bool among(std::vector<std::string> const& names, std::string const& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The first few of some names, for a sentence.
std::string first_of(std::set<std::string> const& names) {
  std::vector<std::string> few;
  for (auto const& name : names)
    if (few.size() < 6) few.push_back(name);
  return join(few, ", ") + (names.size() > few.size() ? " ..." : "");
}

class Looker {
 public:
  Looker(PredictionSpec const& spec, std::string const& path, PredictionSplit const& split,
         Dataset const& measured)
      : spec_(spec),
        path_(path),
        split_(split),
        measured_(measured),
        reader_(open_screen(path)),
        columns_(reader_->obs_columns()),
        text_(dynamic_cast<TextScreen const*>(reader_.get()) != nullptr) {}

  PredictionLook look() {
    choose_condition_column();
    choose_context_column();
    choose_gene_column();
    choose_split();
    choose_rows();
    if (!out_.cells && among(columns_, "status")) out_.status = reader_->obs("status").values;
    return std::move(out_);
  }

 private:
  void choose_condition_column() {
    for (auto const& name : {spec_.condition_column, measured_.spec.condition_column,
                             std::string("condition"), text_ ? columns_.front() : std::string()}) {
      if (name.empty()) continue;
      out_.condition_column = name;
      if (among(columns_, name)) return;
      if (!spec_.condition_column.empty()) break;
    }
    auto const& wanted =
        spec_.condition_column.empty() ? measured_.spec.condition_column : spec_.condition_column;
    throw UserError(
        fmt::format("{}: obs has no column '{}' that names the conditions (columns: {}); set "
                    "condition-column",
                    path_, wanted, columns_.empty() ? "none" : join(columns_, ", ")));
  }

  void choose_context_column() {
    auto const& contexts = measured_.labels.contexts();
    if (contexts.size() == 1 && contexts.front().empty()) return;
    for (auto const& name : {measured_.spec.context_column, std::string("context")})
      if (!name.empty() && among(columns_, name)) {
        out_.context_column = name;
        return;
      }
    if (contexts.size() > 1)
      throw UserError(fmt::format(
          "{}: dataset '{}' has {} contexts, but obs has no column '{}' that names them; add one",
          path_, measured_.spec.name, contexts.size(),
          measured_.spec.context_column.empty() ? "context" : measured_.spec.context_column));
  }

  void choose_gene_column() {
    auto const& name = measured_.spec.gene_column;
    if (!name.empty() && among(reader_->var_columns(), name)) out_.gene_column = name;
  }

  void choose_split() {
    bool const by_path = spec_.path.find("{split}") != std::string::npos;
    if (by_path) return;
    if (!among(columns_, "split")) {
      if (split_.only) return;
      throw UserError(
          fmt::format("{}: the study has several splits of dataset '{}', but the file has no obs "
                      "column 'split' and its path no {{split}}; add one of them, so that no "
                      "condition is scored by a model that was trained on it",
                      path_, measured_.spec.name));
    }
    auto const column = reader_->obs("split");
    std::set<std::string> const names(column.values.begin(), column.values.end());
    if (names.size() == 1 && split_.only) return;
    if (!names.contains(split_.split))
      throw UserError(fmt::format("{}: obs column 'split' holds {}, but no '{}'{}", path_,
                                  first_of(names), split_.split,
                                  split_.split == "all" ? "; name one of them with --split" : ""));
    out_.split = split_.split;
  }

  /// Rows of each condition, context and split: a condition that has many is one of cells.
  void choose_rows() {
    out_.cells = spec_.rows == "cells";
    if (spec_.rows == "cells") return;
    auto const conditions = reader_->obs(out_.condition_column);
    TextColumn const none{std::vector<std::string>(conditions.values.size()), {}};
    auto const contexts = out_.context_column.empty() ? none : reader_->obs(out_.context_column);
    auto const splits = out_.split.empty() ? none : reader_->obs("split");
    std::map<std::tuple<std::string, std::string, std::string>, std::size_t> rows;
    for (std::size_t i = 0; i < conditions.values.size(); ++i)
      ++rows[{conditions.values[i], contexts.values[i], splits.values[i]}];
    if (rows.size() == conditions.values.size()) return;
    bool const many = conditions.values.size() >= 2 * rows.size();
    if (spec_.rows == "auto" && !text_ && many) {
      out_.cells = true;
      return;
    }
    auto const twice =
        std::find_if(rows.begin(), rows.end(), [](auto const& group) { return group.second > 1; });
    throw UserError(
        fmt::format("{}: condition '{}' has {} rows{}; give each condition one row, or say "
                    "rows=cells where rows are cells",
                    path_, std::get<0>(twice->first), twice->second,
                    spec_.rows == "auto" && !text_ ? ", but most conditions have one" : ""));
  }

  PredictionSpec const& spec_;
  std::string const& path_;
  PredictionSplit const& split_;
  Dataset const& measured_;
  std::unique_ptr<ScreenReader> reader_;
  std::vector<std::string> columns_;
  bool text_;
  PredictionLook out_;
};

}  // namespace

PredictionLook look_at_prediction(PredictionSpec const& spec, std::string const& path,
                                  PredictionSplit const& split, Dataset const& measured,
                                  Communicator const& comm) {
  std::string const bytes = on_root(comm, [&] {
    auto const look = Looker(spec, path, split, measured).look();
    Packer packer;
    packer.put(look.condition_column).put(look.context_column).put(look.gene_column);
    packer.put(look.split).put(look.cells).put(look.status);
    return packer.bytes();
  });
  PredictionLook look;
  Unpacker unpacker(bytes);
  for (auto* text : {&look.condition_column, &look.context_column, &look.gene_column, &look.split})
    unpacker.take(*text);
  unpacker.take(look.cells);
  unpacker.take(look.status);
  return look;
}

}  // namespace pertscale
