// Streaming kernels: read, write, copy, triad, and the driver's own device-to-device copy.
//
// Pointers are 16-byte aligned and sizes are multiples of 16 bytes, else ErrorCode::usage.
// The launchers enqueue on the stream; they neither allocate, synchronise, time nor print.
// How each is verified: kernels/check/check.h.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "kernels/data/pattern.h"
#include "reports/model/result.h"

namespace ga {

// Fills with the pattern of kernels/data/pattern.h: the timed write, and the fill of all arrays.
struct MemoryWrite {
  void* data = nullptr;
  std::size_t bytes = 0;
  std::uint64_t key = 0;  // pattern_key(seed, array)
  PatternKind kind = PatternKind::words;
};
// Bytes over the memory bus: every byte written once.
constexpr double memory_write_bytes(std::size_t bytes) { return static_cast<double>(bytes); }
Status memory_write(const MemoryWrite& args, cudaStream_t stream);
void memory_write_ref(const MemoryWrite& args);  // args.data on the host

struct MemoryRead {
  const void* data = nullptr;
  std::size_t bytes = 0;
  // On the device, one word. Each launch adds its checksum, so that after n launches on the same
  // data the word has grown by n times the expected checksum, and every timed launch is checked.
  std::uint64_t* sum = nullptr;
};
constexpr double memory_read_bytes(std::size_t bytes) { return static_cast<double>(bytes); }
Status memory_read(const MemoryRead& args, cudaStream_t stream);
std::uint64_t memory_read_ref(const void* host, std::size_t bytes);

// The checksum that memory_read adds for intact data, from the pattern alone: no memory is read.
struct MemoryReadExpected {
  std::size_t bytes = 0;
  std::uint64_t key = 0;
  PatternKind kind = PatternKind::words;
  std::uint64_t* sum = nullptr;  // on the device; the checksum is added
};
Status memory_read_expected(const MemoryReadExpected& args, cudaStream_t stream);

struct MemoryCopy {
  void* to = nullptr;
  const void* from = nullptr;
  std::size_t bytes = 0;
};
// Each byte read once and written once.
constexpr double memory_copy_bytes(std::size_t bytes) { return 2.0 * static_cast<double>(bytes); }
Status memory_copy(const MemoryCopy& args, cudaStream_t stream);
// The same by cudaMemcpyAsync, the driver's copy: the yardstick of memory_copy.
Status memory_d2d(const MemoryCopy& args, cudaStream_t stream);

// a = b + s c in float, one fused multiply-add an element.
struct MemoryTriad {
  float* a = nullptr;
  const float* b = nullptr;
  const float* c = nullptr;
  float s = 0;
  std::size_t bytes = 0;  // of each array
};
// Two reads and one write of every element.
constexpr double memory_triad_bytes(std::size_t bytes) { return 3.0 * static_cast<double>(bytes); }
Status memory_triad(const MemoryTriad& args, cudaStream_t stream);
void memory_triad_ref(const MemoryTriad& args);  // arrays on the host

}  // namespace ga
