#include "kernels/runtime/stream.h"

namespace ga {

Stream::~Stream() {
  if (handle_ != nullptr) (void)cudaStreamDestroy(handle_);  // teardown
}

Result<Stream> Stream::make() {
  Stream stream;
  GA_CUDA(cudaStreamCreateWithFlags(&stream.handle_, cudaStreamNonBlocking));
  return stream;
}

Status Stream::synchronize() const {
  GA_CUDA(cudaStreamSynchronize(handle_));
  return Ok{};
}

Event::~Event() {
  if (handle_ != nullptr) (void)cudaEventDestroy(handle_);  // teardown
}

Result<Event> Event::make() {
  Event event;
  GA_CUDA(cudaEventCreateWithFlags(&event.handle_, cudaEventDefault));
  return event;
}

Status Event::record(cudaStream_t stream) const {
  GA_CUDA(cudaEventRecord(handle_, stream));
  return Ok{};
}

Status Event::synchronize() const {
  GA_CUDA(cudaEventSynchronize(handle_));
  return Ok{};
}

Result<bool> Event::reached() const {
  const cudaError_t code = cudaEventQuery(handle_);
  if (code == cudaErrorNotReady) {
    (void)
        cudaGetLastError();  // "not ready" is an answer, not an error to be found by the next call
    return false;
  }
  GA_CHECK(cuda_status(code, "cudaEventQuery"));
  return true;
}

Result<double> elapsed_ns(const Event& start, const Event& stop) {
  float milliseconds = 0;
  GA_CUDA(cudaEventElapsedTime(&milliseconds, start.get(), stop.get()));
  return static_cast<double>(milliseconds) * 1e6;
}

}  // namespace ga
