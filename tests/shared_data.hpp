#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>

/// Reference data beside the clone (../shared), or where PERTSCALE_SHARED says. Tests that need it
/// say clearly when it is absent and check nothing then.
inline std::optional<std::filesystem::path> shared_file(std::string const& path) {
  char const* const given = std::getenv("PERTSCALE_SHARED");
  std::filesystem::path const base =
      given != nullptr ? std::filesystem::path(given)
                       : std::filesystem::path(PERTSCALE_SOURCE_DIR) / ".." / "shared";
  if (std::filesystem::exists(base / path)) return base / path;
  std::cout << "SKIPPED: " << path << " is absent (looked under " << base.string()
            << "; PERTSCALE_SHARED names another place)\n";
  return std::nullopt;
}

inline std::string read_text(std::filesystem::path const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A folder for a test's files, removed at its end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "pertscale-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(TemporaryFolder const&) = delete;
  TemporaryFolder& operator=(TemporaryFolder const&) = delete;
  std::filesystem::path operator/(std::string const& name) const { return path_ / name; }
  std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};
