// Gate: holds a stream until the host has enqueued enough work behind it, so that no gap between
// launches falls into the timed region.
#pragma once

#include <cuda_runtime_api.h>

#include <atomic>

#include "reports/model/result.h"

namespace ga {

class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate();

  // What is enqueued after this waits for open(). Every kernel behind it must have run once before:
  // a first launch may load code, which waits for the device, which waits for this gate.
  Status close(cudaStream_t stream);
  void open();
  bool closed() const { return !open_.load(); }

 private:
  static void CUDART_CB wait(void* gate);

  std::atomic<bool> open_{true};
  std::atomic<int> waiting_{0};  // calls of wait() that have not returned
};

}  // namespace ga
