// The functions of kernels/ptx for kernels that run on the CPU, as the PTX ISA describes them.
// Include before the kernel's .cuh: the real headers are empty for g++.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "kernels/data/bf16.h"
#include "kernels/data/fp16.h"
#include "kernels/ptx/global.cuh"
#include "kernels/ptx/matrix.cuh"
#include "kernels/testing/simt.h"

namespace ga::ptx {

inline std::uint32_t shared_address(const void* shared) { return simt::shared_address(shared); }
inline unsigned char* dynamic_shared() { return simt::dynamic_shared(); }
inline void cp_async_16(std::uint32_t shared, const void* global, int bytes) {
  simt::copy_async(shared, global, bytes);
}
inline void cp_async_4(std::uint32_t shared, const void* global, int bytes) {
  simt::copy_async(shared, global, bytes, 4);
}
inline void cp_async_8(std::uint32_t shared, const void* global, int bytes) {
  simt::copy_async(shared, global, bytes, 8);
}
inline void cp_async_commit() { simt::copy_commit(); }
template <int kPending>
void cp_async_wait() {
  simt::copy_wait(kPending);
}

inline Vector load_streaming(const Vector* from) { return *from; }
inline void store_streaming(Vector* to, const Vector& v) { *to = v; }

inline std::uint64_t opaque(std::uint64_t x) { return x; }
inline std::uint32_t smid() { return simt::block_index().x % 7; }
inline std::uint64_t globaltimer() { return 1000; }
inline std::uint64_t clock_cycles() { return 2000; }
inline void nanosleep(std::uint32_t) {}
inline void misaligned_fault() { std::abort(); }

inline float exp2_approx(float x) {
  const float y = std::exp2(x);
  return y < 0x1p-126f ? 0.0f : y;
}
inline float log2_approx(float x) { return std::log2(x); }
inline float lane_xor(float value, int mask) {
  const unsigned char* const all = simt::exchange(&value, sizeof value);
  const unsigned lane = simt::thread_index().x % 32 ^ static_cast<unsigned>(mask);
  std::memcpy(&value, all + lane * simt::kSlot, sizeof value);
  return value;
}

// Element (row, col) of matrix `matrix`, whose rows lie where the lanes said.
inline std::uint16_t shared_element(const unsigned char* addresses, int matrix, int row, int col) {
  std::uint32_t address = 0;
  std::memcpy(&address, addresses + (8 * matrix + row) * static_cast<int>(simt::kSlot), 4);
  std::uint16_t element = 0;
  std::memcpy(&element, simt::dynamic_shared() + (address - simt::kSharedBase) + 2 * col, 2);
  return element;
}

inline void ldmatrix(std::uint32_t (&out)[4], std::uint32_t shared, bool transposed) {
  const unsigned char* const addresses = simt::exchange(&shared, sizeof shared);
  const int lane = static_cast<int>(simt::thread_index().x % 32);
  for (int matrix = 0; matrix < 4; ++matrix) {
    std::uint32_t pair = 0;
    for (int half = 0; half < 2; ++half) {
      const int major = lane / 4;
      const int minor = 2 * (lane % 4) + half;
      const std::uint32_t element = transposed ? shared_element(addresses, matrix, minor, major)
                                               : shared_element(addresses, matrix, major, minor);
      pair |= element << (16 * half);
    }
    out[matrix] = pair;
  }
}

inline void ldmatrix_x4(std::uint32_t (&out)[4], std::uint32_t shared) {
  ldmatrix(out, shared, false);
}
inline void ldmatrix_x4_trans(std::uint32_t (&out)[4], std::uint32_t shared) {
  ldmatrix(out, shared, true);
}

struct MmaInput {
  std::uint32_t a[4], b[2];
};

// Element `at` of those that share a register.
template <class In>
MmaSum<In> packed_element(std::uint32_t packed, int at) {
  const std::uint32_t bits = packed >> (8 * static_cast<int>(sizeof(In)) * at);
  if constexpr (std::is_same_v<In, std::int8_t>) {
    return static_cast<std::int8_t>(bits & 0xFFu);
  } else {
    return to_float(In{static_cast<decltype(In::bits)>(bits)});
  }
}

// One step more of a sum; integers wrap around.
inline float multiply_add(float x, float y, float sum) { return sum + x * y; }
inline std::int32_t multiply_add(std::int32_t x, std::int32_t y, std::int32_t sum) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) +
                                   static_cast<std::uint32_t>(x * y));
}

template <class In>
void mma(MmaSum<In> (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
  constexpr int kPacked = 4 / static_cast<int>(sizeof(In));  // elements of a register
  constexpr int kHalf = 4 * kPacked;                         // of k, over four lanes
  const MmaInput mine{{a[0], a[1], a[2], a[3]}, {b0, b1}};
  const unsigned char* const all = simt::exchange(&mine, sizeof mine);
  const int lane = static_cast<int>(simt::thread_index().x % 32);
  const auto given = [&](int from, std::size_t at) {
    std::uint32_t word = 0;
    std::memcpy(&word, all + static_cast<std::size_t>(from) * simt::kSlot + at, sizeof word);
    return word;
  };
  // Where element (row, k) of A and (k, col) of B lie: matrix.cuh.
  MmaSum<In> rows[2][2 * kHalf], cols[2][2 * kHalf];
  for (int k = 0; k < 2 * kHalf; ++k) {
    const int from = k % kHalf / kPacked;
    const std::size_t later = k >= kHalf ? 1 : 0;
    for (std::size_t half = 0; half < 2; ++half) {
      const std::uint32_t of_a =
          given(4 * (lane / 4) + from, offsetof(MmaInput, a) + 4 * (half + 2 * later));
      const std::uint32_t of_b = given(4 * (2 * (lane % 4) + static_cast<int>(half)) + from,
                                       offsetof(MmaInput, b) + 4 * later);
      rows[half][k] = packed_element<In>(of_a, k % kPacked);
      cols[half][k] = packed_element<In>(of_b, k % kPacked);
    }
  }
  for (int i = 0; i < 4; ++i) {
    for (int k = 0; k < 2 * kHalf; ++k) {
      c[i] = multiply_add(rows[i / 2][k], cols[i % 2][k], c[i]);
    }
  }
}

template <class Out>
std::uint32_t pack(float low, float high) {
  const auto bits = [](float x) -> std::uint32_t {
    if constexpr (std::is_same_v<Out, Bf16>) {
      return x != x ? 0x7FFFu : to_bf16(x).bits;
    } else {
      return x != x ? 0x7FFFu : to_fp16(x).bits;
    }
  };
  return bits(low) | (bits(high) << 16);
}

template <class In>
void unpack(std::uint32_t packed, float& low, float& high) {
  low = to_float(In{static_cast<std::uint16_t>(packed)});
  high = to_float(In{static_cast<std::uint16_t>(packed >> 16)});
}

}  // namespace ga::ptx
