#include "parallel/task_farm.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <queue>
#include <thread>

namespace pertscale {

namespace {

constexpr int request_tag = 1, reply_tag = 2;
constexpr std::int64_t none = -1;
constexpr auto pause = std::chrono::microseconds(200);

/// {unit just finished or none, 1 where the rank was asked to stop}
using Request = std::array<std::int64_t, 2>;

template <class Message>
Message receive_message(Communicator const& comm, int from, int tag) {
  auto const bytes = comm.receive(from, tag);
  Message message{};
  std::memcpy(&message, bytes.data(), sizeof message);
  return message;
}

template <class Message>
void send_message(Communicator const& comm, Message const& message, int to, int tag) {
  comm.send(std::as_bytes(std::span(&message, 1)), to, tag);
}

int wait_for(Communicator const& comm, int tag) {
  int source = comm.probe(tag);
  while (source < 0) {
    std::this_thread::sleep_for(pause);
    source = comm.probe(tag);
  }
  return source;
}

/// Hands out units on rank 0.
class Manager {
 public:
  Manager(Communicator const& comm, std::vector<FarmUnit> const& units, FarmHooks const& hooks)
      : comm_(comm),
        units_(units),
        hooks_(hooks),
        waits_for_(units.size()),
        followers_(units.size()) {
    progress_.total = units.size();
    for (std::size_t u = 0; u < units.size(); ++u) {
      progress_.cost_total += units[u].cost;
      waits_for_[u] = units[u].after.size();
      for (auto const before : units[u].after) followers_[before].push_back(u);
      if (waits_for_[u] == 0) ready_.push({units[u].cost, u});
    }
  }

  void run() {
    int told = 0;
    while (told < comm_.size()) {
      stopping_ = stopping_ || hooks_.stop();
      int const source = comm_.probe(request_tag);
      if (source >= 0) take_request(source);
      told += answer_idle();
      if (source < 0) std::this_thread::sleep_for(pause);
    }
  }

  bool complete() const { return progress_.finished == units_.size(); }

 private:
  struct Ready {
    double cost;
    std::size_t unit;
    bool operator<(Ready const& other) const {
      return cost != other.cost ? cost < other.cost : unit > other.unit;
    }
  };

  void take_request(int source) {
    auto const [finished, stop] = receive_message<Request>(comm_, source, request_tag);
    if (finished != none) finish(static_cast<std::size_t>(finished));
    stopping_ = stopping_ || stop != 0;
    idle_.push(source);
  }

  void finish(std::size_t unit) {
    ++progress_.finished;
    progress_.cost_finished += units_[unit].cost;
    --running_;
    for (auto const follower : followers_[unit])
      if (--waits_for_[follower] == 0) ready_.push({units_[follower].cost, follower});
    hooks_.progress(progress_);
  }

  /// Gives waiting ranks a unit, or sends them home; returns how many were sent home.
  int answer_idle() {
    int sent_home = 0;
    while (!idle_.empty()) {
      bool const over = stopping_ || (ready_.empty() && running_ == 0);
      if (!over && ready_.empty()) break;
      std::int64_t unit = none;
      if (over) {
        ++sent_home;
      } else {
        unit = static_cast<std::int64_t>(ready_.top().unit);
        ready_.pop();
        ++running_;
      }
      send_message(comm_, unit, idle_.front(), reply_tag);
      idle_.pop();
    }
    return sent_home;
  }

  Communicator const& comm_;
  std::vector<FarmUnit> const& units_;
  FarmHooks const& hooks_;
  std::vector<std::size_t> waits_for_;
  std::vector<std::vector<std::size_t>> followers_;
  std::priority_queue<Ready> ready_;
  std::queue<int> idle_;
  FarmProgress progress_;
  std::size_t running_ = 0;
  bool stopping_ = false;
};

void work_until_sent_home(Communicator const& comm, std::function<void(std::size_t)> const& work,
                          FarmHooks const& hooks) {
  std::int64_t finished = none;
  while (true) {
    send_message(comm, Request{finished, hooks.stop() ? 1 : 0}, 0, request_tag);
    wait_for(comm, reply_tag);
    auto const unit = receive_message<std::int64_t>(comm, 0, reply_tag);
    if (unit == none) return;
    work(static_cast<std::size_t>(unit));
    finished = unit;
  }
}

}  // namespace

bool run_farm(Communicator const& comm, std::vector<FarmUnit> const& units,
              std::function<void(std::size_t)> const& work, FarmHooks const& hooks) {
  Communicator const channel = comm.duplicate();
  bool complete = true;
  if (channel.root()) {
    Manager manager(channel, units, hooks);
    std::jthread thread([&] { manager.run(); });
    work_until_sent_home(channel, work, hooks);
    thread.join();
    complete = manager.complete();
  } else {
    work_until_sent_home(channel, work, hooks);
  }
  return !channel.any(!complete);
}

}  // namespace pertscale
