// What NVML says of links, fabric, limits and settings, and each way in which a driver may say it.
#include "acceptance/node/nvml_fields.h"
#include "acceptance/node/nvml_structs.h"
#include "acceptance/node/testing/fixture.h"

namespace ga {
namespace {

class NvmlLinks : public NodeFixture {
 protected:
  GpuFacts first() const { return Node(options_).facts({}).gpus[0]; }
  GpuCounters first_counters() const { return (*Node(options_).counters({}))[0]; }
  void b200() {
    std::filesystem::copy(GA_SOURCE_DIR "/acceptance/node/states/hgx-b200", root_,
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing);
  }
};

TEST_F(NvmlLinks, AnH200HasEighteenToItsSwitches) {
  state();
  const GpuFacts gpu = first();
  EXPECT_EQ(*gpu.nvlink_count, 18);
  ASSERT_EQ(gpu.nvlinks.value->size(), 18u);
  const NvLink& last = (*gpu.nvlinks)[17];
  EXPECT_EQ(*last.index, 17);
  EXPECT_EQ(*last.state, "active");
  EXPECT_EQ(*last.version, "4.0");
  EXPECT_EQ(*last.speed_bytes_per_s, 26'562'000'000);
  EXPECT_EQ(*last.remote_type, "switch");
  EXPECT_EQ(*last.remote_pci, "0000:08:00.0");
  EXPECT_EQ(*last.remote_link, 17);
  EXPECT_EQ(*last.crc_flit_errors, 0);
  EXPECT_EQ(last.effective_ber_e18, KnownInt::missing("Not Supported"));
}

TEST_F(NvmlLinks, AB200CountsWhatCorrectionLeaves) {
  b200();
  const GpuFacts gpu = first();
  ASSERT_EQ(gpu.nvlinks.value->size(), 18u);
  const NvLink& link = (*gpu.nvlinks)[3];
  EXPECT_EQ(*link.version, "5.0");
  EXPECT_EQ(*link.speed_bytes_per_s, 53'125'000'000);
  EXPECT_EQ(link.crc_flit_errors, KnownInt::missing("Not Supported"));
  EXPECT_EQ(*link.recoveries, 0);         // by their events
  EXPECT_EQ(*link.effective_ber_e18, 1);  // 15e-255, rounded up
  EXPECT_EQ(*link.packet_errors, 0);
  EXPECT_FALSE(*gpu.power_smoothing);
  EXPECT_EQ(*gpu.power_profiles_enforced, "");
  EXPECT_EQ(*gpu.temp_slowdown_margin_mc, -3000);
}

TEST_F(NvmlLinks, TheFabricIsReadInTheNewestFormThatTheDriverKnows) {
  const std::string zero(32, '0');
  state();
  EXPECT_EQ(*first().fabric_health, "healthy");
  // A driver of the second form: without a summary.
  state("nvmlDeviceGetGpuFabricInfoV() = " + zero + " 0 7 3 0x1a9\n");
  GpuFacts gpu = first();
  EXPECT_EQ(*gpu.fabric_state, "completed");
  EXPECT_EQ(*gpu.fabric_clique_id, 7);
  EXPECT_TRUE(*gpu.fabric_degraded_bandwidth);
  EXPECT_FALSE(*gpu.fabric_route_unhealthy);
  EXPECT_FALSE(gpu.fabric_health);
  // And of the first, which has no health either.
  state("nvmlDeviceGetGpuFabricInfoV() = !13\nnvmlDeviceGetGpuFabricInfo() = " + zero +
        " 23 0 2\n");
  gpu = first();
  EXPECT_EQ(*gpu.fabric_state, "in_progress");
  EXPECT_EQ(*gpu.fabric_status, "Insufficient Resources");
  EXPECT_EQ(*gpu.fabric_cluster_uuid, "00000000-0000-0000-0000-000000000000");
  EXPECT_FALSE(gpu.fabric_degraded_bandwidth);
  EXPECT_FALSE(gpu.fabric_misconfiguration);
  // An error that is no lack of the question stands.
  state("nvmlDeviceGetGpuFabricInfoV() = !15\n");
  EXPECT_EQ(first().fabric_state, KnownText::missing("GPU is lost"));
}

// The library fills one byte of the state; what lies behind it is padding, and was once read too.
TEST(NvmlStructs, TheFabricsStateIsOneByte) {
  nvml::Fabric fabric;
  reinterpret_cast<unsigned char*>(&fabric)[28] = 3;
  EXPECT_EQ(fabric.state, 3);
  nvml::Fabric1 older;
  reinterpret_cast<unsigned char*>(&older)[24] = 3;
  EXPECT_EQ(older.state, 3);
}

TEST_F(NvmlLinks, AFabricThatNamesNoStateIsNotMeasured) {
  state("nvmlDeviceGetGpuFabricInfoV() = " + std::string(32, '0') + " 0 0 255 0 1\n");
  EXPECT_EQ(first().fabric_state, KnownText::missing("value not available"));
}

TEST_F(NvmlLinks, UnrepairableMemoryIsReadInBothForms) {
  state("nvmlDeviceGetUnrepairableMemoryFlag_v1() = 1\n");  // the replay's library fills the first
  EXPECT_TRUE(*first().memory_unrepairable);
  state("nvmlDeviceGetUnrepairableMemoryFlag_v1() = unset\n");
  EXPECT_FALSE(first().memory_unrepairable);
  nvml::UnrepairableMemory versioned;
  versioned.second = 0;
  EXPECT_EQ(versioned.flag(), 0u);
}

TEST_F(NvmlLinks, EachBitOfTheFabricsHealthHasItsFact) {
  const std::string head = "nvmlDeviceGetGpuFabricInfoV() = " + std::string(32, '0') + " 0 0 3 ";
  state(head + "0x555 2\n");  // all true, and the misconfiguration 5
  const GpuFacts bad = first();
  EXPECT_TRUE(*bad.fabric_degraded_bandwidth);
  EXPECT_TRUE(*bad.fabric_route_recovery);
  EXPECT_TRUE(*bad.fabric_route_unhealthy);
  EXPECT_TRUE(*bad.fabric_access_timeout_recovery);
  EXPECT_EQ(*bad.fabric_misconfiguration, "insufficient_nvlinks");
  EXPECT_EQ(*bad.fabric_health, "unhealthy");
  state(head + "0 0\n");  // nobody knows
  const GpuFacts silent = first();
  EXPECT_EQ(silent.fabric_route_recovery, KnownFlag::missing("the health mask does not say"));
  EXPECT_FALSE(silent.fabric_misconfiguration);
  EXPECT_FALSE(silent.fabric_health);
}

TEST_F(NvmlLinks, SumsAreOfActiveLinksAndOfAllOfThem) {
  state("nvmlDeviceGetNvLinkErrorCounter(3,2) = 5\nnvmlDeviceGetNvLinkErrorCounter(4,2) = 7\n");
  EXPECT_EQ(*first_counters().nvlink_crc_flit_errors, 12);
  // A link that is down does not count, and does not hide the others.
  state("nvmlDeviceGetNvLinkState(3) = 0\nnvmlDeviceGetNvLinkErrorCounter(3,2) = !3\n");
  EXPECT_EQ(*first_counters().nvlink_crc_flit_errors, 0);
  EXPECT_EQ(*first_counters().nvlinks_active, 17);
  // Nor does one whose traffic is off: the gate nvlink.links calls it down too. A sleeping one
  // does.
  state("nvmlDeviceGetNvLinkState(3) = 3\nnvmlDeviceGetNvLinkState(4) = 2\n");
  EXPECT_EQ(*first_counters().nvlinks_active, 17);
  // One that is up and does not say makes the sum unknown.
  state("nvmlDeviceGetNvLinkErrorCounter(3,1) = !999\nfield(162,3) = !999\nfield(215,3) = !999\n");
  EXPECT_EQ(first_counters().nvlink_recoveries, KnownInt::missing("link 3: Unknown Error"));
  state("nvmlDeviceGetNvLinkState(5) = !15\n");
  EXPECT_EQ(first_counters().nvlinks_active, KnownInt::missing("link 5: state: GPU is lost"));
  // No link at all is no sum of zero.
  state("nvmlDeviceGetNvLinkState(*) = 0\n");
  EXPECT_EQ(*first_counters().nvlinks_active, 0);
  EXPECT_EQ(first_counters().nvlink_replays, KnownInt::missing("no link is active"));
}

TEST_F(NvmlLinks, LinksThatAreUpAreCountedAlone) {
  state();
  const auto up = [&] {
    Node node(options_);
    return node.links_up_now(node.uuids().front());
  };
  EXPECT_EQ(up(), KnownInt(18));
  state("nvmlDeviceGetNvLinkState(3) = 0\nnvmlDeviceGetNvLinkState(4) = 2\n");
  EXPECT_EQ(up(), KnownInt(17));
  state("nvmlDeviceGetNvLinkState(5) = !15\n");
  EXPECT_EQ(up(), KnownInt::missing("GPU is lost"));
  state("field(91) = !3\n");
  EXPECT_EQ(up(), KnownInt::missing("Not Supported"));
}

TEST_F(NvmlLinks, APartWithoutLinksSaysSo) {
  state("field(91) = !3\n");
  const GpuFacts gpu = first();
  EXPECT_EQ(gpu.nvlink_count, KnownInt::missing("Not Supported"));
  EXPECT_EQ(gpu.nvlinks, KnownList<NvLink>::missing("Not Supported"));
  EXPECT_EQ(first_counters().nvlink_replays, KnownInt::missing("Not Supported"));
  state("field(91) = u32 4000000\n");
  EXPECT_EQ(first().nvlink_count, KnownInt::missing("impossible: 4000000 links"));
}

// NVIDIA gave these fields new numbers and took them back.
TEST(NvmlFields, TheMovedOnesFollowTheDriver) {
  using nvml::moved_fields;
  EXPECT_EQ(moved_fields("560.35.03"), nvml::MovedFields{});
  EXPECT_EQ(moved_fields("570.172.08").smoothing, 251u);
  EXPECT_EQ(moved_fields("570.172.08").hw_thermal, 0u);
  for (const char* driver : {"575.51.03", "575.64.05", "580.65.06"}) {
    EXPECT_EQ(moved_fields(driver).hw_thermal, 252u) << driver;
    EXPECT_EQ(moved_fields(driver).smoothing, 256u) << driver;
  }
  for (const char* driver : {"580.82.07", "580.95.05", "590.44.01", "595.71.05", "615.10"}) {
    EXPECT_EQ(moved_fields(driver).sw_thermal, 269u) << driver;
    EXPECT_EQ(moved_fields(driver).power_brake, 271u) << driver;
    EXPECT_EQ(moved_fields(driver).smoothing, 251u) << driver;
  }
  for (const char* unknown : {"580.76.05", "", "580", "x.95.05", "580.9x"}) {
    EXPECT_EQ(moved_fields(unknown), nvml::MovedFields{}) << unknown;
  }
}

TEST_F(NvmlLinks, AThrottleTimeIsNeverReadFromAnotherField) {
  // Driver 580.95 answers 251 for power smoothing: off, which once read as no time throttled.
  state("field(251) = u32 0\nfield(269) = !3\n");
  EXPECT_EQ(first_counters().throttle_sw_thermal_ns, KnownInt::missing("Not Supported"));
  // What does not come in 64 bits is no time, whatever its number.
  state("field(270) = u32 0\n");
  EXPECT_EQ(first_counters().throttle_hw_thermal_ns, KnownInt::missing("not a 64-bit counter"));
  // Between the two numberings nothing is asked.
  raw_state(
      "nvmlSystemGetDriverVersion() = 580.76.05\n[gpu]\nfield(252) = u64 5\n"
      "field(270) = u64 6\n");
  EXPECT_EQ(first_counters().throttle_hw_thermal_ns,
            KnownInt::missing("not known by which number this driver answers it"));
  raw_state(
      "nvmlSystemGetDriverVersion() = 580.65.06\n[gpu]\nfield(252) = u64 5\n"
      "field(270) = u64 6\n");
  EXPECT_EQ(*first_counters().throttle_hw_thermal_ns, 5);
}

TEST_F(NvmlLinks, TheInforomIsValidOrNotAndSaysWhich) {
  state("nvmlDeviceValidateInforom() = !14\n");
  EXPECT_FALSE(*first().inforom_valid);
  state("nvmlDeviceValidateInforom() = !4\n");
  EXPECT_EQ(first().inforom_valid, KnownFlag::missing("Insufficient Permissions"));
}

TEST_F(NvmlLinks, TheDriversModuleAndConfidentialComputingAreOfTheNode) {
  state();
  healthy_kernel();
  NodeFacts node = Node(options_).facts({}).node;
  EXPECT_EQ(*node.driver_branch, "r580_00");
  EXPECT_EQ(*node.kernel_module, "open");
  EXPECT_EQ(*node.kernel_module_version, "580.95.05");
  EXPECT_EQ(*node.cc_mode, "off");
  EXPECT_EQ(*node.cc_multi_gpu, "none");
  raw_state("nvmlSystemGetConfComputeSettings() = 2 1 0 1\n");
  put("proc/driver/nvidia/version",
      "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\n");
  node = Node(options_).facts({}).node;
  EXPECT_EQ(*node.cc_mode, "on");
  EXPECT_EQ(*node.cc_multi_gpu, "protected_pcie");
  EXPECT_EQ(*node.kernel_module, "proprietary");
  EXPECT_EQ(*node.kernel_module_version, "550.54.15");
  raw_state("nvmlSystemGetConfComputeSettings() = 2 1 0xffffffff 0\n");
  EXPECT_FALSE(Node(options_).facts({}).node.cc_mode);     // on, or in the mode of developers
  raw_state("nvmlSystemGetConfComputeState() = 2 1 1\n");  // an older driver
  node = Node(options_).facts({}).node;
  EXPECT_EQ(*node.cc_mode, "devtools");
  EXPECT_FALSE(node.cc_multi_gpu);
}

}  // namespace
}  // namespace ga
