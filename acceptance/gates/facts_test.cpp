// Whether an absent fact is news: by the table of field support.
#include "acceptance/gates/facts.h"

#include "acceptance/gates/gates.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class FactsOfAGate : public ::testing::Test {
 protected:
  Profile profile_ = test_profile();
  Evidence evidence_ = healthy_facts({profile_, Level::standard});  // H200s
  GpuFacts& gpu_ = evidence_.facts.gpus[1];

  std::optional<Finding> missing(std::string_view field, const KnownInt& fact) {
    return fact_missing("a.gate", evidence_.facts, gpu_, field, fact);
  }
};

TEST_F(FactsOfAGate, AKnownFactIsNotMissing) { EXPECT_FALSE(missing("temp_mc", gpu_.temp_mc)); }

TEST_F(FactsOfAGate, ARequiredFactThatIsAbsentIsNotMeasured) {
  gpu_.temp_mc = KnownInt::missing("GPU is lost");
  const auto finding = missing("temp_mc", gpu_.temp_mc);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->verdict, Verdict::not_measured);
  EXPECT_EQ(finding->code, "fact.absent");
  EXPECT_EQ(finding->reason, "temp_mc: GPU is lost");
}

TEST_F(FactsOfAGate, AnAbsenceThatTheTableExpectsIsFine) {
  const KnownFlag none = KnownFlag::missing("Not Supported");
  EXPECT_FALSE(fact_missing("a.gate", evidence_.facts, gpu_, "power_smoothing", none));
  gpu_.pci_device = KnownText("10de:2901");  // a B200 answers it
  EXPECT_TRUE(fact_missing("a.gate", evidence_.facts, gpu_, "power_smoothing", none));
}

TEST_F(FactsOfAGate, AReplacedFactIsMissingOnlyWithItsReplacement) {
  const KnownInt none = KnownInt::missing("Not Supported");
  EXPECT_FALSE(missing("temp_slowdown_mc", none));
  gpu_.temp_slowdown_margin_mc = KnownInt::missing("Unknown Error");
  const auto finding = missing("temp_slowdown_mc", none);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->reason,
            "temp_slowdown_mc: Not Supported; nor is temp_slowdown_margin_mc, which replaces it: "
            "Unknown Error");
}

}  // namespace
}  // namespace ga
