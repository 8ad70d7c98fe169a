#include "acceptance/gates/testkit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <type_traits>

#include "acceptance/core/judge.h"
#include "acceptance/gates/gates.h"
#include "acceptance/gates/testkit_machine.h"
#include "kernels/data/exact_attention.h"
#include "kernels/data/exact_attention_bwd.h"
#include "kernels/data/exact_gemm.h"
#include "kernels/data/exercise.h"

namespace ga {
namespace {

constexpr std::int64_t kPowerLimitMw = 700'000;
// A run of 900 s that began a second after boot.
constexpr std::int64_t kBeganNs = 1'000'000'000, kRunNs = 900'000'000'000;

struct Rate {
  std::string_view case_id, unit, kind;
  std::int64_t value;
};
constexpr Rate kRates[] = {
    {"memory.copy", "bytes_per_s", "pattern", 4'010'000'000'000},
    {"memory.triad", "bytes_per_s", "pattern", 4'150'000'000'000},
    {"memory.d2d", "bytes_per_s", "pattern", 4'050'000'000'000},
    {"memory.pattern", "bytes_per_s", "pattern", 4'000'000'000'000},
    {"memory.chase", "ns", "exact", 700},
    {"exercise.special", "launches", "reference", 100},
    {"exercise.shuffle", "launches", "exact", 100},
    {"exercise.atomic", "launches", "exact", 100},
    {"exercise.integer", "launches", "exact", 100},
    {"exercise.copy", "launches", "exact", 100},
    {"exercise.l2", "launches", "exact", 100},
    {"pcie.h2d", "bytes_per_s", "pattern", 55'400'000'000},
    {"pcie.d2h", "bytes_per_s", "pattern", 55'000'000'000},
    {"gemm.bf16.cublaslt", "flops", "checksum", 750'000'000'000'000},
    {"gemm.bf16.own", "flops", "checksum", 480'000'000'000'000},
    {"gemm.bf16.own.exact", "launches", "exact", 100},
    {"gemm.bf16.cublaslt.exact", "launches", "exact", 100},
    {"attention.bf16.cudnn", "flops", "reference", 640'000'000'000'000},
    {"attention.bf16.own", "flops", "reference", 500'000'000'000'000},
    {"attention.bf16.own.exact", "launches", "exact", 100},
    {"attention.bf16.cudnn.exact", "launches", "exact", 100},
    {"attention.bf16.bwd.cudnn", "flops", "reference", 480'000'000'000'000},
    {"attention.bf16.bwd.own", "flops", "reference", 375'000'000'000'000},
    {"attention.bf16.bwd.own.exact", "launches", "exact", 100},
    {"attention.bf16.bwd.cudnn.exact", "launches", "exact", 100},
    {"clock.light", "mhz", "exact", 1980},
    {"fresh.gemm", "launches", "tree", 100},
    {"power.mixed", "flops", "checksum", 600'000'000'000'000},
    {"power.pulse", "launches", "checksum", 1'000},
    {"nvlink.p2p", "bytes_per_s", "pattern", 376'000'000'000},
    {"pcie.numa", "bytes_per_s", "pattern", 53'600'000'000},  // a far node's
    {"allreduce.own", "bytes_per_s", "exact", 430'000'000'000},
    {"allreduce.nccl_ring", "bytes_per_s", "exact", 365'000'000'000},
    {"allreduce.nccl_nvls", "bytes_per_s", "exact", 473'000'000'000},
    {"allreduce.latency", "ns", "exact", 9'000},
    {"allreduce.exact", "launches", "exact", 20'000},
};

// The type of a GEMM, bf16 where it is none.
const GemmType& type_of(std::string_view case_id) {
  for (const GemmType& type : kGemmTypes) {
    if (case_id.starts_with(fmt::format("gemm.{}.", type.name))) return type;
  }
  return kGemmTypes[0];
}

// On paper every type is as fast as bf16.
const Rate& rate_of(std::string_view case_id) {
  std::string wanted(case_id);
  const std::string_view type = type_of(case_id).name;
  if (case_id.starts_with("gemm.")) wanted.replace(wanted.find(type), type.size(), "bf16");
  const auto at = std::find_if(std::begin(kRates), std::end(kRates),
                               [&](const Rate& rate) { return rate.case_id == wanted; });
  return at == std::end(kRates) ? kRates[0] : *at;
}

Limit floor_of(std::string gate, std::string case_id, std::int64_t value) {
  Limit limit;
  limit.gate = std::move(gate);
  limit.case_id = std::move(case_id);
  limit.value = value;
  limit.unit = rate_of(limit.case_id).unit;
  limit.source = "a test";
  limit.date = "2026-11-22";
  limit.status = LimitStatus::calibrated;
  limit.key.part_name = "NVIDIA H200";
  return limit;
}

std::vector<NvLink> healthy_links() {
  constexpr std::int64_t kLinks = 18;
  std::vector<NvLink> links(kLinks);
  for (std::int64_t i = 0; i < kLinks; ++i) {
    NvLink& link = links[static_cast<std::size_t>(i)];
    NvLink::visit_fields(link, [](const char*, auto& fact) {
      if constexpr (std::is_same_v<decltype(fact), KnownInt&>) fact = 0;
    });
    link.index = i;
    link.state = KnownText("active");
    link.version = KnownText("4.0");
    link.speed_bytes_per_s = 26'562'000'000;
    link.low_power = false;
    link.remote_type = KnownText("switch");
    link.remote_pci = KnownText("0000:07:00.0");
  }
  return links;
}

void set_healthy_links(GpuFacts& gpu) {
  gpu.nvlinks = healthy_links();
  gpu.nvlink_count = static_cast<std::int64_t>(gpu.nvlinks.value->size());
  gpu.fabric_state = KnownText("completed");
  gpu.fabric_status = KnownText("success");
  gpu.fabric_clique_id = 0;
  gpu.fabric_cluster_uuid = KnownText("00000000-0000-0000-0000-000000000000");
  gpu.fabric_health = KnownText("healthy");
  gpu.fabric_health_mask = 0x1aa;
  gpu.fabric_degraded_bandwidth = gpu.fabric_route_recovery = gpu.fabric_route_unhealthy =
      gpu.fabric_access_timeout_recovery = false;
  gpu.fabric_misconfiguration = KnownText("none");
}

void set_healthy_firmware(GpuFacts& gpu) {
  gpu.board_part = KnownText("692-2G520-0280-000");
  gpu.pci_subsystem = KnownText("10de:18be");
  gpu.vbios = gpu.proc_vbios = KnownText("96.00.A5.00.01");
  gpu.inforom = KnownText("G520.0280.00.01");
  gpu.inforom_oem = KnownText("2.1");
  gpu.inforom_ecc = KnownText("7.16");
  gpu.inforom_power = KnownText::missing("Not Supported");
  gpu.inforom_valid = true;
  gpu.gsp_firmware = KnownText("580.65.06");
  gpu.gsp_enabled = gpu.gsp_default = true;
}

GpuFacts healthy_gpu(const std::string& unit) {
  GpuFacts gpu;
  gpu.unit_id = unit;
  gpu.uuid = gpu.cuda_uuid = gpu.proc_uuid = KnownText("GPU-" + unit);
  gpu.serial = KnownText("1650" + unit.substr(4));
  gpu.part_name = KnownText("NVIDIA H200");
  gpu.pci_device = gpu.sysfs_pci_device = KnownText("10de:2335");
  gpu.pci_bus_id = KnownText("0000:1" + unit.substr(4) + ":00.0");
  gpu.module_id = unit.back() - '0' + 1;
  gpu.pdi = KnownText("00000000000000a" + unit.substr(4));
  set_healthy_firmware(gpu);
  gpu.memory_bytes = 150'754'820'096;
  gpu.sm_count = 132;
  gpu.numa_node = 0;
  gpu.ecc_current = gpu.ecc_pending = true;
  gpu.mig_current = gpu.mig_pending = false;
  gpu.persistence = true;
  gpu.compute_mode = KnownText("default");
  gpu.power_profiles_requested = gpu.power_profiles_enforced = KnownText::missing("Not Supported");
  gpu.power_smoothing = KnownFlag::missing("Not Supported");
  gpu.power_limit_min_mw = 200'000;
  gpu.power_limit_max_mw = kPowerLimitMw;
  gpu.power_limit_enforced_mw = gpu.power_limit_default_mw = kPowerLimitMw;
  gpu.clock_sm_max_mhz = 1980;
  gpu.clock_mem_max_mhz = gpu.clock_mem_mhz = 3201;
  gpu.clock_sm_mhz = 345;
  gpu.temp_mc = 31'000;
  gpu.temp_margin_mc = 56'000;
  gpu.temp_slowdown_margin_mc = -2'000;
  gpu.temp_shutdown_margin_mc = -5'000;
  gpu.temp_memory_mc = 35'000;
  gpu.power_mw = 75'000;
  gpu.pcie_gen_max = gpu.pcie_gen_gpu_max = 5;
  gpu.pcie_width_max = 16;
  gpu.pcie_gen_current = 1;  // at rest: normal
  gpu.pcie_width_current = 16;
  gpu.utilization_gpu_percent = 0;
  gpu.memory_used_bytes = 4'194'304;
  gpu.processes = 0;
  gpu.process_list = KnownText("");
  gpu.remap_correctable_rows = gpu.remap_uncorrectable_rows = 0;
  gpu.remap_pending = gpu.remap_failed = false;
  gpu.remap_banks_max = 6144;
  gpu.remap_banks_high = gpu.remap_banks_partial = 0;
  gpu.remap_banks_none = gpu.remap_banks_low = 0;
  gpu.ecc_dram_corrected_aggregate = gpu.ecc_dram_uncorrected_aggregate = 0;
  gpu.ecc_sram_corrected_aggregate = gpu.ecc_sram_uncorrected_aggregate = 0;
  gpu.ecc_sram_threshold_exceeded = false;
  gpu.ecc_sram_uncorrected_l2 = gpu.ecc_sram_uncorrected_sm = gpu.ecc_sram_uncorrected_pcie =
      gpu.ecc_sram_uncorrected_mcu = gpu.ecc_sram_uncorrected_other = 0;
  gpu.recovery_action = KnownText("none");
  set_healthy_links(gpu);
  return gpu;
}

GpuCounters healthy_counters(const std::string& unit, std::int64_t capped_ns) {
  GpuCounters counters;
  counters.unit_id = unit;
  GpuCounters::visit_fields(counters, [](const char*, KnownInt& value) { value = 0; });
  counters.throttle_sw_power_ns = counters.read_ns = capped_ns;
  counters.nvlinks_active = 18;
  return counters;
}

// Two ports, and a log that was read to that time.
NodeCounters healthy_node(std::int64_t read_ns) {
  NodeCounters node;
  node.edac_corrected = node.edac_uncorrected = 0;
  node.boot_id = KnownText("11111111-2222-4333-8444-555555555555");
  node.kernel_log = KnownText("kmsg");
  node.kernel_log_first_ns = 0;
  node.kernel_log_last_ns = read_ns;
  node.nics = std::vector<NicCounters>(2);
  for (NicCounters& port : *node.nics.value) {
    NicCounters::visit_fields(port, [](const char*, auto& fact) {
      if constexpr (std::is_same_v<decltype(fact), KnownInt&>) fact = 0;
    });
    port.port = KnownText(&port == &node.nics.value->front() ? "mlx5_0/1" : "mlx5_1/1");
  }
  return node;
}

EventLimit event_limit_of(std::string gate, std::string counter, std::int64_t max,
                          std::optional<std::int64_t> per_s,
                          LimitStatus status = LimitStatus::published) {
  return {.gate = std::move(gate),
          .counter = std::move(counter),
          .max = max,
          .per_s = per_s,
          .source = "a test",
          .date = "2026-11-22",
          .status = status};
}

// Remembered: a test measures everything anew for each thing that it spoils.
std::uint64_t answer_of(const Request& request) {
  const auto param = [&](const char* key) { return request.params.at(key); };
  const auto seed = static_cast<std::uint64_t>(param("seed"));
  if (request.case_id.starts_with("gemm.")) {
    return exact_gemm_digest(
        {param("m"), param("n"), param("k"), seed, type_of(request.case_id).in});
  }
  const bool backward = request.case_id.find(".bwd.") != std::string::npos;
  static std::map<std::pair<bool, Params>, std::uint64_t> known;
  const auto [place, fresh] = known.try_emplace({backward, request.params});
  if (fresh) {
    const AttentionShape shape{.batch = param("batch"),
                               .heads = param("heads"),
                               .kv_heads = param("kv_heads"),
                               .dim = param("dim")};
    const ExactAttention exact{of_length(shape, param("seq")), seed};
    place->second = backward ? exact_attention_bwd_hash(exact) : exact_attention_hash(exact);
  }
  return place->second;
}

Check check_of(const Request& request) {
  Check check{.kind = std::string(rate_of(request.case_id).kind), .expected = "", .got = ""};
  if (request.case_id.starts_with("exercise.")) {
    static std::map<std::pair<std::string, std::int64_t>, std::string> known;
    const std::int64_t seed = request.params.at("seed");
    const auto [place, fresh] = known.try_emplace({request.case_id, seed});
    if (fresh) {
      place->second = exercise_answer(request.case_id, static_cast<std::uint64_t>(seed));
    }
    check.expected = check.got = place->second;
    if (request.case_id == "exercise.special") check.got = "00c0ffee00c0ffee";  // any will do
  }
  const bool computes =
      request.case_id.starts_with("gemm.") || request.case_id.starts_with("attention.");
  if (!computes || !request.case_id.ends_with(".exact")) return check;
  check.expected = check.got = fmt::format("{:016x}", answer_of(request));
  return check;
}

void measure_blocks(const Order& order, const Request& request, Evidence& evidence,
                    const Machine& machine, const CellChange& change) {
  auto* series = const_cast<Measurement*>(find_series(evidence, request));
  if (series == nullptr) {
    Measurement fresh;
    fresh.gate = request.gate;
    fresh.case_id = request.case_id;
    fresh.unit_id = request.unit_id;
    fresh.params = request.params;
    fresh.unit = rate_of(request.case_id).unit;
    fresh.block_ns = request.block_ns;
    fresh.check = check_of(request);
    evidence.measurements.push_back(std::move(fresh));
    series = &evidence.measurements.back();
  }
  for (std::int64_t i = 0; i < request.blocks; ++i) {
    series->samples.push_back(machine(request, series->samples.size()));
    series->clock_mhz.push_back(1500);
    series->power_mw.push_back(695'000);
    series->temp_mc.push_back(61'000);
    series->throttle.push_back(0x4);
    if (request.unit_id == kNodeUnit) add_node_block(order, request, change, *series);
    if (request.case_id.starts_with("memory.")) series->memory_temp_mc.push_back(72'000);
    if (!request.case_id.starts_with("pcie.") || request.unit_id == kNodeUnit) continue;
    series->link_gen.push_back(5);
    series->link_width.push_back(16);
  }
}

}  // namespace

std::span<const Gate> gates_of_a_profile() {
  static const std::vector<Gate> gates = [] {
    std::vector<Gate> all(all_gates().begin(), all_gates().end());
    std::erase_if(
        all, [](const Gate& gate) { return gate.id == kFreshnessGate || gate.id == kSoakGate; });
    return all;
  }();
  return gates;
}

Profile test_profile() {
  Profile profile;
  profile.name = "test";
  for (const Gate& gate : gates_of_a_profile()) profile.required.emplace_back(gate.id);
  profile.ordered.gpus = 4;
  profile.ordered.pci_devices = {"10de:2335"};
  profile.ordered.part_names = {"NVIDIA H200"};
  profile.ordered.memory_bytes_min = 150'000'000'000;
  profile.ordered.ecc = true;
  profile.ordered.mig = false;
  profile.ordered.power_limit_mw = kPowerLimitMw;
  profile.ordered.idle_memory_bytes_max = 1'073'741'824;
  profile.ordered.clock_light_min_ppm = 990'000;
  profile.ordered.sw_thermal_max_ppm = 10'000;
  profile.sizes = {.hbm_array_bytes = 8'589'934'592,
                   .pcie_bytes = 268'435'456,
                   .gemm_n = 8192,
                   .exact_n = 8,
                   .exact_launches = 64,
                   .attention_seq = 8192,
                   .attention_exact_seq = 16,
                   .p2p_bytes = 268'435'456,
                   .allreduce_bytes = 8'589'934'592,
                   .latency_bytes = 8'192,
                   .pattern_ppm = 950'000,
                   .chase_bytes = 4'294'967'296,
                   .power_n = 8192};
  profile.limits = {
      floor_of("hbm.bandwidth", "memory.copy", 3'930'000'000'000),
      floor_of("hbm.bandwidth", "memory.triad", 4'067'000'000'000),
      floor_of("pcie.h2d", "pcie.h2d", 53'760'000'000),
      floor_of("pcie.d2h", "pcie.d2h", 53'400'000'000),
      floor_of("gemm.bf16.cublaslt", "gemm.bf16.cublaslt", 700'000'000'000'000),
      floor_of("gemm.bf16.own", "gemm.bf16.own", 450'000'000'000'000),
      floor_of("nvlink.p2p", "nvlink.p2p", 335'000'000'000),
      floor_of("pcie.numa", "pcie.numa", 53'400'000'000),
      floor_of("allreduce.own", "allreduce.own", 400'000'000'000),
      floor_of("allreduce.nccl_ring", "allreduce.nccl_ring", 350'000'000'000),
      floor_of("allreduce.nccl_nvls", "allreduce.nccl_nvls", 440'000'000'000),
      floor_of("allreduce.latency", "allreduce.latency", 10'000),
      floor_of("hbm.latency", "memory.chase", 800),
  };
  for (Limit& limit : profile.limits) limit.is_ceiling = limit.unit == "ns";
  for (Limit& limit : profile.limits) {
    const bool is_sum = limit.gate == "allreduce.own" || limit.gate.starts_with("allreduce.nccl");
    if (is_sum) limit.key.bytes = profile.sizes.allreduce_bytes;
  }
  profile.ratios = {{.gate = "allreduce.nccl_nvls",
                     .case_id = "allreduce.nccl_nvls",
                     .of_case = "allreduce.nccl_ring",
                     .min_ppm = 1'100'000,
                     .source = "a test",
                     .date = "2026-11-29"}};
  for (const GemmType& type : kGemmTypes) {
    if (type.in == ElementType::bf16) continue;
    for (const std::string_view kernel : {"cublaslt", "own"}) {
      const std::string id = fmt::format("gemm.{}.{}", type.name, kernel);
      profile.limits.push_back(floor_of(id, id, rate_of(id).value / 15 * 14));
    }
  }
  for (const std::string id : {"attention.bf16.cudnn", "attention.bf16.own",
                               "attention.bf16.bwd.cudnn", "attention.bf16.bwd.own"}) {
    profile.limits.push_back(floor_of(id, id, rate_of(id).value / 15 * 14));
  }
  constexpr std::int64_t kHourS = 3600;
  profile.event_limits = {
      event_limit_of("events.ecc", "ecc_dram_corrected", 10, kHourS),
      event_limit_of("events.ecc", "ecc_sram_corrected", 1, kHourS, LimitStatus::provisional),
      event_limit_of("events.nvlink", "nvlink_crc_flit_errors", 99, 1),
      event_limit_of("events.nvlink", "nvlink_crc_data_errors", 99, 1),
      event_limit_of("events.nvlink", "nvlink_replays", 0, 1, LimitStatus::provisional),
      event_limit_of("events.pcie", "aer_correctable", 480, 900),
      event_limit_of("events.pcie", "aer_nonfatal", 0, 900, LimitStatus::provisional),
      event_limit_of("events.pcie", "pcie_replays", 8, 60),
      event_limit_of("events.nic", "symbol_errors", 10, kHourS),
      event_limit_of("events.nic", "link_error_recovery", 0, kHourS, LimitStatus::provisional),
  };
  for (const char* id : {"memory.copy", "gemm.bf16.cublaslt"}) {
    profile.spreads.push_back(
        {.case_id = id, .sigma_ppm = 6'000, .source = "a test", .date = "2026-11-29"});
  }
  order_machine(profile);
  return profile;
}

std::int64_t healthy_sample(const Request& request, std::size_t block) {
  const Rate& rate = rate_of(request.case_id);
  if (rate.unit == "launches" || rate.unit == "mhz") return rate.value;
  // Noise of 0.3 % without a drift: 0, 3, 6, 2, 5, 1, 4 less 3, in thousandths.
  const auto step = static_cast<std::int64_t>(block * 3 % 7) - 3;
  return rate.value + rate.value / 1000 * step;
}

Evidence healthy_facts(const Order& order) {
  Evidence evidence;
  evidence.node_before = healthy_node(kBeganNs);
  evidence.node_after = healthy_node(kBeganNs + kRunNs);
  NodeFacts& node = evidence.facts.node;
  node.gpus_nvml = node.gpus_cuda = node.gpus_proc = node.gpus_pci = order.profile.ordered.gpus;
  node.driver_version = node.kernel_module_version = KnownText("580.65.06");
  node.driver_branch = KnownText("r580_00");
  node.kernel_module = KnownText("open");
  node.cc_mode = KnownText("off");
  node.cc_multi_gpu = KnownText("none");
  node.profilers = KnownText("");
  for (const std::string& unit : ordered_units(order.profile)) {
    evidence.facts.gpus.push_back(healthy_gpu(unit));
    evidence.before.push_back(healthy_counters(unit, kBeganNs));
    evidence.after.push_back(healthy_counters(unit, kBeganNs + kRunNs));
    const auto seconds = static_cast<std::size_t>(warmup_seconds(order.level));
    evidence.warmup.push_back({unit, 1, std::vector<std::int64_t>(seconds, 61'000)});
  }
  add_machine(evidence.facts);
  return evidence;
}

int play(std::span<const Gate> gates, const Order& order, Evidence& evidence,
         const Machine& machine, const CellChange& change) {
  constexpr int kMaxRounds = 50;
  for (int round = 0; round < kMaxRounds; ++round) {
    const std::vector<Request> requests = ask_all(gates, order, evidence);
    if (requests.empty()) return round;
    for (const Request& request : requests) {
      measure_blocks(order, request, evidence, machine, change);
    }
  }
  return kMaxRounds;
}

}  // namespace ga
