// The tensor map of a row-major matrix, or of many that lie row by row side by side, as TMA reads
// and writes it: boxes of 128-byte rows, swizzled.
//
// CUDA driver API, cuTensorMapEncodeTiled: only the driver knows the map's 128 bytes, so a map is
// described by TensorMapShape, checked here without a GPU, and encoded in kernels/runtime.
#pragma once

#include <cstdint>

#include "kernels/data/element.h"

namespace ga {

// The size and alignment of the driver's CUtensorMap; the instructions need 64 bytes of it.
struct alignas(128) TensorMap {
  std::uint64_t opaque[16];
};

struct TensorMapShape {
  const void* data = nullptr;
  ElementType element = ElementType::bf16;
  std::uint64_t cols = 0, rows = 0;  // the inner dimension first
  std::uint64_t pitch_bytes = 0;     // from row to row
  std::uint32_t box_cols = 0, box_rows = 0;
  // Zeros: one matrix, a map of two dimensions. Else an array [batch][rows][heads][cols] whose rows
  // are pitch_bytes apart, a map of four: a box is of one head and one batch, and what it has
  // outside of that matrix is neither read nor written.
  std::uint64_t heads = 0, batch = 0;
  constexpr bool is_array() const { return heads != 0; }
};

// Where a box of such an array begins.
struct BoxAt {
  std::int32_t col = 0, head = 0, row = 0, batch = 0;
};

// A swizzled row of a box; 8 rows are one period of the swizzle.
inline constexpr std::uint32_t kBoxRowBytes = 128;

// nullptr, or why TMA cannot use the matrix so. Elements of a box outside the matrix are read as
// zeros. A store leaves rows outside alone, but ends within a row at a multiple of 16 bytes only:
// with a row that is none it overwrites up to 15 bytes behind the row (triton-lang/triton, issue
// 11583, measured on an H100).
constexpr const char* tensor_map_fault(const TensorMapShape& s) {
  constexpr std::uint64_t kMaxSize = std::uint64_t{1} << 32;
  constexpr std::uint64_t kMaxPitch = std::uint64_t{1} << 40;
  const auto size = static_cast<std::uint32_t>(element_bytes(s.element));
  if (s.cols < 1 || s.rows < 1 || s.cols > kMaxSize || s.rows > kMaxSize) return "size";
  if (s.heads > kMaxSize || s.batch > kMaxSize || (s.heads == 0) != (s.batch == 0)) return "size";
  const std::uint64_t row_bytes = s.cols * size * (s.is_array() ? s.heads : 1);
  if (s.pitch_bytes < row_bytes || s.pitch_bytes >= kMaxPitch) return "pitch out of range";
  if (s.is_array() && s.cols * size % 16 != 0) return "row of a head is no multiple of 16 bytes";
  if (s.is_array() && s.pitch_bytes * s.rows >= kMaxPitch) return "matrices too far apart";
  if (s.pitch_bytes % 16 != 0) return "pitch is no multiple of 16 bytes";
  if (s.box_rows < 1 || s.box_rows > 256) return "box rows";
  if (s.box_cols * size != kBoxRowBytes) return "box row is not 128 bytes";
  return nullptr;
}

// TMA's other condition, apart because an address is no constant expression.
inline bool tensor_map_aligned(const void* data) {
  return reinterpret_cast<std::uintptr_t>(data) % 16 == 0;
}

}  // namespace ga
