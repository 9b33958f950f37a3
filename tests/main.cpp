#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>

#include "parallel/communicator.hpp"
#include "parallel/session.hpp"

/// Catch2 under MPI: every rank runs the tests, rank 0 prints, the result is the maximum over
/// ranks.
int main(int argc, char* argv[]) {
  return pertscale::run_session(argc, argv, [&] {
    auto const world = pertscale::Communicator::world();
    std::ostringstream hidden;
    auto* const shown = world.root() ? nullptr : std::cout.rdbuf(hidden.rdbuf());
    int const failed = Catch::Session().run(argc, argv);
    if (shown != nullptr) std::cout.rdbuf(shown);
    if (failed != 0 && !world.root())
      std::cerr << "rank " << world.rank() << ":\n" << hidden.str() << std::flush;
    return static_cast<int>(world.max(static_cast<std::int64_t>(failed)));
  });
}
