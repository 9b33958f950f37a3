#include "io/hdf5_patient_driver.hpp"

#include <fcntl.h>
#include <hdf5.h>
#include <sys/stat.h>
#include <unistd.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <vector>

namespace pertscale {

namespace {

/// What the access properties carry; HDF5 copies it by its bytes.
struct Carried {
  WriteTarget* target;
};

/// One open file. HDF5 sees the base; an aggregate base of a standard layout comes first.
struct PatientFile : H5FD_t {
  int descriptor = -1;
  haddr_t allocated = 0, end = 0;
  WriteTarget* target = nullptr;
  std::map<haddr_t, std::vector<char>> dropped;  ///< metadata that could not be written
};

PatientFile& as_patient(H5FD_t* file) { return *static_cast<PatientFile*>(file); }
PatientFile const& as_patient(H5FD_t const* file) { return *static_cast<PatientFile const*>(file); }

H5FD_t* open_file(char const* name, unsigned flags, hid_t access, haddr_t) {
  auto const* const carried = static_cast<Carried const*>(H5Pget_driver_info(access));
  if (carried == nullptr || (flags & H5F_ACC_RDWR) == 0) return nullptr;
  int const truncate = (flags & H5F_ACC_TRUNC) != 0 ? O_TRUNC : 0;
  int const descriptor = open(name, O_RDWR | O_CREAT | O_CLOEXEC | truncate, 0644);
  if (descriptor < 0) {
    carried->target->error = errno;
    return nullptr;
  }
  auto* const file = new PatientFile{};
  file->descriptor = descriptor;
  file->target = carried->target;
  file->end = static_cast<haddr_t>(lseek(descriptor, 0, SEEK_END));
  return file;
}

herr_t close_file(H5FD_t* file) {
  auto& patient = as_patient(file);
  if (close(patient.descriptor) != 0 && patient.target->error == 0) patient.target->error = errno;
  delete &patient;
  return 0;
}

herr_t query(H5FD_t const*, unsigned long* flags) {
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

haddr_t allocated(H5FD_t const* file, H5FD_mem_t) { return as_patient(file).allocated; }

herr_t allocate(H5FD_t* file, H5FD_mem_t, haddr_t address) {
  as_patient(file).allocated = address;
  return 0;
}

haddr_t end_of_file(H5FD_t const* file, H5FD_mem_t) { return as_patient(file).end; }

/// Copies what was dropped over what was read.
void overlay(PatientFile const& file, haddr_t address, std::size_t size, char* out) {
  for (auto const& [start, bytes] : file.dropped) {
    haddr_t const from = std::max(start, address);
    haddr_t const to = std::min<haddr_t>(start + bytes.size(), address + size);
    if (from < to) std::memcpy(out + (from - address), bytes.data() + (from - start), to - from);
  }
}

herr_t read_bytes(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, size_t size, void* buffer) {
  auto const& patient = as_patient(file);
  auto* const out = static_cast<char*>(buffer);
  std::size_t done = 0;
  while (done < size) {
    auto const got =
        pread(patient.descriptor, out + done, size - done, static_cast<off_t>(address + done));
    if (got < 0 && errno != EINTR) return -1;
    if (got == 0) break;
    if (got > 0) done += static_cast<std::size_t>(got);
  }
  std::memset(out + done, 0, size - done);
  overlay(patient, address, size, out);
  return 0;
}

/// True when all went to disk; else the reason is noted.
bool write_through(PatientFile& file, haddr_t address, std::size_t size, char const* bytes) {
  if (file.target->error != 0) return false;
  while (size > 0) {
    auto const put = pwrite(file.descriptor, bytes, std::min<std::size_t>(size, 1U << 30),
                            static_cast<off_t>(address));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      file.target->error = put < 0 ? errno : EIO;
      return false;
    }
    bytes += put;
    address += static_cast<haddr_t>(put);
    size -= static_cast<std::size_t>(put);
  }
  return true;
}

herr_t write_bytes(H5FD_t* file, H5FD_mem_t type, hid_t, haddr_t address, size_t size,
                   void const* buffer) {
  auto& patient = as_patient(file);
  auto const* const bytes = static_cast<char const*>(buffer);
  if (!write_through(patient, address, size, bytes) && type != H5FD_MEM_DRAW)
    patient.dropped[address].assign(bytes, bytes + size);
  patient.end = std::max<haddr_t>(patient.end, address + size);
  return 0;
}

herr_t truncate_file(H5FD_t* file, hid_t, hbool_t) {
  auto& patient = as_patient(file);
  if (patient.end == patient.allocated) return 0;
  if (patient.target->error == 0 &&
      ftruncate(patient.descriptor, static_cast<off_t>(patient.allocated)) != 0)
    patient.target->error = errno;
  patient.end = patient.allocated;
  return 0;
}

H5FD_class_t describe() {
  H5FD_class_t driver{};
#if H5_VERSION_GE(1, 13, 0)
  driver.version = H5FD_CLASS_VERSION;
  driver.value = static_cast<H5FD_class_value_t>(511);  // of those free for tests and private use
#endif
  driver.name = "patient";
  driver.maxaddr = (haddr_t{1} << 62) - 1;
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.fapl_size = sizeof(Carried);
  driver.open = open_file;
  driver.close = close_file;
  driver.query = query;
  driver.get_eoa = allocated;
  driver.set_eoa = allocate;
  driver.get_eof = end_of_file;
  driver.read = read_bytes;
  driver.write = write_bytes;
  driver.truncate = truncate_file;
  H5FD_mem_t const map[H5FD_MEM_NTYPES] = H5FD_FLMAP_DICHOTOMY;
  std::copy(std::begin(map), std::end(map), std::begin(driver.fl_map));
  return driver;
}

}  // namespace

Hdf5Handle patient_access(WriteTarget& target) {
  static H5FD_class_t const driver = describe();
  static hid_t const registered = H5FDregister(&driver);
  Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS));
  Carried const carried{&target};
  H5Pset_driver(access.id(), registered, &carried);
  return access;
}

}  // namespace pertscale
