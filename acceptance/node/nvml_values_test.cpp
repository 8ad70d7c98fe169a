// Which of NVML's raw values are values.
#include "acceptance/node/nvml_values.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace ga::nvml {
namespace {

TEST(NvmlValues, AllOnesAreNoNumber) {
  EXPECT_EQ(*known_int(0), 0);
  EXPECT_EQ(*known_int(0xFFFFFFFEu), 0xFFFFFFFE);
  EXPECT_FALSE(known_int(0xFFFFFFFFu));
  EXPECT_FALSE(known_wide(0xFFFFFFFFFFFFFFFFull));
}

TEST(NvmlValues, WhatAReportCannotCarryIsAbsent) {
  EXPECT_EQ(*known_wide((1ull << 53) - 1), (std::int64_t{1} << 53) - 1);
  EXPECT_FALSE(known_wide(1ull << 53));
}

TEST(NvmlValues, AFlagIsZeroOrOne) {
  EXPECT_FALSE(*known_flag(0));
  EXPECT_TRUE(*known_flag(1));
  EXPECT_EQ(known_flag(2), KnownFlag::missing("neither 0 nor 1, but 2"));
}

TEST(NvmlValues, WordsThatStandForNoValueAreAbsent) {
  EXPECT_EQ(*known_text("NVIDIA H200"), "NVIDIA H200");
  for (const char* none :
       {"", "N/A", "[N/A]", "Unknown Error", "[Unknown Error]", "[Not Supported]"}) {
    EXPECT_FALSE(known_text(none)) << none;
  }
  EXPECT_FALSE(known_text("tab\there"));
  EXPECT_FALSE(known_text("\xC3\xA9"));
}

TEST(NvmlValues, IdsAreVendorThenDevice) {
  EXPECT_EQ(*id_pair(0x233510de), "10de:2335");
  EXPECT_FALSE(id_pair(0xFFFFFFFFu));  // what a device that fell off the bus reads as
}

TEST(NvmlValues, BusIdsAreLowerCaseWithAFourDigitDomain) {
  PciInfo pci{};
  pci.domain = 0;
  pci.bus = 0xDF;
  pci.device = 0;
  std::strcpy(pci.bus_id, "00000000:DF:00.0");
  EXPECT_EQ(*bus_id(pci), "0000:df:00.0");
  pci.domain = 0x10000;
  EXPECT_EQ(*bus_id(pci), "00010000:df:00.0");
  pci.bus = 0x100;
  EXPECT_FALSE(bus_id(pci));
}

FieldValue field(ValueType type) {
  FieldValue f{};
  f.type = type;
  return f;
}

TEST(NvmlValues, AFieldIsReadByItsOwnType) {
  FieldValue f = field(ValueType::u64);
  f.value.u64 = 5;
  EXPECT_EQ(*field_value(f), 5);
  f = field(ValueType::u32);
  f.value.u32 = 6;
  EXPECT_EQ(*field_value(f), 6);
  f = field(ValueType::u16);
  f.value.u16 = 7;
  EXPECT_EQ(*field_value(f), 7);
  f = field(ValueType::s32);
  f.value.s32 = -1;
  EXPECT_FALSE(field_value(f));
  f = field(ValueType::s64);
  f.value.s64 = -1;
  EXPECT_FALSE(field_value(f));
  f = field(ValueType::f64);
  f.value.f64 = 8.4;
  EXPECT_EQ(*field_value(f), 8);
}

TEST(NvmlValues, AFieldThatIsNoNumberIsAbsent) {
  FieldValue f = field(ValueType::f64);
  for (const double bad : {std::nan(""), -1.0, 1e300, HUGE_VAL}) {
    f.value.f64 = bad;
    EXPECT_FALSE(field_value(f)) << bad;
  }
  EXPECT_FALSE(field_value(field(static_cast<ValueType>(77))));
}

TEST(NvmlValues, ATimeIsNeverReadFromFewerThan64Bits) {
  FieldValue f = field(ValueType::u32);
  f.value.u32 = 0;
  EXPECT_EQ(wide_field(f), KnownInt::missing("not a 64-bit counter"));
  f = field(ValueType::u64);
  f.value.u64 = 9;
  EXPECT_EQ(*wide_field(f), 9);
}

TEST(NvmlValues, AMarginMayBeNegativeHoweverItIsPacked) {
  FieldValue f = field(ValueType::s32);
  f.value.s32 = -2;
  EXPECT_EQ(*millis(signed_field(f)), -2000);
  f = field(ValueType::u32);
  f.value.u32 = 0xFFFFFFFEu;
  EXPECT_EQ(*millis(signed_field(f)), -2000);
  f = field(ValueType::s64);
  f.value.s64 = -5;
  EXPECT_EQ(*signed_field(f), -5);
}

TEST(NvmlValues, WhatNoDieReachesIsNoTemperature) {
  EXPECT_EQ(*known_celsius(-3), -3000);
  EXPECT_FALSE(known_celsius(201));
  EXPECT_FALSE(known_celsius(Temperature::kNoCelsius));
  EXPECT_EQ(millis(KnownInt::missing("x")), KnownInt::missing("x"));
}

TEST(NvmlValues, ErrorRatesAreRoundedUpAndNeverWrapAround) {
  EXPECT_EQ(*error_rate_e18(0x10C), 1'000'000);  // 1e-12
  EXPECT_EQ(*error_rate_e18(0x20C), 2'000'000);
  EXPECT_EQ(*error_rate_e18(0xFFF), 1);  // 15e-255: no error seen
  EXPECT_EQ(*error_rate_e18(0xF13), 2);  // 15e-19
  EXPECT_EQ(*error_rate_e18(0), 0);
  EXPECT_EQ(*error_rate_e18(0x101), 9'007'199'254'740'991);  // 1e-1: more than can be carried
  EXPECT_FALSE(error_rate_e18(0x1000));
  EXPECT_EQ(error_rate_e18(KnownInt::missing("x")), KnownInt::missing("x"));
}

TEST(NvmlValues, ASumOfOneUnknownIsUnknown) {
  EXPECT_EQ(*sum_of({1, 2, 3}), 6);
  EXPECT_EQ(sum_of({1, KnownInt::missing("x"), 3}), KnownInt::missing("x"));
  EXPECT_FALSE(sum_of({9'007'199'254'740'991, 1}));
}

TEST(NvmlValues, PowerProfilesHaveNamesAndUnknownOnesNumbers) {
  CurrentProfiles profiles;
  EXPECT_FALSE(profile_names(profiles.enforced));  // nothing was filled in
  unsigned mask[8] = {0b110, 1, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(*profile_names(mask), "max_q, compute, profile 32");
  mask[0] = mask[1] = 0;
  EXPECT_EQ(*profile_names(mask), "");
}

TEST(NvmlValues, AUuidThatWasNotFilledInIsNone) {
  Fabric fabric;
  EXPECT_FALSE(uuid_text(fabric.cluster_uuid));
  std::fill_n(fabric.cluster_uuid, 16, static_cast<unsigned char>(0));
  fabric.cluster_uuid[15] = 0xa1;
  EXPECT_EQ(*uuid_text(fabric.cluster_uuid), "00000000-0000-0000-0000-0000000000a1");
}

}  // namespace
}  // namespace ga::nvml
