// What the launchers refuse and what the references say, without a GPU.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels/allreduce/allreduce.h"
#include "kernels/attention/attention.h"
#include "kernels/attention/attention_check.h"
#include "kernels/check/check.h"
#include "kernels/check/checksum_bound.h"
#include "kernels/check/inject.h"
#include "kernels/exercise/exercise.h"
#include "kernels/gemm/fill.h"
#include "kernels/gemm/gemm.h"
#include "kernels/link/link.h"
#include "kernels/memory/chase.h"
#include "kernels/memory/memory.h"
#include "kernels/memory/walk.h"
#include "kernels/power/light.h"
#include "kernels/runtime/buffer.h"
#include "kernels/runtime/device.h"
#include "kernels/runtime/peer_memory.h"
#include "kernels/runtime/stream.h"
#include "kernels/runtime/tensor_map.h"

namespace {

using ga::ErrorCode;

void expect_usage(const ga::Status& status, const char* part) {
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), ErrorCode::usage);
  EXPECT_NE(status.error().what().find(part), std::string::npos) << status.error().what();
}

TEST(Runtime, SaysWhatIsMissingWithoutADriver) {
  const auto versions = ga::cuda_versions();
  ASSERT_TRUE(versions);
  EXPECT_GE(versions->runtime, 13000);
  const ga::Status status = ga::require_driver();
  if (versions->driver != 0) {
    EXPECT_TRUE(status);
    return;
  }
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), ErrorCode::environment);
  EXPECT_NE(status.error().what().find("no NVIDIA driver is loaded"), std::string::npos);
  EXPECT_NE(status.error().hint().find("install"), std::string::npos);
  EXPECT_FALSE(ga::device_count());
  EXPECT_FALSE(ga::driver_entry("cuTensorMapEncodeTiled", 12000));
}

TEST(Runtime, NamesCallAndReasonOfAnError) {
  const ga::Status status = ga::cuda_status(cudaErrorMemoryAllocation, "cudaMalloc(&p, 1)");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), ErrorCode::device);
  EXPECT_EQ(status.error().what(), "cudaMalloc(&p, 1): cudaErrorMemoryAllocation (out of memory)");
  EXPECT_TRUE(ga::cuda_status(cudaSuccess, "cudaFree(p)"));
}

TEST(Runtime, AnEmptyBufferNeedsNoGpu) {
  auto buffer = ga::DeviceBuffer<int>::make(0);
  ASSERT_TRUE(buffer);
  EXPECT_EQ(buffer->data(), nullptr);
  EXPECT_TRUE(buffer->close());
  EXPECT_FALSE(ga::DeviceBuffer<double>::make(~std::size_t{0}));
}

TEST(Memory, BytesByHand) {
  EXPECT_EQ(ga::memory_read_bytes(16), 16.0);
  EXPECT_EQ(ga::memory_write_bytes(16), 16.0);
  EXPECT_EQ(ga::memory_copy_bytes(16), 32.0);
  EXPECT_EQ(ga::memory_triad_bytes(16), 48.0);
  EXPECT_EQ(ga::memory_triad_bytes(std::size_t{8} << 30), 25769803776.0);
}

TEST(Memory, RefusesSizesAndPointersItCannotDo) {
  alignas(16) char data[64];
  expect_usage(ga::memory_write({.data = data, .bytes = 0}, nullptr), "0 bytes");
  expect_usage(ga::memory_write({.data = data, .bytes = 24}, nullptr), "24 bytes");
  expect_usage(ga::memory_write({.data = data + 8, .bytes = 16}, nullptr), "aligned");
  expect_usage(ga::memory_copy({.to = data, .from = nullptr, .bytes = 16}, nullptr), "null");
  expect_usage(ga::memory_read({.data = data, .bytes = 16, .sum = nullptr}, nullptr), "sum");
  expect_usage(ga::memory_triad({.bytes = 16}, nullptr), "null");
}

TEST(Memory, AWalkRefusesRegionsAndPassesItCannotDo) {
  ga::ptx::Vector* piece = nullptr;
  ga::WalkReport report;
  ga::Walk args{.region = {&piece, 11, 100}, .blocks = &report, .report = &report};
  args.region.vectors = 0;
  expect_usage(ga::walk(args, nullptr), "nothing");
  args.region = {&piece, 10, 100};
  expect_usage(ga::walk(args, nullptr), "tile");
  args.region = {&piece, 64, 100};
  expect_usage(ga::walk(args, nullptr), "tile");
  args.region = {&piece, 11, 100};
  args.pass = {.action = ga::WalkAction::rewrite, .written = {.kind = ga::WalkKind::random}};
  expect_usage(ga::walk(args, nullptr), "striped");
  args.report = nullptr;
  expect_usage(ga::walk(args, nullptr), "null");
}

TEST(Memory, AChaseRefusesArraysAndPlacesThatAreNone) {
  alignas(128) char data[256];
  ga::ChaseEnd end;
  expect_usage(ga::chase_fill({data, 0}, nullptr), "0 bytes");
  expect_usage(ga::chase_fill({data, 130}, nullptr), "130 bytes");
  expect_usage(ga::chase_fill({data + 16, 128}, nullptr), "aligned");
  expect_usage(ga::chase({data, 256, 2, 1, &end}, nullptr), "place");
  expect_usage(ga::chase({data, 256, 1, 0, &end}, nullptr), "hops");
  expect_usage(ga::chase({data, 256, 1, 1, nullptr}, nullptr), "end");
}

TEST(MemoryRef, TriadByHand) {
  std::vector<float> a(2), b{1, 2}, c{10, 20};
  ga::memory_triad_ref({.a = a.data(), .b = b.data(), .c = c.data(), .s = 0.5f, .bytes = 8});
  EXPECT_EQ(a, (std::vector<float>{6, 12}));
}

// 1 + 2^-24 is lost when the product is rounded first, and kept by the fused operation.
TEST(MemoryRef, TriadRoundsOnce) {
  const float tiny = 0x1p-12f;
  std::vector<float> a(1), b{-1.0f}, c{1.0f + tiny};
  ga::memory_triad_ref({.a = a.data(), .b = b.data(), .c = c.data(), .s = 1.0f + tiny, .bytes = 4});
  EXPECT_EQ(a[0], 0x1p-11f + 0x1p-24f);
}

TEST(MemoryRef, ReadSumsWordsByPosition) {
  const std::vector<std::uint64_t> words{5, 7, 11};
  EXPECT_EQ(ga::memory_read_ref(words.data(), 24), 5u * 1 + 7u * 3 + 11u * 5);
}

TEST(MemoryRef, WriteFillsThePattern) {
  std::vector<std::uint64_t> words(4);
  ga::memory_write_ref({.data = words.data(), .bytes = 32, .key = 3});
  EXPECT_EQ(words[3], ga::pattern_word(3, 3));
}

TEST(HashRef, PadsTheLastWordWithZeros) {
  const std::vector<std::uint64_t> words{1, 0xAB};
  const std::uint64_t padded = ga::hash_buffer_ref(words.data(), 9);
  std::uint64_t other = 0xFFFFFFFFFFFFFFAB;
  const std::vector<std::uint64_t> dirty{1, other};
  EXPECT_EQ(ga::hash_buffer_ref(dirty.data(), 9), padded);
  EXPECT_NE(ga::hash_buffer_ref(words.data(), 16), padded);
}

TEST(Check, RefusesNothingToCheck) {
  ga::Mismatch report;
  expect_usage(ga::check_pattern({.bytes = 0, .report = &report}, nullptr), "0 bytes");
  expect_usage(ga::check_equal({.report = &report}, nullptr), "nothing");
  expect_usage(ga::hash_buffer({}, nullptr), "nothing");
  expect_usage(ga::digest_product({}, nullptr), "positive");
  expect_usage(ga::check_product({}, nullptr), "positive");
  expect_usage(ga::checksum_product({}, nullptr), "positive");
}

TEST(Inject, RefusesAPlaceOutsideAndABitThatIsNone) {
  std::uint32_t element = 0;
  ga::Inject inject{.data = &element, .rows = 1, .cols = 1, .ld = 1, .row = 1};
  expect_usage(ga::inject(inject, nullptr), "outside");
  inject.row = 0;
  inject.bit = 32;
  expect_usage(ga::inject(inject, nullptr), "bit 32");
  expect_usage(ga::inject_at_clock(inject, 1, nullptr), "bit 32");
  expect_usage(ga::inject_sm(inject, {}, 0, nullptr), "which SM");
}

TEST(Checksum, ScratchIsOneDoublePerRowOfBAndGroup) {
  EXPECT_EQ(ga::checksum_product_scratch_bytes(33, 10), 8u * 10 * 2);
}

// K = 8192, uniform: steps 2049, 2^-23, 10 deviations of sqrt(8192)/3.
TEST(Checksum, ModelByHand) {
  const ga::ChecksumModel model =
      ga::checksum_model(ga::ElementType::bf16, ga::ElementType::bf16, 8192, 1.0 / 3);
  EXPECT_NEAR(model.accumulation, 2049 * 0x1p-23 * 10 * 90.5097 / 3, 1e-6);
  EXPECT_NEAR(ga::checksum_delta(model, -32.0), 0.125 + model.accumulation, 1e-12);
  const auto none = ga::checksum_model(ga::ElementType::int8, ga::ElementType::int32, 8192, 5461.5);
  EXPECT_EQ(ga::checksum_delta(none, 1e9), 0);
}

TEST(Checksum, NanAndInfinityNeverHold) {
  const double nan = std::nan("");
  const double infinity = HUGE_VAL;
  EXPECT_TRUE(ga::checksum_holds(1, 2));
  EXPECT_FALSE(ga::checksum_holds(2, 1));
  EXPECT_FALSE(ga::checksum_holds(nan, 1));
  EXPECT_FALSE(ga::checksum_holds(1, nan));
  EXPECT_FALSE(ga::checksum_holds(infinity, infinity));
}

TEST(Gemm, FlopsAndBytesByHand) {
  EXPECT_EQ(ga::gemm_flops(2, 3, 4), 48.0);
  using enum ga::ElementType;
  EXPECT_EQ(ga::gemm_bytes(2, 3, 4, bf16, bf16), 2.0 * (8 + 12) + 12.0);
  EXPECT_EQ(ga::gemm_bytes(2, 3, 4, bf16, fp32), 2.0 * (8 + 12) + 24.0);
  EXPECT_EQ(ga::gemm_bytes(2, 3, 4, tf32, fp32), 4.0 * (8 + 12) + 24.0);
  EXPECT_EQ(ga::gemm_bytes(2, 3, 4, fp8, bf16), 8.0 + 12.0 + 12.0);
  EXPECT_EQ(ga::gemm_bytes(2, 3, 4, int8, int32), 8.0 + 12.0 + 24.0);
}

TEST(GemmRef, ReadsHalvesAsHalves) {
  const std::vector<ga::Fp16> a{ga::to_fp16(1.5f)}, b{ga::to_fp16(-2.0f)};
  double c = 0;
  ga::gemm_ref({.a = a.data(),
                .b = b.data(),
                .m = 1,
                .n = 1,
                .k = 1,
                .lda = 1,
                .ldb = 1,
                .in = ga::ElementType::fp16},
               &c);
  EXPECT_EQ(c, -3.0);
}

// Refused before the driver is asked.
TEST(TensorMap, RefusesWhatTmaCannotUse) {
  alignas(16) static const char memory[64] = {};
  ga::TensorMapShape shape{
      .data = memory, .cols = 64, .rows = 1, .pitch_bytes = 136, .box_cols = 64, .box_rows = 64};
  const auto pitch = ga::encode_tensor_map(shape);
  ASSERT_FALSE(pitch);
  EXPECT_EQ(pitch.error().code(), ErrorCode::usage);
  shape.pitch_bytes = 128;
  shape.data = memory + 2;
  const auto address = ga::encode_tensor_map(shape);
  ASSERT_FALSE(address);
  EXPECT_NE(address.error().what().find("16 bytes"), std::string::npos);
}

TEST(GemmRef, TwoByTwoByHand) {
  const auto b16 = [](float x) { return ga::to_bf16(x); };
  const std::vector<ga::Bf16> a{b16(1), b16(2), b16(3), b16(4)};
  const std::vector<ga::Bf16> b{b16(5), b16(6), b16(7), b16(8)};
  std::vector<double> c(4);
  ga::gemm_ref({.a = a.data(), .b = b.data(), .m = 2, .n = 2, .k = 2, .lda = 2, .ldb = 2},
               c.data());
  EXPECT_EQ(c, (std::vector<double>{19, 22, 43, 50}));
}

// B of these types is stored as n rows of k: columns (5, 7) and (6, 8) of the product above.
TEST(GemmRef, ReadsBAlongKWhereItsTypeLiesSo) {
  const auto product = [](ga::ElementType in, const void* a, const void* b) {
    std::vector<double> c(4);
    ga::gemm_ref({.a = a, .b = b, .m = 2, .n = 2, .k = 2, .lda = 2, .ldb = 2, .in = in}, c.data());
    return c;
  };
  const std::vector<double> right{19, 22, 43, 50};
  const std::vector<std::int8_t> a{1, 2, 3, 4}, b{5, 7, 6, 8};
  EXPECT_EQ(product(ga::ElementType::int8, a.data(), b.data()), right);
  std::vector<ga::Tf32> wide_a, wide_b;
  std::vector<ga::Fp8> small_a, small_b;
  for (std::size_t i = 0; i < 4; ++i) {
    wide_a.push_back(ga::to_tf32(a[i]));
    wide_b.push_back(ga::to_tf32(b[i]));
    small_a.push_back(ga::to_fp8(a[i]));
    small_b.push_back(ga::to_fp8(b[i]));
  }
  EXPECT_EQ(product(ga::ElementType::tf32, wide_a.data(), wide_b.data()), right);
  EXPECT_EQ(product(ga::ElementType::fp8, small_a.data(), small_b.data()), right);
  const std::vector<double> exact_a{1, 2, 3, 4}, exact_b{5, 6, 7, 8};
  EXPECT_EQ(product(ga::ElementType::fp64, exact_a.data(), exact_b.data()), right);
}

TEST(Fill, RefusesAnEmptyOperand) {
  expect_usage(ga::fill_exact({.type = ga::ElementType::fp32}, nullptr), "null");
  ga::Bf16 element;
  expect_usage(ga::fill_exact({.data = &element}, nullptr), "positive");
  expect_usage(ga::fill_random({.data = nullptr, .rows = 1, .cols = 1, .ld = 1}, nullptr), "null");
}

TEST(Light, ClosedFormIsTheMapStepByStep) {
  for (const std::uint64_t steps : {1u, 2u, 3u, 1000u, 4097u}) {
    for (const std::size_t thread : {0u, 1u, 511u}) {
      auto x = static_cast<std::uint32_t>(thread);
      for (std::uint64_t i = 0; i < steps; ++i) x = ga::light_step({}, x);
      EXPECT_EQ(ga::light_expected(thread, steps), x);
    }
  }
}

TEST(AllReduce, LaunchersRefuseWhatACallCannotBe) {
  expect_usage(ga::all_reduce({}, nullptr), "0 ranks");
  expect_usage(ga::all_reduce_virtual({}, nullptr), "0 ranks");
  expect_usage(ga::all_reduce_reset({}, nullptr), "0 ranks");
  expect_usage(ga::fill_reduce({}, nullptr), "elements");
  expect_usage(ga::check_reduce({}, nullptr), "nothing");
  float element = 0;
  expect_usage(ga::check_reduce({&element, 1, ga::ElementType::fp64, 0, 1, nullptr}, nullptr),
               "bf16");
  alignas(16) static unsigned char data[16];
  static ga::AllReduceSignals signals;
  std::uint64_t fault = 0;
  ga::AllReduceCall call{
      .count = 1, .algorithm = ga::AllReduceAlgorithm::nvls, .ranks = 1, .fault = &fault};
  call.peers.in[0] = call.peers.out[0] = call.peers.scratch[0] = data;
  call.peers.signals[0] = &signals;
  expect_usage(ga::all_reduce(call, nullptr), "without multicast");
}

TEST(Link, RefusesNothingAndMisalignedAddresses) {
  alignas(16) unsigned char data[64];
  expect_usage(ga::link_copy({data, data + 16, 0}, nullptr), "nothing");
  expect_usage(ga::link_copy({data + 1, data + 16, 8}, nullptr), "to: null");
  expect_usage(ga::link_copy({data, nullptr, 8}, nullptr), "from: null");
}

TEST(Exercise, RefusesARunWithoutAPlanOrBuffers) {
  alignas(16) std::uint64_t words[ga::kExerciseThreads] = {};
  std::uint32_t smid = 0;
  ga::ExerciseRun run{.out = words, .smid = &smid};
  expect_usage(ga::exercise({}, nullptr), "out: null");
  expect_usage(ga::exercise(run, nullptr), "no plan");
  run.plan.blocks = 1;
  ga::ExerciseReport report;
  expect_usage(ga::check_exercise(run, &report, nullptr), "expected: null");
  run.plan.which = ga::Exercise::copy;
  expect_usage(ga::exercise(run, nullptr), "inputs: null");
}

TEST(PeerMemory, RefusesTeamsThatAreNone) {
  EXPECT_FALSE(ga::Team::make({}));
  EXPECT_FALSE(ga::Team::make(std::vector<int>(9, 0)));
  const auto memory = ga::PeerMemory::make({}, 1, ga::Multicast::none);
  ASSERT_FALSE(memory);
  EXPECT_EQ(memory.error().code(), ErrorCode::usage);
}

TEST(PeerMemory, ExplainsWhatTheDriverSaysOfMulticast) {
  const auto says = [](int result, const char* part) {
    const std::string text = ga::multicast_reason("cuMulticastBindMem", result);
    EXPECT_EQ(text.find("cuMulticastBindMem: CUresult " + std::to_string(result)), 0u);
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  says(2, "slots");
  says(401, "fabric state");
  says(801, "no multicast");
  says(802, "Fabric Manager");
  says(999, "kernel log");
  says(1, "");
}

// Scores 0 and ln 3, so weights 1/4 and 3/4.
TEST(AttentionRef, TwoKeysByHand) {
  std::vector<ga::Bf16> q(2 * 64), k(2 * 64), v(2 * 64);
  q[0] = q[64] = ga::to_bf16(1.0f);
  k[64] = ga::to_bf16(1.0f);
  v[0] = ga::to_bf16(4.0f);
  v[64] = ga::to_bf16(8.0f);
  std::vector<double> o(2 * 64), lse(2);
  const ga::AttentionShape shape{1, 1, 1, 2, 2, 64};
  const auto scale = static_cast<float>(std::log(3.0));
  ga::attention_ref({.q = q.data(), .k = k.data(), .v = v.data(), .shape = shape, .scale = scale},
                    o.data(), lse.data());
  EXPECT_EQ(o[0], 4);  // sees itself alone
  EXPECT_NEAR(o[64], 0.25 * 4 + 0.75 * 8, 1e-6);
  EXPECT_EQ(lse[0], 0);
  EXPECT_NEAR(lse[1], std::log(4.0), 1e-6);
}

TEST(Attention, LaunchersRefuseWhatACallCannotBe) {
  alignas(16) static unsigned char data[16];
  ga::Mismatch report;
  const ga::Attention good{.q = data, .k = data, .v = data, .o = data, .scale = 1};
  const auto refused = [&](const char* part, auto&& spoil) {
    ga::Attention args = good;
    spoil(args);
    expect_usage(ga::attention(args, nullptr), part);
  };
  refused("neither 64 nor 128", [](auto& a) { a.shape.dim = 96; });
  refused("bf16", [](auto& a) { a.shape.type = ga::ElementType::fp32; });
  refused("multiple of kv_heads", [](auto& a) { a.shape.kv_heads = 3; });
  refused("between 1", [](auto& a) { a.shape.seq_kv = 0; });
  refused("between 1", [](auto& a) { a.shape.seq_q = std::int64_t{1} << 31; });
  refused("scale", [](auto& a) { a.scale = 0; });
  refused("scale", [](auto& a) { a.scale = std::nanf(""); });
  refused("q: null", [](auto& a) { a.q = nullptr; });
  refused("o: null, or not aligned to 16", [](auto& a) { a.o = data + 2; });
  refused("lse", [](auto& a) { a.lse = reinterpret_cast<float*>(data + 4); });
  expect_usage(ga::check_attention({good, nullptr}, nullptr), "report");
  ga::Attention odd = good;
  odd.shape.dim = 32;
  expect_usage(ga::check_attention({odd, &report}, nullptr), "dim");
  odd.shape = {.batch = 65536};  // what the kernel refuses, its check refuses
  expect_usage(ga::check_attention({odd, &report}, nullptr), "between 1");
}

TEST(Light, RefusesNoSteps) { expect_usage(ga::light({}, nullptr), "steps"); }

}  // namespace
