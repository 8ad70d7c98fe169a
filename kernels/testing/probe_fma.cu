// One kernel per instruction that the census counts in the fp32 and fp64 GEMM, with the instruction
// once and five times: see probe.cu.
#include "kernels/ptx/async_copy.cuh"
#include "kernels/ptx/fma.cuh"
#include "kernels/ptx/matrix_fp64.cuh"
#include "kernels/ptx/shared.cuh"
#include "kernels/testing/probe_local.cuh"

namespace probe {

// Where there is no packed instruction, nobody needs the second half.
template <int kCount>
__global__ void probe_ffma(float* out, const float* in) {
  float c = in[threadIdx.x], d = in[threadIdx.x + 32];
  const float a = in[threadIdx.x + 64], b = in[threadIdx.x + 96];
#pragma unroll
  for (int i = 0; i < kCount; ++i) ga::ptx::fma_pair(c, d, a, b, a);
  out[threadIdx.x] = c;
}

template <int kCount>
__global__ void probe_dmma(double* out, const double* in) {
  double c[2] = {};
#pragma unroll
  for (int i = 0; i < kCount; ++i) ga::ptx::mma_m8n8k4(c[0], c[1], in[0], in[1]);
  out[threadIdx.x] = c[0] + c[1];
}

template <int kCount>
__global__ void probe_lds(float* out) {
  __shared__ float shared[4096];
  float sum = 0;
#pragma unroll
  for (int i = 0; i < kCount; ++i) {
    float f[4];
    ga::ptx::load_shared(f, ga::ptx::shared_address(shared + 512 * i + 4 * threadIdx.x));
    sum += f[0] + f[1] + f[2] + f[3];
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

}  // namespace probe

template __global__ void probe::probe_ffma<1>(float*, const float*);
template __global__ void probe::probe_ffma<5>(float*, const float*);
template __global__ void probe::probe_dmma<1>(double*, const double*);
template __global__ void probe::probe_dmma<5>(double*, const double*);
template __global__ void probe::probe_lds<1>(float*);
template __global__ void probe::probe_lds<5>(float*);
template __global__ void probe::probe_ldgsts<1>(const std::uint32_t*);
template __global__ void probe::probe_ldgsts<5>(const std::uint32_t*);
