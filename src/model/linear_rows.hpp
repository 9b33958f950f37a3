#pragma once
#include "data/matrix.hpp"

namespace pertscale {

/// offset + (row - centre) coefficients of each row of features, terms added in the features'
/// order: the same bits for a row alone as among others, which a matrix product does not promise.
/// features: rows x dimensions; coefficients: dimensions x genes.
Matrix linear_rows(Matrix const& features, Eigen::RowVectorXd const& centre,
                   Matrix const& coefficients, Eigen::RowVectorXd const& offset);

}  // namespace pertscale
