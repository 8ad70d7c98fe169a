// What can be said of the CUDA cases where there is no GPU.
#include "benches/cases/cases.h"

#include <gtest/gtest.h>

#include "benches/cases/attender.h"
#include "benches/cases/case_end.h"
#include "benches/cases/case_runner.h"
#include "benches/cases/case_table.h"
#include "benches/cases/differentiator.h"
#include "benches/cases/multiplier.h"
#include "benches/cases/node_cases.h"
#include "benches/cases/node_runner.h"
#include "benches/cases/numa_memory.h"
#include "benches/cases/pattern_slots.h"
#include "benches/cases/walked_memory.h"
#include "benches/harness/damage.h"
#include "kernels/runtime/device.h"

namespace ga {
namespace {

bool has_gpu() {
  const auto count = device_count();
  return count && *count > 0;
}

CaseEnd run(const CaseRequest& request) {
  CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
  return runner.run(request, {}, [](const BlockResult&) {}, {});
}

CaseRequest request(const char* id, Params params = {}) {
  CaseRequest r;
  r.case_id = id;
  r.params = std::move(params);
  r.block_ns = 1'000'000;
  return r;
}

TEST(Cases, AreThoseOfTheTableInItsOrder) {
  const auto table = cases_of_one_gpu();
  const auto cases = cuda_cases();
  ASSERT_EQ(cases.size(), table.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(cases[i].id, table[i].id);
    EXPECT_TRUE(cases[i].setup);
    EXPECT_TRUE(cases[i].device_bytes);
  }
}

TEST(NodeCases, AreThoseOfTheTableThatSpanGpus) {
  NodeContext context;
  context.devices.resize(1);
  context.devices[0].l2_bytes = 50 << 20;
  for (const CaseInfo& info : all_cases()) {
    const NodeCase* c = find_node_case(info.id);
    ASSERT_EQ(c != nullptr, info.spans_gpus) << info.id;
    if (c == nullptr) continue;
    EXPECT_TRUE(c->setup);
    EXPECT_GT(c->device_bytes(*complete_params(info, {}), context), 0) << info.id;
  }
}

TEST(NodeRunner, RefusesBeforeItTouchesAGpu) {
  NodeRunner runner(RunnerOptions{.libs = {}, .inject = {}});
  const auto code = [&](const char* id, std::vector<std::string> gpus, Params params = {}) {
    CaseRequest asked = request(id, std::move(params));
    asked.gpus = std::move(gpus);
    return runner.run(asked, {}, [](const BlockResult&) {}, {}).code;
  };
  EXPECT_EQ(code("memory.copy", {"GPU-a", "GPU-b"}), "case.unknown");
  EXPECT_EQ(code("nvlink.p2p", {"GPU-a", "GPU-b"}, {{"engine", 2}}), "params.bad");
  EXPECT_EQ(code("nvlink.p2p", {"GPU-a"}), "params.bad");
  EXPECT_EQ(code("nvlink.p2p", std::vector<std::string>(9, "GPU-a")), "params.bad");
  if (!has_gpu()) {
    EXPECT_EQ(code("allreduce.own", {"GPU-a", "GPU-b"}), "driver.missing");
  }
}

TEST(NumaMemory, ReadsAListOfNodesAsLinuxWritesIt) {
  EXPECT_EQ(parse_node_list("0\n"), (std::vector<int>{0}));
  EXPECT_EQ(parse_node_list("0-1"), (std::vector<int>{0, 1}));
  EXPECT_EQ(parse_node_list("0,2-4,7\n"), (std::vector<int>{0, 2, 3, 4, 7}));
  for (const char* bad : {"", "\n", "a", "1-", "-1", "1,", "2-1", "1,1", "3,2", "0 1", "99999"}) {
    EXPECT_TRUE(parse_node_list(bad).empty()) << bad;
  }
  EXPECT_FALSE(memory_nodes().empty());
}

TEST(Cases, SayWhatTheirSetUpAllocates) {
  CaseContext context;
  context.device.l2_bytes = 50 << 20;
  const std::int64_t gib = std::int64_t{1} << 30;
  const auto bytes = [&](const char* id) {
    return find_cuda_case(id)->device_bytes(*complete_params(*find_case(id), {}), context);
  };
  EXPECT_EQ(bytes("memory.triad"), 24 * gib + kSlotBytes);
  EXPECT_EQ(bytes("memory.copy"), 16 * gib + kSlotBytes);
  EXPECT_EQ(bytes("pcie.h2d"), gib / 4 + kSlotBytes);
  // Two sets of three 128 MiB matrices, and what checks them.
  EXPECT_GE(bytes("gemm.bf16.own"), 6 * (gib / 8));
  EXPECT_LT(bytes("gemm.bf16.own"), gib);
  for (const Case& c : cuda_cases()) EXPECT_GT(bytes(std::string(c.id).c_str()), 0) << c.id;
}

// 256 x 512 of A, 512 x 128 of B, 256 x 128 of C.
TEST(Cases, GemmsAllocateByTheSizesOfTheirTypes) {
  const Params params{{"m", 256}, {"n", 128}, {"k", 512}};
  const auto matrices = [&](const GemmType& type) {
    const GemmShape s = gemm_shape(params, type.in, type.out);
    return s.a_bytes() + s.b_bytes() + s.c_bytes();
  };
  EXPECT_EQ(matrices(gemm_type(ElementType::bf16)), 2u * 131072 + 2u * 65536 + 2u * 32768);
  EXPECT_EQ(matrices(gemm_type(ElementType::fp8)), 131072u + 65536u + 2u * 32768);
  EXPECT_EQ(matrices(gemm_type(ElementType::int8)), 131072u + 65536u + 4u * 32768);
  EXPECT_EQ(matrices(gemm_type(ElementType::fp64)), 8u * 229376);
  CaseContext context;
  Params exact = params;
  exact["seed"] = 1;
  for (const GemmType& type : kGemmTypes) {
    const std::string id = "gemm." + std::string(type.name) + ".own";
    EXPECT_GE(find_cuda_case(id)->device_bytes(params, context),
              static_cast<std::int64_t>(2 * matrices(type)))
        << id;
    // Four outputs of the type of the sums, one A and B.
    EXPECT_GE(find_cuda_case(id + ".exact")->device_bytes(exact, context),
              196608 * element_bytes(type.in) + 4 * 32768 * element_bytes(type.sum))
        << id;
  }
}

// 2048 rows of 8192 x 8192: half a millisecond on an H200; and of a product four times as wide the
// fewest rows.
TEST(Cases, APulseIsMadeOfShortSlabs) {
  CaseContext context;
  context.device.l2_bytes = 50 << 20;
  const std::int64_t mib = 1 << 20;
  const auto bytes = [&](const char* id, std::int64_t n) {
    return find_cuda_case(id)->device_bytes(*complete_params(*find_case(id), {{"n", n}}), context);
  };
  EXPECT_GE(bytes("power.pulse", 8192), 2 * (32 + 128 + 32) * mib);
  EXPECT_LT(bytes("power.pulse", 8192), (2 * (32 + 128 + 32) + 17) * mib);  // checksums: 16
  EXPECT_GE(bytes("power.pulse", 32768), 2 * (16 + 2048 + 16) * mib);
  EXPECT_LT(bytes("power.pulse", 32768), (2 * (16 + 2048 + 16) + 257) * mib);
  // Two sets each of bf16, fp16, tf32, fp8 and int8: their operands and outputs.
  EXPECT_GE(bytes("power.mixed", 8192), 2 * (384 + 384 + 768 + 256 + 384) * mib);
}

TEST(GemmShape, StoresBAlongKWhereTensorCoresReadItSo) {
  const Params params{{"m", 2}, {"n", 3}, {"k", 5}};
  const GemmShape rows = gemm_shape(params, ElementType::bf16, ElementType::fp32);
  EXPECT_EQ(rows.b_rows(), 5);
  EXPECT_EQ(rows.b_cols(), 3);
  const GemmShape along_k = gemm_shape(params, ElementType::int8, ElementType::int32);
  EXPECT_EQ(along_k.b_rows(), 3);
  EXPECT_EQ(along_k.b_cols(), 5);
}

// 4 x 32 heads of 8192 x 128, over 8: 256 MiB of Q and of O, 64 MiB of K and of V.
TEST(Cases, AttentionsAllocateTwoSetsAndTheVendorsWorkspace) {
  CaseContext context;
  context.device.l2_bytes = 50 << 20;
  const std::int64_t mib = 1 << 20;
  const auto bytes = [&](const char* id) {
    return find_cuda_case(id)->device_bytes(*complete_params(*find_case(id), {}), context);
  };
  EXPECT_EQ(bytes("attention.bf16.own"), 2 * 640 * mib + 2 * kSlotBytes);
  EXPECT_EQ(bytes("attention.bf16.cudnn"), bytes("attention.bf16.own") + kCudnnWorkspaceBytes);
  // One Q, K and V of 16 heads of 4000 x 128 over 4; four outputs.
  EXPECT_GE(bytes("attention.bf16.own.exact"), 2 * 4000 * 128 * (16 + 2 * 4 + 4 * 16));
}

// And dO, O and the gradients, as much again as Q, K, V and O; 4 MiB of log-sum-exp a set.
TEST(Cases, BackwardsAllocateTwoSetsAndAWorkspace) {
  CaseContext context;
  context.device.l2_bytes = 50 << 20;
  const std::int64_t mib = 1 << 20;
  const auto bytes = [&](const char* id) {
    return find_cuda_case(id)->device_bytes(*complete_params(*find_case(id), {}), context);
  };
  const std::int64_t sets = 2 * (1280 + 4) * mib + 5 * kSlotBytes;
  EXPECT_EQ(bytes("attention.bf16.bwd.own"), sets + 8 * mib);
  // dS of 128 heads of 8192 x 8192, dK and dV of each query head, D, and 1 MiB.
  EXPECT_EQ(bytes("attention.bf16.bwd.cudnn"), sets + (16384 + 1024 + 4 + 1) * mib);
  EXPECT_GE(bytes("attention.bf16.bwd.own.exact"), 2 * 4000 * 128 * (3 * 16 + 2 * 4 + 4 * 24));
}

TEST(Gradients, LieOneBehindTheOther) {
  const AttentionShape shape{
      .batch = 2, .heads = 4, .kv_heads = 2, .seq_q = 5, .seq_kv = 7, .dim = 64};
  EXPECT_EQ(gradient_bytes(shape), 2u * 64 * (2 * 5 * 4 + 2 * 2 * 7 * 2));
  std::vector<std::byte> buffer(gradient_bytes(shape));
  const AttentionBackward of = backward_of(shape, 0.5F, {.gradients = buffer.data()});
  EXPECT_EQ(of.d_q, buffer.data());
  EXPECT_EQ(of.d_k, buffer.data() + 2 * 64 * 2 * 5 * 4);
  EXPECT_EQ(of.d_v, buffer.data() + 2 * 64 * (2 * 5 * 4 + 2 * 7 * 2));
  const Inject output = gradient_output(shape, buffer.data());
  EXPECT_EQ(output.rows * output.cols * 2, static_cast<std::int64_t>(buffer.size()));
}

TEST(Attention, IsOfTheParameters) {
  const Params params{{"batch", 3}, {"heads", 8}, {"kv_heads", 2},
                      {"seq", 100}, {"dim", 64},  {"causal", 0}};
  const AttentionShape shape = attention_of(params, ElementType::bf16);
  EXPECT_EQ(shape.q_elements(), 3 * 100 * 8 * 64);
  EXPECT_EQ(shape.kv_elements(), 3 * 100 * 2 * 64);
  EXPECT_EQ(shape.mask, AttentionMask::full);
  EXPECT_EQ(q_bytes(shape), 2u * 3 * 100 * 8 * 64);
  const Inject output = attention_output(shape, nullptr);
  EXPECT_EQ(output.rows, 300);
  EXPECT_EQ(output.cols, 512);
}

// 2 batches of 10 queries, 3 heads of 64; tiles of 4 queries, so three for each head.
TEST(Attention, AnElementIsOfTheTileOfItsHeadAndQuery) {
  const AttentionShape shape{
      .batch = 2, .heads = 3, .kv_heads = 1, .seq_q = 10, .seq_kv = 10, .dim = 64};
  const AttentionTiling tiling{.rows = 4, .tiles_q = 3, .tiles = 18};
  EXPECT_EQ(tile_of(shape, tiling, 0), 0);
  EXPECT_EQ(tile_of(shape, tiling, 63), 0);
  EXPECT_EQ(tile_of(shape, tiling, 64), 3);             // head 1
  EXPECT_EQ(tile_of(shape, tiling, 3 * 192 + 191), 6);  // query 3, head 2
  EXPECT_EQ(tile_of(shape, tiling, 4 * 192), 1);        // query 4
  EXPECT_EQ(tile_of(shape, tiling, (10 + 9) * 192 + 191), 17);
  EXPECT_EQ(tile_of(shape, {}, 0), -1);
}

TEST(Damage, FlipsABitThatNoRoundingReaches) {
  EXPECT_EQ(damaged_bit(ElementType::bf16), 14);
  EXPECT_EQ(damaged_bit(ElementType::fp16), 14);
  EXPECT_EQ(damaged_bit(ElementType::fp32), 30);
  EXPECT_EQ(damaged_bit(ElementType::int32), 30);
  EXPECT_EQ(damaged_bit(ElementType::fp64), 62);
}

TEST(HexBits, HasTwoDigitsAByte) {
  EXPECT_EQ(hex_bits(0xAB, 1), "ab");
  EXPECT_EQ(hex_bits(0x40000000, 4), "40000000");
  EXPECT_EQ(hex_bits(1, 8), "0000000000000001");
}

TEST(Cases, SmallArraysAreRotatedBeyondTheL2) {
  CaseContext context;
  context.device.l2_bytes = 50 << 20;
  const std::int64_t mib = 1 << 20;
  const Params params{{"bytes", 10 * mib}};
  EXPECT_EQ(find_cuda_case("memory.copy")->device_bytes(params, context),
            6 * 20 * mib + kSlotBytes);
}

// A GPU with holes: no allocation is larger than the largest of them.
struct Holes {
  std::vector<std::size_t> mib;
  std::vector<std::size_t> taken_mib;
  Status take(std::size_t bytes) {
    const auto hole = std::ranges::find_if(mib, [&](std::size_t h) { return h << 20 >= bytes; });
    if (hole == mib.end()) return cuda_status(cudaErrorMemoryAllocation, "cudaMalloc");
    *hole -= bytes >> 20;
    taken_mib.push_back(bytes >> 20);
    return Ok{};
  }
};

TEST(TakeChunks, TakesLargeOnesAndTheRestLast) {
  Holes holes{.mib = {8192}, .taken_mib = {}};
  ASSERT_TRUE(take_chunks(std::size_t{2091} << 20, [&](std::size_t b) { return holes.take(b); }));
  EXPECT_EQ(holes.taken_mib, (std::vector<std::size_t>{1024, 1024, 32, 11}));
}

TEST(TakeChunks, FillsHolesWithSmallerOnes) {
  Holes holes{.mib = {1100, 600, 40}, .taken_mib = {}};
  ASSERT_TRUE(take_chunks(std::size_t{1632} << 20, [&](std::size_t b) { return holes.take(b); }));
  EXPECT_EQ(holes.taken_mib, (std::vector<std::size_t>{1024, 512, 64, 32}));
}

TEST(TakeChunks, NeverTakesLessThanItWasAskedFor) {
  Holes holes{.mib = {1100, 20, 20}, .taken_mib = {}};
  const Status taken =
      take_chunks(std::size_t{1200} << 20, [&](std::size_t b) { return holes.take(b); });
  ASSERT_FALSE(taken);
  EXPECT_TRUE(taken.error().what().starts_with(
      "1258291200 bytes are to be walked and only 1140850688 could be had: cudaMalloc"))
      << taken.error().what();
  const CaseEnd end = end_of_setup(taken.error());
  EXPECT_EQ(end.code, "memory.too_small");
  EXPECT_FALSE(end.worker_lost);
}

TEST(TakeChunks, PassesOtherErrorsOn) {
  const Status taken = take_chunks(
      1 << 20, [](std::size_t) { return cuda_status(cudaErrorIllegalAddress, "cudaMalloc"); });
  ASSERT_FALSE(taken);
  EXPECT_EQ(end_of_setup(taken.error()).code, "device.fault");
}

TEST(CaseRunner, RefusesAnUnknownCase) {
  const CaseEnd end = run(request("memory.teleport"));
  EXPECT_EQ(end.code, "case.unknown");
  EXPECT_EQ(end.text, "no case is called 'memory.teleport'");
  EXPECT_FALSE(end.worker_lost);
}

TEST(CaseRunner, RefusesBadParametersBeforeItTouchesAGpu) {
  EXPECT_EQ(run(request("memory.copy", {{"bytes", 1}})).code, "params.bad");
  EXPECT_EQ(run(request("clock.light", {{"bytes", 4096}})).code, "params.bad");
  CaseRequest none = request("clock.light");
  none.blocks = 0;
  EXPECT_EQ(run(none).code, "params.bad");
}

TEST(CaseRunner, SaysInOneLineThatThereIsNoDriver) {
  if (has_gpu()) GTEST_SKIP() << "there is a GPU";
  const CaseEnd end = run(request("clock.light"));
  EXPECT_EQ(end.code, "driver.missing");
  EXPECT_FALSE(end.text.empty());
  EXPECT_EQ(end.text.find('\n'), std::string::npos);
  EXPECT_FALSE(end.worker_lost);
}

TEST(CaseRunner, HasLoadedNothingUntilACaseNeedsIt) {
  CaseRunner runner(RunnerOptions{.libs = {}, .inject = {}});
  EXPECT_TRUE(runner.libraries().empty());
}

TEST(PlainOutput, IsOneRowOfFloats) {
  float data[6] = {};
  const Inject output = plain_output(data, sizeof data);
  EXPECT_EQ(output.rows, 1);
  EXPECT_EQ(output.cols, 6);
  EXPECT_EQ(plain_output(data, std::size_t{1} << 40).cols, std::int64_t{1} << 31);
}

}  // namespace
}  // namespace ga
