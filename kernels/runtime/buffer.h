// Device memory and pinned host memory that free themselves.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "kernels/runtime/error.h"

namespace ga {

// The untyped half: owns bytes on the device that was current, or pinned bytes on the host.
enum class MemorySpace { device, pinned };

template <class T, MemorySpace space>
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { (void)release(); }  // teardown: nothing useful can be done with an error

  // `count` elements, not initialised. No elements is no allocation.
  static Result<Buffer> make(std::size_t count) {
    Buffer buffer;
    if (count == 0) return buffer;
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) {
      return Error(ErrorCode::usage, "a buffer larger than the address space");
    }
    void* data = nullptr;
    if constexpr (space == MemorySpace::device) {
      GA_CUDA(cudaMalloc(&data, count * sizeof(T)));
    } else {
      GA_CUDA(cudaHostAlloc(&data, count * sizeof(T), cudaHostAllocDefault));
    }
    buffer.data_ = static_cast<T*>(data);
    buffer.size_ = count;
    return buffer;
  }

  // Frees now and says whether that worked; the destructor cannot.
  Status close() {
    GA_CUDA(release());
    return Ok{};
  }

  T* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return size_ * sizeof(T); }

  // Host access; pinned memory only.
  std::span<T> span() const requires(space == MemorySpace::pinned) { return {data_, size_}; }

 private:
  cudaError_t release() {
    size_ = 0;
    T* const data = std::exchange(data_, nullptr);
    if (data == nullptr) return cudaSuccess;
    return space == MemorySpace::device ? cudaFree(data) : cudaFreeHost(data);
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
};

template <class T>
using DeviceBuffer = Buffer<T, MemorySpace::device>;
template <class T>
using PinnedBuffer = Buffer<T, MemorySpace::pinned>;

// Copies and waits. Sizes in elements.
template <class T>
Status copy_to_device(T* device, std::span<const T> host) {
  GA_CUDA(cudaMemcpy(device, host.data(), host.size_bytes(), cudaMemcpyHostToDevice));
  return Ok{};
}

// A buffer that holds these elements.
template <class T>
Result<DeviceBuffer<T>> on_device(const std::vector<T>& elements) {
  GA_TRY(auto buffer, DeviceBuffer<T>::make(elements.size()));
  if (!elements.empty()) {
    GA_CHECK(copy_to_device(buffer.data(), std::span<const T>(elements)));
  }
  return buffer;
}

template <class T>
Status copy_to_host(std::span<T> host, const T* device) {
  GA_CUDA(cudaMemcpy(host.data(), device, host.size_bytes(), cudaMemcpyDeviceToHost));
  return Ok{};
}

// One value from the device; waits for all earlier work of the device.
template <class T>
Result<T> fetch(const T* device) {
  T value{};
  GA_CHECK(copy_to_host(std::span<T>(&value, 1), device));
  return value;
}

}  // namespace ga
