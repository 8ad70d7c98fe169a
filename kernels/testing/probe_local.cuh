// Probes that every census has: stores to and loads from local memory, which no kernel may have.
#pragma once

namespace probe {

template <int kCount>
__global__ void probe_stl(int* out, int at) {
  volatile int local[64];
#pragma unroll
  for (int i = 0; i < kCount; ++i) local[at + 3 * i] = at;
  out[threadIdx.x] = local[0];
}

template <int kCount>
__global__ void probe_ldl(int* out, int at) {
  volatile int local[64];
  local[at] = at;
  int sum = 0;
#pragma unroll
  for (int i = 0; i < kCount; ++i) sum += local[at + 3 * i];
  out[threadIdx.x] = sum;
}

template __global__ void probe_stl<1>(int*, int);
template __global__ void probe_stl<5>(int*, int);
template __global__ void probe_ldl<1>(int*, int);
template __global__ void probe_ldl<5>(int*, int);

}  // namespace probe
