// Network ports and drives, on trees that are healthy, odd, broken and unreadable.
#include "acceptance/node/nics.h"
#include "acceptance/node/nvme.h"
#include "acceptance/node/testing/host_tree.h"

namespace ga {
namespace {

using NicTest = HostTree;
using NvmeTest = HostTree;
constexpr const char* kNicPath = "pci0000:15/0000:15:01.0/0000:1c:00.0";
constexpr const char* kDrivePath = "pci0000:20/0000:20:01.0/0000:21:00.0";

TEST_F(NicTest, ReadsAHealthyPort) {
  nic("mlx5_0", kNicPath);
  const auto ports = nic_ports(options_.roots);
  ASSERT_TRUE(ports) << ports.absent;
  ASSERT_EQ((*ports).size(), 1u);
  const NicPort& port = (*ports)[0];
  NicPort::visit_fields(port, [](const char* name, const auto& fact) {
    EXPECT_TRUE(fact) << name << ": " << fact.absent;
  });
  EXPECT_EQ(*port.port, "mlx5_0/1");
  EXPECT_EQ(*port.pci_address, "0000:1c:00.0");
  EXPECT_EQ(*port.state, "ACTIVE");
  EXPECT_EQ(*port.phys_state, "LinkUp");
  EXPECT_EQ(*port.rate_mbps, 400'000);
  EXPECT_EQ(*port.gen_current, 5);
}

TEST_F(NicTest, APortThatIsDownIsReadAsSuch) {
  nic("mlx5_0", kNicPath);
  put("sys/class/infiniband/mlx5_0/ports/1/state", "1: DOWN\n");
  put("sys/class/infiniband/mlx5_0/ports/1/phys_state", "3: Disabled\n");
  put("sys/class/infiniband/mlx5_0/ports/1/rate", "2.5 Gb/sec (1X SDR)\n");
  const NicPort port = (*nic_ports(options_.roots))[0];
  EXPECT_EQ(*port.state, "DOWN");
  EXPECT_EQ(*port.phys_state, "Disabled");
  EXPECT_EQ(*port.rate_mbps, 2'500);
}

TEST_F(NicTest, NumbersThatAreNoNumbersAreAbsent) {
  nic("mlx5_0", kNicPath);
  for (const char* text :
       {"fast\n", "400\n", "400 Mb/sec\n", "nan Gb/sec\n", "1e30 Gb/sec\n", ""}) {
    put("sys/class/infiniband/mlx5_0/ports/1/rate", text);
    EXPECT_FALSE((*nic_ports(options_.roots))[0].rate_mbps) << text;
  }
  put("sys/class/infiniband/mlx5_0/ports/1/state", "ACTIVE\n");
  EXPECT_FALSE((*nic_ports(options_.roots))[0].state);
  put("sys/class/infiniband/mlx5_0/ports/1/counters/symbol_error", "N/A (no PMA)\n");
  EXPECT_FALSE((*nic_counters(options_.roots))[0].symbol_errors);
}

TEST_F(NicTest, CountsEachPortOfEachAdapter) {
  nic("mlx5_0", kNicPath);
  nic("mlx5_1", "pci0000:15/0000:15:01.0/0000:1d:00.0");
  put("sys/class/infiniband/mlx5_1/ports/1/counters/link_downed", "2\n");
  const auto counters = nic_counters(options_.roots);
  ASSERT_EQ((*counters).size(), 2u);
  EXPECT_EQ(*(*counters)[0].link_downed, 0);
  EXPECT_EQ(*(*counters)[1].port, "mlx5_1/1");
  EXPECT_EQ(*(*counters)[1].link_downed, 2);
}

TEST_F(NicTest, AMachineWithoutTheDriverIsNotAMachineWithoutPorts) {
  EXPECT_FALSE(nic_ports(options_.roots));
  EXPECT_FALSE(nic_counters(options_.roots));
  std::filesystem::create_directories(root_ / "sys/class/infiniband");
  EXPECT_TRUE((*nic_ports(options_.roots)).empty());
  // An adapter whose ports cannot be listed hides how many there are.
  put("sys/class/infiniband/mlx5_0/fw_ver", "1\n");
  EXPECT_FALSE(nic_ports(options_.roots));
}

TEST_F(NvmeTest, ReadsAHealthyDrive) {
  drive("nvme0", kDrivePath);
  const auto drives = nvme_drives(
      options_.roots, [](const std::string&) { return Result<std::string>(smart_log()); });
  ASSERT_TRUE(drives) << drives.absent;
  ASSERT_EQ((*drives).size(), 1u);
  const NvmeDrive& one = (*drives)[0];
  NvmeDrive::visit_fields(one, [](const char* name, const auto& fact) {
    EXPECT_TRUE(fact) << name << ": " << fact.absent;
  });
  EXPECT_EQ(*one.model, "SAMSUNG MZQL23T8HCLS-00A07");
  EXPECT_EQ(*one.critical_warning, 0);
  EXPECT_EQ(*one.temp_mc, 35'000);
  EXPECT_EQ(*one.spare_percent, 100);
  EXPECT_EQ(*one.used_percent, 1);
  EXPECT_EQ(*one.media_errors, 0);
}

TEST_F(NvmeTest, AsksTheDeviceFileOfEachLocalDrive) {
  drive("nvme0", kDrivePath);
  drive("nvme1", "pci0000:20/0000:20:02.0/0000:22:00.0");
  put("sys/class/nvme/nvme1/transport", "tcp\n");
  std::string asked;
  const auto drives = nvme_drives(options_.roots, [&](const std::string& file) {
    asked += file;
    return Result<std::string>(Error(ErrorCode::io, "Permission denied"));
  });
  EXPECT_EQ(asked, (root_ / "dev/nvme0").string());
  ASSERT_EQ((*drives).size(), 1u);
  EXPECT_EQ((*drives)[0].critical_warning, KnownInt::missing("Permission denied"));
  EXPECT_EQ(*(*drives)[0].state, "live");
}

TEST_F(NvmeTest, ReadsTheBytesOfASmartLog) {
  std::string log = smart_log();
  log[0] = 0x04;
  log[160] = 0x39;
  log[161] = 0x05;
  NvmeDrive drive;
  take_smart_log(log, drive);
  EXPECT_EQ(*drive.critical_warning, 4);
  EXPECT_EQ(*drive.media_errors, 1337);
  log[175] = 1;  // more than a report can hold is still more than any limit
  take_smart_log(log, drive);
  EXPECT_EQ(*drive.media_errors, (std::int64_t{1} << 53) - 1);
  log[1] = log[2] = 0;
  take_smart_log(log, drive);
  EXPECT_FALSE(drive.temp_mc);
  take_smart_log("short", drive);
  EXPECT_FALSE(drive.critical_warning);
}

TEST_F(NvmeTest, ADeviceThatIsNoDriveGivesAnError) {
  EXPECT_FALSE(read_smart_log((root_ / "nothing").string()));
  EXPECT_FALSE(read_smart_log("/dev/null"));
  EXPECT_FALSE(nvme_drives(options_.roots, read_smart_log));
}

}  // namespace
}  // namespace ga
