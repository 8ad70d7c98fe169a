#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class IdentityFirmware : public MachineGateTest {
 protected:
  IdentityFirmware() : MachineGateTest(kIdentityFirmware) {}
  // Orders versions of one kind alone.
  void order_firmware(std::vector<std::string> OrderedFirmware::*kind,
                      std::vector<std::string> versions) {
    profile.machine.firmware.emplace();
    (*profile.machine.firmware).*kind = std::move(versions);
  }
};

TEST_F(IdentityFirmware, PassesGoodEvidence) { expect_pass(); }

TEST_F(IdentityFirmware, FailsTwoVersionsOfOneKind) {
  gpu().vbios = gpu().proc_vbios = KnownText("96.00.74.00.01");
  expect_at("node", Verdict::fail, "identity.firmware.differs");
  EXPECT_EQ(on("node").blame, Blame::config);
  EXPECT_NE(on("node").reason.find("96.00.74.00.01 on gpu/1"), std::string::npos)
      << on("node").reason;
  for (const auto field : {&GpuFacts::inforom, &GpuFacts::gsp_firmware}) {
    measure();
    gpu().*field = KnownText("another");
    expect_at("node", Verdict::fail, "identity.firmware.differs");
  }
  measure();
  (*host().nvswitches.value)[2].firmware = KnownText("96.11");
  expect_at("node", Verdict::fail, "identity.firmware.differs");
  measure();
  (*host().nics.value)[1].firmware = KnownText("28.43.0000");
  expect_at("node", Verdict::fail, "identity.firmware.differs");
  measure();
  evidence.facts.node.kernel_module_version = KnownText("580.95.05");
  expect_at("node", Verdict::fail, "identity.firmware.differs");
}

TEST_F(IdentityFirmware, AdaptersOfTwoModelsMayDiffer) {
  (*host().nics.value)[1].board_id = KnownText("MT_0000000970");
  (*host().nics.value)[1].firmware = KnownText("32.42.1000");
  expect_pass();
}

TEST_F(IdentityFirmware, TheDriversFileWritesSmallLettersAndQuestionMarksWhileAsleep) {
  ASSERT_NE(*gpu().vbios, *gpu().proc_vbios);
  gpu().proc_vbios = KnownText("??.??.??.??.??");
  expect_pass();
  gpu().proc_vbios = KnownText("96.00.74.00.01");
  expect(Verdict::fail, "identity.firmware.differs");
}

TEST_F(IdentityFirmware, FailsWhatWasNotOrdered) {
  order_firmware(&OrderedFirmware::driver, {"570."});
  expect_at("node", Verdict::fail, "identity.firmware.wrong");
  order_firmware(&OrderedFirmware::driver, {"570.", "580."});
  expect_pass();
  order_firmware(&OrderedFirmware::driver, {"580"});  // a prefix ends with a dot
  expect_at("node", Verdict::fail, "identity.firmware.wrong");
  order_firmware(&OrderedFirmware::vbios, {"96.00.74.00.01"});
  expect_all(Verdict::fail, "identity.firmware.wrong");
  order_firmware(&OrderedFirmware::vbios, {"96.00.a5.00.01"});
  expect_pass();
  order_firmware(&OrderedFirmware::inforom, {"G520.0280.00.01"});
  expect_all(Verdict::fail, "identity.firmware.wrong");
}

TEST_F(IdentityFirmware, FailsACorruptInfoRomAndAGspThatIsOff) {
  gpu().inforom_valid = false;
  expect(Verdict::fail, "identity.firmware.inforom_invalid");
  EXPECT_EQ(on_gpu1().blame, Blame::gpu);
  measure();
  gpu().gsp_enabled = false;
  expect(Verdict::fail, "identity.firmware.gsp_off");
  gpu().gsp_default = false;  // a part that runs without it by default
  gpu().gsp_firmware = KnownText::missing("Not Supported");
  expect_pass();
}

TEST_F(IdentityFirmware, NeverPassesAnAbsentVersion) {
  for (const auto field : {&GpuFacts::vbios, &GpuFacts::inforom, &GpuFacts::gsp_firmware}) {
    measure();
    gpu().*field = KnownText::missing("Unknown Error");
    expect(Verdict::not_measured, "fact.absent");
  }
  for (const auto field : {&GpuFacts::inforom_valid, &GpuFacts::gsp_enabled}) {
    measure();
    gpu().*field = KnownFlag::missing("Unknown Error");
    expect(Verdict::not_measured, "fact.absent");
  }
  for (const auto field : {&NodeFacts::driver_version, &NodeFacts::kernel_module_version}) {
    measure();
    evidence.facts.node.*field = KnownText::missing("no such file");
    expect_at("node", Verdict::not_measured, "fact.absent");
  }
  measure();
  for (GpuFacts& one : evidence.facts.gpus) one.vbios = KnownText("");
  EXPECT_EQ(on_gpu1().code, "identity.firmware.differs");
  for (GpuFacts& one : evidence.facts.gpus) one.proc_vbios = KnownText::missing("masked");
  expect_all(Verdict::not_measured, "fact.impossible");
}

TEST_F(IdentityFirmware, AnOrderedNodeTellsItsSwitchesAndAdapters) {
  host().nvswitches = KnownList<NvSwitchFacts>::missing("no such folder");
  expect_at("node", Verdict::not_measured, "fact.absent");
  measure();
  host().nics = KnownList<NicPort>::missing("no such folder");
  expect_at("node", Verdict::not_measured, "fact.absent");
  profile.kind = ProfileKind::ci;  // a container sees the GPU alone
  expect_pass();
  measure();
  profile.kind = ProfileKind::acceptance;
  (*host().nics.value)[0].firmware = KnownText::missing("no such file");
  expect_at("node", Verdict::not_measured, "fact.absent");
  (*host().nics.value)[0].firmware = KnownText("28.42.1000");
  (*host().nics.value)[0].board_id = KnownText::missing("no such file");
  expect_at("node", Verdict::not_measured, "fact.absent");
}

TEST_F(IdentityFirmware, ASwitchThatDoesNotNameItsFirmwareIsAWarning) {
  (*host().nvswitches.value)[0].firmware = KnownText::missing("no tool reads it");
  expect_pass();
  EXPECT_EQ(on("node").warn.size(), 1u);
}

TEST_F(IdentityFirmware, ACardWithoutACheckedInfoRomIsExpectedByTheTable) {
  for (GpuFacts& one : evidence.facts.gpus) {
    one.pci_device = one.sysfs_pci_device = KnownText("10de:2684");
    one.inforom_valid = one.gsp_enabled = one.gsp_default = KnownFlag::missing("Not Supported");
    one.gsp_firmware = KnownText::missing("Not Supported");
  }
  expect_pass();
}

}  // namespace
}  // namespace ga
