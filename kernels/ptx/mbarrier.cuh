// mbarrier: a counter of arrivals and bytes in shared memory, whose phases threads wait for.
// PTX ISA, "Parallel Synchronization and Communication Instructions: mbarrier". sm_90.
//
// A phase is complete once all arrivals have come and all expected bytes have landed. Waiting for
// parity p returns when the phase with that parity is complete; a fresh barrier counts as having
// completed one of parity 1.
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
namespace ga::ptx {

__device__ __forceinline__ void mbarrier_init(std::uint32_t barrier, std::uint32_t arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;\n" ::"r"(barrier), "r"(arrivals)
               : "memory");
}

// Earlier inits become visible to the other CTAs of the cluster and to the copies.
__device__ __forceinline__ void mbarrier_init_fence() {
  asm volatile("fence.mbarrier_init.release.cluster;\n" ::: "memory");
}

__device__ __forceinline__ void mbarrier_arrive(std::uint32_t barrier) {
  asm volatile("mbarrier.arrive.release.cta.shared::cta.b64 _, [%0];\n" ::"r"(barrier) : "memory");
}

// `barrier` is an address of the cluster's shared memory, from map_shared. It publishes no ordinary
// stores to the peer: a release of the cluster's scope would be a fence of the whole GPU each time.
__device__ __forceinline__ void mbarrier_arrive_cluster(std::uint32_t barrier) {
  asm volatile("mbarrier.arrive.release.cta.shared::cluster.b64 _, [%0];\n" ::"r"(barrier)
               : "memory");
}

// One arrival that also announces `bytes` to come in this phase.
__device__ __forceinline__ void mbarrier_arrive_expect(std::uint32_t barrier, std::uint32_t bytes) {
  asm volatile(
      "mbarrier.arrive.expect_tx.release.cta.shared::cta.b64 _, [%0], %1;\n" ::"r"(barrier),
      "r"(bytes)
      : "memory");
}

// May suspend the thread for a while; false where the phase is still open. What copies have written
// is seen by whoever has waited; an acquire of the cluster's scope would empty the L1 as well.
__device__ __forceinline__ bool mbarrier_try_wait(std::uint32_t barrier, std::uint32_t parity) {
  std::uint32_t complete;
  asm volatile(
      "{\n"
      ".reg .pred p;\n"
      "mbarrier.try_wait.parity.acquire.cta.shared::cta.b64 p, [%1], %2;\n"
      "selp.u32 %0, 1, 0, p;\n"
      "}\n"
      : "=r"(complete)
      : "r"(barrier), "r"(parity)
      : "memory");
  return complete != 0;
}

}  // namespace ga::ptx
#endif
