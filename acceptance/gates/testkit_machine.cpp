// The machine around the healthy GPUs on paper, and what was ordered of it.
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

KnownList<NvLink> machine_links() {
  std::vector<NvLink> links;
  for (std::int64_t i = 0; i < 18; ++i) {
    NvLink link;
    link.index = i;
    link.state = KnownText("active");
    link.version = KnownText("4.0");
    link.speed_bytes_per_s = 26'562'000'000;
    link.remote_type = KnownText("switch");
    link.remote_pci = KnownText("0000:05:00.0");
    links.push_back(std::move(link));
  }
  return links;
}

KnownList<PciHop> healthy_path() {
  std::vector<PciHop> path(4);  // the GPU, two ports of a switch, the root port
  for (std::size_t i = 0; i < path.size(); ++i) {
    path[i].address = KnownText(fmt::format("0000:1{}:00.0", i));
    path[i].gen_max = path[i].gen_current = 5;
    path[i].width_max = path[i].width_current = 16;
    path[i].acs = i == 0 ? KnownText::missing("not a bridge") : KnownText("none");
  }
  return path;
}

void set_lists(HostFacts& host) {
  host.nvswitches = std::vector<NvSwitchFacts>(4);
  for (NvSwitchFacts& one : *host.nvswitches.value) one.firmware = KnownText("96.10");
  host.nics = std::vector<NicPort>(2);
  for (NicPort& port : *host.nics.value) {
    port.port = KnownText(fmt::format("mlx5_{}/1", &port - host.nics.value->data()));
    port.state = KnownText("ACTIVE");
    port.phys_state = KnownText("LinkUp");
    port.rate_mbps = 400'000;
    port.board_id = KnownText("MT_0000000838");
    port.firmware = KnownText("28.42.1000");
    port.width_current = port.width_max = 16;
  }
  host.nvme = std::vector<NvmeDrive>(2);
  for (NvmeDrive& drive : *host.nvme.value) {
    drive.name = KnownText(fmt::format("nvme{}", &drive - host.nvme.value->data()));
    drive.state = KnownText("live");
    drive.width_current = drive.width_max = 4;
    drive.critical_warning = drive.media_errors = drive.used_percent = 0;
    drive.spare_percent = 100;
  }
}

HostFacts healthy_host() {
  HostFacts host;
  host.cpu_sockets = host.numa_nodes = 2;
  host.cpus_online = host.cpus_present = 224;
  host.memory_bytes = 2'164'000'000'000;
  host.edac_corrected = host.edac_uncorrected = 0;
  host.machine_check_seen = false;
  host.governor = KnownText("performance");
  host.fabric_manager = KnownText("running");
  set_lists(host);
  return host;
}

BmcFacts healthy_bmc() {
  BmcFacts bmc;
  bmc.inlet_mc = 22'000;
  bmc.power_redundancy = bmc.fan_redundancy = KnownText("OK");
  bmc.psus = std::vector<BmcPsu>(6);
  for (BmcPsu& psu : *bmc.psus.value) {
    psu.name = KnownText(fmt::format("PSU {}", &psu - bmc.psus.value->data()));
    psu.state = KnownText("Enabled");
    psu.health = KnownText("OK");
    psu.input_mv = 230'000;
  }
  bmc.fans = std::vector<BmcFan>(4);
  for (BmcFan& fan : *bmc.fans.value) {
    fan.name = KnownText(fmt::format("Fan {}", &fan - bmc.fans.value->data()));
    fan.state = KnownText("Enabled");
    fan.health = KnownText("OK");
    fan.speed_rpm = 8'000;
  }
  bmc.leaks = std::vector<BmcLeak>(1);
  bmc.leaks.value->front().name = KnownText("Leak 0");
  bmc.leaks.value->front().detector = KnownText("OK");
  return bmc;
}

void set_gpu(GpuFacts& gpu) {
  gpu.persistence = true;
  gpu.compute_mode = KnownText("default");
  gpu.clock_mem_max_mhz = 3201;
  gpu.vbios = KnownText("96.00.A5.00.01");
  gpu.proc_vbios = KnownText("96.00.a5.00.01");  // the driver's file has small letters
  gpu.inforom = KnownText("G520.0280.00.05");
  gpu.inforom_valid = gpu.gsp_enabled = gpu.gsp_default = true;
  gpu.gsp_firmware = KnownText("580.65.06");
  gpu.nvlinks = machine_links();
  gpu.fabric_state = KnownText("completed");
  gpu.fabric_status = KnownText("success");
  gpu.fabric_clique_id = 0;
  gpu.fabric_cluster_uuid = KnownText("00000000-0000-0000-0000-000000000000");
  gpu.fabric_health = KnownText("healthy");
  gpu.fabric_health_mask = 0x1aa;
  gpu.fabric_degraded_bandwidth = gpu.fabric_route_recovery = gpu.fabric_route_unhealthy =
      gpu.fabric_access_timeout_recovery = false;
  gpu.fabric_misconfiguration = KnownText("none");
  gpu.pci_path = healthy_path();
}

}  // namespace

void order_machine(Profile& profile) {
  const Origin origin{"a test", "2026-11-22", LimitStatus::published};
  profile.ordered.persistence = true;
  profile.ordered.compute_mode = "default";
  profile.ordered.acs = false;
  profile.ordered.pcie_gen = 5;
  profile.ordered.pcie_width = 16;
  OrderedMachine& machine = profile.machine;
  machine.clocks = {origin, 1980, 3201};
  machine.links = {origin, 18, "4.0", 26'562'000'000, 4, 380'000'000'000};
  machine.nics = {origin, 2, 400'000};
  machine.host = {origin, 2, 112, 2, 2'000'000'000'000, ""};
  machine.nvme = {origin, 2, 100, 5};
  machine.site = {origin, 6, 4, 1, 10'000, 35'000};
}

void add_machine(Facts& facts) {
  facts.node.kernel_module_version = facts.node.driver_version;
  facts.host = healthy_host();
  facts.bmc = healthy_bmc();
  for (std::size_t i = 0; i < facts.gpus.size(); ++i) {
    set_gpu(facts.gpus[i]);
    facts.gpus[i].numa_node = static_cast<std::int64_t>(2 * i / facts.gpus.size());
  }
}

void MachineGateTest::expect_at(std::string_view unit, Verdict verdict,
                                std::string_view code) const {
  bool seen = false;
  for (const Finding& finding : gate_.judge(order(), evidence)) {
    const bool here = finding.unit_id == unit;
    seen |= here;
    EXPECT_EQ(to_word(finding.verdict), to_word(here ? verdict : Verdict::pass))
        << finding.unit_id << " " << finding.code << ": " << finding.reason;
    EXPECT_EQ(finding.code, here ? code : "") << finding.unit_id << ": " << finding.reason;
    EXPECT_EQ(finding.next_step.empty(), finding.verdict == Verdict::pass);
  }
  EXPECT_TRUE(seen) << "no finding on " << unit;
}

void MachineGateTest::expect_pass() const { expect_at("node", Verdict::pass, ""); }

}  // namespace ga
