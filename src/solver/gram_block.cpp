#include "solver/gram_block.hpp"

#include <algorithm>

#include "core/sums.hpp"
#include "core/vector_loops.hpp"

namespace pertscale {

GramBlock::GramBlock(RowMatrix const& gram, std::span<double const> weights) {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    auto const at = static_cast<Eigen::Index>(i);
    if (weights[i] > 0)
      samples_.push_back({static_cast<int>(i), weights[i], weights[i] * gram(at, at), 0});
  }
  size_ = static_cast<int>(samples_.size());
  stride_ = padded();
  values_.assign(size_t(size_) * stride_, 0);
  for (int i = 0; i < size_; ++i) {
    double* const values = row(i);
    for (int j = 0; j < size_; ++j) values[j] = weight(i) * weight(j) * gram(source(i), source(j));
    samples_[size_t(i)].reach = sum_of(values, size_t(size_));
  }
}

double GramBlock::total_weight() const {
  return ordered_sum(samples_.size(), [&](std::size_t i) { return samples_[i].weight; });
}
double GramBlock::total_norm() const {
  return ordered_sum(samples_.size(), [&](std::size_t i) { return samples_[i].norm; });
}
double GramBlock::total_reach() const {
  return ordered_sum(samples_.size(), [&](std::size_t i) { return samples_[i].reach; });
}

GramBlock::Parting GramBlock::parting(std::vector<std::int32_t> leaving) const {
  Parting out{std::move(leaving),
              std::vector<char>(size_t(size_), 0),
              std::vector<std::int32_t>(size_t(size_)),
              {}};
  for (std::size_t i = 0; i < out.leaving.size(); ++i) {
    out.leaves[size_t(out.leaving[i])] = 1;
    out.place[size_t(out.leaving[i])] = static_cast<std::int32_t>(i);
  }
  int const stay = size_ - static_cast<int>(out.leaving.size());
  int gap = 0;
  for (int i = 0; i < size_; ++i) {
    if (out.leaves[size_t(i)] != 0) continue;
    int to = i;
    if (i >= stay) {
      while (out.leaves[size_t(gap)] == 0) ++gap;
      to = gap++;
      out.moves.emplace_back(i, to);
    }
    out.place[size_t(i)] = to;
  }
  return out;
}

GramBlock GramBlock::copy_of_leaving(Parting const& parting) const {
  GramBlock out;
  out.size_ = static_cast<int>(parting.leaving.size());
  out.stride_ = out.padded();
  out.values_.assign(size_t(out.size_) * out.stride_, 0);
  for (int i = 0; i < out.size_; ++i) {
    auto const from = parting.leaving[size_t(i)];
    double* const values = out.row(i);
    for (int j = 0; j < out.size_; ++j) values[j] = row(from)[parting.leaving[size_t(j)]];
    out.samples_.push_back(samples_[size_t(from)]);
    out.samples_.back().reach = sum_of(values, size_t(out.size_));
  }
  return out;
}

void GramBlock::drop_leaving(Parting const& parting) {
  std::vector<double> lost(padded(), 0);
  for (auto const i : parting.leaving) add_to(lost.data(), row(i), lost.size());
  for (int i = 0; i < size_; ++i) samples_[size_t(i)].reach -= lost[size_t(i)];
  for (auto const& [from, to] : parting.moves) {
    std::copy(row(from), row(from) + size_, row(to));
    samples_[size_t(to)] = samples_[size_t(from)];
  }
  size_ -= static_cast<int>(parting.leaving.size());
  for (int i = 0; i < size_; ++i)
    for (auto const& [from, to] : parting.moves) row(i)[to] = row(i)[from];
  samples_.resize(size_t(size_));
}

}  // namespace pertscale
