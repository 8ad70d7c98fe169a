#include "acceptance/sim/host_of.h"

#include <fmt/format.h>

#include <cmath>
#include <type_traits>

#include "acceptance/sim/noise.h"

namespace ga {
namespace {

constexpr std::int64_t kGen5 = 5, kLanes = 16;
constexpr std::int64_t kDrives = 8, kDriveLanes = 4;
constexpr std::int64_t kBoard = 8;  // GPUs of an HGX board; fewer are a workstation
constexpr std::int64_t kNdrMbps = 400'000;

bool is_board(const Scenario& scenario) { return scenario.gpus >= kBoard; }

std::string serial(const Scenario& scenario, std::string_view what, std::int64_t index) {
  return fmt::format("{:08X}",
                     noise_word({scenario.seed, what, static_cast<std::uint64_t>(index)}));
}

template <class Device>
void full_link(Device& device, std::int64_t gen, std::int64_t lanes) {
  device.gen_current = device.gen_max = gen;
  device.width_current = device.width_max = lanes;
}

NicPort port_of(const Scenario& scenario, std::int64_t index) {
  NicPort port;
  port.port = fmt::format("mlx5_{}/1", index);
  port.pci_address = fmt::format("0000:{:02x}:00.0", 0x18 + index);
  port.link_layer = std::string("InfiniBand");
  port.state = std::string("ACTIVE");
  port.phys_state = std::string("LinkUp");
  port.rate_mbps = kNdrMbps;
  port.part = std::string("MT4129");
  port.board_id = std::string("MT_0000000838");
  port.firmware = std::string("28.42.1000");
  port.node_guid = fmt::format("a088:c203:0000:{:04x}", index);
  port.numa_node = 2 * index / scenario.gpus;
  full_link(port, kGen5, kLanes);
  return port;
}

NvmeDrive drive_of(const Scenario& scenario, std::int64_t index) {
  NvmeDrive drive;
  drive.name = fmt::format("nvme{}", index);
  drive.pci_address = fmt::format("0000:{:02x}:00.0", 0xa0 + index);
  drive.model = std::string("simulated 3.84 TB");
  drive.serial = serial(scenario, "drive", index);
  drive.firmware = std::string("1.0");
  drive.state = std::string("live");
  full_link(drive, 4, kDriveLanes);
  drive.critical_warning = drive.media_errors = drive.used_percent = 0;
  drive.spare_percent = 100;
  drive.temp_mc = 35'000;
  return drive;
}

KnownList<NvSwitchFacts> switches_of(const Scenario& scenario) {
  std::vector<NvSwitchFacts> switches;
  // Four switches of NVLink 4 are PCI devices; those of NVLink 5 are not listed there.
  if (is_board(scenario) && scenario.part.nvlink_gen == 4) {
    for (int i = 0; i < 4; ++i) {
      NvSwitchFacts one;
      one.address = fmt::format("0000:{:02x}:00.0", 5 + i);
      one.device = std::string("10de:22a3");
      one.firmware = std::string("96.10.6D.00.01");
      switches.push_back(std::move(one));
    }
  }
  return switches;
}

void set_machine(const Scenario& scenario, HostFacts& host) {
  constexpr std::int64_t kCpusOfBoard = 224, kCpusOfCard = 64;
  const bool board = is_board(scenario);
  host.vendor = std::string("simulated");
  host.product = std::string(board ? "HGX server" : "workstation");
  host.product_serial = serial(scenario, "product", 0);
  host.board_serial = serial(scenario, "board", 0);
  host.chassis_serial = serial(scenario, "chassis", 0);
  host.bios_version = std::string("1.0");
  host.cpu_model = std::string("simulated");
  host.cpu_sockets = host.numa_nodes = numa_nodes_of(scenario);
  host.cpus_online = host.cpus_present = board ? kCpusOfBoard : kCpusOfCard;
  host.memory_bytes = std::int64_t{board ? 2048 : 256} << 30;
  host.edac_corrected = host.edac_uncorrected = 0;
  host.machine_check_seen = false;
  host.iommu = std::string("passthrough");
  host.governor = std::string("performance");
}

void set_services(const Scenario& scenario, HostFacts& host) {
  const bool board = is_board(scenario), five = scenario.part.nvlink_gen >= 5;
  const KnownText none = KnownText::missing("not installed here");
  host.clock_synchronised = true;
  host.clock_offset_ns = 12'000;
  host.clock_max_error_ns = 900'000;
  host.clock_service = std::string("chronyd");
  host.fabric_manager = std::string(board ? "running" : "not installed");
  host.fabric_manager_version = board ? KnownText("Fabric Manager version is : 580.95.05") : none;
  host.nvlsm = std::string(board && five ? "running" : "not installed");
  host.nvlsm_version = board && five ? KnownText("2025.06.5") : none;
  host.peermem_loaded = board;
  host.rdma_dmabuf = true;
  host.ofed_version = std::string();
}

}  // namespace

std::int64_t numa_nodes_of(const Scenario& scenario) { return is_board(scenario) ? 2 : 1; }

std::int64_t numa_node_of(const Scenario& scenario, int gpu) {
  const std::int64_t node = numa_nodes_of(scenario) * gpu / scenario.gpus;
  return scenario.fault(FaultKind::numa_uneven, gpu) == nullptr ? node : 1 - node;
}

HostFacts host_of(const Scenario& scenario) {
  HostFacts host;
  set_machine(scenario, host);
  set_services(scenario, host);
  host.nvswitches = switches_of(scenario);
  host.nics = std::vector<NicPort>{};
  host.nvme = std::vector<NvmeDrive>{};
  if (is_board(scenario)) {
    for (std::int64_t i = 0; i < scenario.gpus; ++i) {
      host.nics.value->push_back(port_of(scenario, i));
    }
  }
  const std::int64_t drives = is_board(scenario) ? kDrives : 1;
  for (std::int64_t i = 0; i < drives; ++i) host.nvme.value->push_back(drive_of(scenario, i));
  return host;
}

BmcFacts bmc_of(const Scenario& scenario) {
  constexpr int kSupplies = 6, kFans = 10;
  BmcFacts bmc;
  if (!is_board(scenario)) {
    BmcFacts::visit_fields(bmc, [](const char*, auto& field) {
      field = std::remove_reference_t<decltype(field)>::missing("this machine has no BMC");
    });
    return bmc;
  }
  const std::string good = "OK", on = "Enabled";
  bmc.redfish_version = std::string("1.17.0");
  bmc.manager_model = std::string("simulated");
  bmc.manager_firmware = std::string("1.0");
  bmc.system_model = std::string("HGX server");
  bmc.system_serial = serial(scenario, "product", 0);
  bmc.chassis_serial = serial(scenario, "chassis", 0);
  bmc.power_state = std::string("On");
  bmc.system_health = bmc.power_redundancy = bmc.fan_redundancy = good;
  bmc.inlet_mc = std::llround(1000 * scenario.inlet_c);
  bmc.node_power_mw = 3'000'000;
  bmc.psus = std::vector<BmcPsu>(kSupplies);
  for (int i = 0; i < kSupplies; ++i) {
    BmcPsu& psu = (*bmc.psus.value)[static_cast<std::size_t>(i)];
    psu.name = fmt::format("PSU {}", i);
    psu.state = on;
    psu.health = good;
    psu.model = std::string("simulated 3.3 kW");
    psu.serial = serial(scenario, "psu", i);
    psu.firmware = std::string("1.0");
    psu.output_mw = 500'000;
    psu.input_mv = 230'000;
  }
  bmc.fans = std::vector<BmcFan>(kFans);
  for (int i = 0; i < kFans; ++i) {
    BmcFan& fan = (*bmc.fans.value)[static_cast<std::size_t>(i)];
    fan.name = fmt::format("Fan {}", i);
    fan.state = on;
    fan.health = good;
    fan.speed_rpm = 8'000;
    fan.speed_percent = 50;
  }
  bmc.leaks = KnownList<BmcLeak>::missing("the BMC has no leak detector");
  bmc.firmware = std::vector<BmcFirmware>{{std::string("BMC"), std::string("1.0")}};
  bmc.events = std::vector<BmcEvent>{};
  return bmc;
}

void set_path(const Scenario& scenario, int gpu, GpuFacts& facts) {
  // The GPU, two ports of a PCIe switch and the root port.
  constexpr int kHops = 4;
  facts.iommu = std::string("identity");
  std::vector<PciHop> path(kHops);
  for (int i = 0; i < kHops; ++i) {
    PciHop& hop = path[static_cast<std::size_t>(i)];
    hop.address = i == 0 ? facts.pci_bus_id
                         : KnownText(fmt::format("0000:{:02x}:{:02x}.0", 0x10 + gpu, kHops - i));
    full_link(hop, scenario.part.link_gen, scenario.part.link_width);
    hop.gen_current = i == 0 ? facts.pcie_gen_current : hop.gen_current;
    hop.width_current = i == 0 ? facts.pcie_width_current : hop.width_current;
    hop.aer_correctable = hop.aer_nonfatal = hop.aer_fatal = 0;
    hop.acs = i == 0 ? KnownText::missing("not a bridge") : KnownText("none");
  }
  facts.pci_path = std::move(path);
}

NodeCounters healthy_node_counters(const Scenario& scenario, std::int64_t now_ns) {
  NodeCounters counters;
  counters.edac_corrected = counters.edac_uncorrected = 0;
  counters.kernel_log = std::string("kmsg");
  counters.kernel_log_first_ns = 0;
  counters.kernel_log_last_ns = now_ns;
  std::vector<NicCounters> ports;
  const std::int64_t nics = is_board(scenario) ? scenario.gpus : 0;
  for (std::int64_t i = 0; i < nics; ++i) {
    NicCounters port;
    NicCounters::visit_fields(port, [](const char*, auto& field) {
      if constexpr (std::is_same_v<decltype(field), KnownInt&>) field = 0;
    });
    port.port = fmt::format("mlx5_{}/1", i);
    ports.push_back(std::move(port));
  }
  counters.nics = std::move(ports);
  return counters;
}

}  // namespace ga
