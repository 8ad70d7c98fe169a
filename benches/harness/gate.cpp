#include "benches/harness/gate.h"

#include <chrono>
#include <thread>

#include "kernels/runtime/error.h"

namespace ga {

// Runs on a thread of the driver, when the stream has come to it.
void CUDART_CB Gate::wait(void* gate) {
  Gate& self = *static_cast<Gate*>(gate);
  self.open_.wait(false);
  self.waiting_.fetch_sub(1);
}

Status Gate::close(cudaStream_t stream) {
  open_.store(false);
  waiting_.fetch_add(1);
  const cudaError_t code = cudaLaunchHostFunc(stream, &Gate::wait, this);
  if (code != cudaSuccess) {
    waiting_.fetch_sub(1);
    open();
  }
  GA_CUDA(code);
  return Ok{};
}

void Gate::open() {
  open_.store(true);
  open_.notify_all();
}

// The driver may still be inside wait(). After a fault it never calls it, so that the wait for it
// ends after a second.
Gate::~Gate() {
  open();
  for (int i = 0; i < 1000 && waiting_.load() != 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace ga
