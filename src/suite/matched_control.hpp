#pragma once
#include <filesystem>
#include <optional>
#include <vector>

#include "suite/cell_groups.hpp"
#include "suite/profile_product.hpp"

namespace pertscale {

/// Controls in each condition's own mix of batches (control-matching = batch). For row c of a
/// context
///   matched control = sum_b w_cb m_b
/// with w_cb the share of its cells in batch b and m_b the mean of the context's control cells of
/// batch b. For a control row it is the row itself.
struct MatchedProfiles {
  ProfileTable mean;     ///< pooled control + (mean of c - matched control); control: as measured
  ProfileTable control;  ///< matched controls; both rows of Labels x genes
};

/// A batch's share of a row's cells.
struct BatchShare {
  std::size_t group = 0;  ///< its control cells
  double share = 0;
};

/// Groups of control cells by batch.
CellGroups control_batches(Dataset const& dataset);
/// Shares of every row, by batch; of control rows none. Add up to 1.
std::vector<std::vector<BatchShare>> batch_shares(Dataset const& dataset,
                                                  CellGroups const& batches);

/// The product that holds them, beside the profiles as measured.
class MatchedProduct {
 public:
  /// `genes`: the columns that the profiles keep; none: all. `dataset` and `comm` must outlive it.
  MatchedProduct(Dataset const& dataset, Communicator const& comm, std::filesystem::path path,
                 std::vector<std::size_t> genes)
      : data_(dataset), comm_(comm), path_(std::move(path)), genes_(std::move(genes)) {}

  /// Maps it, and verifies its tables; empty on every rank where one has it not. Collective.
  std::optional<MatchedProfiles> map(ProfileTable const& measured) const;
  /// Streams the control cells once more and writes it. Collective.
  MomentReport build(ProfileTable const& measured, MomentOptions const& options) const;

 private:
  void match(CellGroups const& groups, ProfileTable const& measured,
             std::filesystem::path const& means) const;

  Dataset const& data_;
  Communicator const& comm_;
  std::filesystem::path path_;
  std::vector<std::size_t> genes_;
};

}  // namespace pertscale
