// all_reduce_perf: NCCL's all-reduce, or ours, under the name and the options of nccl-tests, for
// scripts that were written for it. Needs no MPI and starts where there is no driver, saying so.
#include <cstdio>
#include <exception>

#include "benches/nccl_tests/backend_cuda.h"
#include "benches/nccl_tests/perf.h"

int main(int argc, char** argv) {
  try {
    return ga::perf_main({argv, argv + argc}, GA_VERSION, ga::make_cuda_backend);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "all_reduce_perf: error: %s\n", error.what());
    return ga::kPerfFailed;
  }
}
