#include "core/worker_pool.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>

#include "core/error.hpp"

using namespace pertscale;

TEST_CASE("every job runs once, on any number of threads") {
  for (int const threads : {0, 1, 2, 5}) {
    WorkerPool pool(threads);
    CHECK(pool.threads() == threads);
    JobBatch batch(pool);
    for (int round = 0; round < 3; ++round) {
      std::vector<int> runs(200, 0);
      for (int& count : runs) batch.add([&count] { ++count; });
      batch.wait();
      CHECK(runs == std::vector<int>(200, 1));
    }
  }
}

TEST_CASE("without threads a job has run when it is added") {
  WorkerPool pool(0);
  JobBatch batch(pool);
  bool ran = false;
  batch.add([&] { ran = true; });
  CHECK(ran);
}

TEST_CASE("the earliest failure comes back to the waiter, and the other jobs still run") {
  for (int const threads : {0, 1, 3}) {
    WorkerPool pool(threads);
    JobBatch batch(pool);
    std::atomic<int> ran{0};
    for (int i = 0; i < 50; ++i)
      batch.add([&ran, i] {
        ++ran;
        if (i == 7) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        if (i >= 7 && i % 2 == 1) throw UserError("job " + std::to_string(i));
      });
    CHECK_THROWS_WITH(batch.wait(), "job 7");
    CHECK(ran == 50);
    batch.add([&] { ++ran; });
    batch.wait();
    CHECK(ran == 51);
  }
}

TEST_CASE("batches of one pool do not wait for each other's failures") {
  WorkerPool pool(2);
  JobBatch good(pool), bad(pool);
  std::atomic<int> ran{0};
  for (int i = 0; i < 20; ++i) {
    good.add([&] { ++ran; });
    bad.add([] { throw InternalError("bad"); });
  }
  good.wait();
  CHECK(ran == 20);
  CHECK_THROWS_AS(bad.wait(), InternalError);
}

TEST_CASE("a batch that is dropped waits for its jobs") {
  WorkerPool pool(2);
  std::atomic<int> ran{0};
  {
    JobBatch batch(pool);
    for (int i = 0; i < 20; ++i)
      batch.add([&] {
        std::this_thread::sleep_for(std::chrono::microseconds(100));
        ++ran;
        throw UserError("nobody hears of it");
      });
  }
  CHECK(ran == 20);
}
