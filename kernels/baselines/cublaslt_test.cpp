#include "kernels/baselines/cublaslt.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace ga {
namespace {

LibraryPlaces nowhere() {
  LibraryPlaces places;
  places.libs = "/nonexistent/libs";
  places.system = false;
  return places;
}

LtAlgorithm unsplit(std::int64_t id) { return {.id = id}; }
LtAlgorithm split(std::int64_t id) { return {.id = id, .split_k = 4, .reduction = 2}; }

TEST(CublasLt, MissingLibraryIsAnEnvironmentErrorWithAHint) {
  const auto lt = CublasLt::load(nowhere());
  ASSERT_FALSE(lt);
  EXPECT_EQ(lt.error().code(), ErrorCode::environment);
  EXPECT_NE(lt.error().what().find("libcublasLt.so.13 was not found"), std::string::npos)
      << lt.error().what();
  EXPECT_NE(lt.error().hint().find("--libs"), std::string::npos);
}

TEST(CublasLt, AFileThatIsNoLibraryIsNamed) {
  const std::string directory = testing::TempDir() + "cublaslt_test_libs";
  std::filesystem::create_directories(directory);
  std::ofstream(directory + "/libcublasLt.so.13") << "not a library";
  LibraryPlaces places = nowhere();
  places.libs = directory;
  const auto lt = CublasLt::load(places);
  std::filesystem::remove_all(directory);
  ASSERT_FALSE(lt);
  EXPECT_EQ(lt.error().code(), ErrorCode::environment);
  EXPECT_NE(lt.error().what().find(directory + "/libcublasLt.so.13"), std::string::npos)
      << lt.error().what();
}

TEST(CublasLt, LoadsWithoutADriverAndSaysWhatItLoaded) {
  const auto lt = CublasLt::load(library_places(""));
  if (!lt) GTEST_SKIP() << lt.error().what();
  EXPECT_TRUE(lt->version().starts_with("13.")) << lt->version();
  EXPECT_NE(lt->path().find("libcublasLt.so"), std::string::npos);
}

TEST(CublasLt, WithoutADriverTheHandleIsRefusedInItsOwnWords) {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) == cudaSuccess && devices > 0) GTEST_SKIP() << "there is a GPU";
  auto lt = CublasLt::load(library_places(""));
  if (!lt) GTEST_SKIP() << lt.error().what();
  const auto plan = lt->plan({.m = 128, .n = 128, .k = 128}, 16);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code(), ErrorCode::environment);
  EXPECT_EQ(plan.error().what(),
            "cublasLtCreate: CUBLAS_STATUS_NOT_INITIALIZED (the library was not initialized)");
}

// Descriptors are made before the handle.
TEST(CublasLt, TakesTheDescriptorsOfEveryType) {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) == cudaSuccess && devices > 0) GTEST_SKIP() << "there is a GPU";
  auto lt = CublasLt::load(library_places(""));
  if (!lt) GTEST_SKIP() << lt.error().what();
  for (const GemmType& type : kGemmTypes) {
    for (const ElementType out : {type.out, type.sum}) {
      const bool fast = type.in == ElementType::fp8;
      const auto plan = lt->plan(
          {.m = 128, .n = 128, .k = 128, .in = type.in, .out = out, .fast_accumulation = fast}, 16);
      ASSERT_FALSE(plan);
      EXPECT_TRUE(plan.error().what().starts_with("cublasLtCreate: ")) << plan.error().what();
    }
  }
}

TEST(CublasLt, RefusesAProductOfNothing) {
  auto lt = CublasLt::load(library_places(""));
  if (!lt) GTEST_SKIP() << lt.error().what();
  const auto plan = lt->plan({.m = 0, .n = 128, .k = 128}, 1);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code(), ErrorCode::usage);
  EXPECT_EQ(lt->plan({.m = 128, .n = 128, .k = 128}, 0).error().code(), ErrorCode::usage);
}

LtShape cube(std::int64_t n, std::int64_t k, const GemmType& type, ElementType out) {
  return {.m = 5, .n = n, .k = k, .in = type.in, .out = out};
}

TEST(LtCheck, TakesAnyShapeOfTypesOfTwoBytesAndMore) {
  for (const GemmType& type : kGemmTypes) {
    EXPECT_TRUE(lt_check(cube(128, 128, type, type.out))) << type.name;
    EXPECT_TRUE(lt_check(cube(128, 128, type, type.sum))) << type.name;
    EXPECT_EQ(bool(lt_check(cube(7, 13, type, type.sum))), element_bytes(type.in) > 1) << type.name;
    EXPECT_FALSE(lt_check(cube(0, 128, type, type.out))) << type.name;
  }
}

TEST(LtCheck, HoldsFp8ToRowsOfSixteenBytes) {
  const GemmType& fp8 = gemm_type(ElementType::fp8);
  EXPECT_TRUE(lt_check(cube(8, 16, fp8, ElementType::bf16)));
  EXPECT_FALSE(lt_check(cube(8, 24, fp8, ElementType::bf16)));
  EXPECT_FALSE(lt_check(cube(4, 16, fp8, ElementType::bf16)));
  EXPECT_TRUE(lt_check(cube(4, 16, fp8, ElementType::fp32)));
  const Status odd = lt_check(cube(12, 16, fp8, ElementType::bf16));
  ASSERT_FALSE(odd);
  EXPECT_EQ(odd.error().code(), ErrorCode::usage);
  EXPECT_EQ(odd.error().what(), "cuBLASLt has no fp8 product of 5 x 12 x 16");
  EXPECT_EQ(odd.error().hint(), "n must be a multiple of 8 and k of 16");
}

TEST(LtCheck, HoldsInt8ToMultiplesOfFour) {
  const GemmType& int8 = gemm_type(ElementType::int8);
  EXPECT_TRUE(lt_check(cube(4, 12, int8, ElementType::int32)));
  EXPECT_FALSE(lt_check(cube(6, 12, int8, ElementType::int32)));
  EXPECT_FALSE(lt_check(cube(4, 14, int8, ElementType::int32)));
}

TEST(PickForGate, TakesTheFirstHeuristic) {
  EXPECT_EQ(pick_for_gate(std::vector{unsplit(66), unsplit(67)}), 0u);
}

TEST(PickForGate, PassesOverASplitSumWhereAnUnsplitOneIsOffered) {
  EXPECT_EQ(pick_for_gate(std::vector{split(1), split(2), unsplit(3)}), 2u);
}

TEST(PickForGate, TakesASplitSumOnlyWhereAllSplit) {
  EXPECT_EQ(pick_for_gate(std::vector{split(1), split(2)}), 0u);
}

TEST(LtAlgorithm, TextNamesEveryNumber) {
  EXPECT_EQ(to_text(split(7)),
            "id 7 tile 0 stages 0 split-k 4 reduction 2 swizzle 0 custom 0 inner 0 cluster 0 "
            "workspace 0");
}

}  // namespace
}  // namespace ga
