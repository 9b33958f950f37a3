#include "suite/de_csv.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <iterator>
#include <numeric>
#include <system_error>

#include "core/error.hpp"
#include "core/text.hpp"

namespace pertscale {

DeCsv::DeCsv(std::filesystem::path path, bool pooled) : path_(std::move(path)), temporary_(path_) {
  temporary_ += fmt::format(".tmp.{}", getpid());
  file_.open(temporary_, std::ios::binary | std::ios::trunc);
  file_ << "context,group,names,scores,logfoldchanges,pvals,pvals_adj"
        << (pooled ? ",pvals_adj_all\n" : "\n");
  if (!file_) fail();
}

DeCsv::~DeCsv() {
  std::error_code ignored;
  if (!temporary_.empty()) std::filesystem::remove(temporary_, ignored);
}

void DeCsv::fail() const {
  throw UserError(fmt::format("{}: cannot be written ({}); check the space and the rights there",
                              path_.string(), std::strerror(errno)));
}

void DeCsv::write(Row const& row) {
  std::vector<std::size_t> order(row.genes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  auto const key = [&](std::size_t gene) {
    return std::isnan(row.score[gene]) ? -HUGE_VAL : row.score[gene];
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return key(a) > key(b); });
  std::string const head = fmt::format("{},{},", csv_field(row.context), csv_field(row.group));
  std::string text;
  for (auto const gene : order) {
    text += head + csv_field(row.genes[gene]);
    for (auto const& column : {row.score, row.log2fc, row.pvalue, row.adjusted, row.pooled})
      if (!column.empty()) text.append(1, ',').append(number_text(column[gene]));
    text += '\n';
  }
  file_ << text;
  if (!file_) fail();
}

void DeCsv::finish() {
  file_.close();
  if (!file_ || std::rename(temporary_.c_str(), path_.c_str()) != 0) fail();
  temporary_.clear();
}

}  // namespace pertscale
