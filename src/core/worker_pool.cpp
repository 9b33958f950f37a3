#include "core/worker_pool.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "core/error.hpp"

namespace pertscale {

WorkerPool::WorkerPool(int threads) {
  try {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work_on(); });
  } catch (std::system_error const& error) {
    std::size_t const started = threads_.size();
    stop();
    throw UserError(
        fmt::format("the system starts no more than {} of {} threads ({}); ask for fewer threads",
                    started, threads, error.what()));
  }
}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::stop() {
  {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
  }
  added_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void WorkerPool::work_on() {
  std::unique_lock lock(mutex_);
  while (true) {
    added_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    run_one(lock);
  }
}

void WorkerPool::run_one(std::unique_lock<std::mutex>& lock) {
  Job job = std::move(jobs_.front());
  jobs_.pop_front();
  lock.unlock();
  job.batch->run(job.number, job.work);
  job.work = nullptr;  // what the job owns is freed before it counts as done
  lock.lock();
  if (--job.batch->left_ == 0) finished_.notify_all();
}

JobBatch::~JobBatch() { finish_all(); }

void JobBatch::add(std::function<void()> job) {
  if (pool_.threads() == 0) {
    run(added_++, job);
    return;
  }
  {
    std::lock_guard const lock(pool_.mutex_);
    pool_.jobs_.push_back({this, added_++, std::move(job)});
    ++left_;
  }
  pool_.added_.notify_one();
}

void JobBatch::run(std::size_t number, std::function<void()> const& work) {
  try {
    work();
  } catch (...) {
    std::lock_guard const lock(pool_.mutex_);
    if (failure_ && failed_ < number) return;
    failed_ = number;
    failure_ = std::current_exception();
  }
}

void JobBatch::finish_all() {
  std::unique_lock lock(pool_.mutex_);
  while (left_ > 0) {
    if (pool_.jobs_.empty())
      pool_.finished_.wait(lock);
    else
      pool_.run_one(lock);
  }
}

void JobBatch::wait() {
  finish_all();
  added_ = 0;
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace pertscale
