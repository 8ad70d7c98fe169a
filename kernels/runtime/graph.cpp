#include "kernels/runtime/graph.h"

namespace ga {

Graph::~Graph() {
  if (handle_ != nullptr) (void)cudaGraphExecDestroy(handle_);  // teardown
}

Result<Graph> Graph::capture(cudaStream_t stream, const std::function<Status()>& enqueue) {
  GA_CUDA(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  const Status enqueued = enqueue();
  cudaGraph_t captured = nullptr;
  const cudaError_t ended = cudaStreamEndCapture(stream, &captured);
  Graph graph;
  if (enqueued && ended == cudaSuccess) {
    const cudaError_t made = cudaGraphInstantiate(&graph.handle_, captured, 0);
    (void)cudaGraphDestroy(captured);  // the instance does not need it
    GA_CUDA(made);
    return graph;
  }
  if (captured != nullptr) (void)cudaGraphDestroy(captured);  // what failed is told instead
  GA_CHECK(enqueued);
  GA_CUDA(ended);
  return graph;
}

Status Graph::launch(cudaStream_t stream) const {
  GA_CUDA(cudaGraphLaunch(handle_, stream));
  return Ok{};
}

}  // namespace ga
