// Integer instructions, one function each, as exercise.integer calls them.
// PTX ISA, "Integer Arithmetic Instructions", "Logic and Shift Instructions",
// "Extended-Precision Integer Arithmetic Instructions". sm_80 and newer.
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
namespace ga::ptx {

struct IntegerInstructions {
  using U32 = std::uint32_t;
  using U64 = std::uint64_t;
  using S32 = std::int32_t;

  static __device__ __forceinline__ U32 mad(U32 a, U32 b, U32 c) {
    U32 d;
    asm("mad.lo.u32 %0, %1, %2, %3;\n" : "=r"(d) : "r"(a), "r"(b), "r"(c));
    return d;
  }
  static __device__ __forceinline__ U32 mul_high(U32 a, U32 b) {
    U32 d;
    asm("mul.hi.u32 %0, %1, %2;\n" : "=r"(d) : "r"(a), "r"(b));
    return d;
  }
  static __device__ __forceinline__ S32 mul_high_signed(S32 a, S32 b) {
    S32 d;
    asm("mul.hi.s32 %0, %1, %2;\n" : "=r"(d) : "r"(a), "r"(b));
    return d;
  }
  static __device__ __forceinline__ U32 sad(U32 a, U32 b, U32 c) {
    U32 d;
    asm("sad.u32 %0, %1, %2, %3;\n" : "=r"(d) : "r"(a), "r"(b), "r"(c));
    return d;
  }
  static __device__ __forceinline__ U64 mul_wide(U64 a, U64 b) {
    U64 d;
    asm("mul.lo.u64 %0, %1, %2;\n" : "=l"(d) : "l"(a), "l"(b));
    return d;
  }
  static __device__ __forceinline__ U64 mul_wide_high(U64 a, U64 b) {
    U64 d;
    asm("mul.hi.u64 %0, %1, %2;\n" : "=l"(d) : "l"(a), "l"(b));
    return d;
  }
  static __device__ __forceinline__ S32 dp4a_signed(S32 a, S32 b, S32 c) {
    S32 d;
    asm("dp4a.s32.s32 %0, %1, %2, %3;\n" : "=r"(d) : "r"(a), "r"(b), "r"(c));
    return d;
  }
  static __device__ __forceinline__ U32 dp4a(U32 a, U32 b, U32 c) {
    U32 d;
    asm("dp4a.u32.u32 %0, %1, %2, %3;\n" : "=r"(d) : "r"(a), "r"(b), "r"(c));
    return d;
  }
  static __device__ __forceinline__ U32 dp2a_low(U32 a, U32 b, U32 c) {
    U32 d;
    asm("dp2a.lo.u32.u32 %0, %1, %2, %3;\n" : "=r"(d) : "r"(a), "r"(b), "r"(c));
    return d;
  }
  static __device__ __forceinline__ U32 dp2a_high(U32 a, U32 b, U32 c) {
    U32 d;
    asm("dp2a.hi.u32.u32 %0, %1, %2, %3;\n" : "=r"(d) : "r"(a), "r"(b), "r"(c));
    return d;
  }

  // Of high:low, shifted by at most 31, the upper and the lower half.
  static __device__ __forceinline__ U32 funnel_left(U32 low, U32 high, U32 by) {
    U32 d;
    asm("shf.l.wrap.b32 %0, %1, %2, %3;\n" : "=r"(d) : "r"(low), "r"(high), "r"(by));
    return d;
  }
  static __device__ __forceinline__ U32 funnel_right(U32 low, U32 high, U32 by) {
    U32 d;
    asm("shf.r.wrap.b32 %0, %1, %2, %3;\n" : "=r"(d) : "r"(low), "r"(high), "r"(by));
    return d;
  }
  static __device__ __forceinline__ U32 shift_left(U32 a, U32 by) {
    U32 d;
    asm("shl.b32 %0, %1, %2;\n" : "=r"(d) : "r"(a), "r"(by));
    return d;
  }
  static __device__ __forceinline__ U32 shift_right(U32 a, U32 by) {
    U32 d;
    asm("shr.u32 %0, %1, %2;\n" : "=r"(d) : "r"(a), "r"(by));
    return d;
  }
  static __device__ __forceinline__ S32 shift_right_signed(S32 a, U32 by) {
    S32 d;
    asm("shr.s32 %0, %1, %2;\n" : "=r"(d) : "r"(a), "r"(by));
    return d;
  }
  static __device__ __forceinline__ U32 reverse(U32 a) {
    U32 d;
    asm("brev.b32 %0, %1;\n" : "=r"(d) : "r"(a));
    return d;
  }
  static __device__ __forceinline__ U32 count(U32 a) {
    U32 d;
    asm("popc.b32 %0, %1;\n" : "=r"(d) : "r"(a));
    return d;
  }
  static __device__ __forceinline__ U32 leading_zeros(U32 a) {
    U32 d;
    asm("clz.b32 %0, %1;\n" : "=r"(d) : "r"(a));
    return d;
  }
  // All ones where there is no such bit.
  static __device__ __forceinline__ U32 find_high(U32 a) {
    U32 d;
    asm("bfind.u32 %0, %1;\n" : "=r"(d) : "r"(a));
    return d;
  }
  static __device__ __forceinline__ U32 find_high_signed(U32 a) {
    U32 d;
    asm("bfind.s32 %0, %1;\n" : "=r"(d) : "r"(a));
    return d;
  }
  template <int kTable>
  static __device__ __forceinline__ U32 lop3(U32 a, U32 b, U32 c) {
    U32 d;
    asm("lop3.b32 %0, %1, %2, %3, %4;\n" : "=r"(d) : "r"(a), "r"(b), "r"(c), "n"(kTable));
    return d;
  }
  static __device__ __forceinline__ U32 xor3(U32 a, U32 b, U32 c) { return lop3<0x96>(a, b, c); }
  static __device__ __forceinline__ U32 majority(U32 a, U32 b, U32 c) {
    return lop3<0xE8>(a, b, c);
  }
  static __device__ __forceinline__ U32 select_bits(U32 a, U32 b, U32 c) {
    return lop3<0xCA>(a, b, c);
  }
  static __device__ __forceinline__ U32 permute(U32 a, U32 b, U32 selector) {
    U32 d;
    asm("prmt.b32 %0, %1, %2, %3;\n" : "=r"(d) : "r"(a), "r"(b), "r"(selector));
    return d;
  }
  static __device__ __forceinline__ U32 extract(U32 a, U32 at, U32 length) {
    U32 d;
    asm("bfe.u32 %0, %1, %2, %3;\n" : "=r"(d) : "r"(a), "r"(at), "r"(length));
    return d;
  }
  static __device__ __forceinline__ U32 insert(U32 a, U32 into, U32 at, U32 length) {
    U32 d;
    asm("bfi.b32 %0, %1, %2, %3, %4;\n" : "=r"(d) : "r"(a), "r"(into), "r"(at), "r"(length));
    return d;
  }

  static __device__ __forceinline__ U32 smaller(U32 a, U32 b) {
    U32 d;
    asm("min.u32 %0, %1, %2;\n" : "=r"(d) : "r"(a), "r"(b));
    return d;
  }
  static __device__ __forceinline__ U32 larger(U32 a, U32 b) {
    U32 d;
    asm("max.u32 %0, %1, %2;\n" : "=r"(d) : "r"(a), "r"(b));
    return d;
  }
  static __device__ __forceinline__ S32 smaller_signed(S32 a, S32 b) {
    S32 d;
    asm("min.s32 %0, %1, %2;\n" : "=r"(d) : "r"(a), "r"(b));
    return d;
  }
  static __device__ __forceinline__ S32 larger_signed(S32 a, S32 b) {
    S32 d;
    asm("max.s32 %0, %1, %2;\n" : "=r"(d) : "r"(a), "r"(b));
    return d;
  }
  // Divisions are programs of several instructions, on the reciprocal of the special function unit.
  static __device__ __forceinline__ U32 divide(U32 a, U32 b) { return a / b; }
  static __device__ __forceinline__ U32 remainder(U32 a, U32 b) { return a % b; }
  static __device__ __forceinline__ S32 divide_signed(S32 a, S32 b) { return a / b; }
  static __device__ __forceinline__ S32 remainder_signed(S32 a, S32 b) { return a % b; }
  static __device__ __forceinline__ U64 divide_wide(U64 a, U64 b) { return a / b; }
  // No output is written before every input is read: they may share registers.
  static __device__ __forceinline__ U64 carry_add(U64 a, U64 b) {
    U32 low, high;
    asm("{\n"
        ".reg .u32 sum;\n"
        "add.cc.u32 sum, %2, %4;\n"
        "addc.u32 %1, %3, %5;\n"
        "mov.u32 %0, sum;\n"
        "}\n"
        : "=r"(low), "=r"(high)
        : "r"(static_cast<U32>(a)), "r"(static_cast<U32>(a >> 32)), "r"(static_cast<U32>(b)),
          "r"(static_cast<U32>(b >> 32)));
    return (U64{high} << 32) | low;
  }
};

}  // namespace ga::ptx
#endif
