// CPUs, memory, clock, services, on trees that are healthy, odd, broken and unreadable.
#include "acceptance/node/machine.h"

#include <sys/stat.h>

#include "acceptance/node/command.h"
#include "acceptance/node/services.h"
#include "acceptance/node/testing/host_tree.h"

namespace ga {
namespace {

using MachineTest = HostTree;
using ServicesTest = HostTree;

TEST_F(MachineTest, ReadsHealthyCpusAndMemory) {
  cpus();
  memory();
  HostFacts host;
  read_cpus(options_.roots, host);
  read_memory(options_.roots, host);
  EXPECT_EQ(*host.cpu_model, "Intel(R) Xeon(R) Platinum 8480C");
  EXPECT_EQ(*host.cpu_sockets, 2);
  EXPECT_EQ(*host.cpus_online, 4);
  EXPECT_EQ(*host.cpus_present, 4);
  EXPECT_EQ(*host.numa_nodes, 2);
  EXPECT_EQ(*host.governor, "performance");
  EXPECT_EQ(*host.memory_bytes, std::int64_t{2113430000} * 1024);
  EXPECT_EQ(*host.edac_corrected, 0);
  EXPECT_FALSE(*host.machine_check_seen);
}

TEST_F(MachineTest, SeesCpusThatAreOffAndGovernorsThatDiffer) {
  cpus();
  put("sys/devices/system/cpu/online", "0-1,3\n");
  put("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n");
  std::filesystem::remove_all(root_ / "sys/devices/system/cpu/cpu2/topology");
  HostFacts host;
  read_cpus(options_.roots, host);
  EXPECT_EQ(*host.cpus_online, 3);
  EXPECT_EQ(*host.cpu_sockets, 2);
  EXPECT_EQ(*host.governor, "mixed: performance, powersave");
}

TEST_F(MachineTest, AFirmwareThatSetsTheFrequencyIsNoGovernor) {
  cpus();
  for (int cpu = 0; cpu < 4; ++cpu) {
    std::filesystem::remove_all(root_ / ("sys/devices/system/cpu/cpu" + std::to_string(cpu)) /
                                "cpufreq");
  }
  HostFacts host;
  read_cpus(options_.roots, host);
  EXPECT_EQ(*host.governor, "none");
}

TEST_F(MachineTest, ErrorsOfMemoryAreSummedAndNeverGuessed) {
  memory();
  put("sys/devices/system/edac/mc/mc1/ce_count", "5\n");
  put("sys/devices/system/edac/mc/mc0/ue_count", "1\n");
  EXPECT_EQ(*edac_totals(options_.roots).corrected, 5);
  EXPECT_EQ(*edac_totals(options_.roots).uncorrected, 1);
  put("sys/devices/system/edac/mc/mc0/ue_count", "many\n");
  EXPECT_FALSE(edac_totals(options_.roots).uncorrected);
  std::filesystem::remove_all(root_ / "sys/devices/system/edac/mc/mc0");
  std::filesystem::remove_all(root_ / "sys/devices/system/edac/mc/mc1");
  EXPECT_EQ(edac_totals(options_.roots).corrected,
            KnownInt::missing("no memory controller reports to EDAC"));
  std::filesystem::remove_all(root_ / "sys/devices/system/edac");
  EXPECT_FALSE(edac_totals(options_.roots).corrected);
}

TEST_F(MachineTest, TheTaintOfAMachineCheckIsSeen) {
  memory();
  put("proc/sys/kernel/tainted", "12305\n");  // 12289 and bit 4
  HostFacts host;
  read_memory(options_.roots, host);
  EXPECT_TRUE(*host.machine_check_seen);
  put("proc/sys/kernel/tainted", "?\n");
  read_memory(options_.roots, host);
  EXPECT_FALSE(host.machine_check_seen);
}

TEST_F(MachineTest, OddFilesAreAbsent) {
  put("proc/meminfo", "MemTotal: lots\n");
  put("proc/cpuinfo", "model name\t:\n");
  put("sys/devices/system/cpu/online", "0-\n");
  put("sys/devices/system/cpu/present", "3-1\n");
  HostFacts host;
  read_memory(options_.roots, host);
  read_cpus(options_.roots, host);
  EXPECT_FALSE(host.memory_bytes);
  EXPECT_FALSE(host.cpu_model);
  EXPECT_FALSE(host.cpus_online);
  EXPECT_FALSE(host.cpus_present);
  EXPECT_FALSE(host.cpu_sockets);
  EXPECT_FALSE(host.numa_nodes);
  EXPECT_FALSE(host.governor);
}

TEST_F(MachineTest, DmiSerialsAreThereForRootOnly) {
  put("sys/class/dmi/id/sys_vendor", "Supermicro\n");
  put("sys/class/dmi/id/product_serial", "S12345\n");
  HostFacts host;
  read_dmi(options_.roots, host);
  EXPECT_EQ(*host.vendor, "Supermicro");
  EXPECT_EQ(*host.product_serial, "S12345");
  EXPECT_FALSE(host.chassis_serial);
}

TEST_F(MachineTest, TellsWhatTheIommuDoesForTheNode) {
  HostFacts host;
  read_iommu(options_.roots, host);
  EXPECT_FALSE(host.iommu);
  put("sys/kernel/iommu_groups", "no folder");  // there, and not to be listed
  read_iommu(options_.roots, host);
  EXPECT_FALSE(host.iommu);
  std::filesystem::remove(root_ / "sys/kernel/iommu_groups");
  std::filesystem::create_directories(root_ / "sys/kernel/iommu_groups");
  read_iommu(options_.roots, host);
  EXPECT_EQ(*host.iommu, "off");
  put("sys/kernel/iommu_groups/0/type", "identity\n");
  read_iommu(options_.roots, host);
  EXPECT_EQ(*host.iommu, "passthrough");
  put("sys/kernel/iommu_groups/1/type", "DMA-FQ\n");
  read_iommu(options_.roots, host);
  EXPECT_EQ(*host.iommu, "mixed");
}

TEST_F(MachineTest, AClockIsSynchronisedOnlyWhenTheKernelSaysSo) {
  HostFacts host;
  ClockReading clock;
  clock.state = TIME_OK;
  clock.values.status = STA_NANO;
  clock.values.offset = -1500;
  clock.values.maxerror = 20;
  take_clock(clock, host);
  EXPECT_TRUE(*host.clock_synchronised);
  EXPECT_EQ(*host.clock_offset_ns, -1500);
  EXPECT_EQ(*host.clock_max_error_ns, 20'000);
  clock.values.status = STA_UNSYNC;
  take_clock(clock, host);
  EXPECT_FALSE(*host.clock_synchronised);
  EXPECT_EQ(*host.clock_offset_ns, -1'500'000);
  clock.values.status = 0;
  clock.state = TIME_ERROR;
  take_clock(clock, host);
  EXPECT_FALSE(*host.clock_synchronised);
  clock.absent = "refused";
  take_clock(clock, host);
  EXPECT_FALSE(host.clock_synchronised);
  EXPECT_FALSE(host.clock_offset_ns);
}

TEST_F(MachineTest, TheClockOfThisMachineAnswers) {
  HostFacts host;
  take_clock(read_clock(), host);
  EXPECT_TRUE(host.clock_synchronised);
}

TEST_F(ServicesTest, NamesWhatRuns) {
  put("proc/1/comm", "systemd\n");
  put("proc/40/comm", "nv-fabricmanage\n");
  put("proc/41/comm", "chronyd\n");
  put("proc/42/comm", "nvlsm-helper\n");
  const auto running = running_of(options_.roots, {"nv-fabricmanager", "nvlsm", "chronyd"});
  ASSERT_TRUE(running);
  EXPECT_EQ(*running, (std::vector<std::string>{"chronyd", "nv-fabricmanage"}));
}

TEST_F(ServicesTest, TellsAServiceThatStandsStillFromOneThatIsNotThere) {
  put("proc/1/comm", "systemd\n");
  put("usr/bin/nv-fabricmanager", "#!/bin/sh\necho Fabric Manager version is : 580.95.05\n");
  ASSERT_EQ(::chmod((root_ / "usr/bin/nv-fabricmanager").c_str(), 0755), 0);
  HostFacts host;
  read_services(options_.roots, run_program, host);
  EXPECT_EQ(*host.fabric_manager, "not running");
  EXPECT_EQ(*host.fabric_manager_version, "Fabric Manager version is : 580.95.05");
  EXPECT_EQ(*host.nvlsm, "not installed");
  EXPECT_FALSE(host.nvlsm_version);
  EXPECT_EQ(*host.clock_service, "");
  put("proc/40/comm", "nv-fabricmanage\n");
  read_services(options_.roots, run_program, host);
  EXPECT_EQ(*host.fabric_manager, "running");
}

TEST_F(ServicesTest, HiddenProcessesAreNotServicesThatStandStill) {
  put("proc/40/comm", "bash\n");
  HostFacts host;
  read_services(options_.roots, run_program, host);
  EXPECT_FALSE(host.fabric_manager);
  EXPECT_FALSE(host.clock_service);
}

TEST_F(ServicesTest, ReadsModulesAndSwitches) {
  put("sys/module/nvidia_peermem/refcnt", "0\n");
  put("sys/module/mlx5_core/version", "24.10-1.1.4\n");
  put("proc/kallsyms", "0000000000000000 T ib_umem_dmabuf_get\t[ib_core]\n");
  pci_device("0000:07:00.0", "0x10de", "0x22a3", "0x068000", "0");
  put("proc/driver/nvidia-nvswitch/devices/0000:07:00.0/information",
      "BIOS Version: 96.10.6D.00.01\n");
  pci_device("0000:08:00.0", "0x10de", "0x22a3", "0x068000", "0");
  pci_device("0000:1b:00.0", "0x10de", "0x2335", "0x030200", "0");
  HostFacts host;
  read_services(options_.roots, run_program, host);
  EXPECT_TRUE(*host.peermem_loaded);
  EXPECT_TRUE(*host.rdma_dmabuf);
  EXPECT_EQ(*host.ofed_version, "24.10-1.1.4");
  ASSERT_EQ((*host.nvswitches).size(), 2u);
  EXPECT_EQ(*(*host.nvswitches)[0].device, "10de:22a3");
  EXPECT_EQ(*(*host.nvswitches)[0].firmware, "96.10.6D.00.01");
  EXPECT_FALSE((*host.nvswitches)[1].firmware);
  std::filesystem::remove_all(root_ / "sys/module/mlx5_core");
  put("proc/kallsyms", "0000000000000000 T ib_umem_get\t[ib_core]\n");
  read_services(options_.roots, run_program, host);
  EXPECT_FALSE(host.ofed_version);
  EXPECT_FALSE(*host.rdma_dmabuf);
}

TEST(Ranges, AreCountedUnlessNoMachineHasSoMany) {
  EXPECT_EQ(count_of_ranges("0-3,8"), 5);
  EXPECT_FALSE(count_of_ranges("0-9223372036854775807"));
  EXPECT_FALSE(count_of_ranges("0-1048575,0-1048575"));
}

TEST(Command, GivesEachLine) {
  std::vector<std::string> lines;
  const Status ran = run_program({.arguments = {"/bin/sh", "-c", "echo one; printf 'two\\nthree'"},
                                  .deadline_ns = 5'000'000'000,
                                  .most_bytes = 1000},
                                 [&](std::string_view line) { lines.emplace_back(line); });
  ASSERT_TRUE(ran) << ran.error().what();
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "three"}));
}

TEST(Command, RefusesWhatIsLateLoudFailingOrMissing) {
  const auto run = [](std::vector<std::string> arguments) {
    return run_program(
        {.arguments = std::move(arguments), .deadline_ns = 200'000'000, .most_bytes = 1000},
        [](std::string_view) {});
  };
  EXPECT_EQ(run({"/bin/sleep", "30"}).error().code(), ErrorCode::timeout);
  // One that closes its output and stays.
  const Status stays = run({"/bin/sh", "-c", "exec >&-; exec sleep 30"});
  ASSERT_FALSE(stays);
  EXPECT_EQ(stays.error().code(), ErrorCode::timeout);
  EXPECT_FALSE(run({"/bin/sh", "-c", "head -c 5000 /dev/zero"}));
  EXPECT_FALSE(run({"/bin/sh", "-c", "exit 3"}));
  EXPECT_FALSE(run({"/bin/sh", "-c", "kill -9 $$"}));
  EXPECT_FALSE(run({"/no/such/program"}));
  EXPECT_TRUE(run({"/bin/true"}));
}

}  // namespace
}  // namespace ga
