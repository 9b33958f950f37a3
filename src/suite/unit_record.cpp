#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "suite/results.hpp"

namespace pertscale {

std::string record_text(UnitRecord const& r) {
  auto const clean = [](std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    std::replace(text.begin(), text.end(), '\t', ' ');
    return text;
  };
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n{}", clean(r.error_type),
                     clean(r.message), number_text(r.fit_seconds), number_text(r.score_seconds),
                     number_text(r.peak_rss_mib), r.ranks, r.start, r.job, r.host,
                     scores_text(r.scores));
}

UnitRecord parse_record(std::string const& text) {
  std::size_t const end = text.find('\n');
  auto const fields = split(std::string_view(text).substr(0, end), '\t');
  if (fields.size() != 9) throw InternalError("a journal holds a malformed record");
  UnitRecord r;
  r.error_type = fields[0];
  r.message = fields[1];
  r.fit_seconds = parse_double(fields[2]).value_or(0);
  r.score_seconds = parse_double(fields[3]).value_or(0);
  r.peak_rss_mib = parse_double(fields[4]).value_or(0);
  r.ranks = static_cast<int>(parse_integer(fields[5]).value_or(1));
  r.start = fields[6];
  r.job = fields[7];
  r.host = fields[8];
  r.scores = parse_scores(std::string_view(text).substr(end + 1));
  return r;
}

}  // namespace pertscale
