#pragma once
#include <string>

namespace pertscale {

/// A text file as it is, or inflated where it is gzip-compressed (whatever its name). UserError
/// where it cannot be read or its compressed bytes are damaged.
std::string whole_text(std::string const& path);

/// What gzip-compressed bytes (one member or several) hold. UserError where they are damaged or cut
/// off; `path` is what it says.
std::string inflated_text(std::string const& packed, std::string const& path);

}  // namespace pertscale
