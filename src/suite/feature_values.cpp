#include "suite/feature_values.hpp"

#include <fmt/format.h>

#include <Eigen/SparseCore>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "solver/extreme_eigen.hpp"
#include "solver/leading_eigen.hpp"
#include "solver/products.hpp"
#include "solver/truncated_svd.hpp"

namespace pertscale {

namespace {

std::string feature_count(FeatureSpec const& spec, std::size_t kept, std::size_t all) {
  return fmt::format("{}: {} of {} terms have {} to {} genes", spec.path, kept, all, spec.min_genes,
                     spec.max_genes == 0 ? "any number of" : std::to_string(spec.max_genes));
}

/// Drops terms by their number of genes; returns how many there were.
void keep_terms(FeatureFile& file, FeatureSpec const& spec) {
  std::vector<std::string> terms;
  std::vector<std::vector<std::int32_t>> members;
  for (std::size_t t = 0; t < file.terms.size(); ++t) {
    auto const size = static_cast<int>(file.members[t].size());
    if (size < spec.min_genes || (spec.max_genes > 0 && size > spec.max_genes)) continue;
    terms.push_back(std::move(file.terms[t]));
    members.push_back(std::move(file.members[t]));
  }
  if (terms.empty())
    throw UserError(feature_count(spec, 0, file.terms.size()) +
                    "; give other bounds min-genes and max-genes");
  file.terms = std::move(terms);
  file.members = std::move(members);
}

Matrix multi_hot(FeatureFile const& file) {
  Matrix out = Matrix::Zero(static_cast<Eigen::Index>(file.names.size()),
                            static_cast<Eigen::Index>(file.terms.size()));
  for (std::size_t t = 0; t < file.members.size(); ++t)
    for (auto const name : file.members[t]) out(name, static_cast<Eigen::Index>(t)) = 1;
  return out;
}

/// Covariance of a table of zeros and ones: shared rows of two columns, less what their counts
/// alone give. Lower half.
Eigen::MatrixXd member_covariance(std::vector<std::vector<std::int32_t>> const& members,
                                  Eigen::Index rows) {
  auto const columns = static_cast<Eigen::Index>(members.size());
  std::vector<std::vector<std::int32_t>> terms_of(static_cast<std::size_t>(rows));
  for (std::size_t t = 0; t < members.size(); ++t)
    for (auto const row : members[t])
      terms_of[static_cast<std::size_t>(row)].push_back(static_cast<std::int32_t>(t));
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(columns, columns);
  for (auto const& terms : terms_of)
    for (std::size_t a = 0; a < terms.size(); ++a)
      for (std::size_t b = a; b < terms.size(); ++b) out(terms[b], terms[a]) += 1;
  auto const n = static_cast<double>(rows);
  for (Eigen::Index a = 0; a < columns; ++a)
    for (Eigen::Index b = a; b < columns; ++b)
      out(b, a) -= static_cast<double>(members[static_cast<std::size_t>(a)].size()) *
                   static_cast<double>(members[static_cast<std::size_t>(b)].size()) / n;
  return out;
}

/// The product of that covariance with a vector, from the members alone.
Eigen::VectorXd member_covariance_times(std::vector<std::vector<std::int32_t>> const& members,
                                        Eigen::Index rows, Eigen::VectorXd const& x) {
  Eigen::VectorXd of_rows = Eigen::VectorXd::Zero(rows), out(x.size());
  double mean = 0;
  for (std::size_t t = 0; t < members.size(); ++t) {
    double const value = x[static_cast<Eigen::Index>(t)];
    for (auto const row : members[t]) of_rows[row] += value;
    mean += value * static_cast<double>(members[t].size());
  }
  of_rows.array() -= mean / static_cast<double>(rows);
  for (std::size_t t = 0; t < members.size(); ++t) {
    double sum = 0;
    for (auto const row : members[t]) sum += of_rows[row];
    out[static_cast<Eigen::Index>(t)] = sum;  // of_rows adds to 0, so no mean is to be taken off
  }
  return out;
}

/// Lanczos pays for large matrices of which few eigenpairs are asked for.
bool goes_dense(Eigen::Index order, Eigen::Index pairs, Eigen::Index dense_order) {
  return order <= dense_order || pairs > order / 8;
}

}  // namespace

Matrix principal_scores(Matrix const& values, Eigen::Index components) {
  components = std::min({components, values.rows() - 1, values.cols()});
  if (components <= 0) return Matrix(values.rows(), 0);
  Matrix const centred = values.rowwise() - values.colwise().mean();
  Eigen::MatrixXd loadings;
  if (values.rows() >= values.cols()) {
    Eigen::MatrixXd covariance;
    cross_product(centred, covariance);
    loadings = leading_eigen(std::move(covariance), components).vectors;
  } else {
    Matrix gram;
    multiply_transposed(centred, centred, gram);
    auto const eigen = leading_eigen(gram, components);
    loadings = centred.transpose() * eigen.vectors *
               eigen.values.cwiseMax(0).cwiseSqrt().cwiseInverse().asDiagonal();
    fix_signs(loadings);
  }
  return centred * loadings;
}

Matrix principal_scores(std::vector<std::vector<std::int32_t>> const& members, Eigen::Index rows,
                        Eigen::Index components, Eigen::Index dense_order) {
  auto const columns = static_cast<Eigen::Index>(members.size());
  components = std::min({components, rows - 1, columns});
  if (components <= 0) return Matrix(rows, 0);
  SymmetricProduct const product{
      columns, [&](Eigen::VectorXd const& x) { return member_covariance_times(members, rows, x); }};
  auto const eigen = goes_dense(columns, components, dense_order)
                         ? leading_eigen(member_covariance(members, rows), components)
                         : extreme_eigen(product, components);
  Matrix out = Matrix::Zero(rows, components);
  Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(components);
  for (std::size_t t = 0; t < members.size(); ++t) {
    auto const loading = eigen.vectors.row(static_cast<Eigen::Index>(t));
    for (auto const row : members[t]) out.row(row) += loading;
    mean += static_cast<double>(members[t].size()) / static_cast<double>(rows) * loading;
  }
  return out.rowwise() - mean;
}

Matrix spectral_embedding(std::vector<GraphEdge> const& edges, Eigen::Index nodes,
                          Eigen::Index dimensions, Eigen::Index dense_order) {
  std::vector<Eigen::Triplet<double>> entries;
  Eigen::VectorXd strength = Eigen::VectorXd::Zero(nodes);
  for (auto const& edge : edges) {
    entries.emplace_back(edge.from, edge.to, edge.weight);
    if (edge.from != edge.to) entries.emplace_back(edge.to, edge.from, edge.weight);
    strength[edge.from] += edge.weight;
    strength[edge.to] += edge.weight;
  }
  for (Eigen::Index i = 0; i < nodes && nodes > 1; ++i)
    entries.emplace_back(i, i, strength[i] / static_cast<double>(nodes - 1));
  Eigen::SparseMatrix<double> adjacency(nodes, nodes);
  adjacency.setFromTriplets(entries.begin(), entries.end());
  SymmetricProduct const product{
      nodes, [&](Eigen::VectorXd const& x) -> Eigen::VectorXd { return adjacency * x; }};
  auto const eigen = goes_dense(nodes, dimensions, dense_order)
                         ? extreme_eigen(Eigen::MatrixXd(adjacency), dimensions)
                         : extreme_eigen(product, dimensions);
  return eigen.vectors * eigen.values.cwiseAbs().cwiseSqrt().asDiagonal();
}

namespace {

/// Options that a file does not heed are refused.
void check_options(FeatureFile const& file, FeatureSpec const& spec) {
  using Kind = FeatureFile::Kind;
  auto heeded = file.heeds;
  std::vector<std::string> own{"pca"};
  if (file.kind == Kind::annotation) own = {"pca", "min-genes", "max-genes"};
  if (file.kind == Kind::graph) own = {"dimensions", "min-weight"};
  heeded.insert(heeded.end(), own.begin(), own.end());
  heeded.emplace_back("gene-map");
  spec.check_given(heeded, file.kind == Kind::annotation ? "a file of terms"
                           : file.kind == Kind::graph    ? "a graph"
                                                         : "an embedding of this form");
}

}  // namespace

FeatureTable feature_values(FeatureFile file, FeatureSpec const& spec) {
  check_options(file, spec);
  FeatureTable table;
  auto const rows = static_cast<Eigen::Index>(file.names.size());
  switch (file.kind) {
    case FeatureFile::Kind::embedding:
      table.values =
          spec.pca > 0 ? principal_scores(file.values, spec.pca) : std::move(file.values);
      if (spec.pca == 0) table.dimensions = std::move(file.dimensions);
      break;
    case FeatureFile::Kind::annotation:
      keep_terms(file, spec);
      table.values =
          spec.pca > 0 ? principal_scores(file.members, rows, spec.pca) : multi_hot(file);
      if (spec.pca == 0) table.dimensions = std::move(file.terms);
      break;
    case FeatureFile::Kind::graph:
      std::erase_if(file.edges, [&](auto const& edge) { return edge.weight < spec.min_weight; });
      table.values = spectral_embedding(file.edges, rows, spec.dimensions);
      break;
  }
  table.names = std::move(file.names);
  table.sources.push_back({spec.path, file.sha256});
  table.index_names();
  return table;
}

FeatureTable join_features(std::vector<FeatureTable> tables) {
  if (tables.size() == 1) return std::move(tables.front());
  FeatureTable out;
  Eigen::Index columns = 0;
  bool control = false;
  for (auto const& table : tables) {
    columns += table.values.cols();
    control = control || table.control.has_value();
    out.sources.insert(out.sources.end(), table.sources.begin(), table.sources.end());
  }
  std::vector<std::vector<std::size_t>> rows;
  for (auto const& name : tables.front().names) {
    std::vector<std::size_t> at;
    for (auto const& table : tables)
      if (auto const found = table.find(name)) at.push_back(*found);
    if (at.size() < tables.size()) continue;
    out.names.push_back(name);
    rows.push_back(std::move(at));
  }
  out.values.resize(static_cast<Eigen::Index>(rows.size()), columns);
  Vector own = Vector::Zero(columns);
  Eigen::Index first = 0;
  for (std::size_t t = 0; t < tables.size(); ++t) {
    auto const width = tables[t].values.cols();
    for (std::size_t i = 0; i < rows.size(); ++i)
      out.values.block(static_cast<Eigen::Index>(i), first, 1, width) =
          tables[t].values.row(static_cast<Eigen::Index>(rows[i][t]));
    if (tables[t].control) own.segment(first, width) = *tables[t].control;
    first += width;
  }
  if (control) out.control = own;
  out.index_names();
  return out;
}

}  // namespace pertscale
