#pragma once
#include <memory>

#include "core/worker_pool.hpp"

namespace pertscale {

/// The threads of set_reader_threads besides the calling one, shared by all readers of a process.
std::shared_ptr<WorkerPool> reader_pool();

}  // namespace pertscale
