// What the kernel's files say, and what is said when they are not there or odd.
#include "acceptance/node/host.h"

#include "acceptance/node/testing/fixture.h"

namespace ga {
namespace {

using HostTest = NodeFixture;

TEST_F(HostTest, ListsNvidiasDisplayAndComputeControllersInOrder) {
  healthy_kernel();
  pci_device("10000:01:00.0", "0x10de", "0x2335", "0x030200", "-1");  // beyond the first domain
  pci_device("0000:05:00.0", "0x10de", "0x1eb8", "0x030000", "0");
  const auto gpus = pci_gpus(options_.roots);
  ASSERT_TRUE(gpus);
  ASSERT_EQ((*gpus).size(), 10u);
  EXPECT_EQ((*gpus)[0].address, "0000:05:00.0");
  EXPECT_EQ((*gpus)[9].address, "10000:01:00.0");
  EXPECT_EQ((*gpus)[9].numa_node, KnownInt::missing("the system names no NUMA node"));
  EXPECT_EQ(*(*gpus)[1].numa_node, 0);
}

TEST_F(HostTest, AnEmptyBusHasNoGpus) {
  std::filesystem::create_directories(root_ / "sys/bus/pci/devices");
  const auto gpus = pci_gpus(options_.roots);
  ASSERT_TRUE(gpus);
  EXPECT_TRUE((*gpus).empty());
}

TEST_F(HostTest, AUuidThatTheDriverDoesNotKnowYetIsAbsent) {
  put("proc/driver/nvidia/gpus/0000:1b:00.0/information",
      "Model: NVIDIA H200\nGPU UUID: \t GPU-" + std::string(36, '?') + "\n");
  put("proc/driver/nvidia/gpus/0000:43:00.0/information", "Model: NVIDIA H200\n");
  std::filesystem::create_directories(root_ / "proc/driver/nvidia/gpus/0000:52:00.0");
  const auto gpus = proc_gpus(options_.roots);
  ASSERT_TRUE(gpus);
  ASSERT_EQ((*gpus).size(), 3u);
  EXPECT_EQ((*gpus)[0].uuid, KnownText::missing("the driver does not say"));
  EXPECT_EQ((*gpus)[1].uuid, KnownText::missing("no line \"GPU UUID:\""));
  EXPECT_FALSE((*gpus)[2].uuid);
}

TEST_F(HostTest, ALineOfOddBytesIsAbsent) {
  put("proc/sys/kernel/hostname",
      "n\xC3\xB6"
      "de\n");
  EXPECT_FALSE(host_name(options_.roots));
  put("proc/sys/kernel/hostname", "\n");
  EXPECT_FALSE(host_name(options_.roots));
}

TEST_F(HostTest, NamesEachProfilerOnce) {
  put("proc/1/comm", "systemd\n");
  put("proc/20/comm", "nv-hostengine\n");
  put("proc/21/comm", "nsys-launcher\n");
  put("proc/22/comm", "nsys\n");
  put("proc/23/comm", "nsys\n");
  put("proc/24/comm", "dcgmproftester1\n");
  put("proc/25/comm", "ncurses-demo\n");  // begins like ncu
  put("proc/26/comm", "gpudaemon\n");     // begins like gpud
  put("proc/version", "Linux\n");
  EXPECT_EQ(*running_profilers(options_.roots),
            "dcgmproftester1, nsys, nsys-launcher, nv-hostengine");
}

TEST_F(HostTest, HiddenProcessesAreNotNoProcesses) {
  put("proc/20/comm", "bash\n");
  const KnownText running = running_profilers(options_.roots);
  ASSERT_FALSE(running);
  EXPECT_TRUE(running.absent.starts_with("other users' processes are hidden")) << running.absent;
}

TEST_F(HostTest, OurFamilyIsOurProgramUnderOurParent) {
  const Family family{.self = 10, .parent = 5};
  const auto process = [this](int pid, int parent, const char* program) {
    const std::string at = "proc/" + std::to_string(pid);
    put(at + "/stat", std::to_string(pid) + " (x) S " + std::to_string(parent) + " 1 1");
    std::filesystem::create_symlink(program, root_ / at / "exe");
  };
  process(10, 5, "/opt/gpuprobe");
  process(11, 5, "/opt/gpuprobe");
  process(12, 5, "/usr/bin/python3");
  process(13, 6, "/opt/gpuprobe");  // somebody else's worker
  EXPECT_TRUE(is_family(options_.roots, family, 10));
  EXPECT_TRUE(is_family(options_.roots, family, 5));
  EXPECT_TRUE(is_family(options_.roots, family, 11));
  EXPECT_FALSE(is_family(options_.roots, family, 12));
  EXPECT_FALSE(is_family(options_.roots, family, 13));
  EXPECT_FALSE(is_family(options_.roots, family, 99));
}

TEST_F(HostTest, AWiderDomainComesLast) {
  EXPECT_TRUE(comes_before("0000:1b:00.0", "0000:43:00.0"));
  EXPECT_TRUE(comes_before("ffff:1b:00.0", "10000:01:00.0"));
  EXPECT_FALSE(comes_before("0000:43:00.0", "0000:43:00.0"));
}

}  // namespace
}  // namespace ga
