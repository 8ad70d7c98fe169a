#include "acceptance/core/field_support.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

constexpr const char* kH200 = "10de:2335";
constexpr const char* kB200 = "10de:2901";
constexpr const char* kA100 = "10de:20b2";
constexpr const char* kGeForce = "10de:2684";
constexpr const char* kDriver = "580.95.05";

const Expectation kRequired{};
const Expectation kAbsent{.support = Support::expected_absent, .replaced_by = {}};

Expectation of(const char* device, const char* driver, const char* field) {
  return builtin_field_support().of(device, driver, field);
}

TEST(FieldSupport, TheBuiltInTableParses) {
  ASSERT_EQ(builtin_field_tables().size(), 1u);
  const auto table = FieldSupport::parse(builtin_field_tables()[0].text, "field_support.toml");
  EXPECT_TRUE(table) << table.error().what() << " " << table.error().hint();
}

TEST(FieldSupport, WhatNoRuleNamesIsRequired) {
  for (const char* field : {"uuid", "ecc_current", "remap_failed", "throttle_hw_thermal_ns",
                            "nvlinks.state", "no_such_field"}) {
    EXPECT_EQ(of(kH200, kDriver, field), kRequired) << field;
  }
}

TEST(FieldSupport, FollowsPartAndDriver) {
  EXPECT_EQ(of(kH200, kDriver, "power_smoothing"), kAbsent);
  EXPECT_EQ(of(kB200, kDriver, "power_smoothing"), kRequired);
  EXPECT_EQ(of(kH200, kDriver, "temp_slowdown_mc"),
            (Expectation{.support = Support::replaced, .replaced_by = "temp_slowdown_margin_mc"}));
  EXPECT_EQ(of(kA100, kDriver, "temp_slowdown_margin_mc"),
            (Expectation{.support = Support::replaced, .replaced_by = "temp_slowdown_mc"}));
  EXPECT_EQ(of(kB200, kDriver, "nvlinks.crc_flit_errors").replaced_by, "nvlinks.effective_errors");
  EXPECT_EQ(of(kH200, kDriver, "nvlinks.crc_flit_errors"), kRequired);
  EXPECT_EQ(of(kH200, "570.172.08", "pdi"), kAbsent);
  EXPECT_EQ(of(kH200, "580.65.06", "pdi"), kRequired);
  EXPECT_EQ(of(kH200, "589.1.1", "memory_unrepairable"), kAbsent);
  EXPECT_EQ(of(kH200, "590.44.01", "memory_unrepairable"), kRequired);
}

TEST(FieldSupport, AnotherDeviceIsExpectedToKnowLess) {
  EXPECT_EQ(of(kGeForce, kDriver, "ecc_current"), kAbsent);
  EXPECT_EQ(of(kGeForce, kDriver, "nvlinks"), kAbsent);
  EXPECT_EQ(of(kGeForce, kDriver, "fabric_health"), kAbsent);
  EXPECT_EQ(of(kGeForce, kDriver, "uuid"), kRequired);
}

TEST(FieldSupport, WhoDoesNotSayWhatItIsIsExcusedFromNothing) {
  EXPECT_EQ(of("", kDriver, "ecc_current"), kRequired);
  EXPECT_EQ(of("", kDriver, "boost_slider"), kRequired);
  EXPECT_EQ(of(kH200, "", "pdi"), kRequired);  // which driver has none is not known
  EXPECT_EQ(of(kH200, "garbage", "pdi"), kRequired);
  EXPECT_EQ(of(kH200, "", "power_smoothing"), kAbsent);  // of the part with any driver
}

TEST(FieldSupport, TakesTheDeviceAsTheBusSaysItWhereNvmlDoesNot) {
  Facts facts;
  facts.node.driver_version = std::string(kDriver);
  GpuFacts gpu;
  EXPECT_EQ(expectation(facts, gpu, "power_smoothing"), kRequired);
  gpu.sysfs_pci_device = std::string(kH200);
  EXPECT_EQ(expectation(facts, gpu, "power_smoothing"), kAbsent);
  gpu.pci_device = std::string(kB200);
  EXPECT_EQ(expectation(facts, gpu, "power_smoothing"), kRequired);
}

std::string complaint(const std::string& rule) {
  const auto table = FieldSupport::parse(
      "format = 1\n[[part]]\nname = \"p\"\ndevices = [\"10de:1\"]\n[[rule]]\n" + rule, "t.toml");
  return table ? "" : table.error().what();
}

TEST(FieldSupport, RefusesWhatItDoesNotUnderstand) {
  const std::string good = "parts = [\"p\"]\nabsent = [\"uuid\"]\nsource = \"s\"\n";
  EXPECT_EQ(complaint(good), "");
  EXPECT_NE(complaint("parts = [\"p\"]\nabsent = [\"uuid\"]\nsource = \"\"\n").find("source"),
            std::string::npos);
  EXPECT_NE(complaint("parts = [\"p\"]\nabsent = [\"uuid\"]\n").find("source"), std::string::npos);
  EXPECT_NE(complaint("parts = [\"q\"]\nabsent = [\"uuid\"]\nsource = \"s\"\n").find("no part 'q'"),
            std::string::npos);
  EXPECT_NE(
      complaint("parts = [\"p\"]\nabsent = [\"uid\"]\nsource = \"s\"\n").find("no field 'uid'"),
      std::string::npos);
  EXPECT_NE(complaint(good + "[rule.replaced]\nserial = \"seral\"\n").find("no field 'seral'"),
            std::string::npos);
  EXPECT_NE(complaint(good + "[[rule]]\n" + good).find("two rules for 'uuid' of 'p'"),
            std::string::npos);
  EXPECT_NE(complaint("branch_from = 580\nbranch_to = 570\n" + good).find("before branch_from"),
            std::string::npos);
  EXPECT_NE(complaint(good + "why = 1\n").find("why"), std::string::npos);
  // The same field of other drivers is another rule.
  EXPECT_EQ(complaint("branch_to = 579\n" + good + "[[rule]]\nbranch_from = 580\n" + good), "");
  EXPECT_FALSE(FieldSupport::parse("format = 2\n", "t.toml"));
}

}  // namespace
}  // namespace ga
