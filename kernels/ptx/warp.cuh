// Exchanges and votes of a whole warp, one function each, as exercise.shuffle calls them.
// PTX ISA, "shfl.sync", "vote.sync", "match.sync", "redux.sync". sm_80 and newer. All lanes call.
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
namespace ga::ptx {

struct WarpInstructions {
  using U32 = std::uint32_t;
  using S32 = std::int32_t;
  static constexpr U32 kAll = 0xFFFFFFFFu;

  static __device__ __forceinline__ U32 up(U32 x, U32 by, U32 width) {
    return __shfl_up_sync(kAll, x, by, static_cast<int>(width));
  }
  static __device__ __forceinline__ U32 down(U32 x, U32 by, U32 width) {
    return __shfl_down_sync(kAll, x, by, static_cast<int>(width));
  }
  static __device__ __forceinline__ U32 across(U32 x, U32 mask, U32 width) {
    return __shfl_xor_sync(kAll, x, static_cast<int>(mask), static_cast<int>(width));
  }
  static __device__ __forceinline__ U32 from(U32 x, U32 lane, U32 width) {
    return __shfl_sync(kAll, x, static_cast<int>(lane), static_cast<int>(width));
  }
  static __device__ __forceinline__ U32 ballot(bool x) { return __ballot_sync(kAll, x ? 1 : 0); }
  static __device__ __forceinline__ bool any(bool x) { return __any_sync(kAll, x ? 1 : 0) != 0; }
  static __device__ __forceinline__ bool all(bool x) { return __all_sync(kAll, x ? 1 : 0) != 0; }
  static __device__ __forceinline__ U32 match_any(U32 x) { return __match_any_sync(kAll, x); }
  static __device__ __forceinline__ U32 match_any_wide(std::uint64_t x) {
    return __match_any_sync(kAll, static_cast<unsigned long long>(x));
  }
  static __device__ __forceinline__ U32 match_all(U32 x, int& same) {
    return __match_all_sync(kAll, x, &same);
  }
  static __device__ __forceinline__ U32 sum(U32 x) { return __reduce_add_sync(kAll, x); }
  static __device__ __forceinline__ U32 smallest(U32 x) { return __reduce_min_sync(kAll, x); }
  static __device__ __forceinline__ U32 largest(U32 x) { return __reduce_max_sync(kAll, x); }
  static __device__ __forceinline__ S32 smallest(S32 x) { return __reduce_min_sync(kAll, x); }
  static __device__ __forceinline__ S32 largest(S32 x) { return __reduce_max_sync(kAll, x); }
  static __device__ __forceinline__ U32 all_bits(U32 x) { return __reduce_and_sync(kAll, x); }
  static __device__ __forceinline__ U32 any_bits(U32 x) { return __reduce_or_sync(kAll, x); }
  static __device__ __forceinline__ U32 odd_bits(U32 x) { return __reduce_xor_sync(kAll, x); }
};

}  // namespace ga::ptx
#endif
