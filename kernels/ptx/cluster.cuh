// Thread block clusters: rank, addresses in another CTA's shared memory, the cluster's barrier.
// PTX ISA, "Cluster of Cooperative Thread Arrays", "mapa", "barrier.cluster". sm_90.
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
namespace ga::ptx {

__device__ __forceinline__ std::uint32_t cluster_rank() {
  std::uint32_t rank;
  asm volatile("mov.u32 %0, %%cluster_ctarank;\n" : "=r"(rank));
  return rank;
}

// Where the variable that lies at `shared` in this CTA lies in the CTA of that rank.
__device__ __forceinline__ std::uint32_t map_shared(std::uint32_t shared, std::uint32_t rank) {
  std::uint32_t mapped;
  asm volatile("mapa.shared::cluster.u32 %0, %1, %2;\n" : "=r"(mapped) : "r"(shared), "r"(rank));
  return mapped;
}

// A word at such an address.
__device__ __forceinline__ std::uint64_t load_cluster(std::uint32_t mapped) {
  std::uint64_t word;
  asm volatile("ld.shared::cluster.u64 %0, [%1];\n" : "=l"(word) : "r"(mapped) : "memory");
  return word;
}

// Every thread of every CTA arrives once and waits once. Not .aligned: lanes of a warp may come
// from different branches.
__device__ __forceinline__ void cluster_arrive() {
  asm volatile("barrier.cluster.arrive.release;\n" ::: "memory");
}
__device__ __forceinline__ void cluster_wait() {
  asm volatile("barrier.cluster.wait.acquire;\n" ::: "memory");
}

}  // namespace ga::ptx
#endif
