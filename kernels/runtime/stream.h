// Streams and events that destroy themselves.
#pragma once

#include <cuda_runtime_api.h>

#include <utility>

#include "kernels/runtime/error.h"

namespace ga {

class Stream {
 public:
  Stream() = default;
  Stream(Stream&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Stream& operator=(Stream&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream();

  // Does not wait for the legacy default stream.
  static Result<Stream> make();
  Status synchronize() const;
  cudaStream_t get() const { return handle_; }

 private:
  cudaStream_t handle_ = nullptr;
};

class Event {
 public:
  Event() = default;
  Event(Event&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Event& operator=(Event&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event();

  // With timing, and waited for by spinning.
  static Result<Event> make();
  Status record(cudaStream_t stream) const;
  Status synchronize() const;
  // False while work before the event is still running.
  Result<bool> reached() const;
  cudaEvent_t get() const { return handle_; }

 private:
  cudaEvent_t handle_ = nullptr;
};

// Nanoseconds between two recorded and reached events.
Result<double> elapsed_ns(const Event& start, const Event& stop);

}  // namespace ga
