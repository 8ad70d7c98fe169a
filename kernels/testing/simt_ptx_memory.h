// load_l2 and store_l2 of kernels/ptx/global.cuh for kernels that run on the CPU, and memory that a
// test makes faulty.
#pragma once

#include "kernels/ptx/global.cuh"
#include "kernels/testing/simt_ptx.h"

namespace ga::simt {

// Answers for the memory behind the L1. Every access of 16 bytes lets the other threads of the
// block go on, so that they keep step as a GPU's do, and not run one after the other.
class Memory {
 public:
  virtual ~Memory() = default;
  virtual ptx::Vector load(const ptx::Vector* from) { return *from; }
  virtual void store(ptx::Vector* to, const ptx::Vector& v) { *to = v; }
  virtual std::uint64_t load_word(const std::uint64_t* from) { return *from; }
};
inline Memory* memory = nullptr;  // none: memory as it is

inline void keep_step() {
  happened();
  yield();
}

}  // namespace ga::simt

namespace ga::ptx {

inline Vector load_l2(const Vector* from) {
  if (simt::memory == nullptr) return *from;
  const Vector v = simt::memory->load(from);
  simt::keep_step();
  return v;
}

inline void store_l2(Vector* to, const Vector& v) {
  if (simt::memory == nullptr) {
    *to = v;
    return;
  }
  simt::memory->store(to, v);
  simt::keep_step();
}

inline std::uint64_t load_l2(const std::uint64_t* from) {
  return simt::memory == nullptr ? *from : simt::memory->load_word(from);
}
inline std::uint32_t load_l2(const std::uint32_t* from) { return *from; }

}  // namespace ga::ptx
