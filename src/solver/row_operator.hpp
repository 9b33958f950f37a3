#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <span>

#include "parallel/communicator.hpp"
#include "solver/products.hpp"

namespace pertscale {

/// A matrix whose rows are spread over the ranks of a team, known by its products only. The
/// functions here work on the rows of this rank and do not communicate; a rank may have none.
class RowOperator {
 public:
  using Block = Eigen::Ref<RowMatrix const>;
  using Result = Eigen::Ref<RowMatrix>;

  virtual ~RowOperator() = default;
  virtual Eigen::Index rows() const = 0;  ///< of this rank
  virtual Eigen::Index columns() const = 0;
  /// y (rows x k) = A x, x columns x k.
  virtual void apply(Block const& x, Result y) const = 0;
  /// x (columns x k) = A' y of this rank's rows, y rows x k.
  virtual void apply_transposed(Block const& y, Result x) const = 0;
  /// Of each column, the sum over this rank's rows of (a - centre)^2.
  virtual Eigen::VectorXd squared_deviations(Eigen::VectorXd const& centre) const = 0;
};

/// Dense rows, which stay the caller's.
class DenseRows final : public RowOperator {
 public:
  explicit DenseRows(RowMatrix const& own) : own_(own) {}
  Eigen::Index rows() const override { return own_.rows(); }
  Eigen::Index columns() const override { return own_.cols(); }
  void apply(Block const& x, Result y) const override;
  void apply_transposed(Block const& y, Result x) const override;
  Eigen::VectorXd squared_deviations(Eigen::VectorXd const& centre) const override;

 private:
  RowMatrix const& own_;
};

/// Compressed sparse rows: row i's entries are starts[i] to starts[i + 1] - 1.
struct SparseBlock {
  Eigen::Index columns = 0;
  std::span<std::int64_t const> starts;  ///< rows + 1
  std::span<std::int32_t const> indices;
  std::span<float const> values;
};

/// Sparse rows, which stay the caller's; sums are in double, in the order of the entries.
class SparseRows final : public RowOperator {
 public:
  explicit SparseRows(SparseBlock own) : own_(own) {}
  Eigen::Index rows() const override { return static_cast<Eigen::Index>(own_.starts.size()) - 1; }
  Eigen::Index columns() const override { return own_.columns; }
  void apply(Block const& x, Result y) const override;
  void apply_transposed(Block const& y, Result x) const override;
  Eigen::VectorXd squared_deviations(Eigen::VectorXd const& centre) const override;

 private:
  /// f(row, column, value) of every entry, in their order.
  template <class Entry>
  void for_each(Entry&& entry) const;

  SparseBlock own_;
};

/// A - 1 mean' without forming it, so that a sparse A stays sparse.
class CentredRows final : public RowOperator {
 public:
  CentredRows(RowOperator const& raw, Eigen::VectorXd mean) : raw_(raw), mean_(std::move(mean)) {}
  Eigen::Index rows() const override { return raw_.rows(); }
  Eigen::Index columns() const override { return raw_.columns(); }
  void apply(Block const& x, Result y) const override;
  void apply_transposed(Block const& y, Result x) const override;
  Eigen::VectorXd squared_deviations(Eigen::VectorXd const& centre) const override {
    return raw_.squared_deviations(mean_ + centre);
  }

 private:
  RowOperator const& raw_;
  Eigen::VectorXd mean_;
};

/// A' y over all ranks' rows, on every rank, added in rank order. Collective over `team`.
RowMatrix transposed_product(Communicator const& team, RowOperator const& a, RowMatrix const& y);
/// Means of the columns over all ranks' rows; zero where there is no row. Collective.
Eigen::VectorXd column_means(Communicator const& team, RowOperator const& a);
/// Sum over all ranks' rows and all columns of (a - centre)^2. Collective.
double squared_distance(Communicator const& team, RowOperator const& a,
                        Eigen::VectorXd const& centre);
/// The whole matrix on every rank, for small ones and for oracles. Collective.
RowMatrix whole_matrix(Communicator const& team, RowOperator const& a);

}  // namespace pertscale
