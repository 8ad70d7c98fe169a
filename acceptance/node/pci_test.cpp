// The way from a GPU to its CPU, on trees that are healthy, odd, broken and unreadable.
#include "acceptance/node/pci.h"

#include "acceptance/node/testing/host_tree.h"

namespace ga {
namespace {

using PciTest = HostTree;
constexpr const char* kGpu = "0000:1b:00.0";

TEST_F(PciTest, APathGoesFromTheGpuToTheRootPort) {
  gpu_path();
  const auto path = pci_path(options_.roots, kGpu);
  ASSERT_TRUE(path) << path.absent;
  ASSERT_EQ((*path).size(), 4u);
  EXPECT_EQ(*(*path)[0].address, kGpu);
  EXPECT_EQ(*(*path)[3].address, "0000:15:01.0");
  for (const PciHop& hop : *path) {
    EXPECT_EQ(*hop.gen_current, 5);
    EXPECT_EQ(*hop.gen_max, 5);
    EXPECT_EQ(*hop.width_current, 16);
    EXPECT_EQ(*hop.width_max, 16);
    EXPECT_EQ(*hop.aer_fatal, 0);
  }
  EXPECT_EQ(*(*path)[1].acs, "none");
  EXPECT_EQ((*path)[0].acs, KnownText::missing("not a bridge"));
}

TEST_F(PciTest, APathBelowAVolumeControllerEndsAtItsOwnHostBridge) {
  const std::string path = "pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:01.0/10000:e1:00.0";
  hop("pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:01.0", bridge_config(0));
  hop(path, std::string(4096, '\0'));
  on_bus(path);
  const auto found = pci_path(options_.roots, "10000:e1:00.0");
  ASSERT_TRUE(found) << found.absent;
  ASSERT_EQ((*found).size(), 2u);
  EXPECT_EQ(*(*found)[1].address, "10000:e0:01.0");
}

TEST_F(PciTest, ADeviceThatIsNotThereHasNoPath) {
  const auto path = pci_path(options_.roots, kGpu);
  ASSERT_FALSE(path);
  EXPECT_NE(path.absent.find("No such file"), std::string::npos) << path.absent;
}

TEST_F(PciTest, APathThatEndsInTheAirIsAbsent) {
  hop("odd/0000:1b:00.0", "");
  on_bus("odd/0000:1b:00.0");
  const auto path = pci_path(options_.roots, kGpu);
  ASSERT_FALSE(path);
  EXPECT_NE(path.absent.find("host bridge"), std::string::npos) << path.absent;
}

TEST_F(PciTest, EachGenerationHasItsRate) {
  gpu_path();
  const std::string speed = std::string("sys/devices/") + kGpuPath + "/current_link_speed";
  const auto generation = [&](const std::string& text) {
    put(speed, text);
    return pci_link((root_ / "sys/devices" / kGpuPath).string()).gen_current;
  };
  EXPECT_EQ(*generation("2.5 GT/s PCIe\n"), 1);
  EXPECT_EQ(*generation("5.0 GT/s PCIe\n"), 2);
  EXPECT_EQ(*generation("8.0 GT/s PCIe\n"), 3);
  EXPECT_EQ(*generation("16.0 GT/s PCIe\n"), 4);
  EXPECT_EQ(*generation("64.0 GT/s PCIe\n"), 6);
  EXPECT_EQ(*generation("8 GT/s\n"), 3);  // older kernels
  EXPECT_FALSE(generation("Unknown\n"));
  EXPECT_FALSE(generation("\n"));
  EXPECT_FALSE(generation("32.0\n"));
  EXPECT_FALSE(generation(std::string(100'000, '3')));
}

TEST_F(PciTest, TheNarrowestLinkOfTheWayIsWhatTheWayCarries) {
  gpu_path();
  const std::string port = std::string("sys/devices/") + kGpuPath + "/..";
  put(port + "/current_link_speed", "8.0 GT/s PCIe\n");
  put(std::string("sys/devices/") + kGpuPath + "/current_link_width", "8\n");
  const PciLink link = narrowest_link(options_.roots, kGpu);
  EXPECT_EQ(link.gen_current, KnownInt(3));
  EXPECT_EQ(link.width_current, KnownInt(8));
  EXPECT_EQ(link.gen_max, KnownInt(5));
  put(port + "/current_link_speed", "Unknown\n");
  EXPECT_FALSE(narrowest_link(options_.roots, kGpu).gen_current);
  EXPECT_FALSE(narrowest_link(options_.roots, "0000:99:00.0").gen_current);
}

TEST_F(PciTest, ALinkThatIsGoneIsNotANarrowLink) {
  gpu_path();
  const std::string width = std::string("sys/devices/") + kGpuPath + "/current_link_width";
  for (const char* text : {"0\n", "255\n", "-1\n", "sixteen\n", ""}) {
    put(width, text);
    EXPECT_FALSE(pci_link((root_ / "sys/devices" / kGpuPath).string()).width_current) << text;
  }
}

TEST_F(PciTest, NamesTheAcsControlsThatAreOn) {
  gpu_path(0x001d);
  const auto path = pci_path(options_.roots, kGpu);
  ASSERT_TRUE(path);
  EXPECT_EQ(*(*path)[2].acs, "SrcValid,ReqRedir,CmpltRedir,UpstreamFwd");
}

TEST_F(PciTest, AConfigurationSpaceThatIsCutSaysNothingOfAcs) {
  gpu_path();
  const std::string config = "sys/devices/pci0000:15/0000:15:01.0/config";
  put(config, bridge_config(0x1d).substr(0, 64));
  auto path = pci_path(options_.roots, kGpu);
  EXPECT_EQ((*path)[3].acs, KnownText::missing("the configuration space is shown to root only"));
  // Without the extended space, where ACS stands, or with one that does not answer.
  for (const std::string& cut :
       {bridge_config(0x1d).substr(0, 256), bridge_config(0x1d).substr(0, 0x103),
        bridge_config(0x1d).substr(0, 256) + std::string(4096 - 256, '\xff')}) {
    put(config, cut);
    EXPECT_FALSE((*pci_path(options_.roots, kGpu))[3].acs) << cut.size();
  }
  put(config, "short");
  path = pci_path(options_.roots, kGpu);
  EXPECT_FALSE((*path)[3].acs);
}

TEST_F(PciTest, ACapabilityListThatGoesInCirclesEnds) {
  gpu_path();
  std::string config(4096, '\0');
  config[0x0e] = 1;
  config[0x100] = 1;
  config[0x103] = 0x10;  // the next one is this one
  put("sys/devices/pci0000:15/0000:15:01.0/config", config);
  EXPECT_EQ(*(*pci_path(options_.roots, kGpu))[3].acs, "none");
}

TEST_F(PciTest, SumsErrorsOverThePath) {
  gpu_path();
  put(std::string("sys/devices/") + kGpuPath + "/aer_dev_correctable",
      "RxErr 2\nBadTLP 1\nTOTAL_ERR_COR 3\n");
  put("sys/devices/pci0000:15/0000:15:01.0/aer_dev_correctable", "TOTAL_ERR_COR 4\n");
  const AerTotals totals = aer_of(pci_path(options_.roots, kGpu));
  EXPECT_EQ(*totals.correctable, 7);
  EXPECT_EQ(*totals.nonfatal, 0);
}

TEST_F(PciTest, ABridgeWithoutCountersAddsNothingAndAGpuWithoutThemLeavesNoSum) {
  gpu_path();
  std::filesystem::remove(root_ / "sys/devices/pci0000:15/0000:15:01.0/aer_dev_fatal");
  EXPECT_EQ(*aer_of(pci_path(options_.roots, kGpu)).fatal, 0);
  std::filesystem::remove(root_ / "sys/devices" / kGpuPath / "aer_dev_fatal");
  EXPECT_FALSE(aer_of(pci_path(options_.roots, kGpu)).fatal);
}

TEST_F(PciTest, ACounterThatCannotBeReadIsNotZero) {
  gpu_path();
  const std::string file = "sys/devices/pci0000:15/0000:15:01.0/aer_dev_fatal";
  for (const char* text :
       {"TOTAL_ERR_FATAL\n", "TOTAL_ERR_FATAL x\n", "TOTAL_ERR_FATAL -1\n", "garbage\n", ""}) {
    put(file, text);
    EXPECT_FALSE(aer_of(pci_path(options_.roots, kGpu)).fatal) << text;
  }
  EXPECT_FALSE(aer_of(KnownList<PciHop>::missing("no path")).fatal);
}

TEST_F(PciTest, TellsWhatTheIommuDoes) {
  gpu_path();
  EXPECT_EQ(*iommu_of(options_.roots, kGpu), "none");
  link_to(std::string("sys/devices/") + kGpuPath + "/iommu_group", "sys/kernel/iommu_groups/7");
  put("sys/kernel/iommu_groups/7/type", "DMA-FQ\n");
  EXPECT_EQ(*iommu_of(options_.roots, kGpu), "DMA-FQ");
  EXPECT_FALSE(iommu_of(options_.roots, "0000:99:00.0"));
}

}  // namespace
}  // namespace ga
