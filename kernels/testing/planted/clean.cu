// A kernel with nothing to complain about: strict-nvcc.sh must let it pass.
__global__ void clean(float* x) { x[threadIdx.x] *= 2.0f; }
