#pragma once
#include <boost/program_options.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "named_parts.hpp"

namespace pertscale {

/// One sub-command of `pertscale`: a driver file holds one and registers it.
struct Command {
  static constexpr char const* kind = "command";
  std::string name;
  std::string summary;    ///< one line for `pertscale --help`
  std::string usage;      ///< "simulate --cells N ... --out FILE.h5ad"
  bool parallel = false;  ///< runs under an MPI session
  std::function<void(boost::program_options::options_description&)> declare;
  /// Positional arguments come under the name "input".
  std::function<int(boost::program_options::variables_map const&)> run;
};

/// `Subcommand const registered{{...}};` at namespace scope.
using Subcommand = NamedParts<Command>::Registered;

/// Bytes of `--memory-per-rank`; UserError where the text is no size.
std::uint64_t memory_per_rank(boost::program_options::variables_map const& values);
/// Adds `--memory-per-rank SIZE` (default 1GiB).
void declare_memory_bound(boost::program_options::options_description& options);
/// The same and `--threads N`, for what reads a screen; main sets the reader's threads after it.
void declare_memory(boost::program_options::options_description& options);

}  // namespace pertscale
