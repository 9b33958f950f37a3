#include "parallel/session.hpp"

#include <fmt/format.h>
#include <mpi.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <limits>
#include <thread>

#include "core/error.hpp"
#include "core/text.hpp"
#include "parallel/communicator.hpp"

namespace pertscale {

namespace {

void set_default(char const* name, char const* value) { setenv(name, value, 0); }

/// Started by no launcher, so that there are no other ranks.
bool starts_alone() {
  for (auto const* name :
       {"PMIX_RANK", "PMI_RANK", "PMI_FD", "OMPI_COMM_WORLD_SIZE", "SLURM_PROCID"})
    if (std::getenv(name) != nullptr) return false;
  return true;
}

/// Open MPI would start a daemon beside a process that runs alone and look for networks: 0.4 s.
void start_quickly() {
  set_default("OMPI_MCA_ess_singleton_isolated", "1");
  set_default("OMPI_MCA_pml", "ob1");
  set_default("OMPI_MCA_btl", "self");
  set_default("OMPI_MCA_sharedfp", "individual");  // the others need the daemon's folder
}

}  // namespace

Session::Session(int& argc, char**& argv) {
  // OMPIO of Open MPI 4.1.0-4.1.4 returns wrong data from irregular collective reads when it
  // sieves.
  set_default("OMPI_MCA_fbtl_posix_read_datasieving", "0");
  // Inputs are opened read-only; on NFS and Lustre HDF5's locks fail or hang.
  set_default("HDF5_USE_FILE_LOCKING", "FALSE");
  if (starts_alone()) start_quickly();
  int provided = 0;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
  if (provided < MPI_THREAD_MULTIPLE) {
    MPI_Finalize();
    throw UserError(
        fmt::format("this MPI ({}) gives thread level {} but MPI_THREAD_MULTIPLE ({}) is needed; "
                    "use an MPI built "
                    "with thread support",
                    library_version(), provided, MPI_THREAD_MULTIPLE));
  }
}

Session::~Session() {
  if (std::uncaught_exceptions() == 0) MPI_Finalize();
}

std::string Session::library_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  std::string const whole(text.data(), static_cast<std::size_t>(length));
  return split(whole, ',').front();
}

std::string Session::processor_name() {
  std::array<char, MPI_MAX_PROCESSOR_NAME> text{};
  int length = 0;
  MPI_Get_processor_name(text.data(), &length);
  return {text.data(), static_cast<std::size_t>(length)};
}

namespace {

constexpr double patience_seconds = 10;

/// Ends the body on this rank. The lowest failing rank speaks, once. If the other ranks do not
/// arrive (a failure that only some ranks saw), the job is aborted after a while instead of
/// hanging.
int finish(int status, std::vector<std::string> const& sentences) {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  int const mine = status == exit_done ? std::numeric_limits<int>::max() : rank;
  int lowest = mine;
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Iallreduce(&mine, &lowest, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD, &request);
  int arrived = 0;
  double const start = MPI_Wtime();
  while (arrived == 0) {
    MPI_Test(&request, &arrived, MPI_STATUS_IGNORE);
    bool const late = status != exit_done && MPI_Wtime() - start > patience_seconds;
    if (arrived == 0 && late) break;
    if (arrived == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (arrived == 0 || rank == lowest)
    for (auto const& sentence : sentences) std::cerr << "pertscale: " << sentence << '\n';
  std::cerr << std::flush;
  if (arrived == 0) MPI_Abort(MPI_COMM_WORLD, status);
  return status;
}

int run_body(std::function<int()> const& body) {
  try {
    return finish(body(), {});
  } catch (UserError const& error) {
    return finish(exit_user_error, error.sentences());
  } catch (Stopped const& stop) {
    return finish(exit_stopped, {stop.what()});
  } catch (std::exception const& error) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    std::cerr << "pertscale: rank " << rank << ": this is a bug: " << error.what() << std::endl;
    MPI_Abort(MPI_COMM_WORLD, exit_bug);
    return exit_bug;
  }
}

}  // namespace

int run_session(int& argc, char**& argv, std::function<int()> const& body) {
  try {
    Session const session(argc, argv);
    int const status = run_body(body);
    return status;
  } catch (UserError const& error) {
    std::cerr << "pertscale: " << error.what() << '\n';
    return exit_user_error;
  }
}

}  // namespace pertscale
