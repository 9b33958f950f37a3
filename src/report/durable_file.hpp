#pragma once
#include <filesystem>
#include <string_view>

namespace pertscale {

/// Writes a file by a temporary name, fsync and rename, so that a reader never sees half of it.
void write_durably(std::filesystem::path const& path, std::string_view text);

}  // namespace pertscale
