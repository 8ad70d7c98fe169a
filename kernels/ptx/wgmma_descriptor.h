// What wgmma is told of an operand in shared memory: the 64-bit matrix descriptor and the shapes.
// PTX ISA, "Asynchronous Warpgroup Level Matrix Shared Memory Layout" and "Matrix Descriptor
// Format".
#pragma once

#include <cstdint>

#include "kernels/data/philox.h"

namespace ga {

// D is 64 rows; the inner dimension of one instruction is 32 bytes, whatever the element.
inline constexpr int kWgmmaRows = 64;
inline constexpr int kWgmmaDepthBytes = 32;
constexpr int wgmma_depth(int element_bytes) { return kWgmmaDepthBytes / element_bytes; }
// Columns that every floating-point type takes; int8 has from 32 on the multiples of 16 alone.
constexpr bool wgmma_takes_columns(int n) { return n >= 8 && n <= 256 && n % 8 == 0; }

// With the 128-byte swizzle an operand consists of atoms of 8 rows of 128 bytes. The swizzle works
// on the bits of the address: atoms are aligned to 1024 bytes, and the base offset is then zero.
//
// K-major (rows along m or n, the inner dimension along the row): `stride` is the distance to the
// next 8 rows; `leading` is not used and written as 1 unit. A step along k adds 32 bytes to the
// address. MN-major (rows along k, m or n along the row): `leading` is the distance to the next 64
// 16-bit elements along m or n, `stride` that to the next 8 rows of k. A step of 16 adds 2 strides.
struct WgmmaOperand {
  std::uint32_t address = 0;  // in shared memory; these three in bytes, multiples of 16
  std::uint32_t leading = 0;
  std::uint32_t stride = 0;
};

// Bits 0-13 address, 16-29 leading, 32-45 stride, each without its low 4 bits; 49-51 base offset;
// 62-63 swizzle, where 1 means 128 bytes.
GA_HOST_DEVICE constexpr std::uint64_t wgmma_descriptor(WgmmaOperand o) {
  const auto field = [](std::uint32_t bytes) {
    return static_cast<std::uint64_t>((bytes & 0x3FFFFu) >> 4);
  };
  return field(o.address) | (field(o.leading) << 16) | (field(o.stride) << 32) |
         (std::uint64_t{1} << 62);
}

// The descriptor `bytes` further on: only the address field changes. Its 14 bits must not overflow,
// which 227 KiB of shared memory cannot.
GA_HOST_DEVICE constexpr std::uint64_t wgmma_advance(std::uint64_t descriptor,
                                                     std::uint32_t bytes) {
  return descriptor + (bytes >> 4);
}

}  // namespace ga
