// Ends an MPI session in every way a driver can, for tests/system/session.py.    session_probe MODE
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "core/error.hpp"
#include "parallel/communicator.hpp"
#include "parallel/session.hpp"

int main(int argc, char** argv) {
  using namespace pertscale;
  std::string const mode = argc > 1 ? argv[1] : "";
  return run_session(argc, argv, [&]() -> int {
    auto const world = Communicator::world();
    bool const last = world.rank() == world.size() - 1;
    if (mode == "user") throw UserError("every rank sees this mistake");
    if (mode == "stopped") throw Stopped("asked to stop");
    if (last && mode == "user-one") throw UserError("one rank sees this mistake");
    if (last && mode == "bug-one") throw std::runtime_error("one rank breaks");
    if (mode == "user-one" || mode == "bug-one") world.barrier();  // the others wait here
    return exit_done;
  });
}
