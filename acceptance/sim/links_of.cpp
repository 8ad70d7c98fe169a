#include "acceptance/sim/links_of.h"

#include <fmt/format.h>

#include <array>

namespace ga {
namespace {

constexpr std::int64_t kNvLink5 = 5;
// The four switches of an HGX board with NVLink 4; those of NVLink 5 are no PCI devices.
constexpr std::array<std::string_view, 4> kSwitches{"0000:05:00.0", "0000:06:00.0", "0000:07:00.0",
                                                    "0000:08:00.0"};

// NVLink 4 counts CRC errors and replays; NVLink 5 what remains after correction, and its rate.
template <class Counters>
void no_errors(const Part& part, Counters& counters, KnownInt Counters::*crc_flit,
               KnownInt Counters::*crc_data, KnownInt Counters::*replays,
               std::initializer_list<KnownInt Counters::*> since_5) {
  const bool five = part.nvlink_gen >= kNvLink5;
  const KnownInt none = KnownInt::missing(kNotSupportedText);
  for (auto field : {crc_flit, crc_data, replays}) counters.*field = five ? none : KnownInt(0);
  for (auto field : since_5) counters.*field = five ? KnownInt(0) : none;
}

NvLink link_of(const Part& part, std::int64_t index) {
  NvLink link;
  link.index = index;
  link.state = std::string("active");
  link.version = fmt::format("{}.0", part.nvlink_gen);
  link.speed_bytes_per_s = part.nvlink_bytes_per_s;
  link.low_power = false;
  link.remote_type = std::string("switch");
  const auto switch_of = static_cast<std::size_t>(index) % kSwitches.size();
  link.remote_pci = part.nvlink_gen >= kNvLink5 ? KnownText::missing(kNotSupportedText)
                                                : KnownText(std::string(kSwitches[switch_of]));
  link.remote_link = index;
  link.recoveries = 0;
  no_errors(part, link, &NvLink::crc_flit_errors, &NvLink::crc_data_errors, &NvLink::replays,
            {&NvLink::recoveries_failed, &NvLink::effective_errors, &NvLink::effective_ber_e18,
             &NvLink::symbol_errors, &NvLink::symbol_ber_e18, &NvLink::packet_errors});
  return link;
}

}  // namespace

void set_links(const Part& part, GpuFacts& facts) {
  facts.nvlink_count = part.nvlinks;
  std::vector<NvLink> links;
  for (std::int64_t i = 0; i < part.nvlinks; ++i) links.push_back(link_of(part, i));
  facts.nvlinks = std::move(links);
  facts.fabric_state = std::string("completed");
  facts.fabric_status = std::string("success");
  // Both are zero on a node whose NVLink does not leave it.
  facts.fabric_clique_id = 0;
  facts.fabric_cluster_uuid = std::string("00000000-0000-0000-0000-000000000000");
  facts.fabric_health = std::string("healthy");
  constexpr std::int64_t kAllBitsWell = 0x1aa;  // four times "false", then "none", two bits each
  facts.fabric_health_mask = kAllBitsWell;
  facts.fabric_degraded_bandwidth = facts.fabric_route_recovery = facts.fabric_route_unhealthy =
      facts.fabric_access_timeout_recovery = false;
  facts.fabric_misconfiguration = std::string("none");
}

void set_link_counters(const Part& part, GpuCounters& counters) {
  counters.nvlinks_active = part.nvlinks;
  counters.nvlink_recoveries = 0;
  no_errors(part, counters, &GpuCounters::nvlink_crc_flit_errors,
            &GpuCounters::nvlink_crc_data_errors, &GpuCounters::nvlink_replays,
            {&GpuCounters::nvlink_recoveries_failed, &GpuCounters::nvlink_effective_errors,
             &GpuCounters::nvlink_effective_ber_e18, &GpuCounters::nvlink_symbol_errors,
             &GpuCounters::nvlink_symbol_ber_e18, &GpuCounters::nvlink_packet_errors});
}

}  // namespace ga
