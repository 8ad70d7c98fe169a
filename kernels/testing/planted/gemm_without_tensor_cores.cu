// By its name a Hopper GEMM, without any of what makes one: the census must complain.
namespace ga {
__global__ void gemm_sm90_kernel(float* x) { x[threadIdx.x] += 1.0f; }
}  // namespace ga
