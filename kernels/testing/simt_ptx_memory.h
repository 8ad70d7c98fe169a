// kernels/ptx/level2.cuh for kernels that run on the CPU, and memory that a test makes faulty.
#pragma once

#include "kernels/ptx/level2.cuh"
#include "kernels/testing/simt_ptx.h"

namespace ga::simt {

// Answers for the memory behind the L1. Every access lets the other threads of the block go on, so
// that they keep step as a GPU's do, and not run one after the other.
class Memory {
 public:
  virtual ~Memory() = default;
  virtual ptx::Vector load(const ptx::Vector* from) = 0;
  virtual void store(ptx::Vector* to, const ptx::Vector& v) = 0;
};
inline Memory* memory = nullptr;  // none: memory as it is

inline void keep_step() {
  happened();
  yield();
}

}  // namespace ga::simt

namespace ga::ptx {

inline Vector load_level2(const Vector* from) {
  if (simt::memory == nullptr) return *from;
  const Vector v = simt::memory->load(from);
  simt::keep_step();
  return v;
}

inline void store_level2(Vector* to, const Vector& v) {
  if (simt::memory == nullptr) {
    *to = v;
    return;
  }
  simt::memory->store(to, v);
  simt::keep_step();
}

inline std::uint32_t load_level2(const std::uint32_t* from) { return *from; }

}  // namespace ga::ptx
