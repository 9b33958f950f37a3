#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/text.hpp"
#include "statistics/systematic_variation.hpp"
#include "suite/landscape_frame.hpp"
#include "suite/profile_frame.hpp"

namespace pertscale {

namespace {

std::string field(double value) { return std::isnan(value) ? "" : number_text(value); }

/// Texts of one row that are no number of the table.
struct RowTexts {
  std::string targets, log2fc, difference, status;
};

RowTexts texts_of(Landscape const& landscape, ContextRows const& context, std::size_t row) {
  if (row == context.control) return {"", "", "", "control"};
  auto const changes = target_changes(landscape.screen, context, row);
  std::vector<std::string> genes, log2fc, difference;
  bool missing = false;
  for (auto const& change : changes) {
    genes.push_back(change.gene);
    log2fc.push_back(field(change.log2fc));
    difference.push_back(field(change.difference));
    missing = missing || std::isnan(change.difference);
  }
  auto status = landscape.table.status(row);
  if (missing)
    status = (status == "ok" ? "" : status + ";") +
             "target_log2fc=" + (landscape.latent() ? "not_applicable" : "not_measured");
  auto const joined = [](std::vector<std::string> const& fields) {
    bool const none = std::all_of(fields.begin(), fields.end(), [](auto& f) { return f.empty(); });
    return none ? std::string() : join(fields, ";");
  };
  return {join(genes, ";"), joined(log2fc), joined(difference), status};
}

constexpr auto last_before_targets = LandscapeColumn::e_test_p_adjusted;

std::vector<LandscapeColumn> all_columns() {
  std::vector<LandscapeColumn> out;
  for (std::size_t c = 0; c < static_cast<std::size_t>(LandscapeColumn::count); ++c)
    out.push_back(static_cast<LandscapeColumn>(c));
  return out;
}

/// A column of numbers where no text joins several, else the texts.
OutputColumn number_column(std::string name, std::vector<std::string> texts) {
  std::vector<double> numbers;
  for (auto const& text : texts) {
    auto const number = text.empty() ? std::nan("") : parse_double(text);
    if (!number) return {std::move(name), std::move(texts)};
    numbers.push_back(*number);
  }
  return {std::move(name), std::move(numbers)};
}

double median(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  std::size_t const half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace

std::string landscape_csv(Landscape const& landscape) {
  std::vector<std::string> head{"context", "condition", "cells"};
  for (auto const column : all_columns()) {
    head.emplace_back(column_name(column));
    if (column == last_before_targets)
      head.insert(head.end(), {"targets", "target_log2fc", "target_difference"});
  }
  head.emplace_back("status");
  std::string out = join(head, ",") + "\n";
  auto const& labels = landscape.screen.labels;
  for (auto const& context : landscape.contexts)
    for (auto row = context.rows.first; row < context.rows.last; ++row) {
      auto const& label = labels.rows()[row];
      auto const texts = texts_of(landscape, context, row);
      std::vector<std::string> fields{csv_field(labels.contexts()[label.context]),
                                      csv_field(labels.conditions()[label.condition].name),
                                      std::to_string(label.cells)};
      for (auto const column : all_columns()) {
        fields.push_back(field(landscape.table.value(row, column)));
        if (column == last_before_targets)
          fields.insert(fields.end(), {csv_field(texts.targets), texts.log2fc, texts.difference});
      }
      fields.push_back(texts.status);
      out += join(fields, ",") + "\n";
    }
  return out;
}

std::string landscape_summary_csv(Landscape const& landscape) {
  std::string out = "context,quantity,value\n";
  for (auto const& context : landscape.contexts) {
    auto const& name = landscape.screen.labels.contexts()[context.context];
    for (auto const& line : landscape.summary)
      if (line.context == name)
        out += fmt::format("{},{},{}\n", csv_field(name), line.quantity, field(line.value));
  }
  return out;
}

OutputFrame landscape_frame(Landscape const& landscape) {
  auto const& labels = landscape.screen.labels;
  std::vector<std::size_t> rows(labels.rows().size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  auto frame = profile_frame(labels, rows);
  for (auto const column : all_columns())
    frame.columns.push_back({column_name(column), landscape.table.values(rows, column)});
  std::vector<std::string> targets, log2fc, difference, status;
  for (auto const& context : landscape.contexts)
    for (auto row = context.rows.first; row < context.rows.last; ++row) {
      auto const texts = texts_of(landscape, context, row);
      targets.push_back(texts.targets);
      log2fc.push_back(texts.log2fc);
      difference.push_back(texts.difference);
      status.push_back(texts.status);
    }
  frame.columns.push_back({"targets", std::move(targets)});
  frame.columns.push_back(number_column("target_log2fc", std::move(log2fc)));
  frame.columns.push_back(number_column("target_difference", std::move(difference)));
  frame.columns.push_back({"status", std::move(status)});
  return frame;
}

void summarise_table(Landscape& landscape) {
  auto const& labels = landscape.screen.labels;
  for (auto const& context : landscape.contexts) {
    std::int64_t cells = 0;
    for (auto const row : context.perturbed) cells += labels.rows()[row].cells;
    auto const add = [&](std::string quantity, double value) {
      landscape.summarise(context, std::move(quantity), value);
    };
    add("perturbations", static_cast<double>(context.perturbed.size()));
    add("perturbed_cells", static_cast<double>(cells));
    add("control_cells", static_cast<double>(labels.rows()[context.control].cells));
    auto const values = [&](LandscapeColumn column) {
      return landscape.table.values(context.perturbed, column);
    };
    auto const adjusted = values(LandscapeColumn::e_test_p_adjusted);
    bool const tested =
        std::any_of(adjusted.begin(), adjusted.end(), [](double p) { return !std::isnan(p); });
    auto const significant =
        std::count_if(adjusted.begin(), adjusted.end(), [](double p) { return p < 0.05; });
    add("e_test_significant",
        tested ? static_cast<double>(significant) : std::numeric_limits<double>::quiet_NaN());
    for (auto const column :
         {LandscapeColumn::e_distance, LandscapeColumn::de_genes, LandscapeColumn::impact,
          LandscapeColumn::split_half_full, LandscapeColumn::guide_ceiling_full,
          LandscapeColumn::replicate_ceiling_full}) {
      add(std::string(column_name(column)) + "_mean", mean_spread(values(column)).mean);
      add(std::string(column_name(column)) + "_median", median(values(column)));
    }
  }
}

}  // namespace pertscale
