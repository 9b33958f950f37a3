#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pertscale {

class JobBatch;

/// Threads that run jobs, the earliest first. Without a thread, jobs run where they are added.
class WorkerPool {
 public:
  /// Throws UserError where the system gives no more threads.
  explicit WorkerPool(int threads);
  ~WorkerPool();
  WorkerPool(WorkerPool const&) = delete;
  WorkerPool& operator=(WorkerPool const&) = delete;

  int threads() const { return static_cast<int>(threads_.size()); }

 private:
  friend class JobBatch;
  struct Job {
    JobBatch* batch;
    std::size_t number;
    std::function<void()> work;
  };

  void stop();
  void work_on();
  /// Takes the earliest job and runs it without the lock.
  void run_one(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable added_, finished_;
  std::deque<Job> jobs_;
  std::vector<std::thread> threads_;
  bool stopping_ = false;
};

/// Jobs that are waited for together. Added to and waited for by one thread, which lends a hand
/// while it waits. Destruction waits too, and drops failures.
class JobBatch {
 public:
  explicit JobBatch(WorkerPool& pool) : pool_(pool) {}
  ~JobBatch();
  JobBatch(JobBatch const&) = delete;
  JobBatch& operator=(JobBatch const&) = delete;

  /// What the job refers to must live until it has run.
  void add(std::function<void()> job);
  /// Runs until every job added has ended; throws what the earliest of those that failed has
  /// thrown. The batch may then be used again.
  void wait();

 private:
  friend class WorkerPool;
  void finish_all();
  void run(std::size_t number, std::function<void()> const& work);

  WorkerPool& pool_;
  std::size_t added_ = 0, left_ = 0;  ///< under the pool's lock
  std::size_t failed_ = 0;            ///< number of the earliest job that failed
  std::exception_ptr failure_;
};

}  // namespace pertscale
