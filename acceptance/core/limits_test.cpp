#include "acceptance/core/limits.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

class Limits : public ::testing::Test {
 protected:
  Limits() {
    GpuFacts gpu;
    gpu.unit_id = "gpu/0";
    gpu.part_name = KnownText("NVIDIA H200");
    gpu.vbios = KnownText("96.00.A5.00.01");
    gpu.power_limit_enforced_mw = 700'000;
    evidence.facts.gpus.push_back(gpu);
    evidence.facts.node.driver_version = KnownText("580.65.06");
    Limit limit;
    limit.gate = "hbm.bandwidth";
    limit.case_id = "memory.copy";
    limit.value = 1'000'000;
    profile.limits.push_back(limit);
  }
  LimitChoice choose() { return choose_limit({profile, Level::standard}, evidence, name); }
  LimitKey& key() { return profile.limits[0].key; }

  Profile profile;
  Evidence evidence;
  Request name{.gate = "hbm.bandwidth", .case_id = "memory.copy", .unit_id = "gpu/0", .params = {}};
};

TEST_F(Limits, AnEmptyKeyMatchesAnyStack) {
  EXPECT_EQ(choose().limit, &profile.limits[0]);
  EXPECT_FALSE(choose().elsewhere);
}

TEST_F(Limits, EachPartOfTheKeyMustMatch) {
  key() = {.part_name = "NVIDIA H200",
           .vbios = "96.00.A5.00.01",
           .driver = "580.65.06",
           .library = "",
           .power_limit_mw = 700'000,
           .bytes = 0};
  EXPECT_NE(choose().limit, nullptr);
  const LimitKey good = key();
  const auto misses = [&](auto spoil) {
    key() = good;
    spoil(key());
    EXPECT_EQ(choose().limit, nullptr);
    EXPECT_TRUE(choose().elsewhere);
  };
  misses([](LimitKey& k) { k.part_name = "NVIDIA H100"; });
  misses([](LimitKey& k) { k.vbios = "97."; });
  misses([](LimitKey& k) { k.driver = "580.65"; });
  misses([](LimitKey& k) { k.power_limit_mw = 600'000; });
}

TEST_F(Limits, AVersionPrefixMatchesItsFamily) {
  key().driver = "580.";
  EXPECT_NE(choose().limit, nullptr);
  key().driver = "58.";
  EXPECT_EQ(choose().limit, nullptr);
}

// Floors of one case for three bands, not in their order.
class Bands : public Limits {
 protected:
  Bands() {
    key().memory_max_mc = 95'000;
    profile.limits.push_back(profile.limits[0]);
    profile.limits.push_back(profile.limits[0]);
    profile.limits[1].key.memory_max_mc = 85'000;
    profile.limits[2].key.memory_max_mc = 0;
    Measurement series;
    series.gate = name.gate;
    series.case_id = name.case_id;
    series.unit_id = name.unit_id;
    evidence.measurements = {series};
  }
  const Limit* at(std::vector<std::int64_t> temperatures) {
    evidence.measurements[0].memory_temp_mc = std::move(temperatures);
    return choose().limit;
  }
};

TEST_F(Bands, TheLowestThatHoldsTheHottestBlockIsUsed) {
  EXPECT_EQ(at({70'000, 85'000}), &profile.limits[1]);
  EXPECT_EQ(at({70'000, 85'001}), &profile.limits[0]);
  EXPECT_EQ(at({95'001, 70'000}), &profile.limits[2]) << "the one without a band comes last";
}

// Not even the floor without a band: leaving a reading out must be no advantage.
TEST_F(Bands, ATemperatureThatIsNotKnownHasNoFloor) {
  for (const std::vector<std::int64_t>& unknown :
       {std::vector<std::int64_t>{}, {0}, {70'000, 0}, {-1, 70'000}, {70'000, 200'000}}) {
    EXPECT_EQ(at(unknown), nullptr);
    EXPECT_TRUE(choose().elsewhere);
    EXPECT_TRUE(choose().memory_unread);
  }
  // Bands of another stack bind nobody.
  profile.limits[0].key.part_name = profile.limits[1].key.part_name = "NVIDIA H100";
  EXPECT_EQ(at({70'000, 0}), &profile.limits[2]);
  profile.limits[0].key.part_name = profile.limits[1].key.part_name = "";
  profile.limits.pop_back();
  EXPECT_EQ(at({70'000, 0}), nullptr);
  EXPECT_TRUE(choose().elsewhere);
  EXPECT_EQ(at({96'000}), nullptr);
  EXPECT_TRUE(choose().elsewhere);
  EXPECT_FALSE(choose().memory_unread);
  EXPECT_EQ(at({60'000}), &profile.limits[1]);
  EXPECT_FALSE(choose().elsewhere);
}

TEST_F(Bands, ABandOfAnotherStackIsNotUsed) {
  profile.limits[1].key.part_name = "NVIDIA H100";
  EXPECT_EQ(at({60'000}), &profile.limits[0]);
}

TEST_F(Limits, AnAbsentFactMatchesNoKey) {
  key().driver = "580.";
  evidence.facts.node.driver_version = KnownText::missing("no driver");
  EXPECT_EQ(choose().limit, nullptr);
}

TEST_F(Limits, ALibraryMatchesByNameAndVersionOnlyWhereItRan) {
  key().library = "libcublasLt.so.13 13.";
  EXPECT_EQ(choose().limit, nullptr);
  EXPECT_TRUE(choose().elsewhere);
  evidence.libraries = {{"nvml", "/a", "13.580", ""}, {"libcublasLt.so.13", "/b", "13.1.0", ""}};
  EXPECT_NE(choose().limit, nullptr);
  key().library = "libcublasLt.so.13 13.1.0";
  EXPECT_NE(choose().limit, nullptr);
  for (const char* other : {"libcublasLt.so.13 13.1", "libcublasLt.so.13 12.",
                            "libcublas.so.13 13.", "libcublasLt.so.13", "13."}) {
    key().library = other;
    EXPECT_EQ(choose().limit, nullptr) << other;
  }
}

TEST_F(Limits, ALibraryThatRanInTwoVersionsMatchesNeither) {
  evidence.libraries = {{"libcublasLt.so.13", "/a", "13.0.2", ""},
                        {"libcublasLt.so.13", "/b", "13.1.0", ""}};
  key().library = "libcublasLt.so.13 13.1.0";
  EXPECT_EQ(choose().limit, nullptr);
}

TEST_F(Limits, AnotherCaseHasNoFloorAtAll) {
  profile.limits[0].case_id = "memory.triad";
  EXPECT_EQ(choose().limit, nullptr);
  EXPECT_FALSE(choose().elsewhere);
}

TEST_F(Limits, ALimitOfOneSizeIsNoneOfAnother) {
  key().bytes = 4096;
  EXPECT_EQ(choose().limit, nullptr);
  EXPECT_FALSE(choose().elsewhere);
  name.params = {{"bytes", 8192}};
  EXPECT_EQ(choose().limit, nullptr);
  EXPECT_FALSE(choose().elsewhere);
  name.params = {{"bytes", 4096}};
  EXPECT_NE(choose().limit, nullptr);
}

TEST_F(Limits, TheNodeMatchesWhereEveryGpuDoes) {
  name.unit_id = "node";
  key().part_name = "NVIDIA H200";
  EXPECT_NE(choose().limit, nullptr);
  evidence.facts.gpus.push_back(evidence.facts.gpus[0]);
  evidence.facts.gpus[1].part_name = KnownText("NVIDIA H100");
  EXPECT_EQ(choose().limit, nullptr);
  EXPECT_TRUE(choose().elsewhere);
  evidence.facts.gpus.clear();
  EXPECT_EQ(choose().limit, nullptr);
}

TEST(Mirrored, AtTheCeilingItStaysAndBeyondItItIsAsFarBelow) {
  EXPECT_EQ(mirrored(1000, 1000), 1000);
  EXPECT_EQ(mirrored(1150, 1000), 850);
  EXPECT_EQ(mirrored(700, 1000), 1300);
  EXPECT_EQ(mirrored(mirrored(1234, 1000), 1000), 1234);
  EXPECT_EQ(mirrored(0, 1000), 0);
  EXPECT_EQ(mirrored(-5, 1000), 0);
}

TEST_F(Limits, OnlyACalibratedFloorDecides) {
  const Order order{profile, Level::standard};
  profile.limits[0].status = LimitStatus::calibrated;
  EXPECT_TRUE(terms_of(order, profile.limits[0]).decides);
  EXPECT_EQ(terms_of(order, profile.limits[0]).gross, 850'000);
  profile.limits[0].status = LimitStatus::published;
  EXPECT_FALSE(terms_of(order, profile.limits[0]).decides);
}

TEST_F(Limits, ARatioDecidesInACiProfile) {
  Ratio ratio;
  ratio.min_ppm = 900'000;
  const auto terms = [&] { return terms_of({profile, Level::quick}, ratio, 1'000'000); };
  EXPECT_FALSE(terms().decides);
  profile.kind = ProfileKind::ci;
  EXPECT_TRUE(terms().decides);
  EXPECT_EQ(terms().floor, 900'000);
  EXPECT_EQ(terms().gross, 765'000);
}

// 32 GT/s * 16 lanes * 128/130 / 8 bits = 63.0 GB/s.
TEST(PcieLink, IsTheRawRateOfGenerationAndWidth) {
  EXPECT_EQ(pcie_link_bytes_per_s(5, 16).value_or(0) / 1'000'000, 63'015);
  EXPECT_EQ(pcie_link_bytes_per_s(1, 1), 250'000'000);
  for (const auto& [gen, width] : {std::pair{0, 16}, {7, 16}, {-1, 16}, {5, 0}, {5, 3}, {5, -16}}) {
    EXPECT_FALSE(pcie_link_bytes_per_s(gen, width)) << gen << " x" << width;
  }
}

}  // namespace
}  // namespace ga
