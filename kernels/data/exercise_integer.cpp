// The answers of exercise.integer, in plain C++.
#include "kernels/data/exercise_integer.h"

#include <algorithm>
#include <bit>

#include "kernels/data/exercise_parts.h"

namespace ga {
namespace {

using U32 = std::uint32_t;
using U64 = std::uint64_t;
using S32 = std::int32_t;

U32 byte_of(U64 word, int at) { return static_cast<U32>(word >> (8 * at)) & 0xFFu; }
U32 half_of(U32 word, int at) { return (word >> (16 * at)) & 0xFFFFu; }
S32 signed_byte(S32 word, int at) {
  return static_cast<std::int8_t>(byte_of(as_unsigned(word), at));
}

struct PlainOps {
  static U32 mad(U32 a, U32 b, U32 c) { return a * b + c; }
  static U32 mul_high(U32 a, U32 b) { return static_cast<U32>(U64{a} * b >> 32); }
  static S32 mul_high_signed(S32 a, S32 b) { return static_cast<S32>(std::int64_t{a} * b >> 32); }
  static U32 sad(U32 a, U32 b, U32 c) { return c + (a > b ? a - b : b - a); }
  static U64 mul_wide(U64 a, U64 b) { return a * b; }
  static U64 mul_wide_high(U64 a, U64 b) {
    __extension__ typedef unsigned __int128 Wide;
    return static_cast<U64>(static_cast<Wide>(a) * b >> 64);
  }
  static S32 dp4a_signed(S32 a, S32 b, S32 c) {
    U32 sum = as_unsigned(c);
    for (int i = 0; i < 4; ++i) sum += as_unsigned(signed_byte(a, i) * signed_byte(b, i));
    return as_signed(sum);
  }
  static U32 dp4a(U32 a, U32 b, U32 c) {
    for (int i = 0; i < 4; ++i) c += byte_of(a, i) * byte_of(b, i);
    return c;
  }
  static U32 dp2a_low(U32 a, U32 b, U32 c) {
    return c + half_of(a, 0) * byte_of(b, 0) + half_of(a, 1) * byte_of(b, 1);
  }
  static U32 dp2a_high(U32 a, U32 b, U32 c) {
    return c + half_of(a, 0) * byte_of(b, 2) + half_of(a, 1) * byte_of(b, 3);
  }

  static U32 funnel_left(U32 low, U32 high, U32 by) {
    return static_cast<U32>(((U64{high} << 32 | low) << by) >> 32);
  }
  static U32 funnel_right(U32 low, U32 high, U32 by) {
    return static_cast<U32>((U64{high} << 32 | low) >> by);
  }
  static U32 shift_left(U32 a, U32 by) { return a << by; }
  static U32 shift_right(U32 a, U32 by) { return a >> by; }
  static S32 shift_right_signed(S32 a, U32 by) { return a >> by; }
  static U32 reverse(U32 a) {
    U32 out = 0;
    for (int i = 0; i < 32; ++i) out |= (a >> i & 1u) << (31 - i);
    return out;
  }
  static U32 count(U32 a) { return static_cast<U32>(std::popcount(a)); }
  static U32 leading_zeros(U32 a) { return static_cast<U32>(std::countl_zero(a)); }
  static U32 find_high(U32 a) { return a == 0 ? ~U32{0} : 31 - leading_zeros(a); }
  // Of a negative number the highest bit that is 0.
  static U32 find_high_signed(U32 a) { return find_high(a >> 31 != 0 ? ~a : a); }
  static U32 xor3(U32 a, U32 b, U32 c) { return a ^ b ^ c; }
  static U32 majority(U32 a, U32 b, U32 c) { return (a & b) | (a & c) | (b & c); }
  static U32 select_bits(U32 a, U32 b, U32 c) { return (a & b) | (~a & c); }
  static U32 permute(U32 a, U32 b, U32 selector) {
    U32 out = 0;
    for (int i = 0; i < 4; ++i) {
      out |= byte_of(U64{b} << 32 | a, static_cast<int>(selector >> (4 * i) & 7u)) << (8 * i);
    }
    return out;
  }
  static U32 extract(U32 a, U32 at, U32 length) {
    return static_cast<U32>((U64{a} >> at) & ((U64{1} << length) - 1));
  }
  static U32 insert(U32 a, U32 into, U32 at, U32 length) {
    const auto mask = static_cast<U32>(((U64{1} << length) - 1) << at);
    return (into & ~mask) | (static_cast<U32>(U64{a} << at) & mask);
  }

  static U32 smaller(U32 a, U32 b) { return std::min(a, b); }
  static U32 larger(U32 a, U32 b) { return std::max(a, b); }
  static S32 smaller_signed(S32 a, S32 b) { return std::min(a, b); }
  static S32 larger_signed(S32 a, S32 b) { return std::max(a, b); }
  static U32 divide(U32 a, U32 b) { return a / b; }
  static U32 remainder(U32 a, U32 b) { return a % b; }
  static S32 divide_signed(S32 a, S32 b) { return a / b; }
  static S32 remainder_signed(S32 a, S32 b) { return a % b; }
  static U64 divide_wide(U64 a, U64 b) { return a / b; }
  static U64 carry_add(U64 a, U64 b) { return a + b; }
};

}  // namespace

std::uint64_t integer_word(std::uint64_t key, int thread) {
  std::uint64_t sum = 0;
  for (int round = 0; round < kExerciseRounds; ++round) {
    sum = integer_round<PlainOps>(key, round, thread, sum);
  }
  return sum;
}

}  // namespace ga
