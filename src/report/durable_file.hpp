#pragma once
#include <filesystem>
#include <string_view>

namespace pertscale {

/// Writes a file by a temporary name, fsync and rename, so that a reader never sees half of it.
void write_durably(std::filesystem::path const& path, std::string_view text);

/// fsync of a file written by other means, then rename and fsync of the folder.
void sync_and_rename(std::filesystem::path const& temporary, std::filesystem::path const& path);

/// Makes a folder that `--out` names, or one in it; UserError where it cannot be.
void make_out_folder(std::filesystem::path const& path);

}  // namespace pertscale
