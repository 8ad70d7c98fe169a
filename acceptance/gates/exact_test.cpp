#include "acceptance/gates/exact.h"

#include <gtest/gtest.h>

#include <utility>

#include "acceptance/core/seed.h"
#include "acceptance/gates/gates.h"
#include "acceptance/gates/subject.h"
#include "acceptance/gates/testkit.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

constexpr std::string_view kOwn = "gemm.bf16.own.exact";
constexpr std::string_view kVendor = "gemm.bf16.cublaslt.exact";

constexpr std::string_view kOwnAttention = "attention.bf16.own.exact";
constexpr std::string_view kVendorAttention = "attention.bf16.cudnn.exact";

constexpr std::string_view kOwnBackward = "attention.bf16.bwd.own.exact";
constexpr std::string_view kVendorBackward = "attention.bf16.bwd.cudnn.exact";

std::string_view witness_of(std::string_view id) {
  for (const auto& [own, vendor] : {std::pair{kOwn, kVendor},
                                    {kOwnAttention, kVendorAttention},
                                    {kOwnBackward, kVendorBackward}}) {
    if (id == own) return vendor;
    if (id == vendor) return own;
  }
  return "";
}

ComputeSubject subject_of(std::string_view id) {
  for (const Computation computation :
       {Computation::gemm, Computation::attention, Computation::attention_backward}) {
    for (const Kernel kernel : {Kernel::own, Kernel::library}) {
      const ComputeSubject subject{computation, gemm_type(ElementType::bf16), kernel};
      if (exact_id(subject) == id) return subject;
    }
  }
  ADD_FAILURE() << id;
  return {Computation::gemm, gemm_type(ElementType::bf16), Kernel::own};
}

// What a type is does not matter here; compute_types_test.cpp walks them.
class ExactTest : public GateTest {
 protected:
  explicit ExactTest(std::string_view id) : GateTest(*find_gate(id)), other_(witness_of(id)) {}

  // Another digest in every series of that gate, of one unit or of all.
  void spoil(std::string_view gate, std::string_view unit = "") {
    for (Measurement& m : evidence.measurements) {
      if (m.gate == gate && (unit.empty() || m.unit_id == unit)) m.check->got = "0123456789abcdef";
    }
  }
  std::string code(std::string_view what) const {
    return std::string(gate_.id) + "." + std::string(what);
  }

  std::string_view other_;
};

class Exact : public ExactTest, public ::testing::WithParamInterface<std::string_view> {
 protected:
  Exact() : ExactTest(GetParam()) {}
};
INSTANTIATE_TEST_SUITE_P(All, Exact,
                         ::testing::Values(kOwn, kVendor, kOwnAttention, kVendorAttention,
                                           kOwnBackward, kVendorBackward));

TEST_P(Exact, PassesGoodEvidenceOfThreeBlocksAndOneAtQuick) {
  expect_all(Verdict::pass, "");
  const bool gemm = gate_.id == kOwn || gate_.id == kVendor;
  EXPECT_EQ(series(gate_.id).samples.size(), gemm ? 3u : 1u);
  level = Level::quick;
  measure();
  expect_all(Verdict::pass, "");
  EXPECT_EQ(series(gate_.id).samples.size(), 1u);
}

TEST_P(Exact, FailsOneWrongDigestColdOrHot) {
  series(gate_.id).check->got = "0123456789abcdef";  // hot
  expect(Verdict::fail, code("wrong_data"));
  measure();
  for (Measurement& m : evidence.measurements) {
    if (m.gate == gate_.id && m.unit_id == "gpu/1" && m.params.at("hot") == 0) m.check->wrong = 1;
  }
  expect(Verdict::fail, code("wrong_data"));
}

TEST_P(Exact, NeverBelievesTheWorkersExpectedDigest) {
  series(gate_.id).check->expected = series(gate_.id).check->got = "0123456789abcdef";
  expect(Verdict::fail, code("wrong_data"));
}

// A worker that expects something else, counts nothing wrong and computes what is right has checked
// nothing: it does not accuse its GPU, and it has no vote.
TEST_P(Exact, AWorkerThatExpectsSomethingElseIsNotChecked) {
  series(gate_.id).check->expected = "0123456789abcdef";
  expect(Verdict::not_measured, "data.not_checked");
  for (Measurement& m : evidence.measurements) {
    if (m.gate == gate_.id) m.check->expected = "0123456789abcdef";
  }
  spoil(other_);
  const KernelVotes votes = exact_votes(subject_of(gate_.id), order(), evidence);
  EXPECT_EQ(votes.right, 0u);
  EXPECT_EQ(votes.wrong, 0u);
  expect_all(Verdict::not_measured, "data.not_checked");
}

TEST_P(Exact, FailsBothKernelsWrongEverywhere) {
  spoil(gate_.id);
  spoil(other_);
  expect_all(Verdict::fail, code("wrong_data"));
}

TEST_P(Exact, NeverPassesUnsoundEvidence) { expect_unsound_never_passes(gate_.id); }

TEST_P(Exact, NeverPassesADigestThatIsNone) {
  for (const char* got : {"", "nan", "0123456789abcdeg", "0123456789ABCDEF", "0"}) {
    series(gate_.id).check->got = got;
    expect(Verdict::not_measured, "data.not_checked");
  }
}

TEST_P(Exact, NeverPassesFewerLaunchesThanOrdered) {
  const bool one_block = series(gate_.id).samples.size() == 1;
  set_samples(series(gate_.id), one_block ? 63 : 21);
  expect(Verdict::not_measured, code("too_few_launches"));
  set_samples(series(gate_.id), one_block ? 64 : 22);
  expect(Verdict::pass, "");
}

TEST_P(Exact, NeedsASizeThatStaysExact) {
  for (const std::int64_t n : {std::int64_t{0}, std::int64_t{-4}, std::int64_t{1} << 18}) {
    profile.sizes.exact_n = profile.sizes.attention_exact_seq = n;
    expect_all(Verdict::not_measured, "profile.incomplete");
    EXPECT_TRUE(gate_.next(order(), evidence).empty());
  }
}

TEST_P(Exact, TheSeedIsThePublishedConstant) {
  const std::string digits = sha256_hex(kConstantSeedText).substr(0, 13);
  EXPECT_EQ(kConstantSeed, static_cast<std::int64_t>(std::stoll(digits, nullptr, 16)));
  EXPECT_EQ(series(gate_.id).params.at("seed"), kConstantSeed);
}

class GemmBf16OwnExact : public ExactTest {
 protected:
  GemmBf16OwnExact() : ExactTest(kOwn) {}
};

TEST_F(GemmBf16OwnExact, WrongEverywhereWhileTheVendorIsRightAccusesTheKernel) {
  spoil(gate_.id);
  expect_all(Verdict::not_measured, "gemm.bf16.own.exact.kernel_wrong");
  EXPECT_EQ(on_gpu1().blame, Blame::suite);
}

TEST_F(GemmBf16OwnExact, IsNotQualifiedWhileTheVendorsAnswerIsMissing) {
  spoil(gate_.id);
  std::erase_if(evidence.measurements, [this](const Measurement& m) { return m.gate == other_; });
  expect_all(Verdict::not_measured, "gemm.bf16.own.exact.unqualified");
}

TEST_F(GemmBf16OwnExact, WrongWithTheVendorOnOneGpuFailsThatGpuAndLeavesTheOthersOpen) {
  spoil(gate_.id);
  spoil(other_, "gpu/1");
  EXPECT_EQ(on_gpu1().code, "gemm.bf16.own.exact.wrong_data");
  EXPECT_EQ(on("gpu/0").code, "gemm.bf16.own.exact.unqualified");
}

TEST_F(GemmBf16OwnExact, OnASingleGpuItIsQualifiedByTheVendorToo) {
  profile.ordered.gpus = 1;
  measure();
  spoil(gate_.id);
  EXPECT_EQ(on("gpu/0").code, "gemm.bf16.own.exact.kernel_wrong");
  spoil(other_);
  EXPECT_EQ(on("gpu/0").code, "gemm.bf16.own.exact.wrong_data");
}

class GemmBf16CublasltExact : public ExactTest {
 protected:
  GemmBf16CublasltExact() : ExactTest(kVendor) {}
};

TEST_F(GemmBf16CublasltExact, WrongEverywhereWhileOursIsRightAccusesTheLibrary) {
  spoil(gate_.id);
  expect_all(Verdict::not_measured, "gemm.bf16.cublaslt.exact.library_wrong");
  EXPECT_EQ(on_gpu1().blame, Blame::suite);
}

TEST_F(GemmBf16CublasltExact, OnASingleGpuTheVendorsWrongAnswerFails) {
  profile.ordered.gpus = 1;
  measure();
  spoil(gate_.id);
  EXPECT_EQ(on("gpu/0").code, "gemm.bf16.cublaslt.exact.wrong_data");
}

}  // namespace
}  // namespace ga
