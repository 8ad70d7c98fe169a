// A captured sequence of launches that destroys itself.
#pragma once

#include <cuda_runtime_api.h>

#include <functional>
#include <utility>

#include "kernels/runtime/error.h"

namespace ga {

class Graph {
 public:
  Graph() = default;
  Graph(Graph&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Graph& operator=(Graph&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  ~Graph();

  // What `enqueue` puts on the stream, made ready to launch. Nothing of it runs. Other threads may
  // go on with calls of CUDA; `enqueue` may not wait.
  static Result<Graph> capture(cudaStream_t stream, const std::function<Status()>& enqueue);
  Status launch(cudaStream_t stream) const;

 private:
  cudaGraphExec_t handle_ = nullptr;
};

}  // namespace ga
