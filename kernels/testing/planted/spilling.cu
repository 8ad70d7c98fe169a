// 200 live values in 32 registers: must fail with the options of kernels that may not spill.
__global__ void __launch_bounds__(1024, 2) spilling(float* x) {
  float value[200];
#pragma unroll
  for (int i = 0; i < 200; ++i) value[i] = x[i * 1024 + threadIdx.x];
  __syncthreads();
#pragma unroll
  for (int i = 0; i < 200; ++i) x[i * 1024 + threadIdx.x] = value[199 - i] * value[i];
}
