// The instructions of the exercisers for kernels that run on the CPU: integers bit by bit, warps by
// what the lanes gave, approximations as the rounded exact value. A test can plant a fault in one
// of them. Include before the kernel's .cuh: the real headers are empty for g++.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/data/exercise.h"
#include "kernels/testing/simt_ptx_memory.h"
#include "kernels/testing/simt_ptx_sm90.h"

namespace ga::ptx {

// Spoils the results of one instruction, numbered as they stand below, on one SM.
struct PlantedFault {
  int instruction = -1;
  std::uint32_t smid = 0;
  std::uint64_t bits = 1;
};
inline PlantedFault planted;

template <class T>
T spoiled(int instruction, T value) {
  if (planted.instruction != instruction || smid() != planted.smid) return value;
  return static_cast<T>(value ^ static_cast<T>(planted.bits));
}

struct IntegerInstructions {
  using U32 = std::uint32_t;
  using U64 = std::uint64_t;
  using S32 = std::int32_t;
  static constexpr int kCount = 36;

  static U32 mad(U32 a, U32 b, U32 c) {
    for (int i = 0; i < 32; ++i) c += (b >> i & 1u) * (a << i);
    return spoiled(0, c);
  }
  static U32 mul_high(U32 a, U32 b) { return spoiled(1, high(U64{a} * b)); }
  static S32 mul_high_signed(S32 a, S32 b) {
    const U32 plain = high(U64{unsign(a)} * unsign(b));
    return spoiled(2, sign(plain - (a < 0 ? unsign(b) : 0) - (b < 0 ? unsign(a) : 0)));
  }
  static U32 sad(U32 a, U32 b, U32 c) { return spoiled(3, c + std::max(a, b) - std::min(a, b)); }
  static U64 mul_wide(U64 a, U64 b) {
    U64 sum = 0;
    for (int i = 0; i < 64; ++i) sum += (b >> i & 1u) * (a << i);
    return spoiled(4, sum);
  }
  static U64 mul_wide_high(U64 a, U64 b) {
    const U64 low = U64{low_half(a)} * low_half(b);
    const U64 mid = U64{high_half(a)} * low_half(b) + high(low);
    const U64 other = U64{low_half(a)} * high_half(b) + low_half(mid);
    return spoiled(5, U64{high_half(a)} * high_half(b) + high(mid) + high(other));
  }
  static S32 dp4a_signed(S32 a, S32 b, S32 c) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      const S32 x = sign(unsign(a) << shift) >> 24, y = sign(unsign(b) << shift) >> 24;
      c = sign(unsign(c) + unsign(x * y));
    }
    return spoiled(6, c);
  }
  static U32 dp4a(U32 a, U32 b, U32 c) {
    for (; a != 0 || b != 0; a >>= 8, b >>= 8) c += (a & 255u) * (b & 255u);
    return spoiled(7, c);
  }
  static U32 dp2a_low(U32 a, U32 b, U32 c) {
    return spoiled(8, c + (a & 65535u) * (b & 255u) + (a >> 16) * (b >> 8 & 255u));
  }
  static U32 dp2a_high(U32 a, U32 b, U32 c) {
    return spoiled(9, c + (a & 65535u) * (b >> 16 & 255u) + (a >> 16) * (b >> 24));
  }
  static U32 funnel_left(U32 low, U32 upper, U32 by) {
    return spoiled(10, by == 0 ? upper : upper << by | low >> (32 - by));
  }
  static U32 funnel_right(U32 low, U32 upper, U32 by) {
    return spoiled(11, by == 0 ? low : low >> by | upper << (32 - by));
  }
  static U32 shift_left(U32 a, U32 by) { return spoiled(12, a * (1u << by)); }
  static U32 shift_right(U32 a, U32 by) { return spoiled(13, a / (1u << by)); }
  static S32 shift_right_signed(S32 a, U32 by) {
    return spoiled(14, sign(a < 0 ? ~(~unsign(a) >> by) : unsign(a) >> by));
  }
  static U32 reverse(U32 a) {
    for (int half = 16; half > 0; half /= 2) {
      const U32 mask = ~U32{0} / ((1u << half) + 1);
      a = (a >> half & mask) | (a & mask) << half;
    }
    return spoiled(15, a);
  }
  static U32 count(U32 a) {
    U32 ones = 0;
    for (; a != 0; a &= a - 1) ++ones;
    return spoiled(16, ones);
  }
  static U32 leading_zeros(U32 a) { return spoiled(17, zeros(a)); }
  static U32 find_high(U32 a) { return spoiled(18, 31 - zeros(a)); }
  static U32 find_high_signed(U32 a) { return spoiled(19, 31 - zeros(sign(a) < 0 ? ~a : a)); }
  static U32 xor3(U32 a, U32 b, U32 c) { return spoiled(20, lop3(0x96, a, b, c)); }
  static U32 majority(U32 a, U32 b, U32 c) { return spoiled(21, lop3(0xE8, a, b, c)); }
  static U32 select_bits(U32 a, U32 b, U32 c) { return spoiled(22, lop3(0xCA, a, b, c)); }
  static U32 permute(U32 a, U32 b, U32 selector) {
    U32 out = 0;
    for (int i = 3; i >= 0; --i) {
      const U32 at = selector >> (4 * i) & 7u;
      out = out << 8 | ((at < 4 ? a : b) >> (8 * (at % 4)) & 255u);
    }
    return spoiled(23, out);
  }
  static U32 extract(U32 a, U32 at, U32 length) {
    U32 out = 0;
    for (U32 i = 0; i < length && at + i < 32; ++i) out |= (a >> (at + i) & 1u) << i;
    return spoiled(24, out);
  }
  static U32 insert(U32 a, U32 into, U32 at, U32 length) {
    for (U32 i = 0; i < length && at + i < 32; ++i) {
      into = (into & ~(1u << (at + i))) | (a >> i & 1u) << (at + i);
    }
    return spoiled(25, into);
  }
  static U32 smaller(U32 a, U32 b) { return spoiled(26, a < b ? a : b); }
  static U32 larger(U32 a, U32 b) { return spoiled(27, a < b ? b : a); }
  static S32 smaller_signed(S32 a, S32 b) { return spoiled(28, a < b ? a : b); }
  static S32 larger_signed(S32 a, S32 b) { return spoiled(29, a < b ? b : a); }
  static U32 divide(U32 a, U32 b) { return spoiled(30, a / b); }
  static U32 remainder(U32 a, U32 b) { return spoiled(33, a - a / b * b); }
  static S32 divide_signed(S32 a, S32 b) { return spoiled(34, a / b); }
  static S32 remainder_signed(S32 a, S32 b) { return spoiled(35, a - a / b * b); }
  static U64 divide_wide(U64 a, U64 b) { return spoiled(31, a / b); }
  static U64 carry_add(U64 a, U64 b) {
    const U64 low = U64{low_half(a)} + low_half(b);
    return spoiled(32, U64{high_half(a) + high_half(b) + high(low)} << 32 | low_half(low));
  }

 private:
  static U32 low_half(U64 x) { return static_cast<U32>(x); }
  static U32 high_half(U64 x) { return static_cast<U32>(x >> 32); }
  static U32 high(U64 x) { return static_cast<U32>(x >> 32); }
  static U32 unsign(S32 x) { return static_cast<U32>(x); }
  static S32 sign(U32 x) { return static_cast<S32>(x); }
  static U32 zeros(U32 a) {
    U32 n = 0;
    for (; n < 32 && (a << n >> 31) == 0; ++n) {
    }
    return n;
  }
  static U32 lop3(U32 table, U32 a, U32 b, U32 c) {
    U32 out = 0;
    for (int i = 0; i < 32; ++i) {
      const U32 row = (a >> i & 1u) << 2 | (b >> i & 1u) << 1 | (c >> i & 1u);
      out |= (table >> row & 1u) << i;
    }
    return out;
  }
};

struct WarpInstructions {
  using U32 = std::uint32_t;
  using S32 = std::int32_t;
  static constexpr int kFirst = 100, kCount = 18;

  // As the ISA has it: the lowest and the highest lane of the segment, from the width.
  static U32 up(U32 x, U32 by, U32 width) {
    const int from = lane() - static_cast<int>(by);
    return spoiled(100,
                   given(x, from >= (lane() & ~(static_cast<int>(width) - 1)) ? from : lane()));
  }
  static U32 down(U32 x, U32 by, U32 width) {
    const int from = lane() + static_cast<int>(by);
    return spoiled(101, given(x, from <= most(width) ? from : lane()));
  }
  static U32 across(U32 x, U32 mask, U32 width) {
    const int from = lane() ^ static_cast<int>(mask);
    return spoiled(102, given(x, from <= most(width) ? from : lane()));
  }
  static U32 from(U32 x, U32 source, U32 width) {
    const int inside = static_cast<int>(width) - 1;
    return spoiled(103, given(x, (lane() & ~inside) | (static_cast<int>(source) & inside)));
  }
  static U32 ballot(bool x) { return spoiled(104, votes(x)); }
  static bool any(bool x) { return spoiled(105, U32{votes(x) != 0}) != 0; }
  static bool all(bool x) { return spoiled(106, U32{votes(x) == ~U32{0}}) != 0; }
  static U32 match_any(U32 x) { return spoiled(107, matches(std::uint64_t{x})); }
  static U32 match_any_wide(std::uint64_t x) { return spoiled(108, matches(x)); }
  static U32 match_all(U32 x, int& same) {
    const U32 who = matches(std::uint64_t{x});
    same = who == ~U32{0} ? 1 : 0;
    return spoiled(109, same != 0 ? who : 0);
  }
  static U32 sum(U32 x) {
    return spoiled(110, joined(x, [](U32 a, U32 b) { return a + b; }));
  }
  static U32 smallest(U32 x) {
    return spoiled(111, joined(x, [](U32 a, U32 b) { return a < b ? a : b; }));
  }
  static U32 largest(U32 x) {
    return spoiled(112, joined(x, [](U32 a, U32 b) { return a < b ? b : a; }));
  }
  static S32 smallest(S32 x) {
    return spoiled(113, joined(x, [](S32 a, S32 b) { return a < b ? a : b; }));
  }
  static S32 largest(S32 x) {
    return spoiled(114, joined(x, [](S32 a, S32 b) { return a < b ? b : a; }));
  }
  static U32 all_bits(U32 x) {
    return spoiled(115, joined(x, [](U32 a, U32 b) { return a & b; }));
  }
  static U32 any_bits(U32 x) {
    return spoiled(116, joined(x, [](U32 a, U32 b) { return a | b; }));
  }
  static U32 odd_bits(U32 x) {
    return spoiled(117, joined(x, [](U32 a, U32 b) { return a ^ b; }));
  }

 private:
  static int lane() { return static_cast<int>(simt::thread_index().x % 32); }
  static int most(U32 width) { return lane() | (static_cast<int>(width) - 1); }
  template <class T>
  static T slot(const unsigned char* all, int at) {
    T value;
    std::memcpy(&value, all + static_cast<std::size_t>(at) * simt::kSlot, sizeof value);
    return value;
  }
  static U32 given(U32 x, int at) { return slot<U32>(simt::exchange(&x, sizeof x), at); }
  template <class T, class Join>
  static T joined(T x, Join&& join) {
    const unsigned char* const all = simt::exchange(&x, sizeof x);
    T sum = slot<T>(all, 31);
    for (int i = 30; i >= 0; --i) sum = join(sum, slot<T>(all, i));
    return sum;
  }
  static U32 votes(bool x) {
    const U32 mine = x ? U32{1} << lane() : 0;
    return joined(mine, [](U32 a, U32 b) { return a | b; });
  }
  static U32 matches(std::uint64_t x) {
    const unsigned char* const all = simt::exchange(&x, sizeof x);
    U32 mask = 0;
    for (int i = 0; i < 32; ++i) {
      if (slot<std::uint64_t>(all, i) == x) mask |= U32{1} << i;
    }
    return mask;
  }
};

inline constexpr int kFirstSpecial = 200;
// A fault spoils ordinary results only: that an edge is wrong anyone would see.
template <Special kWhich>
float special(float x) {
  const auto y = static_cast<float>(special_reference(kWhich, x));
  if (x == 0 || !std::isnormal(y)) return y;
  return bits_float(spoiled(kFirstSpecial + static_cast<int>(kWhich), float_bits(y)));
}

}  // namespace ga::ptx
