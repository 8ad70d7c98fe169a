// Probes of the instructions between GPUs: see probe.cu. A release at the system's scope is a fence
// and a store, an acquire a load after which L1 is dropped: the fence and the dropping are what a
// relaxed access would be without.
#include "kernels/ptx/multimem.cuh"
#include "kernels/ptx/system.cuh"
#include "kernels/testing/probe_local.cuh"

namespace probe {

template <int kCount>
__global__ void probe_errbar(std::uint32_t* flag) {
#pragma unroll
  for (int i = 0; i < kCount; ++i) ga::ptx::store_release_system(flag + 64 * i, flag[0]);
}

template <int kCount>
__global__ void probe_cctl(std::uint32_t* flag) {
  std::uint32_t seen = 0;
#pragma unroll
  for (int i = 0; i < kCount; ++i) seen += ga::ptx::load_acquire_system(flag + 64 * i);
  flag[1] = seen;
}

template <int kCount>
__global__ void probe_ldgmc(ga::ptx::Vector* data) {
  ga::ptx::Vector seen{};
#pragma unroll
  for (int i = 0; i < kCount; ++i) {
    const ga::ptx::Vector v = ga::ptx::multimem_add<ga::Bf16>(data + 64 * i);
    seen.word[0] ^= v.word[0];
    seen.word[1] ^= v.word[1];
  }
  data[1] = seen;
}

// Ordinary accesses, so that the others are told from them.
template <int kCount>
__global__ void probe_stg(ga::ptx::Vector* data) {
  const ga::ptx::Vector v = ga::ptx::load_shared_data(data);
#pragma unroll
  for (int i = 0; i < kCount; ++i) ga::ptx::store_shared_data(data + 64 * i, v);
}

}  // namespace probe

template __global__ void probe::probe_errbar<1>(std::uint32_t*);
template __global__ void probe::probe_errbar<5>(std::uint32_t*);
template __global__ void probe::probe_cctl<1>(std::uint32_t*);
template __global__ void probe::probe_cctl<5>(std::uint32_t*);
template __global__ void probe::probe_ldgmc<1>(ga::ptx::Vector*);
template __global__ void probe::probe_ldgmc<5>(ga::ptx::Vector*);
template __global__ void probe::probe_stg<1>(ga::ptx::Vector*);
template __global__ void probe::probe_stg<5>(ga::ptx::Vector*);
