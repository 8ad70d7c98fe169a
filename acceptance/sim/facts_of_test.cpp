#include "acceptance/sim/facts_of.h"

#include <gtest/gtest.h>

#include <set>

#include "acceptance/sim/events_of.h"

namespace ga {
namespace {

Scenario healthy() { return *load_scenario("healthy-h200"); }

Scenario with(FaultKind kind, int gpu, double severity = 1) {
  Scenario scenario = healthy();
  Fault fault;
  fault.kind = kind;
  fault.gpu = gpu;
  fault.severity = severity;
  scenario.faults.push_back(fault);
  return scenario;
}

// What the driver of such a part does not answer either.
bool absent_on(std::string_view name, std::int64_t nvlink_gen) {
  const std::set<std::string_view> everywhere{"inforom_power", "boost_slider", "temp_slowdown_mc",
                                              "temp_shutdown_mc", "memory_unrepairable"};
  const std::set<std::string_view> until_4{"power_profiles_requested", "power_profiles_enforced",
                                           "power_smoothing",          "power_smoothing_profile",
                                           "repair_channel_pending",   "repair_tpc_pending"};
  const std::string_view counter = name.starts_with("nvlink_") ? name.substr(7) : name;
  const std::set<std::string_view> counters_of_4{"crc_flit_errors", "crc_data_errors", "replays",
                                                 "remote_pci"};
  const std::set<std::string_view> counters_of_5{"recoveries_failed", "effective_errors",
                                                 "effective_ber_e18", "symbol_errors",
                                                 "symbol_ber_e18",    "packet_errors"};
  if (everywhere.contains(name)) return true;
  return nvlink_gen == 4 ? until_4.contains(name) || counters_of_5.contains(counter)
                         : counters_of_4.contains(counter);
}

template <class Record>
void expect_known(const Record& record, std::int64_t nvlink_gen, const std::string& whose) {
  Record::visit_fields(record, [&](std::string_view name, const auto& known) {
    // A GPU is no bridge.
    if (name == "acs" && known.absent == "not a bridge") return;
    EXPECT_NE(known.value.has_value(), absent_on(name, nvlink_gen))
        << whose << "." << name << ": " << known.absent;
    if constexpr (kIsKnownList<decltype(known)>) {
      ASSERT_TRUE(known);
      if (name == "nvlinks") {
        EXPECT_EQ(known.value->size(), 18u);
      }
      for (const auto& entry : *known) expect_known(entry, nvlink_gen, whose + " entry");
    }
  });
}

TEST(SimFacts, AHealthyNodeAnswersEveryFieldThatItsPartHas) {
  for (const char* name : {"healthy-h200", "healthy-b200", "healthy-single"}) {
    const Scenario scenario = *load_scenario(name);
    const Facts facts = facts_of(scenario);
    const std::int64_t gen = scenario.part.nvlink_gen;
    expect_known(facts.node, gen, name);
    HostFacts::visit_fields(facts.host, [&](std::string_view field, const auto& known) {
      const bool may_miss = field.ends_with("_version");  // of what is not installed
      EXPECT_TRUE(known || may_miss) << name << " " << field << ": " << known.absent;
    });
    EXPECT_EQ(facts.host.nics.value->size(), scenario.gpus == 8 ? 8u : 0u);
    EXPECT_EQ(facts.bmc.psus.value.has_value(), scenario.gpus == 8);
    ASSERT_EQ(facts.gpus.size(), static_cast<std::size_t>(scenario.gpus));
    for (int gpu = 0; gpu < scenario.gpus; ++gpu) {
      expect_known(facts.gpus[static_cast<std::size_t>(gpu)], gen, name);
      expect_known(counters_of(scenario, gpu, {}), gen, name);
    }
  }
}

TEST(SimFacts, TwoWorkersSayTheSame) { EXPECT_EQ(facts_of(healthy()), facts_of(healthy())); }

TEST(SimFacts, IdentitiesAreUniqueAndFollowTheSeed) {
  std::set<std::string> seen;
  Scenario other = healthy();
  other.seed += 1;
  for (const Facts& facts : {facts_of(healthy()), facts_of(other)}) {
    for (const GpuFacts& gpu : facts.gpus) {
      EXPECT_TRUE(seen.insert(*gpu.uuid).second);
      EXPECT_TRUE(seen.insert(*gpu.serial).second);
      EXPECT_EQ(gpu.uuid.value->size(), 40u);  // "GPU-" and 36
    }
  }
}

TEST(SimFacts, AMissingGpuIsInNoSourceAndTheOthersMoveUp) {
  const Scenario scenario = with(FaultKind::gpu_missing, 2);
  const Facts facts = facts_of(scenario);
  ASSERT_EQ(facts.gpus.size(), 7u);
  EXPECT_EQ(*facts.node.gpus_nvml, 7);
  EXPECT_EQ(*facts.node.gpus_pci, 7);
  EXPECT_EQ(facts.gpus[2].unit_id, "gpu/2");
  EXPECT_EQ(*facts.gpus[2].uuid, gpu_uuid(scenario, 3));
  EXPECT_EQ(present_unit(scenario, 2), "");
}

TEST(SimFacts, FaultsOfIdentityTouchOneThingEach) {
  const Facts right = facts_of(healthy());
  const Facts serial = facts_of(with(FaultKind::duplicate_serial, 4));
  EXPECT_EQ(*serial.gpus[4].serial, *right.gpus[3].serial);
  EXPECT_EQ(*serial.gpus[4].uuid, *right.gpus[4].uuid);
  const Facts uuid = facts_of(with(FaultKind::duplicate_uuid, 0));
  EXPECT_EQ(*uuid.gpus[0].uuid, *right.gpus[7].uuid);
  const Facts part = facts_of(with(FaultKind::wrong_part, 4));
  EXPECT_EQ(*part.gpus[4].pci_device, "10de:2330");
  EXPECT_EQ(*part.gpus[4].sysfs_pci_device, "10de:2330");
  EXPECT_NE(*facts_of(with(FaultKind::cuda_disagrees, 4)).gpus[4].cuda_uuid, *right.gpus[4].uuid);
  EXPECT_NE(*facts_of(with(FaultKind::proc_disagrees, 4)).gpus[4].proc_uuid, *right.gpus[4].uuid);
  EXPECT_EQ(*facts_of(with(FaultKind::gpu_hidden_from_cuda, -1)).node.gpus_cuda, 7);
}

TEST(SimFacts, FaultsOfConfigurationAndMemoryShowInTheirField) {
  EXPECT_FALSE(*facts_of(with(FaultKind::ecc_off, 1)).gpus[1].ecc_current);
  EXPECT_TRUE(*facts_of(with(FaultKind::ecc_pending, 1)).gpus[1].ecc_current);
  EXPECT_FALSE(*facts_of(with(FaultKind::ecc_pending, 1)).gpus[1].ecc_pending);
  EXPECT_TRUE(*facts_of(with(FaultKind::mig_on, 1)).gpus[1].mig_current);
  EXPECT_FALSE(facts_of(with(FaultKind::mig_on, 1)).gpus[1].remap_failed);
  EXPECT_EQ(*facts_of(with(FaultKind::power_limit_low, -1, 0.1)).gpus[6].power_limit_enforced_mw,
            630'000);
  EXPECT_EQ(*facts_of(with(FaultKind::foreign_process, 1)).gpus[1].processes, 1);
  EXPECT_FALSE(facts_of(with(FaultKind::profiler_running, -1)).node.profilers.value->empty());
  EXPECT_TRUE(*facts_of(with(FaultKind::remap_pending, 1)).gpus[1].remap_pending);
  EXPECT_TRUE(*facts_of(with(FaultKind::remap_failed, 1)).gpus[1].remap_failed);
  EXPECT_EQ(*facts_of(with(FaultKind::remap_exhausted, 1, 3)).gpus[1].remap_banks_none, 3);
  EXPECT_EQ(
      *facts_of(with(FaultKind::ecc_uncorrected, 1, 2)).gpus[1].ecc_dram_uncorrected_aggregate, 2);
  EXPECT_TRUE(*facts_of(with(FaultKind::sram_threshold, 1)).gpus[1].ecc_sram_threshold_exceeded);
  EXPECT_EQ(*facts_of(with(FaultKind::slow_pcie, 1, 0.5)).gpus[1].pcie_width_current, 8);
}

TEST(SimFacts, AnAbsentFieldSaysWhyAndLeavesTheOthers) {
  Scenario scenario = with(FaultKind::field_absent, 3);
  scenario.faults.back().field = "throttle_hw_thermal_ns";
  const GpuCounters counters = counters_of(scenario, 3, {});
  EXPECT_FALSE(counters.throttle_hw_thermal_ns);
  EXPECT_FALSE(counters.throttle_hw_thermal_ns.absent.empty());
  EXPECT_TRUE(counters.throttle_power_brake_ns);
  EXPECT_TRUE(counters_of(scenario, 2, {}).throttle_hw_thermal_ns);
}

TEST(SimCounters, GrowByWhatTheWorkerWentThrough) {
  const Scenario scenario = healthy();
  LoadHistory history;
  history.load_s = 10;
  history.hw_thermal_ns = 7;
  history.energy_mj = 1000;
  const GpuCounters before = counters_of(scenario, 0, {});
  const GpuCounters after = counters_of(scenario, 0, history);
  EXPECT_EQ(*after.throttle_hw_thermal_ns - *before.throttle_hw_thermal_ns, 7);
  EXPECT_EQ(*after.energy_mj - *before.energy_mj, 1000);
  EXPECT_EQ(*after.ecc_dram_uncorrected, 0);
}

TEST(SimCounters, ErrorsUnderLoadAppearUnderLoadOnly) {
  Scenario scenario = with(FaultKind::ecc_under_load, 5, 4);
  LoadHistory loaded;
  loaded.load_s = 1;
  EXPECT_EQ(*counters_of(scenario, 5, {}).ecc_dram_uncorrected, 0);
  EXPECT_EQ(*counters_of(scenario, 5, loaded).ecc_dram_uncorrected, 4);
}

Fault on_counter(FaultKind kind, int gpu, std::string field, double severity) {
  Fault fault;
  fault.kind = kind;
  fault.gpu = gpu;
  fault.field = std::move(field);
  fault.severity = severity;
  return fault;
}

TEST(SimFacts, CountersChangeUnderLoadAndNotAtRest) {
  Scenario scenario = healthy();
  scenario.faults = {on_counter(FaultKind::counter_grows, 3, "aer_fatal", 2),
                     on_counter(FaultKind::counter_flows, 3, "nvlink_crc_flit_errors", 50),
                     on_counter(FaultKind::counter_grows, 3, "nvlinks_active", -1)};
  EXPECT_EQ(*counters_of(scenario, 3, {}).aer_fatal, 0);
  const LoadHistory loaded{.load_s = 10};
  EXPECT_EQ(*counters_of(scenario, 3, loaded).aer_fatal, 2);
  EXPECT_EQ(*counters_of(scenario, 3, loaded).nvlink_crc_flit_errors, 500);
  EXPECT_EQ(*counters_of(scenario, 3, loaded).nvlinks_active, 17);
  EXPECT_EQ(*counters_of(scenario, 4, loaded).nvlinks_active, 18);
}

TEST(SimFacts, ACounterThatThePartDoesNotHaveStaysAbsent) {
  Scenario scenario = *load_scenario("healthy-b200");
  scenario.faults = {on_counter(FaultKind::counter_flows, 3, "nvlink_crc_flit_errors", 50)};
  EXPECT_FALSE(counters_of(scenario, 3, {.load_s = 10}).nvlink_crc_flit_errors);
}

TEST(SimFacts, APortsCounterIsTheNodesAndChangesAfterTheLoad) {
  Scenario scenario = healthy();
  scenario.faults = {on_counter(FaultKind::counter_grows, -1, "link_downed", 1)};
  const auto downed = [&](Reading reading, std::size_t port) {
    return *node_counters_of(scenario, 1, reading).nics.value->at(port).link_downed;
  };
  EXPECT_EQ(downed(Reading::before, 0), 0);
  EXPECT_EQ(downed(Reading::after, 0), 1);
  EXPECT_EQ(downed(Reading::after, 1), 0);
}

TEST(SimFacts, AResetGpuCountsItsEnergyAnew) {
  const Scenario scenario = with(FaultKind::gpu_reset, 2);
  EXPECT_LT(*counters_of(scenario, 2, {.load_s = 1, .energy_mj = 5}).energy_mj,
            *counters_of(scenario, 2, {}).energy_mj);
}

TEST(SimEvents, TheKernelSaysItsLinesInTheirSecond) {
  Scenario scenario = healthy();
  Fault line;
  line.kind = FaultKind::log_line;
  line.gpu = 3;
  line.at_s = 2;
  line.severity = 2;
  line.code = "xid.94";
  line.text = "contained";
  scenario.faults = {line};
  EXPECT_TRUE(lines_of_second(scenario, 1, 9).empty());
  const auto said = lines_of_second(scenario, 2, 9);
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0], (LogEvent{9, "kmsg", "gpu/3", "xid.94", "contained"}));
  EXPECT_EQ(said[1].t_ns, 10);
  EXPECT_TRUE(lines_before(scenario).empty());
  scenario.faults[0].kind = FaultKind::log_line_before;
  EXPECT_EQ(lines_before(scenario).size(), 2u);
}

}  // namespace
}  // namespace ga
