#include "acceptance/sim/facts_of.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "acceptance/sim/events_of.h"
#include "acceptance/sim/host_of.h"
#include "acceptance/sim/links_of.h"
#include "acceptance/sim/machine_faults.h"
#include "acceptance/sim/noise.h"
#include "acceptance/sim/physics.h"
#include "reports/model/units.h"

namespace ga {
namespace {

constexpr std::string_view kAbsentReason = "not supported (simulated)";
constexpr std::string_view kH100Device = "10de:2330";
// Drivers of that branch report these; the simulator has no driver.
constexpr std::string_view kDriver = "580.95.05";
constexpr std::string_view kNvml = "13.580.95.05";
constexpr std::int64_t kCudaVersion = 13000;
// The eight GPUs of an HGX board as one server model numbers them.
constexpr std::array<std::string_view, 8> kHgxAddresses{
    "0000:1b:00.0", "0000:43:00.0", "0000:52:00.0", "0000:61:00.0",
    "0000:9d:00.0", "0000:c3:00.0", "0000:d1:00.0", "0000:df:00.0"};

std::uint32_t word(const Scenario& scenario, std::string_view what, int gpu, std::uint64_t index) {
  return noise_word({scenario.seed, fmt::format("{} {}", what, gpu), index});
}

std::string uuid_text(const Scenario& scenario, std::string_view what, int gpu) {
  const auto w = [&](std::uint64_t i) { return word(scenario, what, gpu, i); };
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:04x}{:08x}", w(0), w(1) & 0xffff,
                     (w(2) & 0x0fff) | 0x4000, (w(3) & 0x3fff) | 0x8000, w(4) & 0xffff, w(5));
}

std::string serial_of(const Scenario& scenario, int gpu) {
  return fmt::format("165{:010}", word(scenario, "serial", gpu, 0));
}

std::string address_of(int gpu, int gpus) {
  const auto index = static_cast<std::size_t>(gpu);
  if (gpus <= static_cast<int>(kHgxAddresses.size())) return std::string(kHgxAddresses[index]);
  return fmt::format("0000:{:02x}:00.0", 0x10 + 8 * gpu);
}

bool has(const Scenario& scenario, FaultKind kind, int gpu) {
  return scenario.fault(kind, gpu) != nullptr;
}

int neighbour(const Scenario& scenario, int gpu) { return gpu == 0 ? scenario.gpus - 1 : gpu - 1; }

void set_identity(const Scenario& scenario, int gpu, GpuFacts& facts) {
  const Part& part = scenario.part;
  const int twin = has(scenario, FaultKind::duplicate_serial, gpu) ? neighbour(scenario, gpu) : gpu;
  facts.uuid = gpu_uuid(scenario, gpu);
  facts.serial = serial_of(scenario, twin);
  facts.board_part = part.board_part;
  facts.part_name = part.name;
  facts.pci_bus_id = address_of(gpu, scenario.gpus);
  const bool wrong = has(scenario, FaultKind::wrong_part, gpu);
  facts.pci_device = wrong ? std::string(kH100Device) : part.pci_device;
  facts.sysfs_pci_device = facts.pci_device;
  if (has(scenario, FaultKind::pci_disagrees, gpu)) {
    facts.sysfs_pci_device = std::string(kH100Device);
  }
  facts.pci_subsystem = part.pci_subsystem;
  facts.cuda_uuid = facts.uuid;
  facts.proc_uuid = facts.uuid;
  const std::string other = "GPU-" + uuid_text(scenario, "other uuid", gpu);
  if (has(scenario, FaultKind::cuda_disagrees, gpu)) facts.cuda_uuid = other;
  if (has(scenario, FaultKind::proc_disagrees, gpu)) facts.proc_uuid = other;
  facts.module_id = std::int64_t{gpu + 1};
  facts.pdi =
      fmt::format("{:08x}{:08x}", word(scenario, "pdi", gpu, 0), word(scenario, "pdi", gpu, 1));
  facts.vbios = facts.proc_vbios = part.vbios;
  facts.inforom = part.inforom;
  facts.inforom_oem = std::string("2.1");
  facts.inforom_ecc = std::string("7.16");
  // The power object is empty on these parts, and NVML then says nothing.
  facts.inforom_power = KnownText::missing(kNotSupportedText);
  facts.inforom_valid = true;
  facts.gsp_firmware = std::string(kDriver);
  facts.gsp_enabled = facts.gsp_default = true;
  facts.memory_bytes = part.memory_bytes;
  facts.sm_count = part.sm_count;
  facts.numa_node = numa_node_of(scenario, gpu);
}

// What Blackwell's driver answers and Hopper's does not.
template <class Fact>
Fact only_since_nvlink5(const Part& part, Fact fact) {
  return part.nvlink_gen >= 5 ? fact : Fact::missing(kNotSupportedText);
}

std::int64_t mw(double watts) { return std::llround(watts * 1000); }

void set_configuration(const Scenario& scenario, int gpu, GpuFacts& facts) {
  const Part& part = scenario.part;
  const Die die = die_of(scenario, gpu, 0);
  facts.ecc_current = !has(scenario, FaultKind::ecc_off, gpu);
  facts.ecc_pending =
      !has(scenario, FaultKind::ecc_off, gpu) && !has(scenario, FaultKind::ecc_pending, gpu);
  facts.mig_current = has(scenario, FaultKind::mig_on, gpu);
  facts.mig_pending = has(scenario, FaultKind::mig_on, gpu);
  facts.persistence = true;
  facts.compute_mode = std::string("default");
  facts.power_limit_enforced_mw = mw(die.limit_w);
  facts.power_limit_default_mw = mw(part.limit_w);
  facts.power_limit_min_mw = mw(part.min_w);
  facts.power_limit_max_mw = mw(part.max_w);
  facts.power_profiles_requested = facts.power_profiles_enforced =
      only_since_nvlink5(part, KnownText(std::string()));
  facts.power_smoothing = only_since_nvlink5(part, KnownFlag(false));
  facts.power_smoothing_profile = only_since_nvlink5(part, KnownInt(0));
  facts.boost_slider = KnownInt::missing("no question of NVML's answers it");
  // A lock does not show here either: NVML answers the part's maximum.
  facts.clock_sm_max_mhz = std::llround(part.clock_max);
  facts.clock_mem_max_mhz = std::llround(part.clock_memory);
  facts.pcie_gen_max = facts.pcie_gen_gpu_max = part.link_gen;
  facts.pcie_width_max = part.link_width;
  facts.pcie_gen_current = part.link_gen;
  facts.pcie_width_current = die.link_width;
}

void set_rest(const Scenario& scenario, int gpu, GpuFacts& facts) {
  const Part& part = scenario.part;
  const Die die = die_of(scenario, gpu, 0);
  const bool busy = has(scenario, FaultKind::foreign_process, gpu);
  constexpr std::int64_t kForeignBytes = std::int64_t{12} << 30;
  facts.utilization_gpu_percent = busy ? 97 : 0;
  facts.memory_used_bytes = busy ? kForeignBytes : std::int64_t{0};
  facts.processes = busy ? 1 : 0;
  facts.process_list = std::string(busy ? "4242 python3" : "");
  facts.clock_sm_mhz = std::llround(part.clock_idle);
  facts.clock_mem_mhz = std::llround(part.clock_memory);
  const std::int64_t temp_mc =
      std::llround(1000 * temperature_c(die, settled(part, die, part.idle_w)));
  facts.temp_mc = temp_mc;
  facts.temp_margin_mc = std::llround(1000 * part.sw_limit_c) - temp_mc;
  // These parts know their limits as margins only.
  facts.temp_slowdown_mc = facts.temp_shutdown_mc = KnownInt::missing(kNotSupportedText);
  facts.temp_slowdown_margin_mc = part.nvlink_gen >= 5 ? -3000 : -2000;
  facts.temp_shutdown_margin_mc = part.nvlink_gen >= 5 ? -5000 : -8000;
  facts.temp_memory_mc = temp_mc + 4000;
  facts.power_mw =
      mw(part.idle_w *
         (1 + 0.03 * noise_normal({scenario.seed, "idle", static_cast<std::uint64_t>(gpu)})));
}

void set_memory_health(const Scenario& scenario, int gpu, GpuFacts& facts) {
  const Fault* exhausted = scenario.fault(FaultKind::remap_exhausted, gpu);
  const Fault* uncorrected = scenario.fault(FaultKind::ecc_uncorrected, gpu);
  const std::int64_t banks = exhausted == nullptr ? 0 : std::llround(exhausted->severity);
  const std::int64_t errors = uncorrected == nullptr ? 0 : std::llround(uncorrected->severity);
  const bool failed = has(scenario, FaultKind::remap_failed, gpu);
  const bool pending = has(scenario, FaultKind::remap_pending, gpu);
  facts.remap_correctable_rows = 0;
  facts.remap_uncorrectable_rows = std::int64_t{failed || pending ? 1 : 0};
  facts.remap_pending = pending;
  facts.remap_failed = failed;
  constexpr std::int64_t kBanks = 6144;
  facts.remap_banks_max = kBanks - banks;
  facts.remap_banks_high = facts.remap_banks_partial = facts.remap_banks_low = 0;
  facts.remap_banks_none = banks;
  facts.ecc_dram_corrected_aggregate = 0;
  facts.ecc_dram_uncorrected_aggregate = errors;
  facts.ecc_sram_corrected_aggregate = 0;
  facts.ecc_sram_uncorrected_aggregate = 0;
  facts.ecc_sram_threshold_exceeded = has(scenario, FaultKind::sram_threshold, gpu);
  facts.ecc_sram_uncorrected_l2 = facts.ecc_sram_uncorrected_sm = facts.ecc_sram_uncorrected_pcie =
      facts.ecc_sram_uncorrected_mcu = facts.ecc_sram_uncorrected_other = 0;
  facts.repair_channel_pending = facts.repair_tpc_pending =
      only_since_nvlink5(scenario.part, KnownFlag(false));
  facts.memory_unrepairable = KnownFlag::missing("function not found (simulated)");
  facts.recovery_action = std::string(pending ? "gpu_reset" : "none");
  if (!has(scenario, FaultKind::mig_on, gpu)) return;
  // The driver refuses the query while MIG is on.
  const std::string reason = "not supported while MIG is on";
  facts.remap_correctable_rows = KnownInt::missing(reason);
  facts.remap_uncorrectable_rows = KnownInt::missing(reason);
  facts.remap_pending = KnownFlag::missing(reason);
  facts.remap_failed = KnownFlag::missing(reason);
  facts.remap_banks_max = facts.remap_banks_high = facts.remap_banks_partial =
      facts.remap_banks_low = facts.remap_banks_none = KnownInt::missing(reason);
}

// Fields that a fault names become absent; `gpu` -1 is the node's own record.
template <class Record>
void hide_fields(const Scenario& scenario, int gpu, Record& record) {
  for (const Fault& fault : scenario.faults) {
    if (fault.kind != FaultKind::field_absent || (fault.gpu >= 0 && fault.gpu != gpu)) continue;
    Record::visit_fields(record, [&](std::string_view name, auto& known) {
      using Fact = std::remove_reference_t<decltype(known)>;
      if (name == fault.field) known = Fact::missing(std::string(kAbsentReason));
    });
  }
}

std::string boot_of(const Scenario& scenario) {
  const std::string first = uuid_text(scenario, "boot", -1);
  return scenario.boot_ns == 0 ? first : fmt::format("{}+{}", first, scenario.boot_ns);
}

NodeFacts node_facts(const Scenario& scenario, std::int64_t present) {
  NodeFacts node;
  const bool hidden = has(scenario, FaultKind::gpu_hidden_from_cuda, 0);
  node.name = "sim-" + scenario.name;
  node.boot_id = boot_of(scenario);
  node.kernel_release = std::string("6.1.0-simulated");
  node.driver_version = std::string(kDriver);
  node.driver_branch = std::string("r580_00");
  node.nvml_version = std::string(kNvml);
  node.kernel_module = std::string("open");
  node.kernel_module_version = std::string(kDriver);
  node.cc_mode = std::string("off");
  node.cc_multi_gpu = std::string("none");
  node.cuda_driver_version = kCudaVersion;
  node.gpus_nvml = present;
  node.gpus_cuda = hidden ? present - 1 : present;
  node.gpus_proc = present;
  node.gpus_pci = present;
  node.profilers = std::string(has(scenario, FaultKind::profiler_running, 0) ? "4711 nsys" : "");
  hide_fields(scenario, -1, node);
  return node;
}

template <class Record>
bool has_field(std::string_view name) {
  Record record;
  bool found = false;
  Record::visit_fields(record, [&](std::string_view field, auto&) { found |= field == name; });
  return found;
}

}  // namespace

std::string gpu_uuid(const Scenario& scenario, int gpu) {
  const int twin = has(scenario, FaultKind::duplicate_uuid, gpu) ? neighbour(scenario, gpu) : gpu;
  return "GPU-" + uuid_text(scenario, "uuid", twin);
}

std::string present_unit(const Scenario& scenario, int gpu) {
  if (has(scenario, FaultKind::gpu_missing, gpu)) return "";
  int place = 0;
  for (int i = 0; i < gpu; ++i) place += has(scenario, FaultKind::gpu_missing, i) ? 0 : 1;
  return fmt::format("gpu/{}", place);
}

Facts facts_of(const Scenario& scenario) {
  Facts facts;
  for (int gpu = 0; gpu < scenario.gpus; ++gpu) {
    std::string unit = present_unit(scenario, gpu);
    if (unit.empty()) continue;
    GpuFacts one;
    one.unit_id = std::move(unit);
    set_identity(scenario, gpu, one);
    set_configuration(scenario, gpu, one);
    set_rest(scenario, gpu, one);
    set_memory_health(scenario, gpu, one);
    set_links(scenario.part, one);
    set_path(scenario, gpu, one);
    spoil_gpu(scenario, gpu, one);
    hide_fields(scenario, gpu, one);
    facts.gpus.push_back(std::move(one));
  }
  facts.node = node_facts(scenario, static_cast<std::int64_t>(facts.gpus.size()));
  facts.host = host_of(scenario);
  facts.bmc = bmc_of(scenario);
  spoil_machine(scenario, facts);
  hide_fields(scenario, -1, facts.host);
  hide_fields(scenario, -1, facts.bmc);
  return facts;
}

NodeCounters node_counters_of(const Scenario& scenario, std::int64_t now_ns, Reading reading) {
  NodeCounters counters = healthy_node_counters(scenario, now_ns);
  counters.boot_id = boot_of(scenario);
  if (reading == Reading::after) add_node_events(scenario, counters);
  hide_fields(scenario, -1, counters);
  return counters;
}

GpuCounters counters_of(const Scenario& scenario, int gpu, const LoadHistory& history) {
  const Fault* errors = scenario.fault(FaultKind::ecc_under_load, gpu, history.load_s);
  const bool loaded = history.load_s > 0;
  const std::int64_t new_errors = errors != nullptr && loaded ? std::llround(errors->severity) : 0;
  GpuCounters counters;
  counters.unit_id = present_unit(scenario, gpu);
  counters.read_ns = history.now_ns;
  // The driver counts from nothing again once the machine was started anew.
  const bool reset = scenario.boot_ns != 0 || (loaded && scenario.fault(FaultKind::gpu_reset, gpu,
                                                                        history.load_s) != nullptr);
  const auto past = [&](std::string_view what) {
    return reset ? 0 : std::int64_t{word(scenario, what, gpu, 0)};
  };
  // The power limit was reached before this run, too; the other reasons never were.
  counters.throttle_sw_power_ns = past("sw power") * kNsPerMs + history.sw_power_ns;
  counters.throttle_sw_thermal_ns = history.sw_thermal_ns;
  counters.throttle_hw_thermal_ns = history.hw_thermal_ns;
  counters.throttle_power_brake_ns = history.power_brake_ns;
  counters.throttle_reasons = kThrottleIdle;
  counters.ecc_dram_corrected = 0;
  counters.ecc_dram_uncorrected = new_errors;
  counters.ecc_sram_corrected = 0;
  counters.ecc_sram_uncorrected = 0;
  counters.remap_correctable_rows = 0;
  counters.remap_uncorrectable_rows = std::int64_t{new_errors > 0 ? 1 : 0};
  counters.remap_pending = counters.remap_failed = 0;
  counters.pcie_replays = 0;
  counters.aer_correctable = counters.aer_nonfatal = counters.aer_fatal = 0;
  set_link_counters(scenario.part, counters);
  counters.energy_mj = past("energy") * 1000 + history.energy_mj;
  add_gpu_events(scenario, gpu, history.load_s, counters);
  hide_fields(scenario, gpu, counters);
  return counters;
}

bool is_fact_field(std::string_view name) {
  return has_field<NodeFacts>(name) || has_field<HostFacts>(name) || has_field<BmcFacts>(name) ||
         has_field<GpuFacts>(name) || has_field<GpuCounters>(name) || has_field<NodeCounters>(name);
}

}  // namespace ga
