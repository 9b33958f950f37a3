#include "report/results_lock.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "core/error.hpp"
#include "shared_data.hpp"

using namespace pertscale;

TEST_CASE("a directory in use is refused with its holder, and free again afterwards") {
  TemporaryFolder const folder;
  {
    ResultsLock const lock(folder.path(), 0);
    CHECK_FALSE(lock_holder(folder.path()).empty());
    CHECK_THROWS_AS(ResultsLock(folder.path(), 0.05), UserError);
  }
  CHECK(lock_holder(folder.path()).empty());
  CHECK_NOTHROW(ResultsLock(folder.path(), 0));
}

TEST_CASE("the lock of processes that have ended is taken over") {
  TemporaryFolder const folder;
  pid_t const child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  std::ofstream(folder / "lock") << host << ' ' << child << " 1 -\n" << host << " 1 0 -\n";
  CHECK_NOTHROW(ResultsLock(folder.path(), 0));
}

TEST_CASE("a fresh lock of another host is respected") {
  TemporaryFolder const folder;
  std::ofstream(folder / "lock") << "elsewhere 1 1 77\n";
  CHECK_THROWS_WITH(ResultsLock(folder.path(), 0),
                    Catch::Contains("elsewhere") && Catch::Contains("job 77"));
}
