#include <gtest/gtest.h>

#include "acceptance/gates/exact.h"
#include "acceptance/gates/gates.h"
#include "acceptance/gates/testkit.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

constexpr std::string_view kCase = "gemm.bf16.cublaslt.exact";
constexpr std::string_view kOther = "gemm.bf16.own.exact";

// What a type is does not matter here; gemm_types_test.cpp walks them.
class GemmBf16CublasltExact : public GateTest {
 protected:
  GemmBf16CublasltExact() : GateTest(*find_gate(kCase)) {}

  // Another digest in every series of that gate, of one unit or of all.
  void spoil(std::string_view gate, std::string_view unit = "") {
    for (Measurement& m : evidence.measurements) {
      if (m.gate == gate && (unit.empty() || m.unit_id == unit)) m.check->got = "0123456789abcdef";
    }
  }
};

TEST_F(GemmBf16CublasltExact, PassesGoodEvidenceOfThreeBlocksAndOneAtQuick) {
  expect_all(Verdict::pass, "");
  EXPECT_EQ(series(kCase).samples.size(), 3u);
  level = Level::quick;
  measure();
  expect_all(Verdict::pass, "");
  EXPECT_EQ(series(kCase).samples.size(), 1u);
}

TEST_F(GemmBf16CublasltExact, FailsOneWrongDigestColdOrHot) {
  series(kCase).check->got = "0123456789abcdef";  // hot
  expect(Verdict::fail, "gemm.bf16.cublaslt.exact.wrong_data");
  measure();
  for (Measurement& m : evidence.measurements) {
    if (m.gate == kCase && m.unit_id == "gpu/1" && m.params.at("hot") == 0) m.check->wrong = 1;
  }
  expect(Verdict::fail, "gemm.bf16.cublaslt.exact.wrong_data");
}

TEST_F(GemmBf16CublasltExact, NeverBelievesTheWorkersExpectedDigest) {
  series(kCase).check->expected = series(kCase).check->got = "0123456789abcdef";
  expect(Verdict::fail, "gemm.bf16.cublaslt.exact.wrong_data");
}

TEST_F(GemmBf16CublasltExact, FailsBothKernelsWrongEverywhere) {
  spoil(kCase);
  spoil(kOther);
  expect_all(Verdict::fail, "gemm.bf16.cublaslt.exact.wrong_data");
}

TEST_F(GemmBf16CublasltExact, NeverPassesUnsoundEvidence) { expect_unsound_never_passes(kCase); }

TEST_F(GemmBf16CublasltExact, NeverPassesADigestThatIsNone) {
  for (const char* got : {"", "nan", "0123456789abcdeg", "0123456789ABCDEF", "0"}) {
    series(kCase).check->got = got;
    expect(Verdict::not_measured, "data.not_checked");
  }
}

TEST_F(GemmBf16CublasltExact, NeverPassesFewerLaunchesThanOrdered) {
  set_samples(series(kCase), 21);
  expect(Verdict::not_measured, "gemm.bf16.cublaslt.exact.too_few_launches");
  set_samples(series(kCase), 22);
  expect(Verdict::pass, "");
}

TEST_F(GemmBf16CublasltExact, NeedsASizeThatStaysExact) {
  for (const std::int64_t n : {std::int64_t{0}, std::int64_t{-4}, std::int64_t{1} << 18}) {
    profile.sizes.exact_n = n;
    expect_all(Verdict::not_measured, "profile.incomplete");
    EXPECT_TRUE(gate_.next(order(), evidence).empty());
  }
}

TEST_F(GemmBf16CublasltExact, TheSeedIsThePublishedConstant) {
  const std::string digits = sha256_hex(kConstantSeedText).substr(0, 13);
  EXPECT_EQ(kConstantSeed, static_cast<std::int64_t>(std::stoll(digits, nullptr, 16)));
  EXPECT_EQ(series(kCase).params.at("seed"), kConstantSeed);
}

TEST_F(GemmBf16CublasltExact, WrongEverywhereWhileOursIsRightAccusesTheLibrary) {
  spoil(kCase);
  expect_all(Verdict::not_measured, "gemm.bf16.cublaslt.exact.library_wrong");
  EXPECT_EQ(on_gpu1().blame, Blame::suite);
}

TEST_F(GemmBf16CublasltExact, OnASingleGpuTheVendorsWrongAnswerFails) {
  profile.ordered.gpus = 1;
  measure();
  spoil(kCase);
  EXPECT_EQ(on("gpu/0").code, "gemm.bf16.cublaslt.exact.wrong_data");
}

}  // namespace
}  // namespace ga
