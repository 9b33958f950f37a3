#pragma once
#include <functional>
#include <string>

namespace pertscale {

/// First line of a driver that uses MPI. Sets the MPI-IO work-around (OMPIO data sieving off), asks
/// for MPI_THREAD_MULTIPLE and refuses less with a sentence. Never finalizes while an exception
/// unwinds.
class Session {
 public:
  Session(int& argc, char**& argv);
  ~Session();
  Session(Session const&) = delete;
  Session& operator=(Session const&) = delete;

  /// "Open MPI v4.1.4 ..." on one line.
  static std::string library_version();
  static std::string processor_name();
};

/// Runs a driver's body under a session: catches once, rank 0 speaks once, and returns the exit
/// status. An exception that only some ranks see ends the job by MPI_Abort with a message, never a
/// hang.
int run_session(int& argc, char**& argv, std::function<int()> const& body);

}  // namespace pertscale
