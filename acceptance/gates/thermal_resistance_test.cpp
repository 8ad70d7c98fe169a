#include <gtest/gtest.h>

#include <algorithm>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

// Eight GPUs at 61 degC and 695 W, over an inlet of 22 degC: 0.0561 K/W.
class ThermalResistance : public GateTest {
 protected:
  ThermalResistance() : GateTest(kThermalResistance) {
    profile.ordered.gpus = 8;
    measure();
    evidence.facts.bmc.inlet_mc = 22'000;
  }
  Measurement& mixed(std::string_view unit = "gpu/1") {
    for (Measurement& m : evidence.measurements) {
      if (m.gate == "power.sustained" && m.unit_id == unit) return m;
    }
    ADD_FAILURE() << unit;
    return evidence.measurements.front();
  }
  void heat(std::string_view unit, std::int64_t temp_c) {
    std::fill(mixed(unit).temp_mc.begin(), mixed(unit).temp_mc.end(), temp_c * 1000);
  }
};

TEST_F(ThermalResistance, PassesEqualGpusAndMeasuresNothingItself) {
  expect_all(Verdict::pass, "");
  EXPECT_TRUE(gate_.next(order(), healthy_facts(order())).empty());
}

TEST_F(ThermalResistance, HoldsAQuarterOverTheSiblingsOfItsParity) {
  heat("gpu/1", 70);  // 48 of 39 K: 1.23
  expect(Verdict::pass, "");
  heat("gpu/1", 71);  // 49 of 39 K: 1.256
  expect(Verdict::borderline, "thermal.resistance.high");
}

// Odd slots are warmer for good: a third on all four is normal beside each other.
TEST_F(ThermalResistance, ComparesWithSlotsOfTheSameParityAlone) {
  for (const char* unit : {"gpu/1", "gpu/3", "gpu/5", "gpu/7"}) heat(unit, 74);
  expect_all(Verdict::pass, "");
  heat("gpu/0", 71);
  EXPECT_EQ(on("gpu/0").code, "thermal.resistance.high");
}

TEST_F(ThermalResistance, OneHotSiblingHidesNoOther) {
  heat("gpu/3", 95);
  heat("gpu/1", 71);
  EXPECT_EQ(on_gpu1().code, "thermal.resistance.high");
  EXPECT_EQ(on("gpu/3").code, "thermal.resistance.high");
  EXPECT_EQ(on("gpu/5").verdict, Verdict::pass);
}

TEST_F(ThermalResistance, OnlyTheLastBlocksCount) {
  for (std::size_t i = 0; i < 6; ++i) mixed().temp_mc[i] = 95'000;
  expect(Verdict::pass, "");
}

TEST_F(ThermalResistance, HoldsSixPercentMoreEnergyForAnOperation) {
  set_samples(mixed(), 600'000'000'000'000 / 1000 * 950);
  expect(Verdict::pass, "");
  set_samples(mixed(), 600'000'000'000'000 / 1000 * 940);
  expect(Verdict::borderline, "thermal.resistance.energy");
  // Below the power of the others the share that flows at rest weighs more: that decides nothing.
  std::fill(mixed().power_mw.begin(), mixed().power_mw.end(), 660'000);
  set_samples(mixed(), 600'000'000'000'000 / 1000 * 800);
  expect(Verdict::not_measured, "thermal.resistance.less_load");
  set_samples(mixed(), 600'000'000'000'000 / 1000 * 900);
  expect(Verdict::pass, "");
}

// Heat of other loads is left in a GPU that draws less in this one. One that is hotter for less is
// worse whatever is left.
TEST_F(ThermalResistance, AGpuThatDrawsLessAndIsNoHotterIsNotCompared) {
  std::fill(mixed().power_mw.begin(), mixed().power_mw.end(), 480'000);
  heat("gpu/1", 60);
  expect(Verdict::not_measured, "thermal.resistance.less_load");
  heat("gpu/1", 75);
  expect(Verdict::borderline, "thermal.resistance.high");
}

// power.sustained accepts nine tenths of its siblings' power: a good die is not held here for it.
TEST_F(ThermalResistance, AThriftyDieIsNotHeldForDrawingLess) {
  for (Measurement& m : evidence.measurements) {
    if (m.gate == "power.sustained") std::fill(m.power_mw.begin(), m.power_mw.end(), 640'000);
  }
  std::fill(mixed().power_mw.begin(), mixed().power_mw.end(), 615'000);
  heat("gpu/1", 60);
  expect_all(Verdict::pass, "");
}

// Whatever all GPUs share moves none of them against the others.
TEST_F(ThermalResistance, WithoutAnInletTheCoolestGpuAtRestIsTheReference) {
  evidence.facts.bmc = {};
  expect_all(Verdict::pass, "");
  EXPECT_NE(on_gpu1().reason.find("coolest GPU at rest"), std::string::npos);
  for (GpuFacts& one : evidence.facts.gpus) one.temp_mc = KnownInt::missing("none");
  expect_all(Verdict::not_measured, "fact.absent");
}

TEST_F(ThermalResistance, AnInletThatNoAirHasIsNoReference) {
  for (const std::int64_t air : {5'000, 30'000, 60'000}) {
    evidence.facts.bmc.inlet_mc = air;
    EXPECT_NE(on_gpu1().reason.find("K/W over the inlet"), std::string::npos) << air;
  }
  for (const std::int64_t no_air : {4'999, 60'001, 0, -100'000'000}) {
    evidence.facts.bmc.inlet_mc = no_air;
    EXPECT_NE(on_gpu1().reason.find("coolest GPU at rest"), std::string::npos) << no_air;
  }
}

TEST_F(ThermalResistance, WithFewerThanThreeSiblingsOfItsParityItComparesWithAllOthers) {
  mixed("gpu/3").check->wrong = 1;
  EXPECT_EQ(on("gpu/3").code, "thermal.resistance.no_load");
  EXPECT_EQ(on_gpu1().verdict, Verdict::pass);
  EXPECT_NE(on_gpu1().reason.find("all other slots"), std::string::npos);
  heat("gpu/1", 71);
  EXPECT_EQ(on_gpu1().code, "thermal.resistance.high");
}

TEST_F(ThermalResistance, FewerThanThreeOthersDecideNothing) {
  profile.ordered.gpus = 3;
  measure();
  for (const char* unit : {"gpu/0", "gpu/1", "gpu/2"}) {
    expect_on(unit, Verdict::not_measured, "thermal.resistance.few_siblings");
  }
}

TEST_F(ThermalResistance, NeverPassesWithoutACompleteSoundLoad) {
  mixed().samples.pop_back();
  EXPECT_EQ(on_gpu1().code, "thermal.resistance.no_load");
  measure();
  evidence.facts.bmc.inlet_mc = 22'000;
  heat("gpu/1", 20);
  EXPECT_EQ(on_gpu1().code, "series.impossible");
  heat("gpu/1", 0);
  EXPECT_EQ(on_gpu1().code, "series.impossible");
  std::erase_if(evidence.facts.gpus, [](const GpuFacts& g) { return g.unit_id == "gpu/1"; });
  EXPECT_EQ(on_gpu1().code, "unit.absent");
}

}  // namespace
}  // namespace ga
