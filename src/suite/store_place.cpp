#include "suite/store_place.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "io/h5ad_writer.hpp"
#include "report/durable_file.hpp"
#include "suite/scratch_folder.hpp"

namespace pertscale {

namespace {

namespace fs = std::filesystem;

fs::path folder_of(fs::path const& target) {
  return target.has_parent_path() ? target.parent_path() : fs::path(".");
}

}  // namespace

StorePlace::StorePlace(Communicator const& comm, fs::path const& target)
    : target_(target), root_(comm.root()) {
  auto const mark = on_root(comm, [&] {
    check_target(target_);
    for (char const* const word : {".tmp.", ".scratch."})
      remove_left_behind(folder_of(target_), target_.filename().string() + word);
    std::string name = process_mark();
    std::error_code error;
    fs::create_directories(target_.string() + ".scratch." + name, error);
    if (error)
      throw UserError(fmt::format("{}: cannot write ({}); check the space and the rights there",
                                  target_.string(), error.message()));
    return name;
  });
  file_ = target_.string() + ".tmp." + mark;
  scratch_ = target_.string() + ".scratch." + mark;
}

StorePlace::~StorePlace() {
  if (!root_) return;
  std::error_code ignored;
  fs::remove_all(scratch_, ignored);
  fs::remove(file_, ignored);
}

void StorePlace::remove_scratch() const {
  std::error_code ignored;
  fs::remove_all(scratch_, ignored);
}

void StorePlace::finish() const { sync_and_rename(file_, target_); }

double free_bytes(fs::path const& target) {
  std::error_code error;
  auto const space = fs::space(folder_of(target), error);
  return error ? 1e300 : static_cast<double>(space.available);
}

}  // namespace pertscale
