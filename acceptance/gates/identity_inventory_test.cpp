#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class IdentityInventory : public GateTest {
 protected:
  IdentityInventory() : GateTest(kIdentityInventory) {}

  void expect_node(Verdict verdict, std::string_view code) {
    EXPECT_EQ(to_word(on("node").verdict), to_word(verdict)) << on("node").reason;
    EXPECT_EQ(on("node").code, code);
  }
  NodeFacts& node() { return evidence.facts.node; }
};

TEST_F(IdentityInventory, PassesGoodEvidence) {
  expect_node(Verdict::pass, "");
  expect_all(Verdict::pass, "");
}

TEST_F(IdentityInventory, FailsSevenOfEight) {
  node().gpus_nvml = node().gpus_cuda = node().gpus_proc = node().gpus_pci = 3;
  evidence.facts.gpus.pop_back();
  expect_node(Verdict::fail, "identity.inventory.count");
  EXPECT_EQ(on("gpu/3").code, "unit.absent");
}

TEST_F(IdentityInventory, FailsSourcesThatCountDifferently) {
  for (const auto field : {&NodeFacts::gpus_nvml, &NodeFacts::gpus_cuda, &NodeFacts::gpus_proc,
                           &NodeFacts::gpus_pci}) {
    measure();
    node().*field = 3;
    expect_node(Verdict::fail, "identity.inventory.sources_disagree");
    node().*field = 5;
    expect_node(Verdict::fail, "identity.inventory.sources_disagree");
  }
}

TEST_F(IdentityInventory, FailsTwoGpusWithOneIdentity) {
  gpu(1).serial = gpu(2).serial;
  expect_node(Verdict::fail, "identity.inventory.duplicate");
  measure();
  gpu(1).uuid = gpu(1).cuda_uuid = gpu(1).proc_uuid = gpu(2).uuid;
  expect_node(Verdict::fail, "identity.inventory.duplicate");
}

TEST_F(IdentityInventory, FailsAnotherPartThanOrdered) {
  gpu().pci_device = gpu().sysfs_pci_device = KnownText("10de:2330");
  expect(Verdict::fail, "identity.inventory.wrong_part");
  measure();
  gpu().part_name = KnownText("NVIDIA H100 80GB HBM3");
  expect(Verdict::fail, "identity.inventory.wrong_part");
}

TEST_F(IdentityInventory, FailsAnotherBoardThanOrdered) {
  profile.ordered.pci_subsystems = {"10de:18be", "10de:18bf"};
  expect(Verdict::pass, "");
  gpu().pci_subsystem = KnownText("10de:16c1");
  expect(Verdict::fail, "identity.inventory.wrong_part");
  gpu().pci_subsystem = KnownText::missing("Unknown Error");
  expect(Verdict::not_measured, "fact.absent");
}

TEST_F(IdentityInventory, NeverPassesTwoBoardsWhereTheOrderNamesNone) {
  gpu().pci_subsystem = KnownText("10de:16c1");
  expect_node(Verdict::not_measured, "identity.inventory.mixed_boards");
  profile.kind = ProfileKind::ci;
  expect_node(Verdict::pass, "");
}

TEST_F(IdentityInventory, FailsLessMemoryThanOrdered) {
  gpu().memory_bytes = profile.ordered.memory_bytes_min - 1;
  expect(Verdict::fail, "identity.inventory.memory_small");
}

TEST_F(IdentityInventory, FailsSourcesThatDescribeAnotherGpu) {
  for (const auto field :
       {&GpuFacts::cuda_uuid, &GpuFacts::proc_uuid, &GpuFacts::sysfs_pci_device}) {
    measure();
    gpu().*field = KnownText("another");
    expect(Verdict::fail, "identity.inventory.sources_disagree");
  }
}

TEST_F(IdentityInventory, NeverPassesAnAbsentOrEmptyFact) {
  for (const auto field :
       {&GpuFacts::uuid, &GpuFacts::serial, &GpuFacts::part_name, &GpuFacts::pci_device,
        &GpuFacts::cuda_uuid, &GpuFacts::proc_uuid, &GpuFacts::sysfs_pci_device}) {
    measure();
    gpu().*field = KnownText::missing("masked");
    expect(Verdict::not_measured, "fact.absent");
    gpu().*field = KnownText("");
    EXPECT_NE(on_gpu1().verdict, Verdict::pass);
  }
  for (const auto field : {&NodeFacts::gpus_nvml, &NodeFacts::gpus_cuda, &NodeFacts::gpus_proc,
                           &NodeFacts::gpus_pci}) {
    measure();
    node().*field = KnownInt::missing("no such directory");
    expect_node(Verdict::not_measured, "fact.absent");
    node().*field = -1;
    expect_node(Verdict::not_measured, "fact.impossible");
  }
}

TEST_F(IdentityInventory, NeverPassesImpossibleMemory) {
  for (const std::int64_t bytes : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 62}) {
    gpu().memory_bytes = bytes;
    expect(Verdict::not_measured, "fact.impossible");
  }
}

TEST_F(IdentityInventory, InCiAContainerMayShowTheHostsOtherGpus) {
  profile.kind = ProfileKind::ci;
  node().gpus_pci = node().gpus_proc = 8;
  expect_node(Verdict::pass, "");
  node().gpus_cuda = 3;
  expect_node(Verdict::fail, "identity.inventory.sources_disagree");
}

TEST_F(IdentityInventory, InCiAMissingSerialOnlyWarnsButMaskedSysfsDoesNotPass) {
  profile.kind = ProfileKind::ci;
  gpu().serial = KnownText::missing("Not Supported");
  expect(Verdict::pass, "");
  EXPECT_EQ(on_gpu1().warn.size(), 1u);
  gpu().sysfs_pci_device = KnownText::missing("masked");
  expect(Verdict::not_measured, "fact.absent");
}

TEST_F(IdentityInventory, AnEmptyListOrdersAnyPart) {
  profile.ordered.pci_devices.clear();
  profile.ordered.part_names.clear();
  gpu().pci_device = gpu().sysfs_pci_device = KnownText("10de:20b0");
  gpu().part_name = KnownText("NVIDIA A100");
  expect(Verdict::pass, "");
}

}  // namespace
}  // namespace ga
