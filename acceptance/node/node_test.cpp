// What facts and counters say of a healthy node, and of each way in which a source does not answer.
#include "acceptance/node/node.h"

#include "acceptance/node/testing/fixture.h"

namespace ga {
namespace {

// Names of the fields that are absent.
template <class Subject>
std::vector<std::string> absent_in(const Subject& subject) {
  std::vector<std::string> names;
  Subject::visit_fields(subject, [&](const char* name, const auto& field) {
    if (!field) names.push_back(std::string(name) + ": " + field.absent);
  });
  return names;
}

using NodeTest = NodeFixture;
using Names = std::vector<std::string>;

// What the shipped H200 does not answer.
Names absent_on_h200() {
  Names names{
      "inforom_power: Not Supported",           "power_profiles_requested: Not Supported",
      "power_profiles_enforced: Not Supported", "power_smoothing: Not Supported",
      "power_smoothing_profile: Not Supported", "boost_slider: no question of NVML's answers it"};
  for (const char* name : {"temp_slowdown_mc", "temp_shutdown_mc", "repair_channel_pending",
                           "repair_tpc_pending", "memory_unrepairable"}) {
    names.push_back(std::string(name) + ": Not Supported");
  }
  return names;
}

TEST_F(NodeTest, ReadsEveryFactOfAHealthyNode) {
  state();
  healthy_kernel();
  const Facts all = facts();
  EXPECT_EQ(absent_in(all.node), Names{});
  ASSERT_EQ(all.gpus.size(), 8u);
  for (const GpuFacts& gpu : all.gpus) EXPECT_EQ(absent_in(gpu), absent_on_h200()) << gpu.unit_id;
  EXPECT_EQ(*all.node.name, "node-17");
  EXPECT_EQ(*all.node.driver_version, "580.95.05");
  EXPECT_EQ(*all.node.gpus_nvml, 8);
  EXPECT_EQ(*all.node.gpus_cuda, 8);
  EXPECT_EQ(*all.node.gpus_proc, 8);
  EXPECT_EQ(*all.node.gpus_pci, 8);
  EXPECT_EQ(*all.node.profilers, "");
}

TEST_F(NodeTest, ReadsTheValuesOfAGpu) {
  state("",
        "nvmlDeviceGetMemoryInfo_v2() = 150754820096 632291328 149000000000 "
        "1000000000\nnvmlDeviceGetSramEccErrorStatus() = 1 2 3 4 5 6 7 8 9 10 11 1\n"
        "nvmlDeviceGetRemappedRows() = 7 8 1 0\nnvmlDeviceGetRowRemapperHistogram() = 1 2 3 4 5\n");
  healthy_kernel();
  const Facts all = facts();
  const GpuFacts& gpu = all.gpus[6];  // the last in the file
  EXPECT_EQ(gpu.unit_id, "gpu/6");
  EXPECT_EQ(*gpu.uuid, uuid(6));
  EXPECT_EQ(*gpu.pci_bus_id, "0000:d1:00.0");
  EXPECT_EQ(*gpu.pci_device, "10de:2335");
  EXPECT_EQ(*gpu.pci_subsystem, "10de:18be");
  EXPECT_EQ(*gpu.sysfs_pci_device, "10de:2335");
  EXPECT_EQ(*gpu.cuda_uuid, uuid(6));
  EXPECT_EQ(*gpu.proc_uuid, uuid(6));
  EXPECT_EQ(*gpu.numa_node, 1);
  EXPECT_EQ(*gpu.sm_count, 132);
  EXPECT_EQ(*gpu.memory_bytes, 150754820096);
  EXPECT_EQ(*gpu.memory_used_bytes, 1000000000);  // without what the driver reserves
  EXPECT_EQ(*gpu.compute_mode, "default");
  EXPECT_TRUE(*gpu.ecc_current);
  EXPECT_FALSE(*gpu.mig_current);
  EXPECT_EQ(*gpu.power_limit_min_mw, 200000);
  EXPECT_EQ(*gpu.power_limit_max_mw, 700000);
  EXPECT_EQ(*gpu.temp_mc, 31000);
  EXPECT_EQ(*gpu.remap_correctable_rows, 7);
  EXPECT_EQ(*gpu.remap_uncorrectable_rows, 8);
  EXPECT_TRUE(*gpu.remap_pending);
  EXPECT_FALSE(*gpu.remap_failed);
  EXPECT_EQ(*gpu.remap_banks_low, 4);
  EXPECT_EQ(*gpu.remap_banks_none, 5);
  EXPECT_EQ(*gpu.ecc_sram_uncorrected_aggregate, 3);  // parity and SEC-DED together
  EXPECT_EQ(*gpu.ecc_sram_corrected_aggregate, 3);
  EXPECT_TRUE(*gpu.ecc_sram_threshold_exceeded);
}

TEST_F(NodeTest, NumbersGpusInPciOrderWhateverNvmlsOrder) {
  state();
  healthy_kernel();
  const Facts all = facts();
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(all.gpus[i].unit_id, "gpu/" + std::to_string(i));
    EXPECT_EQ(*all.gpus[i].pci_bus_id, kAddresses[i]);
    EXPECT_EQ(*all.gpus[i].uuid, uuid(i));
  }
}

TEST_F(NodeTest, TakesTheNameThatTheOperatorGives) {
  state();
  options_.node_name = "rack-4-node-2";
  EXPECT_EQ(*facts().node.name, "rack-4-node-2");
}

TEST_F(NodeTest, KeepsNvmlsReasonForEachErrorCode) {
  state(
      "nvmlDeviceGetInforomImageVersion() = !4\nnvmlDeviceGetVbiosVersion() = "
      "!3\nnvmlDeviceGetName() = !15\nnvmlDeviceGetPowerUsage() = "
      "!999\nnvmlDeviceGetTemperatureV() = !77\nnvmlDeviceGetRemappedRows() = !16\n");
  healthy_kernel();
  const GpuFacts gpu = facts().gpus[0];
  EXPECT_EQ(gpu.inforom, KnownText::missing("Insufficient Permissions"));
  EXPECT_EQ(gpu.vbios, KnownText::missing("Not Supported"));
  EXPECT_EQ(gpu.part_name, KnownText::missing("GPU is lost"));
  EXPECT_EQ(gpu.power_mw, KnownInt::missing("Unknown Error"));
  EXPECT_EQ(gpu.temp_mc, KnownInt::missing("NVML error 77"));
  EXPECT_EQ(gpu.remap_failed, KnownFlag::missing("GPU requires restart"));
  EXPECT_EQ(gpu.remap_correctable_rows, KnownInt::missing("GPU requires restart"));
}

TEST_F(NodeTest, EveryFactOfAGpuThatAnswersNothingIsAbsent) {
  raw_state("[gpu]\n");
  healthy_kernel();
  const Facts all = facts();
  ASSERT_EQ(all.gpus.size(), 1u);
  GpuFacts none;
  std::size_t fields = 0;
  GpuFacts::visit_fields(none, [&](const char*, const auto&) { ++fields; });
  // Nor is it given one of the driver's eight addresses: which one would be a guess.
  EXPECT_EQ(absent_in(all.gpus[0]).size(), fields);
}

TEST_F(NodeTest, AFunctionThatAnOldDriverLacksIsAbsentByThatReason) {
  state(
      "nvmlDeviceGetViolationStatus(0) = 1 5\nnvmlDeviceGetMemoryErrorCounter(0,1,7) = "
      "9\nnvmlDeviceGetMemoryErrorCounter(1,1,7) = 0\n");
  healthy_kernel();
  options_.places.libs = GA_NVML_OLD;
  Node node(options_);
  const GpuFacts gpu = node.facts(cuda).gpus[0];
  const std::string reason = "function not found in libnvidia-ml.so.1";
  EXPECT_EQ(gpu.memory_bytes, KnownInt::missing(reason));
  EXPECT_EQ(gpu.memory_used_bytes, KnownInt::missing(reason));
  EXPECT_EQ(gpu.ecc_sram_threshold_exceeded, KnownFlag::missing(reason));
  EXPECT_EQ(*gpu.ecc_sram_corrected_aggregate, 9);
  const auto counters = node.counters({});
  ASSERT_TRUE(counters);
  EXPECT_EQ((*counters)[0].throttle_hw_thermal_ns, KnownInt::missing(reason));
  EXPECT_EQ(*(*counters)[0].throttle_sw_power_ns, 5);  // under its older name
  EXPECT_EQ(*(*counters)[0].throttle_reasons, 1);
}

TEST_F(NodeTest, ValuesThatStandForNoValueAreAbsent) {
  state(
      "nvmlDeviceGetInforomImageVersion() = [N/A]\nnvmlDeviceGetBoardPartNumber() "
      "=\nnvmlDeviceGetVbiosVersion() = Unknown Error\nnvmlDeviceGetPowerUsage() = 0xFFFFFFFF\n"
      "nvmlDeviceGetMemoryErrorCounter(0,1,2) = 0xFFFFFFFFFFFFFFFF\nnvmlDeviceGetPersistenceMode() "
      "= 2\nnvmlDeviceGetComputeMode() = 9\n"
      "nvmlDeviceGetMemoryInfo_v2() = 0xFFFFFFFFFFFFFFFF 0 0 "
      "0x20000000000000\nnvmlDeviceGetSramEccErrorStatus() = 0xFFFFFFFFFFFFFFFF 0 0 0 0 0 "
      "0xFFFFFFFF\n");
  healthy_kernel();
  const GpuFacts gpu = facts().gpus[0];
  EXPECT_EQ(gpu.inforom, KnownText::missing("[N/A]"));
  EXPECT_FALSE(gpu.board_part);
  EXPECT_FALSE(gpu.vbios);
  EXPECT_FALSE(gpu.power_mw);
  EXPECT_FALSE(gpu.ecc_dram_corrected_aggregate);
  EXPECT_FALSE(gpu.persistence);
  EXPECT_EQ(gpu.compute_mode, KnownText::missing("unknown compute mode 9"));
  EXPECT_EQ(gpu.memory_bytes, KnownInt::missing("value not available"));
  EXPECT_EQ(gpu.memory_used_bytes, KnownInt::missing("value out of range"));
  EXPECT_FALSE(gpu.ecc_sram_uncorrected_aggregate);
  EXPECT_FALSE(gpu.ecc_sram_threshold_exceeded);
}

TEST_F(NodeTest, HonoursTheReturnCodeOfEachField) {
  state("field(269) = !3\nfield(270) = u64 17\nfield(271) = !4\n");
  const auto counters = Node(options_).counters({});
  ASSERT_TRUE(counters);
  const GpuCounters& gpu = (*counters)[0];
  EXPECT_EQ(*gpu.throttle_sw_power_ns, 1203000000);
  EXPECT_EQ(gpu.throttle_sw_thermal_ns, KnownInt::missing("Not Supported"));
  EXPECT_EQ(*gpu.throttle_hw_thermal_ns, 17);
  EXPECT_EQ(gpu.throttle_power_brake_ns, KnownInt::missing("Insufficient Permissions"));
}

TEST_F(NodeTest, AFailureOfTheWholeBatchMakesEachFieldAbsent) {
  state("nvmlDeviceGetFieldValues() = !15\n");
  const auto counters = Node(options_).counters({});
  ASSERT_TRUE(counters);
  EXPECT_EQ((*counters)[0].throttle_hw_thermal_ns, KnownInt::missing("GPU is lost"));
  EXPECT_EQ((*counters)[0].throttle_sw_power_ns, KnownInt::missing("GPU is lost"));
}

TEST_F(NodeTest, ReadsEveryCounter) {
  state(
      "nvmlDeviceGetMemoryErrorCounter(0,0,2) = 4\nnvmlDeviceGetSramEccErrorStatus() = 0 0 0 1 2 6 "
      "0 0 0 0 0 0\nnvmlDeviceGetRemappedRows() = 1 2 0 0\nnvmlDeviceGetPcieReplayCounter() = 5\n");
  healthy_kernel();
  const auto counters = Node(options_).counters({});
  ASSERT_TRUE(counters);
  ASSERT_EQ(counters->size(), 8u);
  const GpuCounters& gpu = (*counters)[7];
  EXPECT_EQ(gpu.unit_id, "gpu/7");
  // What NVLink 5 counts, and the time, which is for whoever asks.
  EXPECT_EQ(absent_in(gpu),
            (Names{"read_ns: not asked", "nvlink_recoveries_failed: link 0: Not Supported",
                   "nvlink_effective_errors: link 0: Not Supported",
                   "nvlink_effective_ber_e18: link 0: Not Supported",
                   "nvlink_symbol_errors: link 0: Not Supported",
                   "nvlink_symbol_ber_e18: link 0: Not Supported",
                   "nvlink_packet_errors: link 0: Not Supported"}));
  EXPECT_EQ(*gpu.ecc_dram_corrected, 4);
  EXPECT_EQ(*gpu.ecc_sram_uncorrected, 3);
  EXPECT_EQ(*gpu.ecc_sram_corrected, 6);
  EXPECT_EQ(*gpu.remap_uncorrectable_rows, 2);
  EXPECT_EQ(*gpu.pcie_replays, 5);
  EXPECT_EQ(*gpu.energy_mj, 918273645);
}

TEST_F(NodeTest, CountsOnlyTheGpusThatAreAskedFor) {
  state();
  Node node(options_);
  const auto two = node.counters({uuid(5), uuid(2)});
  ASSERT_TRUE(two);
  ASSERT_EQ(two->size(), 2u);
  EXPECT_EQ((*two)[0].unit_id, "gpu/2");
  EXPECT_EQ((*two)[1].unit_id, "gpu/5");
  const auto unknown = node.counters({uuid(5), "GPU-nobody"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().what(), "no GPU answers to GPU-nobody");
}

TEST_F(NodeTest, AWorkerForOneGpuKeepsThatGpusNumber) {
  state();
  healthy_kernel();
  options_.gpus = {uuid(3)};
  Node node(options_);
  const Facts all = node.facts(cuda);
  ASSERT_EQ(all.gpus.size(), 1u);
  EXPECT_EQ(all.gpus[0].unit_id, "gpu/3");
  EXPECT_EQ(*all.gpus[0].proc_uuid, uuid(3));
  EXPECT_EQ(*all.node.gpus_nvml, 8);
  EXPECT_EQ(node.uuids(), Names{uuid(3)});
  EXPECT_FALSE(node.counters({uuid(4)}));
}

TEST_F(NodeTest, WithoutNvmlTheBusStillTellsHowManyGpusThereAre) {
  healthy_kernel();
  options_.places.libs = (root_ / "nowhere").string();
  Node node(options_);
  const Facts all = node.facts([] { return CudaView{}; });
  ASSERT_EQ(all.gpus.size(), 8u);
  const std::string reason = "libnvidia-ml.so.1 was not found: in none of the places";
  EXPECT_EQ(all.node.gpus_nvml, KnownInt::missing(reason));
  EXPECT_EQ(all.node.driver_version, KnownText::missing(reason));
  EXPECT_EQ(all.gpus[2].uuid, KnownText::missing(reason));
  EXPECT_EQ(all.gpus[2].processes, KnownInt::missing(reason));
  EXPECT_EQ(*all.gpus[2].sysfs_pci_device, "10de:2335");
  const auto counters = node.counters({});
  ASSERT_TRUE(counters);
  EXPECT_EQ((*counters)[0].energy_mj, KnownInt::missing(reason));
  EXPECT_EQ(node.now(uuid(0)).clock_mhz, KnownInt::missing(reason));
  ASSERT_TRUE(node.nvml_missing());
  EXPECT_TRUE(node.libraries().empty());
}

TEST_F(NodeTest, AnInitThatFailsGivesItsReasonToEveryField) {
  raw_state("nvmlInit_v2() = !9\n");
  healthy_kernel();
  const Facts all = facts();
  EXPECT_EQ(all.node.gpus_nvml, KnownInt::missing("nvmlInit: Driver Not Loaded"));
  EXPECT_EQ(all.gpus[0].ecc_current, KnownFlag::missing("nvmlInit: Driver Not Loaded"));
}

TEST_F(NodeTest, ACountThatFailsIsAbsentAndNotZero) {
  raw_state("nvmlDeviceGetCount_v2() = !999\n");
  const Facts all = facts();
  EXPECT_EQ(all.node.gpus_nvml, KnownInt::missing("Unknown Error"));
  EXPECT_TRUE(all.gpus.empty());
}

TEST_F(NodeTest, AGpuThatFellOffTheBusKeepsItsPlace) {
  // The last in the file is gpu/6; its handle is refused, and all calls with it.
  state("", "nvmlDeviceGetHandleByIndex_v2() = !15\n");
  healthy_kernel();
  const Facts all = facts();
  ASSERT_EQ(all.gpus.size(), 8u);
  EXPECT_EQ(all.gpus[6].uuid, KnownText::missing("GPU is lost"));
  EXPECT_EQ(all.gpus[6].pci_bus_id, KnownText::missing("GPU is lost"));
  EXPECT_EQ(*all.gpus[6].proc_uuid, uuid(6));
  EXPECT_EQ(*all.gpus[7].uuid, uuid(7));
}

TEST_F(NodeTest, AGpuLostDuringTheRunStillHasCounters) {
  state();
  Node node(options_);
  ASSERT_EQ(node.uuids().size(), 8u);
  state("", "lost\n");
  // Another node re-reads the state; the first one's handles stay.
  ASSERT_EQ(Node(options_).uuids().size(), 7u);
  const auto counters = node.counters({uuid(6)});
  ASSERT_TRUE(counters);
  EXPECT_EQ((*counters)[0].unit_id, "gpu/6");
  EXPECT_EQ((*counters)[0].ecc_dram_uncorrected, KnownInt::missing("GPU is lost"));
  EXPECT_EQ(node.now(uuid(6)).power_mw, KnownInt::missing("GPU is lost"));
  EXPECT_EQ(*node.now(uuid(5)).power_mw, 72500);
}

TEST_F(NodeTest, ReportsTwoGpusWithOneUuidAsTheyAre) {
  state("", "nvmlDeviceGetUUID() = " + uuid(0) + "\n");
  healthy_kernel();
  const Facts all = facts();
  ASSERT_EQ(all.gpus.size(), 8u);
  EXPECT_EQ(*all.gpus[0].uuid, uuid(0));
  EXPECT_EQ(*all.gpus[6].uuid, uuid(0));
  EXPECT_EQ(*all.gpus[6].cuda_uuid, uuid(6));
}

TEST_F(NodeTest, ReportsTwoGpusAtOneAddressAsTheyAre) {
  state("", "nvmlDeviceGetPciInfo_v3() = 0 0x1b 0 0x233510de 0x18be10de x\n");
  healthy_kernel();
  const Facts all = facts();
  ASSERT_EQ(all.gpus.size(), 8u);
  EXPECT_EQ(*all.gpus[0].pci_bus_id, *all.gpus[1].pci_bus_id);
  EXPECT_NE(*all.gpus[0].uuid, *all.gpus[1].uuid);
}

TEST_F(NodeTest, WithoutTheKernelsFilesTheirFactsAreAbsent) {
  state();
  const Facts all = facts();
  EXPECT_FALSE(all.node.name);
  EXPECT_FALSE(all.node.boot_id);
  EXPECT_FALSE(all.node.gpus_pci);
  EXPECT_FALSE(all.node.gpus_proc);
  EXPECT_FALSE(all.node.profilers);
  EXPECT_FALSE(all.gpus[0].proc_uuid);
  EXPECT_FALSE(all.gpus[0].numa_node);
  EXPECT_NE(all.node.gpus_pci.absent.find("No such file"), std::string::npos);
  EXPECT_EQ(*all.node.gpus_nvml, 8);
}

TEST_F(NodeTest, AGpuThatCudaDoesNotSeeSaysSo) {
  state();
  const Facts all = Node(options_).facts([] {
    CudaView view = cuda();
    view.gpus.value->erase(view.gpus.value->begin() + 2);
    return view;
  });
  EXPECT_EQ(*all.node.gpus_cuda, 7);
  EXPECT_EQ(all.gpus[2].cuda_uuid, KnownText::missing("not listed by CUDA"));
  EXPECT_EQ(*all.gpus[3].cuda_uuid, uuid(3));
}

TEST_F(NodeTest, TheBmcIsAskedLast) {
  state();
  healthy_kernel();
  bool told = false;
  Node(options_).facts(cuda, [&](const Facts& so_far) {
    told = told || (so_far.node.gpus_cuda && so_far.gpus[7].sm_count &&
                    so_far.bmc.psus.absent == Node::kNotRead);
  });
  EXPECT_TRUE(told);  // a BMC that takes its time finds CUDA's answers at hand
}

TEST_F(NodeTest, ListsProcessesThatAreNotOurs) {
  std::string many;
  for (int i = 0; i < 90; ++i) many += " " + std::to_string(1000 + i);
  state(
      "nvmlDeviceGetComputeRunningProcesses_v3() = 500 400 501 77 "
      "600\nnvmlDeviceGetGraphicsRunningProcesses_v3() = 77\n",
      "nvmlDeviceGetComputeRunningProcesses_v3() =" + many + "\n");
  healthy_kernel();
  put("proc/77/comm", "python3\n");
  put("proc/77/stat", "77 (python3) S 400 77 77 0");
  put("proc/500/stat", "500 (gpuprobe) S 400 1 1 0");
  put("proc/501/stat", "501 (gpu) probe)) S 400 1 1 0");  // a sibling, with a spiteful name
  std::filesystem::create_symlink("/opt/gpuprobe", root_ / "proc/500/exe");
  std::filesystem::create_symlink("/opt/gpuprobe", root_ / "proc/501/exe");
  std::filesystem::create_symlink("/usr/bin/python3", root_ / "proc/77/exe");
  const Facts all = facts();
  EXPECT_EQ(*all.gpus[0].processes, 2);
  EXPECT_EQ(*all.gpus[0].process_list, "77 python3, 600 ?");
  EXPECT_EQ(*all.gpus[6].processes, 91);  // more than NVML's first buffer
}

TEST_F(NodeTest, ALibraryThatWasOpenedIsNamedWithItsDigest) {
  state();
  Node node(options_);
  EXPECT_TRUE(node.libraries().empty());
  ASSERT_FALSE(node.nvml_missing());
  ASSERT_EQ(node.libraries().size(), 1u);
  EXPECT_EQ(node.libraries()[0].name, "libnvidia-ml.so.1");
  EXPECT_EQ(node.libraries()[0].version, "13.580.95.05");
  EXPECT_EQ(node.libraries()[0].sha256.size(), 64u);
}

TEST_F(NodeTest, ReadsWhatAGpuIsDoingNow) {
  state(
      "nvmlDeviceGetCurrentClocksEventReasons() = 0x44\nnvmlDeviceGetClockInfo(1) = "
      "1755\nnvmlDeviceGetPowerUsage() = 698000\nnvmlDeviceGetTemperatureV() = 64\n"
      "field(82) = u32 70\n");
  Node node(options_);
  const GpuReading now = node.now(uuid(1));
  EXPECT_EQ(*now.clock_mhz, 1755);
  EXPECT_EQ(*now.power_mw, 698000);
  EXPECT_EQ(*now.temp_mc, 64000);
  EXPECT_EQ(*now.throttle, 0x44);
  EXPECT_EQ(*now.memory_temp_mc, 70000);
  EXPECT_EQ(node.now("GPU-nobody").throttle, KnownInt::missing("no GPU answers to GPU-nobody"));
}

}  // namespace
}  // namespace ga
