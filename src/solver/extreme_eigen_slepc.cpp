#include <fmt/format.h>
#include <slepceps.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.hpp"
#include "core/random.hpp"
#include "solver/extreme_eigen.hpp"
#include "solver/owned.hpp"
#include "solver/petsc_check.hpp"
#include "solver/petsc_session.hpp"
#include "solver/petsc_shell.hpp"
#include "solver/truncated_svd.hpp"

namespace pertscale {

namespace {

using OwnedVector = Owned<Vec, VecDestroy>;

/// Where the n-th search starts: drawn by counter.
Eigen::VectorXd drawn(Eigen::Index size, std::uint64_t search) {
  RandomStream random(search, "solver/extreme eigen");
  Eigen::VectorXd out(size);
  for (auto& value : out) value = random.normal();
  return out;
}

PetscErrorCode multiply(Mat matrix, Vec x, Vec y) {
  void* context = nullptr;
  PERTSCALE_PETSC(MatShellGetContext(matrix, &context));
  set_own_part(y, static_cast<SymmetricProduct const*>(context)->times(own_part(x)));
  return 0;
}

/// Eigenpairs found so far, by falling magnitude.
struct Found {
  std::vector<double> values;
  std::vector<Eigen::VectorXd> vectors;

  void add(double value, Eigen::VectorXd vector) {
    auto const before = [&](double other) {
      double const a = std::fabs(other), b = std::fabs(value);
      return a > b || (a == b && other >= value);
    };
    auto const at = std::partition_point(values.begin(), values.end(), before) - values.begin();
    values.insert(values.begin() + at, value);
    vectors.insert(vectors.begin() + at, std::move(vector));
  }
};

class Search {
 public:
  explicit Search(SymmetricProduct const& product)
      : product_(product), order_(static_cast<PetscInt>(product.order)) {
    start_petsc();
    PERTSCALE_PETSC(MatCreateShell(PETSC_COMM_SELF, order_, order_, order_, order_,
                                   const_cast<SymmetricProduct*>(&product_), matrix_.address()));
    PERTSCALE_PETSC(
        MatShellSetOperation(matrix_.get(), MATOP_MULT, reinterpret_cast<void (*)()>(multiply)));
  }

  /// `count` pairs of largest magnitude among what is orthogonal to `known`.
  Found pairs(Eigen::Index count, Found const& known, double tolerance, EPSConv test) {
    Owned<EPS, EPSDestroy> solver;
    PERTSCALE_PETSC(EPSCreate(PETSC_COMM_SELF, solver.address()));
    EPS const eps = solver.get();
    PERTSCALE_PETSC(EPSSetOperators(eps, matrix_.get(), nullptr));
    PERTSCALE_PETSC(EPSSetProblemType(eps, EPS_HEP));
    PERTSCALE_PETSC(EPSSetType(eps, EPSKRYLOVSCHUR));
    PERTSCALE_PETSC(EPSSetWhichEigenpairs(eps, EPS_LARGEST_MAGNITUDE));
    PERTSCALE_PETSC(EPSSetConvergenceTest(eps, test));
    PERTSCALE_PETSC(EPSSetTolerances(eps, tolerance, 10000));
    auto const wanted = static_cast<PetscInt>(count);
    PERTSCALE_PETSC(EPSSetDimensions(eps, wanted, PETSC_DEFAULT, PETSC_DEFAULT));
    start_from(eps, known);
    PERTSCALE_PETSC(EPSSolve(eps));
    PetscInt converged = 0;
    PERTSCALE_PETSC(EPSGetConverged(eps, &converged));
    if (converged < wanted)
      throw InternalError(
          fmt::format("SLEPc's Krylov-Schur converged {} of {} eigenpairs", converged, wanted));
    return taken(eps, wanted);
  }

 private:
  OwnedVector& made(OwnedVector& vector) {
    PERTSCALE_PETSC(VecCreateSeq(PETSC_COMM_SELF, order_, vector.address()));
    return vector;
  }

  /// Where it starts, and the space that is left out. Each search starts elsewhere: of a multiple
  /// eigenvalue, Krylov's space holds what the start has of it, which is found and left out.
  void start_from(EPS eps, Found const& known) {
    OwnedVector first;
    set_own_part(made(first).get(), drawn(order_, searches_++));
    Vec start_vector = first.get();
    PERTSCALE_PETSC(EPSSetInitialSpace(eps, 1, &start_vector));
    std::vector<OwnedVector> owners(known.vectors.size());
    std::vector<Vec> left_out;
    for (std::size_t k = 0; k < owners.size(); ++k) {
      set_own_part(made(owners[k]).get(), known.vectors[k]);
      left_out.push_back(owners[k].get());
    }
    if (!left_out.empty())
      PERTSCALE_PETSC(
          EPSSetDeflationSpace(eps, static_cast<PetscInt>(left_out.size()), left_out.data()));
  }

  Found taken(EPS eps, PetscInt count) {
    Found out;
    OwnedVector vector;
    made(vector);
    for (PetscInt k = 0; k < count; ++k) {
      PetscScalar value = 0;
      PERTSCALE_PETSC(EPSGetEigenpair(eps, k, &value, nullptr, vector.get(), nullptr));
      out.add(value, own_part(vector.get()));
    }
    return out;
  }

  SymmetricProduct const& product_;
  PetscInt order_;
  std::uint64_t searches_ = 0;
  Owned<Mat, MatDestroy> matrix_;
};

/// Looks beside what was found until nothing there is larger than the last of it.
void complete(Search& search, Found& found, Eigen::Index order, double tolerance) {
  while (static_cast<Eigen::Index>(found.values.size()) < order) {
    auto more = search.pairs(1, found, tolerance, EPS_CONV_ABS);
    double const last = std::fabs(found.values.back());
    if (std::fabs(more.values.front()) <= last + 4 * tolerance) return;
    found.add(more.values.front(), std::move(more.vectors.front()));
    found.values.pop_back();
    found.vectors.pop_back();
  }
}

}  // namespace

LeadingEigen extreme_eigen(SymmetricProduct const& matrix, Eigen::Index count) {
  Eigen::Index const n = matrix.order, kept = std::max<Eigen::Index>(0, std::min(count, n));
  if (n > std::numeric_limits<PetscInt>::max())
    throw InternalError("extreme_eigen: PETSc counts rows in 32 bits");
  LeadingEigen out{Eigen::VectorXd::Zero(kept), Eigen::MatrixXd::Identity(n, kept)};
  if (kept == 0) return out;
  Eigen::VectorXd const image = matrix.times(drawn(n, 0));
  if (!image.allFinite()) throw InternalError("extreme_eigen: a value is not finite");
  if (image.isZero(0)) return out;
  Search search(matrix);
  // The largest magnitude, roughly: what residuals are measured by.
  double const scale = std::fabs(search.pairs(1, {}, 1e-3, EPS_CONV_REL).values.front());
  auto found = search.pairs(kept, {}, 1e-14 * scale, EPS_CONV_ABS);
  complete(search, found, n, 1e-14 * scale);
  for (Eigen::Index k = 0; k < kept; ++k) {
    out.values[k] = found.values[static_cast<std::size_t>(k)];
    out.vectors.col(k) = found.vectors[static_cast<std::size_t>(k)];
  }
  fix_signs(out.vectors);
  return out;
}

}  // namespace pertscale
