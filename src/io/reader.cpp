#include "io/reader.hpp"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "io/reader_pool.hpp"

namespace pertscale {

namespace {

namespace fs = std::filesystem;

/// Says why there is nothing to read at `path`; returns its first bytes.
std::string first_bytes(std::string const& path) {
  std::error_code error;
  auto const status = fs::status(path, error);
  if (!fs::exists(status))
    throw UserError(path +
                    ": the file is missing; check the path (it is relative to the file that "
                    "names it).");
  if (fs::is_directory(status)) {
    bool const zarr = fs::exists(fs::path(path) / ".zgroup", error) ||
                      fs::exists(fs::path(path) / "zarr.json", error);
    throw UserError(path + (zarr ? ": is a zarr store; convert it, in Python "
                                   "anndata.read_zarr(path).write_h5ad(\"file.h5ad\")."
                                 : ": is a folder; name the h5ad file in it."));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) throw UserError(path + ": the file cannot be opened; check its permissions.");
  std::string bytes(64, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.empty()) throw UserError(path + ": the file is empty; copy or download it again.");
  return bytes;
}

std::string what_it_is(std::string const& bytes) {
  if (bytes.starts_with("\x1f\x8b")) return "it is gzip-compressed: gunzip it first";
  if (bytes.starts_with("PK")) return "it is a zip archive: unpack it first";
  if (bytes.starts_with("version https://git-lfs"))
    return "it is a pointer of git-lfs: fetch the file itself with git lfs pull";
  if (bytes.starts_with("<"))
    return "it is a web page, so a download went wrong: download it again";
  bool text = true;
  for (char const c : bytes)
    text = text && (static_cast<unsigned char>(c) >= 32 || c == '\n' || c == '\t' || c == '\r');
  return text ? "it is a text file: name the h5ad file" : "name an h5ad file, or download it again";
}

}  // namespace

namespace {

std::shared_ptr<WorkerPool>& shared_pool() {
  static auto pool = std::make_shared<WorkerPool>(0);
  return pool;
}

}  // namespace

std::uint64_t MatrixInfo::small_slab() const {
  std::uint64_t const cached = std::uint64_t{24} << 20U;
  // A row of chunks with its values in a block; or so many chunks that few are shared by slabs.
  return std::max(cached, unit * (layout == Layout::dense ? 6 : 48));
}

void set_reader_threads(int threads) {
  if (threads != reader_threads())
    shared_pool() = std::make_shared<WorkerPool>(std::max(0, threads - 1));
}

int reader_threads() { return shared_pool()->threads() + 1; }

int cores_a_rank(int ranks) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  int const cores = sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
  return std::max(1, cores / std::max(1, ranks));
}

std::shared_ptr<WorkerPool> reader_pool() { return shared_pool(); }

std::unique_ptr<ScreenReader> open_screen(std::string const& path) {
  std::string const bytes = first_bytes(path);
  auto const& registry = ReaderRegistry::instance();
  for (bool const fallback : {false, true})
    for (auto const& name : registry.names()) {
      if (registry.find(name).traits.fallback != fallback) continue;
      auto reader = registry.find(name).make();
      if (!reader->recognises(path)) continue;
      reader->open(path);
      return reader;
    }
  throw UserError(fmt::format("{}: is no screen file (HDF5's signature is absent); {}.", path,
                              what_it_is(bytes)));
}

}  // namespace pertscale
