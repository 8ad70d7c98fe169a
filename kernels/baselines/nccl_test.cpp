#include "kernels/baselines/nccl.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "kernels/baselines/nccl_environment.h"
#include "kernels/baselines/testing/fake_nccl.h"

namespace ga {
namespace {

namespace fs = std::filesystem;
using Calls = std::vector<std::string>;

LibraryPlaces only(const std::string& directory) {
  LibraryPlaces places;
  places.libs = directory;
  places.system = false;
  return places;
}

// The fake library, asked anew for each test.
class NcclFake : public testing::Test {
 protected:
  void SetUp() override {
    void* const library = dlopen(GA_FAKE_NCCL, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << dlerror();
    auto* const state = reinterpret_cast<FakeNcclState*>(dlsym(library, kFakeNcclState));
    ASSERT_NE(state, nullptr);
    fake_ = state();
    *fake_ = FakeNccl{};
  }
  static Result<Nccl> load() {
    return Nccl::load(only(fs::path(GA_FAKE_NCCL).parent_path().string()));
  }
  FakeNccl* fake_ = nullptr;
};

const void* at(std::uintptr_t address) { return reinterpret_cast<const void*>(address); }
void* out_at(std::uintptr_t address) { return reinterpret_cast<void*>(address); }

TEST_F(NcclFake, HandsEveryArgumentOn) {
  const auto nccl = load();
  ASSERT_TRUE(nccl) << nccl.error().what();
  EXPECT_EQ(nccl->version(), "2.28.9");
  {
    const auto id = nccl->unique_id();
    ASSERT_TRUE(id);
    const auto rank = nccl->init(2, 8, *id);
    ASSERT_TRUE(rank);
    const auto stream = reinterpret_cast<cudaStream_t>(std::uintptr_t{99});
    EXPECT_TRUE(rank->all_reduce(at(16), out_at(32), 5, ElementType::bf16, stream));
    EXPECT_TRUE(rank->async_error());
  }
  EXPECT_EQ(fake_->calls, (Calls{"id", "init 2 of 8 id uu",
                                 "all_reduce 16 -> 32 count 5 type 9 op 0 comm 3 stream 99",
                                 "async 3", "abort 3"}));
}

TEST_F(NcclFake, KnowsTheNumberOfEachType) {
  const auto nccl = load();
  ASSERT_TRUE(nccl);
  const auto rank = nccl->init(0, 1, {});
  ASSERT_TRUE(rank);
  const std::array<std::pair<ElementType, std::string>, 7> types{{{ElementType::int8, "0"},
                                                                  {ElementType::int32, "2"},
                                                                  {ElementType::fp16, "6"},
                                                                  {ElementType::fp32, "7"},
                                                                  {ElementType::fp64, "8"},
                                                                  {ElementType::bf16, "9"},
                                                                  {ElementType::fp8, "10"}}};
  for (const auto& [type, number] : types) {
    EXPECT_TRUE(rank->all_reduce(nullptr, nullptr, 1, type, nullptr));
    EXPECT_NE(fake_->calls.back().find(" type " + number + " op 0"), std::string::npos) << number;
  }
  const std::size_t before = fake_->calls.size();
  const Status tf32 = rank->all_reduce(nullptr, nullptr, 1, ElementType::tf32, nullptr);
  ASSERT_FALSE(tf32);
  EXPECT_EQ(tf32.error().code(), ErrorCode::usage);
  EXPECT_EQ(fake_->calls.size(), before);
}

TEST_F(NcclFake, MakesAllRanksOfOneProcessTogether) {
  const auto nccl = load();
  ASSERT_TRUE(nccl);
  {
    auto ranks = nccl->init_all(std::array{4, 5, 6});
    ASSERT_TRUE(ranks);
    ASSERT_EQ(ranks->size(), 3u);
    EXPECT_TRUE((*ranks)[1].close());
    EXPECT_TRUE((*ranks)[1].close());  // ended: nothing is called
  }
  EXPECT_EQ(fake_->calls, (Calls{"init all 4 5 6", "destroy 2", "abort 1", "abort 3"}));
  EXPECT_EQ(nccl->init_all({}).error().code(), ErrorCode::usage);
}

TEST_F(NcclFake, AnEndedCommunicatorIsNotUsed) {
  const auto nccl = load();
  ASSERT_TRUE(nccl);
  auto rank = nccl->init(0, 2, {});
  ASSERT_TRUE(rank);
  EXPECT_TRUE(rank->abort());
  fake_->calls.clear();
  const Status reduce = rank->all_reduce(nullptr, nullptr, 1, ElementType::fp32, nullptr);
  ASSERT_FALSE(reduce);
  EXPECT_EQ(reduce.error().code(), ErrorCode::internal);
  EXPECT_FALSE(rank->async_error());
  EXPECT_TRUE(fake_->calls.empty());
}

TEST_F(NcclFake, TellsNcclsOwnWordsAndTheRemedy) {
  const auto nccl = load();
  ASSERT_TRUE(nccl);
  fake_->init = 1;
  fake_->last_error = "Cuda failure 802 'system not yet initialized'\n";
  const auto rank = nccl->init_all(std::array{0, 1});
  ASSERT_FALSE(rank);
  EXPECT_EQ(rank.error().code(), ErrorCode::environment);
  EXPECT_EQ(rank.error().what(),
            "ncclCommInitAll: unhandled cuda error (run with NCCL_DEBUG=INFO for details): Cuda "
            "failure 802 'system not yet initialized'");
  EXPECT_NE(rank.error().hint().find("nvidia-fabricmanager"), std::string::npos);
}

TEST_F(NcclFake, ADemandedAlgorithmThatIsMissingIsTheMachine) {
  const auto nccl = load();
  ASSERT_TRUE(nccl);
  const auto rank = nccl->init(0, 2, {});
  ASSERT_TRUE(rank);
  fake_->all_reduce = 5;
  fake_->last_error =
      "Error : no algorithm/protocol available for function AllReduce with datatype ncclBfloat16. "
      "NCCL_ALGO was set to NVLS.";
  const Status reduce = rank->all_reduce(nullptr, nullptr, 1, ElementType::bf16, nullptr);
  ASSERT_FALSE(reduce);
  EXPECT_EQ(reduce.error().code(), ErrorCode::environment);
  EXPECT_NE(reduce.error().hint().find("NVLS"), std::string::npos);
}

TEST_F(NcclFake, OtherFailuresAreOfTheDeviceOrOurs) {
  const auto nccl = load();
  ASSERT_TRUE(nccl);
  for (const auto& [code, kind] : {std::pair{1, ErrorCode::device},
                                   {2, ErrorCode::environment},
                                   {3, ErrorCode::device},
                                   {4, ErrorCode::internal},
                                   {5, ErrorCode::environment},
                                   {6, ErrorCode::device}}) {
    fake_->init = code;
    const auto rank = nccl->init(0, 2, {});
    ASSERT_FALSE(rank);
    EXPECT_EQ(rank.error().code(), kind) << code;
    EXPECT_TRUE(rank.error().hint().empty()) << code;
  }
  fake_->unique_id = 2;
  EXPECT_EQ(nccl->unique_id().error().code(), ErrorCode::environment);
}

TEST_F(NcclFake, TellsOfFailuresAfterTheCall) {
  const auto nccl = load();
  ASSERT_TRUE(nccl);
  const auto rank = nccl->init(0, 2, {});
  ASSERT_TRUE(rank);
  fake_->late_error = 7;  // still in progress
  EXPECT_TRUE(rank->async_error());
  fake_->late_error = 6;
  const Status late = rank->async_error();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().what(),
            "NCCL failed after the call: remote process exited or there was a network error");
  fake_->async_error = 4;
  EXPECT_FALSE(rank->async_error());
}

TEST_F(NcclFake, RefusesOtherVersions) {
  for (const auto& [version, text] :
       {std::pair{2804, "0.28.4"}, {22304, "2.23.4"}, {30000, "3.0.0"}}) {
    fake_->version = version;
    const auto nccl = load();
    ASSERT_FALSE(nccl) << version;
    EXPECT_EQ(nccl.error().code(), ErrorCode::environment);
    EXPECT_NE(nccl.error().what().find(std::string("is version ") + text), std::string::npos)
        << nccl.error().what();
  }
}

TEST_F(NcclFake, OnceLoadedTheEnvironmentIsFixed) {
  ASSERT_TRUE(load());
  const auto late = prepare_nccl({.log_file = testing::TempDir() + "nccl_test.log"});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), ErrorCode::usage);
  EXPECT_NE(late.error().hint().find("fresh process"), std::string::npos);
}

TEST(Nccl, MissingLibraryIsAnEnvironmentErrorWithAHint) {
  const auto nccl = Nccl::load(only("/nonexistent/libs"));
  ASSERT_FALSE(nccl);
  EXPECT_EQ(nccl.error().code(), ErrorCode::environment);
  EXPECT_NE(nccl.error().what().find("libnccl.so.2 was not found"), std::string::npos);
  EXPECT_NE(nccl.error().hint().find("--libs"), std::string::npos);
}

TEST(Nccl, ALibraryWithoutItsFunctionsIsNamed) {
  const fs::path directory = fs::path(testing::TempDir()) / "nccl_test_libs";
  fs::create_directories(directory);
  std::error_code ec;
  fs::remove(directory / "libnccl.so.2", ec);
  fs::create_symlink(GA_PROBE_LIBRARY, directory / "libnccl.so.2");
  const auto nccl = Nccl::load(only(directory.string()));
  fs::remove_all(directory);
  ASSERT_FALSE(nccl);
  EXPECT_EQ(nccl.error().code(), ErrorCode::environment);
  EXPECT_NE(nccl.error().what().find("has no function ncclGetVersion"), std::string::npos)
      << nccl.error().what();
}

TEST(Nccl, TheRealOneLoadsWithoutADriverAndRefusesARankInItsOwnWords) {
  const auto nccl = Nccl::load(library_places(""));
  if (!nccl) GTEST_SKIP() << nccl.error().what();
  EXPECT_TRUE(nccl->version().starts_with("2.")) << nccl->version();
  EXPECT_NE(nccl->path(), GA_FAKE_NCCL);
  const auto id = nccl->unique_id();
  ASSERT_TRUE(id) << id.error().what();
  EXPECT_NE(id->bytes, NcclId{}.bytes);
  int devices = 0;
  if (cudaGetDeviceCount(&devices) == cudaSuccess && devices > 0) GTEST_SKIP() << "there is a GPU";
  for (const Error& error :
       {nccl->init(0, 1, *id).error(), nccl->init_all(std::array{0}).error()}) {
    EXPECT_EQ(error.code(), ErrorCode::environment) << error.what();
    EXPECT_NE(error.what().find("unhandled cuda error"), std::string::npos) << error.what();
    EXPECT_NE(error.hint().find("no NVIDIA driver"), std::string::npos) << error.hint();
  }
}

}  // namespace
}  // namespace ga
