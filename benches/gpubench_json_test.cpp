#include "benches/gpubench_json.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "reports/codec/json.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

ComparisonFile good() {
  ComparisonFile file{.gpu = {},
                      .versions = CudaVersions{.driver = 13000, .runtime = 13000},
                      .libraries = {{"libcublasLt.so.13", "/x", "13.1.0", "00"}},
                      .options = {},
                      .comparisons = {}};
  file.gpu.name = "NVIDIA H200";
  Comparison c;
  c.own = "gemm.bf16.own";
  c.baseline = "gemm.bf16.cublaslt";
  c.what = "64x64x64";
  c.unit = "flops";
  c.own_samples.assign(30, 90);
  c.baseline_samples.assign(30, 100);
  c.candidates = {{"id 66", 100}, {"id 67", 95}};
  c.chosen = "id 66";
  file.comparisons = {c};
  return file;
}

TEST(ComparisonJson, IsStrictJsonWithTheRatioInPartsPerMillion) {
  const auto json = parse_json(comparison_json(good()));
  ASSERT_TRUE(json) << json.error().what();
  const Json& row = json->find("comparisons")->as_array().at(0);
  EXPECT_EQ(row.find("summary")->find("ratio_ppm")->as_int(), 900'000);
  EXPECT_EQ(row.find("own_samples")->as_array().size(), 30u);
  EXPECT_EQ(row.find("candidates")->as_array().size(), 2u);
  EXPECT_EQ(json->find("libraries")->as_array().at(0).find("version")->as_string(), "13.1.0");
}

TEST(ComparisonJson, SaysWhyThereIsNoRatio) {
  ComparisonFile file = good();
  file.comparisons[0].wrong = 2;
  const auto json = parse_json(comparison_json(file));
  ASSERT_TRUE(json);
  const Json& summary = *json->find("comparisons")->as_array().at(0).find("summary");
  EXPECT_EQ(summary.find("ratio_ppm"), nullptr);
  EXPECT_EQ(summary.find("error")->as_string(), "gemm.bf16.own 64x64x64: 2 wrong results");
}

TEST(ComparisonJson, AppearsByRenameOrNotAtAll) {
  const std::string path = testing::TempDir() + "gpubench_json_test.json";
  ASSERT_TRUE(write_comparisons(path, good()));
  EXPECT_FALSE(std::filesystem::exists(path + ".partial"));
  EXPECT_EQ(*read_file(path), comparison_json(good()));
  std::filesystem::remove(path);
  EXPECT_FALSE(write_comparisons("/nonexistent/x.json", good()));
}

}  // namespace
}  // namespace ga
