#pragma once
#include <boost/program_options.hpp>
#include <functional>
#include <string>
#include <vector>

#include "named_parts.hpp"

namespace pertscale {

/// One benchmark of `pertscale bench NAME`: a driver file bench_NAME.cpp holds and registers it.
struct Bench {
  static constexpr char const* kind = "benchmark";
  std::string name;
  std::string summary;  ///< one line
  std::string usage;    ///< "io FILE [--out DIR]"
  std::function<void(boost::program_options::options_description&)> declare;
  /// Positional arguments after the name. Runs under an MPI session.
  std::function<int(boost::program_options::variables_map const&, std::vector<std::string> const&)>
      run;
};

/// `RegisteredBench const registered{{...}};` at namespace scope.
using RegisteredBench = NamedParts<Bench>::Registered;

}  // namespace pertscale
