#pragma once
#include <cstdint>
#include <vector>

#include "data/moment_sums.hpp"

namespace pertscale {

/// The `count` most variable genes as scanpy's `highly_variable_genes(flavor="seurat")` with
/// `n_top_genes`: dispersion = variance / mean of expm1(value) over cells, logged, standardised
/// within 20 bins of log1p(mean); a bin of one gene gets a normalised dispersion of 1. Ascending
/// gene numbers; genes tied with the last one are all taken, as scanpy does. Source: Satija et al.
/// 2015; scanpy 1.9.
std::vector<std::size_t> seurat_variable_genes(DispersionSums const& sums, std::int64_t cells,
                                               std::size_t genes, std::size_t count);

}  // namespace pertscale
