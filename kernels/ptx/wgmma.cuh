// wgmma: a warpgroup multiplies two operands in shared memory, asynchronously.
// PTX ISA, "Asynchronous Warpgroup Level Matrix Multiply-Accumulate Instructions". sm_90a.
//
// Order of use: wgmma_fence, any number of wgmma, wgmma_commit; the accumulators and the operands
// may be touched again after wgmma_wait. All 128 threads take part in each.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/data/bf16.h"
#include "kernels/data/fp16.h"
#include "kernels/data/fp8.h"
#include "kernels/data/tf32.h"

#if defined(__CUDACC__)
namespace ga::ptx {

// Before the first wgmma, and after registers of an accumulator were touched.
__device__ __forceinline__ void wgmma_fence() {
  asm volatile("wgmma.fence.sync.aligned;\n" ::: "memory");
}

// Closes the warpgroup's current group.
__device__ __forceinline__ void wgmma_commit() {
  asm volatile("wgmma.commit_group.sync.aligned;\n" ::: "memory");
}

// Waits until at most the latest `kPending` groups are unfinished.
template <int kPending>
__device__ __forceinline__ void wgmma_wait() {
  asm volatile("wgmma.wait_group.sync.aligned %0;\n" ::"n"(kPending) : "memory");
}

// No instruction. The compiler does not know that a wait writes registers: what reads the
// accumulators after it must depend on something that stands after it. And what writes to the
// registers of an operand: they are in use until then.
template <class Sum, int kCount>
__device__ __forceinline__ void wgmma_settle(Sum (&c)[kCount]) {
#pragma unroll
  for (int i = 0; i < kCount; ++i) {
    if constexpr (std::is_same_v<Sum, float>) {
      asm volatile("" : "+f"(c[i])::"memory");
    } else {
      asm volatile("" : "+r"(c[i])::"memory");
    }
  }
}

// c (+)= a b: 64 rows x 2 kCount columns and 32 bytes of k, both operands by descriptor;
// `accumulate` zero ignores what c holds. a is K-major. b is MN-major ("transposed") for 16-bit
// types, which alone can be, and K-major for the others. Sums are floats; of int8 they are int32,
// which wrap around. With warp w of the warpgroup, g = lane / 4 and t = lane % 4: c[4 j],
// c[4 j + 1] is row 16 w + g, columns 8 j + 2 t and the next; c[4 j + 2], c[4 j + 3] the same 8
// rows below.
template <class In, class Sum, int kCount>
__device__ void wgmma(Sum (&c)[kCount], std::uint64_t a, std::uint64_t b, int accumulate);

// The same for 16-bit types with b K-major too.
template <class In, int kCount>
__device__ void wgmma_along_k(float (&c)[kCount], std::uint64_t a, std::uint64_t b, int accumulate);

// The same for 16-bit types with a in registers and b MN-major. a is 64 rows x 16 of k, two
// elements a register, the first in the lower half: with w, g, t as above a[0] is row 16 w + g, k 2
// t and the next, a[1] the same 8 rows below, a[2] and a[3] these two 8 of k further on. So c[8 s]
// to c[8 s + 7] of a product, rounded and packed by pairs, are a of step s of the next product. The
// registers belong to the tensor cores until wgmma_wait.
template <class In, int kCount>
__device__ void wgmma_registers(float (&c)[kCount], const std::uint32_t (&a)[4], std::uint64_t b,
                                int accumulate);

// The operands of one asm statement cannot be counted by a loop: docs/adr/0009. Gone at the end.
// clang-format off
#define GA_OUT_16(reg, i)                                                                   \
  reg(c[i]), reg(c[i + 1]), reg(c[i + 2]), reg(c[i + 3]), reg(c[i + 4]), reg(c[i + 5]),     \
  reg(c[i + 6]), reg(c[i + 7]), reg(c[i + 8]), reg(c[i + 9]), reg(c[i + 10]), reg(c[i + 11]), \
  reg(c[i + 12]), reg(c[i + 13]), reg(c[i + 14]), reg(c[i + 15])
#define GA_OUT_32(reg, i) GA_OUT_16(reg, i), GA_OUT_16(reg, i + 16)
#define GA_OUT_64(reg, i) \
  GA_OUT_16(reg, i), GA_OUT_16(reg, i + 16), GA_OUT_16(reg, i + 32), GA_OUT_16(reg, i + 48)
#define GA_AT_32                                                                               \
  "%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24," \
  "%25,%26,%27,%28,%29,%30,%31"
#define GA_AT_64                                                                               \
  "%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24," \
  "%25,%26,%27,%28,%29,%30,%31,%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,"   \
  "%47,%48,%49,%50,%51,%52,%53,%54,%55,%56,%57,%58,%59,%60,%61,%62,%63"
#define GA_AT_128                                                                               \
  GA_AT_64 ",%64,%65,%66,%67,%68,%69,%70,%71,%72,%73,%74,%75,%76,%77,%78,%79,%80,%81,%82,%83,"  \
  "%84,%85,%86,%87,%88,%89,%90,%91,%92,%93,%94,%95,%96,%97,%98,%99,%100,%101,%102,%103,%104,"   \
  "%105,%106,%107,%108,%109,%110,%111,%112,%113,%114,%115,%116,%117,%118,%119,%120,%121,%122,"  \
  "%123,%124,%125,%126,%127"
#define GA_WGMMA(In, Sum, count, shape, flags, at, a_at, b_at, accumulate_at, ...)      \
  template <>                                                                           \
  __device__ __forceinline__ void wgmma<In, Sum, count>(                                \
      Sum(&c)[count], std::uint64_t a, std::uint64_t b, int accumulate) {               \
    asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, " accumulate_at ", 0;\n"             \
                 "wgmma.mma_async.sync.aligned." shape " {" at "}, " a_at ", " b_at     \
                 ", p" flags ";\n}\n"                                                   \
                 : __VA_ARGS__                                                          \
                 : "l"(a), "l"(b), "r"(accumulate));                                    \
  }
// Both widths of one type. The flags: signs of a and b, and whether they are transposed; each
// family of types has its own.
#define GA_WGMMA_BOTH(In, Sum, reg, depth, types, flags)                                           \
  GA_WGMMA(In, Sum, 64, "m64n128k" depth "." types, flags, GA_AT_64, "%64", "%65", "%66",          \
           GA_OUT_64(reg, 0))                                                                      \
  GA_WGMMA(In, Sum, 128, "m64n256k" depth "." types, flags, GA_AT_128, "%128", "%129", "%130",     \
           GA_OUT_64(reg, 0), GA_OUT_64(reg, 64))
GA_WGMMA_BOTH(Bf16, float, "+f", "16", "f32.bf16.bf16", ", 1, 1, 0, 1")
GA_WGMMA_BOTH(Fp16, float, "+f", "16", "f32.f16.f16", ", 1, 1, 0, 1")
GA_WGMMA_BOTH(Tf32, float, "+f", "8", "f32.tf32.tf32", ", 1, 1")
GA_WGMMA_BOTH(Fp8, float, "+f", "32", "f32.e4m3.e4m3", ", 1, 1")
GA_WGMMA_BOTH(std::int8_t, std::int32_t, "+r", "32", "s32.s8.s8", "")
#define GA_WGMMA_ALONG_K(In, count, shape, at, a_at, b_at, accumulate_at, ...)                    \
  template <>                                                                                     \
  __device__ __forceinline__ void wgmma_along_k<In, count>(                                       \
      float(&c)[count], std::uint64_t a, std::uint64_t b, int accumulate) {                       \
    asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, " accumulate_at ", 0;\n"                       \
                 "wgmma.mma_async.sync.aligned." shape " {" at "}, " a_at ", " b_at               \
                 ", p, 1, 1, 0, 0;\n}\n"                                                          \
                 : __VA_ARGS__                                                                    \
                 : "l"(a), "l"(b), "r"(accumulate));                                              \
  }
#define GA_WGMMA_ALONG_K_BOTH(In, types)                                                          \
  GA_WGMMA_ALONG_K(In, 32, "m64n64k16." types, GA_AT_32, "%32", "%33", "%34", GA_OUT_32("+f", 0))  \
  GA_WGMMA_ALONG_K(In, 64, "m64n128k16." types, GA_AT_64, "%64", "%65", "%66", GA_OUT_64("+f", 0))
GA_WGMMA_ALONG_K_BOTH(Bf16, "f32.bf16.bf16")
GA_WGMMA_ALONG_K_BOTH(Fp16, "f32.f16.f16")
#define GA_WGMMA_REGISTERS(In, count, shape, at, a_at, b_at, accumulate_at, ...)                  \
  template <>                                                                                     \
  __device__ __forceinline__ void wgmma_registers<In, count>(                                     \
      float(&c)[count], const std::uint32_t (&a)[4], std::uint64_t b, int accumulate) {           \
    asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, " accumulate_at ", 0;\n"                       \
                 "wgmma.mma_async.sync.aligned." shape " {" at "}, {" a_at "}, " b_at             \
                 ", p, 1, 1, 1;\n}\n"                                                             \
                 : __VA_ARGS__                                                                    \
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(accumulate));          \
  }
#define GA_WGMMA_REGISTERS_BOTH(In, types)                                                        \
  GA_WGMMA_REGISTERS(In, 32, "m64n64k16." types, GA_AT_32, "%32,%33,%34,%35", "%36", "%37",       \
                     GA_OUT_32("+f", 0))                                                          \
  GA_WGMMA_REGISTERS(In, 64, "m64n128k16." types, GA_AT_64, "%64,%65,%66,%67", "%68", "%69",      \
                     GA_OUT_64("+f", 0))
GA_WGMMA_REGISTERS_BOTH(Bf16, "f32.bf16.bf16")
GA_WGMMA_REGISTERS_BOTH(Fp16, "f32.f16.f16")
#undef GA_WGMMA_REGISTERS_BOTH
#undef GA_WGMMA_REGISTERS
#undef GA_WGMMA_ALONG_K_BOTH
#undef GA_WGMMA_ALONG_K
#undef GA_WGMMA_BOTH
#undef GA_WGMMA
#undef GA_AT_128
#undef GA_AT_64
#undef GA_AT_32
#undef GA_OUT_64
#undef GA_OUT_32
#undef GA_OUT_16
// clang-format on

}  // namespace ga::ptx
#endif
