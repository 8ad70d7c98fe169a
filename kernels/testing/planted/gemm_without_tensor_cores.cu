// By its name a Hopper GEMM, without any of what makes one, and with fences of the whole GPU in its
// loop: the census must complain of both. And one of fp8 and one of int8 that lack their products.
namespace ga {
__global__ void gemm_sm90_kernel(float* x) {
  for (int i = 0; i < 3; ++i) {
    x[threadIdx.x] += 1.0f;
    __threadfence();
  }
}

template <int kM>
struct Sm90Shape {};
struct Fp8 {};
template <class Shape, class In, class Out>
__global__ void gemm_sm90_kernel(Out* x) {
  x[threadIdx.x] += 1;
}
template __global__ void gemm_sm90_kernel<Sm90Shape<128>, Fp8, float>(float*);
template __global__ void gemm_sm90_kernel<Sm90Shape<128>, signed char, int>(int*);
}  // namespace ga
