#include "kernels/baselines/cudnn/cudnn.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "kernels/baselines/testing/fake_cudnn.h"

namespace ga {
namespace {

namespace fs = std::filesystem;

LibraryPlaces only(const std::string& directory) {
  LibraryPlaces places;
  places.libs = directory;
  places.system = false;
  return places;
}

const FakeEngine kFirst{.index = 2, .knobs = {{24, 7}}, .notes = {0}};
const FakeEngine kSecond{.index = 1, .knobs = {{24, 3}}, .notes = {0}};
const FakeEngine kUnsteady{.index = 5, .knobs = {}, .notes = {0, 4}};

// 3 queries over 5 keys, 4 heads over 2, the diagonal in the lower right corner.
const CudnnProblem kSmall{.shape = {.batch = 2,
                                    .heads = 4,
                                    .kv_heads = 2,
                                    .seq_q = 3,
                                    .seq_kv = 5,
                                    .dim = 64,
                                    .mask = AttentionMask::causal,
                                    .type = ElementType::bf16},
                          .scale = 0.125F,
                          .with_lse = true};

CudnnProblem backward_of(CudnnProblem problem) {
  problem.with_lse = false;
  problem.backward = true;
  return problem;
}

CudnnProblem full_without_lse() {
  CudnnProblem problem = kSmall;
  problem.shape.mask = AttentionMask::full;
  problem.shape.type = ElementType::fp16;
  problem.with_lse = false;
  return problem;
}

// The fake library, asked anew for each test.
class CudnnFake : public testing::Test {
 protected:
  void SetUp() override {
    void* const library = dlopen(GA_FAKE_CUDNN, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << dlerror();
    auto* const state = reinterpret_cast<FakeCudnnState*>(dlsym(library, kFakeCudnnState));
    ASSERT_NE(state, nullptr);
    fake_ = state();
    *fake_ = FakeCudnn{};
    fake_->offers[3] = {kFirst, kSecond};
    fake_->offers[2] = {kSecond};
  }
  void TearDown() override { EXPECT_EQ(fake_->alive, 0u) << "descriptors were left behind"; }
  static Result<Cudnn> load() {
    return Cudnn::load(only(fs::path(GA_FAKE_CUDNN).parent_path().string()));
  }
  void expect_calls_of(const std::string& name) const {
    const std::string file = GA_SOURCE_DIR "/kernels/baselines/testing/" + name;
    std::ifstream in(file);
    const std::string golden{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(calls(), golden) << "see " << file;
  }
  std::string calls() const {
    std::string text;
    for (const std::string& call : fake_->calls) text += call + "\n";
    return text;
  }
  std::string last(std::size_t back) const { return fake_->calls[fake_->calls.size() - back]; }
  FakeCudnn* fake_ = nullptr;
};

TEST_F(CudnnFake, HandsTheWholeGraphOn) {
  {
    auto cudnn = load();
    ASSERT_TRUE(cudnn) << cudnn.error().what();
    EXPECT_EQ(cudnn->version(), "9.19.0");
    ASSERT_TRUE(cudnn->plan(kSmall));
  }
  expect_calls_of("cudnn_graph.txt");
}

TEST_F(CudnnFake, HandsTheWholeGraphOfTheBackwardOn) {
  {
    auto cudnn = load();
    ASSERT_TRUE(cudnn) << cudnn.error().what();
    ASSERT_TRUE(cudnn->plan(backward_of(kSmall)));
  }
  expect_calls_of("cudnn_bwd_graph.txt");
}

// No sum over heads, no mask.
TEST_F(CudnnFake, AFullBackwardOfHeadsOfTheirOwnAddsUpOneSumAlone) {
  auto cudnn = load();
  ASSERT_TRUE(cudnn);
  CudnnProblem problem = backward_of(full_without_lse());
  problem.shape.kv_heads = problem.shape.heads;
  ASSERT_TRUE(cudnn->plan(problem));
  const std::string text = calls();
  std::size_t reductions = 0;
  for (std::size_t at = 0; (at = text.find(" 22: ", at)) != std::string::npos; ++at) ++reductions;
  EXPECT_EQ(reductions, 1u) << text;  // D
  EXPECT_EQ(text.find(" 0=601 "), std::string::npos) << text;
}

TEST_F(CudnnFake, AFullAttentionHasNoMaskAndNobodysLogSumExpIsVirtual) {
  auto cudnn = load();
  ASSERT_TRUE(cudnn);
  ASSERT_TRUE(cudnn->plan(full_without_lse()));
  const std::string text = calls();
  for (const char* absent : {" 0=303 ", " 0=501 ", " 0=601 ", " 906=6 ", " 906=9 "}) {
    EXPECT_EQ(text.find(absent), std::string::npos) << absent << "in\n" << text;
  }
  EXPECT_NE(text.find(" 13: 750="), std::string::npos);
  EXPECT_NE(text.find(" 901=2 902=2,4,3,64 903=768,64,256,1 906=1 900=16\n"), std::string::npos)
      << text;
}

TEST_F(CudnnFake, ACausalSquareNeedsNoLengths) {
  auto cudnn = load();
  ASSERT_TRUE(cudnn);
  CudnnProblem square = kSmall;
  square.shape.seq_q = square.shape.seq_kv;
  ASSERT_TRUE(cudnn->plan(square));
  const std::string text = calls();
  EXPECT_NE(text.find(" 0=303 "), std::string::npos);
  EXPECT_EQ(text.find(" 906=7 "), std::string::npos);
  EXPECT_EQ(text.find(" 906=8 "), std::string::npos);
}

const void* at(std::uintptr_t address) { return reinterpret_cast<const void*>(address); }
template <class T = void>
T* out_at(std::uintptr_t address) {
  return reinterpret_cast<T*>(address);
}

TEST_F(CudnnFake, HandsEveryOperandOn) {
  auto cudnn = load();
  ASSERT_TRUE(cudnn);
  const auto stream = reinterpret_cast<cudaStream_t>(std::uintptr_t{99});
  const auto plan = cudnn->plan(kSmall);
  ASSERT_TRUE(plan) << plan.error().what();
  EXPECT_EQ(plan->workspace_bytes(), 4096u);
  EXPECT_EQ(plan->text(), "cudnn 9.19.0 engine 2 knob 24 = 7 workspace 4096");
  const CudnnOperands operands{.q = at(16),
                               .k = at(32),
                               .v = at(48),
                               .o = out_at(64),
                               .lse = out_at<float>(80),
                               .workspace = out_at(96)};
  ASSERT_TRUE(plan->run(operands, stream));
  EXPECT_NE(last(3).find(" 16: 1000=1,2,3,4,5,6,7,8,9 1001=p16,p32,p48,p64,"), std::string::npos)
      << last(3);
  EXPECT_NE(last(3).find(",p80 1003=p96"), std::string::npos) << last(3);
  EXPECT_EQ(last(2), "stream p77 p99");
  EXPECT_TRUE(last(1).starts_with("execute p77 #")) << last(1);
  const auto full = cudnn->plan(full_without_lse());
  ASSERT_TRUE(full);
  ASSERT_TRUE(full->run(operands, stream));
  EXPECT_NE(last(3).find(" 16: 1000=1,2,3,4,5 1001="), std::string::npos) << last(3);
  fake_->execute = 5000;
  fake_->last_error = "cuLaunchKernelEx failed\nand so on";
  const Status failed = full->run(operands, stream);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), ErrorCode::device);
  EXPECT_EQ(failed.error().what(),
            "cudnnBackendExecute: CUDNN_STATUS_EXECUTION_FAILED: cuLaunchKernelEx failed");
}

// D of 2 x 4 heads of 3 queries, 96 bytes, lies before the library's part of the workspace.
TEST_F(CudnnFake, HandsEveryOperandOfTheBackwardOn) {
  auto cudnn = load();
  ASSERT_TRUE(cudnn);
  const auto plan = cudnn->plan(backward_of(kSmall));
  ASSERT_TRUE(plan) << plan.error().what();
  EXPECT_EQ(plan->workspace_bytes(), 4096u + 256);
  ASSERT_TRUE(plan->run({.q = at(16),
                         .k = at(32),
                         .v = at(48),
                         .o = out_at(64),
                         .lse = out_at<float>(80),
                         .workspace = out_at(1024),
                         .d_o = at(96),
                         .d_q = out_at(112),
                         .d_k = out_at(128),
                         .d_v = out_at(144)},
                        nullptr));
  EXPECT_NE(last(3).find(" 16: 1000=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 1001=p16,p32,p48,p64,"),
            std::string::npos)
      << last(3);
  EXPECT_NE(last(3).find(",p1024,p96,p112,p128,p144 1003=p1280"), std::string::npos) << last(3);
}

TEST_F(CudnnFake, LeavesEveryEngineOutOfABackwardThatIsNotDeterministic) {
  auto cudnn = load();
  ASSERT_TRUE(cudnn);
  fake_->offers = {{3, {kUnsteady, kSecond}}};
  const auto plan = cudnn->plan(backward_of(kSmall));
  ASSERT_TRUE(plan) << plan.error().what();
  ASSERT_EQ(plan->engines().size(), 1u);
  EXPECT_EQ(plan->engines()[0].index, 1);
  fake_->offers = {{3, {kUnsteady}}};
  const auto none = cudnn->plan(backward_of(kSmall));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), ErrorCode::environment);
  EXPECT_EQ(none.error().what(),
            "cuDNN 9.19.0 offers no deterministic engine for the backward of an attention of batch "
            "2 heads 4 over 2 seq 3 over 5 dim 64");
}

TEST_F(CudnnFake, BuildsEachEngineOnce) {
  auto cudnn = load();
  ASSERT_TRUE(cudnn);
  auto plan = cudnn->plan(kSmall);
  ASSERT_TRUE(plan);
  ASSERT_TRUE(plan->choose(1));
  const std::size_t before = fake_->calls.size();
  ASSERT_TRUE(plan->choose(0));
  EXPECT_EQ(plan->chosen(), 0u);
  EXPECT_EQ(fake_->calls.size(), before);
}

TEST_F(CudnnFake, KeepsWhatBothListsOfferOnceAndTakesTheFirst) {
  auto cudnn = load();
  ASSERT_TRUE(cudnn);
  auto plan = cudnn->plan(kSmall);
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->engines().size(), 2u);
  EXPECT_EQ(to_text(plan->engines()[0]), "engine 2 knob 24 = 7");
  EXPECT_EQ(to_text(plan->engines()[1]), "engine 1 knob 24 = 3");
  EXPECT_EQ(plan->chosen(), 0u);
  ASSERT_TRUE(plan->choose(1));
  EXPECT_EQ(plan->chosen(), 1u);
  EXPECT_EQ(plan->choose(2).error().code(), ErrorCode::internal);
  EXPECT_EQ(plan->chosen(), 1u);
}

TEST_F(CudnnFake, PassesOverAnEngineThatIsNotDeterministic) {
  auto cudnn = load();
  ASSERT_TRUE(cudnn);
  fake_->offers[3] = {kUnsteady, kSecond};
  const auto plan = cudnn->plan(kSmall);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->chosen(), 1u);
  EXPECT_EQ(to_text(plan->engines()[0]), "engine 5 nondeterministic");
  fake_->offers = {{3, {kUnsteady}}};
  const auto last_resort = cudnn->plan(kSmall);
  ASSERT_TRUE(last_resort);
  EXPECT_NE(last_resort->text().find("nondeterministic"), std::string::npos);
}

TEST_F(CudnnFake, GoesOnWhereAnEngineCannotBeBuilt) {
  auto cudnn = load();
  ASSERT_TRUE(cudnn);
  fake_->offers[3][0].plan = 5000;
  const auto plan = cudnn->plan(kSmall);
  ASSERT_TRUE(plan) << plan.error().what();
  EXPECT_EQ(plan->chosen(), 1u);
  fake_->offers = {{3, {kFirst, kSecond}}};
  fake_->offers[3][0].plan = 3007;
  fake_->offers[3][1].plan = 5000;
  const auto none = cudnn->plan(kSmall);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), ErrorCode::environment);
  EXPECT_EQ(none.error().what(),
            "cudnnBackendFinalize of a plan: CUDNN_STATUS_NOT_SUPPORTED_ARCH_MISMATCH");
  EXPECT_NE(none.error().hint().find("older than the GPU"), std::string::npos);
}

TEST_F(CudnnFake, SaysThatNoEngineIsOffered) {
  auto cudnn = load();
  ASSERT_TRUE(cudnn);
  fake_->withheld = 2;
  for (const int of_mode_a : {2, 0}) {
    if (of_mode_a == 0) fake_->offers.clear();
    const auto plan = cudnn->plan(kSmall);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code(), ErrorCode::environment);
    EXPECT_EQ(plan.error().what(),
              "cuDNN 9.19.0 offers no engine for an attention of batch 2 heads 4 over 2 seq 3 "
              "over 5 dim 64");
    EXPECT_NE(plan.error().hint().find("CUDNN_LOGLEVEL_DBG"), std::string::npos);
  }
}

TEST_F(CudnnFake, PlansForAnotherGpuWithoutAHandleAndDoesNotRun) {
  auto cudnn = load();
  ASSERT_TRUE(cudnn);
  const auto plan = cudnn->plan_for(kSmall, "{gpu}");
  ASSERT_TRUE(plan) << plan.error().what();
  EXPECT_NE(calls().find(" 38: 2702={gpu}\n"), std::string::npos) << calls();
  EXPECT_NE(calls().find(" 204=#1\n"), std::string::npos) << calls();
  EXPECT_EQ(calls().find("create"), std::string::npos);
  EXPECT_EQ(calls().find(" 800="), std::string::npos);
  EXPECT_EQ(plan->run({}, nullptr).error().code(), ErrorCode::internal);
}

TEST_F(CudnnFake, TellsCudnnsOwnWordsAndTheRemedy) {
  auto cudnn = load();
  ASSERT_TRUE(cudnn);
  fake_->create = 1001;
  fake_->last_error = "cudaGetDeviceCount(&count) != cudaSuccess";
  const auto plan = cudnn->plan(kSmall);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code(), ErrorCode::environment);
  EXPECT_EQ(plan.error().what(),
            "cudnnCreate: CUDNN_STATUS_NOT_INITIALIZED: cudaGetDeviceCount(&count) != cudaSuccess");
  EXPECT_NE(plan.error().hint().find("no NVIDIA driver"), std::string::npos);
}

TEST_F(CudnnFake, EveryKindOfFailureHasItsCode) {
  auto cudnn = load();
  ASSERT_TRUE(cudnn);
  struct Expected {
    int status;
    ErrorCode code;
    const char* hint;
  };
  for (const Expected& e : {Expected{1002, ErrorCode::environment, "another version"},
                            {1008, ErrorCode::environment, "libcudnn_graph"},
                            {2000, ErrorCode::internal, ""},
                            {3001, ErrorCode::environment, ""},
                            {3005, ErrorCode::environment, "driver is older"},
                            {3008, ErrorCode::environment, "libnvrtc.so"},
                            {4000, ErrorCode::device, ""}}) {
    fake_->finalize_graph = e.status;
    const auto plan = cudnn->plan(kSmall);
    ASSERT_FALSE(plan) << e.status;
    EXPECT_EQ(plan.error().code(), e.code) << e.status;
    EXPECT_TRUE(plan.error().what().starts_with("cudnnBackendFinalize of the graph")) << e.status;
    EXPECT_NE(plan.error().hint().find(e.hint), std::string::npos) << e.status;
    EXPECT_EQ(plan.error().hint().empty(), *e.hint == '\0') << e.status;
  }
}

TEST_F(CudnnFake, RefusesOtherVersions) {
  for (const auto& [version, text] :
       {std::pair{std::size_t{8907}, "0.89.7"}, {90800, "9.8.0"}, {100000, "10.0.0"}}) {
    fake_->version = version;
    const auto cudnn = load();
    ASSERT_FALSE(cudnn) << version;
    EXPECT_EQ(cudnn.error().code(), ErrorCode::environment);
    EXPECT_NE(cudnn.error().what().find(std::string("is version ") + text), std::string::npos)
        << cudnn.error().what();
  }
}

TEST_F(CudnnFake, RefusesWhatNoEngineTakes) {
  auto cudnn = load();
  ASSERT_TRUE(cudnn);
  const auto refused = [&](auto change) {
    CudnnProblem problem = kSmall;
    change(problem.shape);
    const auto plan = cudnn->plan(problem);
    return !plan && plan.error().code() == ErrorCode::usage;
  };
  EXPECT_TRUE(refused([](AttentionShape& s) { s.type = ElementType::fp32; }));
  EXPECT_TRUE(refused([](AttentionShape& s) { s.dim = 60; }));
  EXPECT_TRUE(refused([](AttentionShape& s) { s.dim = 256; }));
  EXPECT_TRUE(refused([](AttentionShape& s) { s.kv_heads = 3; }));
  EXPECT_TRUE(refused([](AttentionShape& s) { s.seq_kv = 0; }));
  EXPECT_TRUE(fake_->calls.empty());
}

TEST(Cudnn, MissingLibraryIsAnEnvironmentErrorWithAHint) {
  const auto cudnn = Cudnn::load(only("/nonexistent/libs"));
  ASSERT_FALSE(cudnn);
  EXPECT_EQ(cudnn.error().code(), ErrorCode::environment);
  EXPECT_NE(cudnn.error().what().find("libcudnn.so.9 was not found"), std::string::npos);
  EXPECT_NE(cudnn.error().hint().find("--libs"), std::string::npos);
}

TEST(Cudnn, ALibraryWithoutItsFunctionsIsNamed) {
  const fs::path directory = fs::path(testing::TempDir()) / "cudnn_test_libs";
  fs::create_directories(directory);
  std::error_code ec;
  fs::remove(directory / "libcudnn.so.9", ec);
  fs::create_symlink(GA_PROBE_LIBRARY, directory / "libcudnn.so.9");
  const auto cudnn = Cudnn::load(only(directory.string()));
  fs::remove_all(directory);
  ASSERT_FALSE(cudnn);
  EXPECT_EQ(cudnn.error().code(), ErrorCode::environment);
  EXPECT_NE(cudnn.error().what().find("has no function cudnnGetVersion"), std::string::npos)
      << cudnn.error().what();
}

}  // namespace
}  // namespace ga
