// As probe.cu, for the instructions that only sm_90a has.
#include "kernels/ptx/async_copy.cuh"
#include "kernels/ptx/convert.cuh"
#include "kernels/ptx/mbarrier.cuh"
#include "kernels/ptx/softmax.cuh"
#include "kernels/ptx/tma.cuh"
#include "kernels/ptx/warpgroup.cuh"
#include "kernels/ptx/wgmma.cuh"
#include "kernels/testing/probe_local.cuh"

namespace probe {

template <class In, class Sum, int kCount>
__device__ __forceinline__ void products(Sum* out, std::uint64_t a) {
  Sum c[64] = {};
  ga::ptx::wgmma_fence();
#pragma unroll
  for (int i = 0; i < kCount; ++i) ga::ptx::wgmma<In>(c, a, a, 1);
  ga::ptx::wgmma_commit();
  ga::ptx::wgmma_wait<0>();
  ga::ptx::wgmma_settle(c);
  Sum sum = 0;
  for (int i = 0; i < 64; ++i) sum += c[i];
  out[threadIdx.x] = sum;
}

// HGMMA multiplies tf32 too.
template <int kCount>
__launch_bounds__(128, 1) __global__ void probe_hgmma(float* out, std::uint64_t a) {
  products<ga::Bf16, float, kCount>(out, a);
}

// The same with the first operand in registers: an opcode of its own.
template <int kCount>
__launch_bounds__(128, 1) __global__ void probe_hgmmar(float* out, std::uint64_t b) {
  const std::uint32_t value = threadIdx.x;
  const std::uint32_t a[4] = {value, value, value, value};
  float c[64] = {};
  ga::ptx::wgmma_fence();
#pragma unroll
  for (int i = 0; i < kCount; ++i) ga::ptx::wgmma_registers<ga::Bf16>(c, a, b, 1);
  ga::ptx::wgmma_commit();
  ga::ptx::wgmma_wait<0>();
  ga::ptx::wgmma_settle(c);
  float sum = 0;
  for (int i = 0; i < 64; ++i) sum += c[i];
  out[threadIdx.x] = sum;
}

template <int kCount>
__launch_bounds__(128, 1) __global__ void probe_qgmma(float* out, std::uint64_t a) {
  products<ga::Fp8, float, kCount>(out, a);
}

template <int kCount>
__launch_bounds__(128, 1) __global__ void probe_igmma(std::int32_t* out, std::uint64_t a) {
  products<std::int8_t, std::int32_t, kCount>(out, a);
}

template <int kCount>
__global__ void probe_utmaldg(const __grid_constant__ ga::TensorMap map, std::uint32_t to) {
  if (!ga::ptx::elect()) return;
#pragma unroll
  for (int i = 0; i < kCount; ++i) ga::ptx::tma_load(to, &map, 8192, 64, 64);
}

template <int kCount>
__global__ void probe_utmastg(const __grid_constant__ ga::TensorMap map, std::uint32_t from) {
#pragma unroll
  for (int i = 0; i < kCount; ++i) ga::ptx::tma_store(&map, from, 64, 64);
}

template <int kCount>
__global__ void probe_syncs(int* out, std::uint32_t barrier) {
  int complete = 0;
#pragma unroll
  for (int i = 0; i < kCount; ++i) {
    if (ga::ptx::mbarrier_try_wait(barrier + 8 * i, 0)) ++complete;
  }
  out[threadIdx.x] = complete;
}

template <int kCount>
__global__ void probe_fence() {
#pragma unroll
  for (int i = 0; i < kCount; ++i) ga::ptx::fence_proxy_async();
}

template <int kCount>
__global__ void probe_depbar() {
#pragma unroll
  for (int i = 0; i < kCount; ++i) ga::ptx::bulk_wait<0>();
}

template <int kCount>
__global__ void probe_errbar() {
#pragma unroll
  for (int i = 0; i < kCount; ++i) __threadfence();
}

template <int kCount>
__global__ void probe_stsm(std::uint32_t to, std::uint32_t value) {
  const std::uint32_t values[4] = {value, value, value, value};
#pragma unroll
  for (int i = 0; i < kCount; ++i) ga::ptx::stmatrix_x4(to + 512 * i, values);
}

template <int kCount>
__global__ void probe_mufu(float* out, float value) {
#pragma unroll
  for (int i = 0; i < kCount; ++i) value = ga::ptx::exp2_approx(value);
  out[threadIdx.x] = value;
}

template <int kCount>
__device__ __forceinline__ void give_back() {  // each time fewer, or one would be enough
  ga::ptx::setmaxnreg_dec<40 + 8 * kCount>();
  if constexpr (kCount > 1) give_back<kCount - 1>();
}

template <int kCount>
__launch_bounds__(384, 1) __global__ void probe_usetmaxreg(int* out) {
  give_back<kCount>();
  out[threadIdx.x] = 1;
}

}  // namespace probe

template __global__ void probe::probe_hgmma<1>(float*, std::uint64_t);
template __global__ void probe::probe_hgmma<5>(float*, std::uint64_t);
template __global__ void probe::probe_hgmmar<1>(float*, std::uint64_t);
template __global__ void probe::probe_hgmmar<5>(float*, std::uint64_t);
template __global__ void probe::probe_qgmma<1>(float*, std::uint64_t);
template __global__ void probe::probe_qgmma<5>(float*, std::uint64_t);
template __global__ void probe::probe_igmma<1>(std::int32_t*, std::uint64_t);
template __global__ void probe::probe_igmma<5>(std::int32_t*, std::uint64_t);
template __global__ void probe::probe_utmaldg<1>(const __grid_constant__ ga::TensorMap,
                                                 std::uint32_t);
template __global__ void probe::probe_utmaldg<5>(const __grid_constant__ ga::TensorMap,
                                                 std::uint32_t);
template __global__ void probe::probe_utmastg<1>(const __grid_constant__ ga::TensorMap,
                                                 std::uint32_t);
template __global__ void probe::probe_utmastg<5>(const __grid_constant__ ga::TensorMap,
                                                 std::uint32_t);
template __global__ void probe::probe_syncs<1>(int*, std::uint32_t);
template __global__ void probe::probe_syncs<5>(int*, std::uint32_t);
template __global__ void probe::probe_fence<1>();
template __global__ void probe::probe_fence<5>();
template __global__ void probe::probe_depbar<1>();
template __global__ void probe::probe_depbar<5>();
template __global__ void probe::probe_errbar<1>();
template __global__ void probe::probe_errbar<5>();
template __global__ void probe::probe_stsm<1>(std::uint32_t, std::uint32_t);
template __global__ void probe::probe_stsm<5>(std::uint32_t, std::uint32_t);
template __global__ void probe::probe_mufu<1>(float*, float);
template __global__ void probe::probe_mufu<5>(float*, float);
template __global__ void probe::probe_usetmaxreg<1>(int*);
template __global__ void probe::probe_usetmaxreg<5>(int*);
