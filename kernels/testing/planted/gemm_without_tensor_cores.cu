// By its name a Hopper GEMM, without any of what makes one, and with fences of the whole GPU in its
// loop: the census must complain of both.
namespace ga {
__global__ void gemm_sm90_kernel(float* x) {
  for (int i = 0; i < 3; ++i) {
    x[threadIdx.x] += 1.0f;
    __threadfence();
  }
}
}  // namespace ga
