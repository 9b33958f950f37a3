#pragma once
#include <string>

#include "parallel/communicator.hpp"

namespace pertscale {

/// Reads a text file on rank 0 and gives it to every rank.
std::string shared_text(Communicator const& comm, std::string const& path);

}  // namespace pertscale
