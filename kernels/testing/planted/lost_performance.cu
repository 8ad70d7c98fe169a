// setmaxnreg without a known register count at entry: ptxas ignores it and says so in C7508, as
// information, with exit status 0. For sm_90a.
__global__ void lost_performance(float* x) {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 40;\n");
  x[threadIdx.x] += 1.0f;
}
