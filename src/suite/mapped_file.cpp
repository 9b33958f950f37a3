#include "suite/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <system_error>

namespace pertscale {

std::shared_ptr<MappedFile const> MappedFile::open(std::filesystem::path const& path,
                                                   std::size_t bytes) {
  std::error_code error;
  if (std::filesystem::file_size(path, error) != bytes || error || bytes == 0) return nullptr;
  int const file = ::open(path.c_str(), O_RDONLY);
  if (file < 0) return nullptr;
  void* const data = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (data == MAP_FAILED) return nullptr;
  return std::shared_ptr<MappedFile const>(new MappedFile(data, bytes));
}

MappedFile::~MappedFile() { munmap(data_, bytes_); }

void MappedFile::release_pages() const { madvise(data_, bytes_, MADV_DONTNEED); }

}  // namespace pertscale
