// all_reduce_perf that measures nothing: what scripts written for nccl-tests do with ours is tested
// on it. Never installed.
#include "benches/nccl_tests/perf.h"
#include "benches/nccl_tests/testing/fake_backend.h"

int main(int argc, char** argv) {
  return ga::perf_main({argv, argv + argc}, "test", ga::make_fake_backend);
}
