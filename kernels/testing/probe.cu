// One kernel per instruction that the census counts, with the instruction once and five times: its
// opcode is the one that occurs four times more.
#include "kernels/ptx/async_copy.cuh"
#include "kernels/ptx/matrix.cuh"
#include "kernels/ptx/softmax.cuh"
#include "kernels/testing/probe_local.cuh"

namespace probe {

// Of different operands each time: ptxas does what it makes of a missing instruction only once.
template <class In, int kCount>
__device__ __forceinline__ void multiply(void* out, const std::uint32_t* in) {
  ga::ptx::MmaSum<In> c[4] = {};
#pragma unroll
  for (int i = 0; i < kCount; ++i, in += 6) {
    const std::uint32_t a[4] = {in[0], in[1], in[2], in[3]};
    ga::ptx::mma<In>(c, a, in[4], in[5]);
  }
  static_cast<ga::ptx::MmaSum<In>*>(out)[threadIdx.x] = c[0] + c[1] + c[2] + c[3];
}

template <int kCount>
__global__ void probe_hmma(void* out, const std::uint32_t* in) {
  multiply<ga::Bf16, kCount>(out, in);
}

template <int kCount>
__global__ void probe_imma(void* out, const std::uint32_t* in) {
  multiply<std::int8_t, kCount>(out, in);
}

template <int kCount>
__global__ void probe_qmma(void* out, const std::uint32_t* in) {
  multiply<ga::Fp8, kCount>(out, in);
}

template <int kCount>
__global__ void probe_ldsm(std::uint32_t* out) {
  __shared__ std::uint32_t shared[4096];
  std::uint32_t sum = 0;
#pragma unroll
  for (int i = 0; i < kCount; ++i) {
    std::uint32_t f[4];
    ga::ptx::ldmatrix_x4(f, ga::ptx::shared_address(shared + 512 * i + 4 * threadIdx.x));
    sum += f[0] ^ f[1] ^ f[2] ^ f[3];
  }
  out[threadIdx.x] = sum;
}

template <int kCount>
__global__ void probe_ldgsts(const std::uint32_t* in) {
  __shared__ std::uint32_t shared[4096];
#pragma unroll
  for (int i = 0; i < kCount; ++i) {
    ga::ptx::cp_async_16(ga::ptx::shared_address(shared + 512 * i + 4 * threadIdx.x),
                         in + 512 * i + 4 * threadIdx.x, 16);
  }
  ga::ptx::cp_async_commit();
  ga::ptx::cp_async_wait<0>();
}

template <int kCount>
__global__ void probe_mufu(float* out, float value) {
#pragma unroll
  for (int i = 0; i < kCount; ++i) value = ga::ptx::exp2_approx(value);
  out[threadIdx.x] = value;
}

}  // namespace probe

template __global__ void probe::probe_hmma<1>(void*, const std::uint32_t*);
template __global__ void probe::probe_hmma<5>(void*, const std::uint32_t*);
template __global__ void probe::probe_imma<1>(void*, const std::uint32_t*);
template __global__ void probe::probe_imma<5>(void*, const std::uint32_t*);
template __global__ void probe::probe_qmma<1>(void*, const std::uint32_t*);
template __global__ void probe::probe_qmma<5>(void*, const std::uint32_t*);
template __global__ void probe::probe_ldsm<1>(std::uint32_t*);
template __global__ void probe::probe_ldsm<5>(std::uint32_t*);
template __global__ void probe::probe_ldgsts<1>(const std::uint32_t*);
template __global__ void probe::probe_ldgsts<5>(const std::uint32_t*);
template __global__ void probe::probe_mufu<1>(float*, float);
template __global__ void probe::probe_mufu<5>(float*, float);
