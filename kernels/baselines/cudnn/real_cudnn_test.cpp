// The machine's own cuDNN, without a GPU: it plans for one that is described to it.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <string_view>

#include "kernels/baselines/cudnn/cudnn.h"

namespace ga {
namespace {

// An H200 as cuDNN writes one down; what of it matters to the choice is the architecture (900), the
// multiprocessors and the shared memory.
constexpr std::string_view kH200 =
    R"({"cudaDeviceId":0,"deviceName":"NVIDIA H200","deviceVer":900,"driverVer":13000,)"
    R"("isTccDriver":0,"l2CacheSize":62914560,"maxCtasPerSM":32,"maxRegistersPerSM":65536,)"
    R"("maxSharedMemoryPerBlock":49152,"maxSharedMemoryPerBlockOptin":232448,)"
    R"("maxThreadsPerBlock":1024,"maxThreadsPerSM":2048,"memClockRateKHz":3201000,)"
    R"("multiProcessorCount":132,"pciDeviceId":0,"regsPerBlock":65536,)"
    R"("reservedSharedMemoryPerBlock":1024,"smClockRateKHz":1980000,"supportCoopLaunch":1,)"
    R"("totalGlobalMem":150000000000,"warpSize":32,"maxBlockSize":[1024,1024,64],)"
    R"("maxGridSize":[2147483647,65535,65535]})";

bool has_gpu() {
  int devices = 0;
  return cudaGetDeviceCount(&devices) == cudaSuccess && devices > 0;
}

// The machine's own library, with a driver that does nothing where it has none.
Result<Cudnn> real_one() {
  if (!has_gpu()) (void)dlopen(GA_FAKE_DRIVER, RTLD_NOW | RTLD_GLOBAL);
  return Cudnn::load(library_places(""));
}

TEST(RealCudnn, WithoutADriverTheHandleIsRefusedInItsOwnWords) {
  if (has_gpu()) GTEST_SKIP() << "there is a GPU";
  auto cudnn = Cudnn::load(library_places(""));
  if (!cudnn) GTEST_SKIP() << cudnn.error().what();
  EXPECT_TRUE(cudnn->version().starts_with("9.")) << cudnn->version();
  EXPECT_NE(cudnn->path(), GA_FAKE_CUDNN);
  const auto plan = cudnn->plan({.shape = kExactAttention, .scale = 1});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code(), ErrorCode::environment) << plan.error().what();
  EXPECT_TRUE(plan.error().what().starts_with("cudnnCreate: CUDNN_STATUS_NOT_INITIALIZED"))
      << plan.error().what();
  EXPECT_NE(plan.error().hint().find("no NVIDIA driver"), std::string::npos);
}

// Its own heuristics and checks take our graph for an attention on an H200, and its compiler
// builds the kernel: in the engine that a gate takes, of a causal attention with grouped heads.
TEST(RealCudnn, BuildsAnEngineForAnH200WithoutOne) {
  auto cudnn = real_one();
  if (!cudnn) GTEST_SKIP() << cudnn.error().what();
  const CudnnProblem problem{.shape = {.batch = 4,
                                       .heads = 32,
                                       .kv_heads = 8,
                                       .seq_q = 8192,
                                       .seq_kv = 8192,
                                       .dim = 128,
                                       .mask = AttentionMask::causal,
                                       .type = ElementType::bf16},
                             .scale = 0.088388F};
  const auto plan = cudnn->plan_for(problem, kH200);
  ASSERT_TRUE(plan) << plan.error().what() << "; " << plan.error().hint();
  EXPECT_EQ(plan->chosen(), 0u) << plan->text();
  EXPECT_GE(plan->engines().size(), 2u);
  for (const CudnnEngine& engine : plan->engines()) EXPECT_TRUE(engine.deterministic);
}

// The same of the backward, timed and exact; and of every engine the workspace is as foretold.
TEST(RealCudnn, BuildsADeterministicBackwardForAnH200WithoutOne) {
  auto cudnn = real_one();
  if (!cudnn) GTEST_SKIP() << cudnn.error().what();
  for (const AttentionShape& shape :
       {of_length(kTimedAttention, 8192), of_length(kExactAttention, 4000)}) {
    auto plan = cudnn->plan_for({.shape = shape, .scale = 0.125F, .backward = true}, kH200);
    ASSERT_TRUE(plan) << plan.error().what() << "; " << plan.error().hint();
    EXPECT_EQ(plan->chosen(), 0u) << plan->text();
    EXPECT_GE(plan->engines().size(), 2u);
    for (std::size_t i = 0; i < plan->engines().size(); ++i) {
      ASSERT_TRUE(plan->choose(i));
      EXPECT_LE(static_cast<std::int64_t>(plan->workspace_bytes()),
                cudnn_backward_workspace_bytes(shape))
          << plan->text();
    }
  }
}

}  // namespace
}  // namespace ga
