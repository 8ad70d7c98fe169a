// kernels/ptx/system.cuh and multimem.cuh for kernels that run on the CPU. A load that is waited
// with lets the other threads go on.
#pragma once

#include <cstdint>

#include "kernels/ptx/global.cuh"
#include "kernels/testing/simt.h"

namespace ga::ptx {

inline std::uint32_t load_acquire_system(const std::uint32_t* from) {
  simt::yield();
  return *from;
}
inline void store_release_system(std::uint32_t* to, std::uint32_t value) {
  *to = value;
  simt::happened();
}
inline std::uint32_t load_relaxed(const std::uint32_t* from) { return *from; }
inline void store_relaxed_system(std::uint64_t* to, std::uint64_t value) { *to = value; }

inline Vector load_packet(const Vector* from) {
  simt::yield();
  return *from;
}
inline void store_packet(Vector* to, const Vector& v) {
  *to = v;
  simt::happened();
}
inline Vector load_shared_data(const Vector* from) { return *from; }
inline void store_shared_data(Vector* to, const Vector& v) { *to = v; }

// No address here is a multicast address.
template <class T>
Vector multimem_add(const Vector*) {
  std::abort();
}
template <class T>
void multimem_store(Vector*, const Vector&) {
  std::abort();
}

}  // namespace ga::ptx
