// One GPU has one name, in facts and in the live log, and its ports have it too.
#include "acceptance/node/unit_names.h"

#include "acceptance/node/testing/host_tree.h"

namespace ga {
namespace {

class UnitNamesTest : public HostTree {
 protected:
  void driver_lists(const std::string& address, bool excluded) const {
    put("proc/driver/nvidia/gpus/" + address + "/information",
        std::string("Video BIOS:\t 96.00\nGPU Excluded:\t ") + (excluded ? "Yes" : "No") + "\n");
  }
};

TEST_F(UnitNamesTest, AnExcludedGpuShiftsNoName) {
  state();
  healthy_kernel();
  // Before the others on the bus, known to the driver, and not listed by NVML.
  pci_device("0000:0a:00.0", "0x10de", "0x2335", "0x030200", "0");
  driver_lists("0000:0a:00.0", true);
  const UnitNames live = names_on_bus(options_.roots);
  for (const GpuFacts& gpu : facts().gpus) {
    EXPECT_EQ(live.at(*gpu.pci_bus_id), gpu.unit_id) << *gpu.pci_bus_id;
  }
  EXPECT_EQ(live.at(kAddresses[0]), "gpu/0");
  EXPECT_FALSE(live.contains("0000:0a:00.0"));
}

TEST_F(UnitNamesTest, AGpuThatNvmlLeavesOutShiftsNoName) {
  raw_state("[gpu]\nnvmlDeviceGetPciInfo_v3() = 0 0x43 0 0x233510de 0x18be10de 0000:43:00.0\n");
  healthy_kernel();
  const Facts all = facts();
  ASSERT_EQ(all.gpus.size(), 1u);
  EXPECT_EQ(all.gpus[0].unit_id, "gpu/1");
  EXPECT_EQ(names_on_bus(options_.roots).at("0000:43:00.0"), "gpu/1");
}

TEST_F(UnitNamesTest, WithoutADriverTheBusIsCounted) {
  pci_device("0000:2a:00.0", "0x10de", "0x2335", "0x030200", "0");
  pci_device("0000:1a:00.0", "0x10de", "0x2335", "0x030200", "0");
  EXPECT_EQ(gpu_addresses(options_.roots),
            (std::vector<std::string>{"0000:1a:00.0", "0000:2a:00.0"}));
}

TEST(UnitIds, WhatIsNotListedOrListedTwiceComesAfter) {
  EXPECT_EQ(unit_ids({"a", "b"}, {"b", "b", "", "c", "a"}),
            (std::vector<std::string>{"gpu/1", "gpu/2", "gpu/3", "gpu/4", "gpu/0"}));
}

// Two GPUs below one root port, each behind a port of its own.
class PortsTest : public UnitNamesTest {
 protected:
  void SetUp() override {
    UnitNamesTest::SetUp();
    for (const char* path : {"pci0000:15/0000:15:01.0", "pci0000:15/0000:15:01.0/0000:16:01.0",
                             "pci0000:15/0000:15:01.0/0000:16:02.0",
                             "pci0000:15/0000:15:01.0/0000:16:01.0/0000:1b:00.0",
                             "pci0000:15/0000:15:01.0/0000:16:02.0/0000:1c:00.0"}) {
      hop(path, bridge_config(0));
      on_bus(path);
    }
    driver_lists("0000:1b:00.0", false);
    driver_lists("0000:1c:00.0", false);
    put("dev/kmsg",
        "4,1,1000,-;pcieport 0000:16:02.0: pciehp: Slot(14): Link Down\n"
        "4,2,2000,-;pcieport 0000:15:01.0: pciehp: Slot(12): Link Down\n");
  }
  static constexpr const char* kTwo =
      "[gpu]\nnvmlDeviceGetPciInfo_v3() = 0 0x1b 0 0x233510de 0x18be10de 0000:1b:00.0\n"
      "[gpu]\nnvmlDeviceGetPciInfo_v3() = 0 0x1c 0 0x233510de 0x18be10de 0000:1c:00.0\n";
};

TEST_F(PortsTest, ALinkDownAtAGpusOwnPortIsThatGpus) {
  raw_state(kTwo);
  const NodeReading reading = Node(options_).reading();
  ASSERT_EQ(reading.log.size(), 2u);
  EXPECT_EQ(reading.log[0].code, "pcie.link_down");
  EXPECT_EQ(reading.log[0].gpu, "gpu/1");
  EXPECT_EQ(reading.log[1].gpu, "0000:15:01.0");  // of both: it says nothing of one
}

TEST_F(PortsTest, TheLiveLogNamesItAlike) {
  const UnitNames names = names_on_bus(options_.roots);
  EXPECT_EQ(names.at("0000:16:01.0"), "gpu/0");
  EXPECT_EQ(names.at("0000:16:02.0"), "gpu/1");
  EXPECT_FALSE(names.contains("0000:15:01.0"));
}

TEST_F(PortsTest, AGpuWithoutAnAddressNamesNothing) {
  raw_state(std::string(kTwo) + "[gpu]\nlost\n[gpu]\nlost\n");
  put("dev/kmsg", "4,1,1000,-;mce: [Hardware Error]: Machine check events logged\n");
  const NodeReading reading = Node(options_).reading();
  ASSERT_EQ(reading.log.size(), 1u);
  EXPECT_EQ(reading.log[0].gpu, "");
}

}  // namespace
}  // namespace ga
