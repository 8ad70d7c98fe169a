// NVLink of one GPU from NVML: each link, and the fabric that they make.
#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "acceptance/node/nvml_asker.h"

namespace ga {

namespace {

constexpr std::int64_t kBytesPerMb = 1'000'000;
constexpr unsigned kLinksOfOldSpeeds = 12;  // older drivers have a field for each of so many links

KnownText link_state(const Asker& gpu, unsigned link) {
  // nvml.h of NVML 13 has three; the fourth is of the bindings of 13.615.
  constexpr std::array<std::string_view, 4> kStates{"inactive", "active", "sleep",
                                                    "active_traffic_disabled"};
  return nvml::word_of(gpu.link_number("nvmlDeviceGetNvLinkState", link), kStates);
}

KnownText link_version(const Asker& gpu, unsigned link) {
  constexpr std::array<std::string_view, 9> kVersions{"",    "1.0", "2.0", "2.2", "3.0",
                                                      "3.1", "4.0", "5.0", "6.0"};
  return nvml::word_of(gpu.link_number("nvmlDeviceGetNvLinkVersion", link), kVersions);
}

KnownText remote_type(const Asker& gpu, unsigned link) {
  constexpr std::array<std::string_view, 3> kTypes{"gpu", "ibm_npu", "switch"};
  return nvml::word_of(gpu.link_number("nvmlDeviceGetNvLinkRemoteDeviceType", link), kTypes);
}

KnownText remote_pci(const Asker& gpu, unsigned link) {
  nvml::PciInfo pci{};
  const nvml::Return code =
      gpu.ask<nvml::GetLinkPci>("nvmlDeviceGetNvLinkRemotePciInfo_v2", link, &pci);
  return code == nvml::kSuccess ? nvml::bus_id(pci) : gpu.missing<std::string>(code);
}

KnownInt link_errors(const Asker& gpu, unsigned link, nvml::LinkError which) {
  unsigned long long value = nvml::kNoValue64;
  const nvml::Return code =
      gpu.ask<nvml::GetLinkErrors>("nvmlDeviceGetNvLinkErrorCounter", link, which, &value);
  return code == nvml::kSuccess ? nvml::known_wide(value) : gpu.missing<std::int64_t>(code);
}

KnownInt speed(const Asker& gpu, unsigned link, KnownInt mb_per_s) {
  if (!mb_per_s && link < kLinksOfOldSpeeds) {
    constexpr unsigned kFirstSix = 6;
    const unsigned field = link < kFirstSix ? nvml::kFieldSpeedOfLink0 + link
                                            : nvml::kFieldSpeedOfLink6 + link - kFirstSix;
    KnownInt older;
    gpu.fields({{field, 0, &older}});
    if (older) mb_per_s = older;
  }
  return mb_per_s ? KnownInt(*mb_per_s * kBytesPerMb) : mb_per_s;
}

// NVLink 4 counts what its CRC finds, by a function and by fields.
void read_errors_of_4(const Asker& gpu, unsigned link, NvLink& facts, const KnownInt& events) {
  facts.crc_flit_errors = link_errors(gpu, link, nvml::LinkError::crc_flit);
  facts.crc_data_errors = link_errors(gpu, link, nvml::LinkError::crc_data);
  facts.replays = link_errors(gpu, link, nvml::LinkError::replay);
  facts.recoveries = link_errors(gpu, link, nvml::LinkError::recovery);
  KnownInt crc, replays, recoveries;
  gpu.fields({{nvml::kFieldLinkCrc, link, &crc},
              {nvml::kFieldLinkReplays, link, &replays},
              {nvml::kFieldLinkRecoveries, link, &recoveries}});
  if (!facts.crc_flit_errors && crc) facts.crc_flit_errors = crc;
  if (!facts.replays && replays) facts.replays = replays;
  if (!facts.recoveries && recoveries) facts.recoveries = recoveries;
  // NVLink 5 counts recoveries as events.
  if (!facts.recoveries && events) facts.recoveries = events;
}

NvLink read_link(const Asker& gpu, unsigned link) {
  NvLink facts;
  facts.index = std::int64_t{link};
  facts.state = link_state(gpu, link);
  facts.version = link_version(gpu, link);
  facts.remote_type = remote_type(gpu, link);
  facts.remote_pci = remote_pci(gpu, link);
  KnownInt mb_per_s, power, events, effective_ber, symbol_ber;
  std::array<KnownInt, 6> packets;
  gpu.fields({{nvml::kFieldLinkSpeed, link, &mb_per_s},
              {nvml::kFieldLinkPower, link, &power},
              {nvml::kFieldRemoteLink, link, &facts.remote_link},
              {nvml::kFieldRecoveryEvents, link, &events},
              {nvml::kFieldRecoveriesFailed, link, &facts.recoveries_failed},
              {nvml::kFieldEffectiveErrors, link, &facts.effective_errors},
              {nvml::kFieldEffectiveBer, link, &effective_ber},
              {nvml::kFieldSymbolErrors, link, &facts.symbol_errors},
              {nvml::kFieldSymbolBer, link, &symbol_ber},
              {nvml::kFieldMalformed, link, &packets[0]},
              {nvml::kFieldOverruns, link, &packets[1]},
              {nvml::kFieldReceived, link, &packets[2]},
              {nvml::kFieldReceivedRemote, link, &packets[3]},
              {nvml::kFieldReceivedGeneral, link, &packets[4]},
              {nvml::kFieldIntegrity, link, &packets[5]}});
  facts.speed_bytes_per_s = speed(gpu, link, mb_per_s);
  facts.low_power = nvml::flag_of(power);
  facts.effective_ber_e18 = nvml::error_rate_e18(effective_ber);
  facts.symbol_ber_e18 = nvml::error_rate_e18(symbol_ber);
  facts.packet_errors = nvml::sum_of(packets);
  read_errors_of_4(gpu, link, facts, events);
  return facts;
}

// Two bits of the health mask, from `shift` on: nobody knows, true, false.
KnownFlag health_flag(const KnownInt& mask, unsigned shift) {
  if (!mask) return KnownFlag::missing(mask.absent);
  switch ((*mask >> shift) & 3) {
    case 1:
      return true;
    case 2:
      return false;
    default:
      return KnownFlag::missing("the health mask does not say");
  }
}

KnownText misconfiguration(const KnownInt& mask) {
  if (!mask) return KnownText::missing(mask.absent);
  constexpr unsigned kShift = 8;
  constexpr std::int64_t kWidth = 0xF;
  constexpr std::array<std::string_view, 9> kWords{"",
                                                   "none",
                                                   "wrong_system_guid",
                                                   "wrong_chassis_serial",
                                                   "no_partition",
                                                   "insufficient_nvlinks",
                                                   "incompatible_firmware",
                                                   "invalid_location",
                                                   "gpu_state_invalid"};
  return nvml::word_of((*mask >> kShift) & kWidth, kWords);
}

// The newest form that this driver knows.
nvml::Return ask_fabric(const Asker& gpu, nvml::Fabric& fabric) {
  constexpr const char* kSymbol = "nvmlDeviceGetGpuFabricInfoV";
  nvml::Return code = gpu.ask<nvml::GetFabric>(kSymbol, &fabric);
  if (code == nvml::kSuccess || !Asker::lacks(code)) return code;
  fabric = {};
  fabric.version = nvml::Fabric::kVersion2;
  code = gpu.ask<nvml::GetFabric>(kSymbol, &fabric);
  if (code == nvml::kSuccess || !Asker::lacks(code)) return code;
  nvml::Fabric1 first;
  const nvml::Return older = gpu.ask<nvml::GetFabric1>("nvmlDeviceGetGpuFabricInfo", &first);
  if (older != nvml::kSuccess) return code;
  fabric = {};
  std::copy(std::begin(first.cluster_uuid), std::end(first.cluster_uuid), fabric.cluster_uuid);
  fabric.status = first.status;
  fabric.clique_id = first.clique_id;
  fabric.state = first.state;
  return older;
}

}  // namespace

void read_gpu_links(const Asker& gpu, GpuFacts& facts) {
  gpu.fields({{nvml::kFieldLinkCount, 0, &facts.nvlink_count}});
  if (facts.nvlink_count && *facts.nvlink_count > nvml::kMostLinks) {
    facts.nvlink_count =
        KnownInt::missing("impossible: " + std::to_string(*facts.nvlink_count) + " links");
  }
  if (!facts.nvlink_count) {
    facts.nvlinks = KnownList<NvLink>::missing(facts.nvlink_count.absent);
    return;
  }
  std::vector<NvLink> links;
  for (unsigned i = 0; i < static_cast<unsigned>(*facts.nvlink_count); ++i) {
    links.push_back(read_link(gpu, i));
  }
  facts.nvlinks = std::move(links);
}

KnownInt read_links_up(const Asker& gpu) {
  KnownInt count;
  gpu.fields({{nvml::kFieldLinkCount, 0, &count}});
  if (!count) return count;
  std::int64_t up = 0;
  for (unsigned i = 0; i < static_cast<unsigned>(std::min<std::int64_t>(*count, nvml::kMostLinks));
       ++i) {
    const KnownText state = link_state(gpu, i);
    if (!state) return KnownInt::missing(state.absent);
    up += *state == "active" || *state == "sleep" ? 1 : 0;
  }
  return up;
}

void read_fabric(const Asker& gpu, GpuFacts& facts) {
  constexpr std::array<std::string_view, 4> kStates{"not_supported", "not_started", "in_progress",
                                                    "completed"};
  constexpr std::array<std::string_view, 4> kHealth{"", "healthy", "unhealthy", "limited_capacity"};
  nvml::Fabric fabric;
  const nvml::Return code = ask_fabric(gpu, fabric);
  const bool ok = code == nvml::kSuccess;
  const auto number = [&](unsigned value) {
    return ok ? nvml::known_int(value) : gpu.missing<std::int64_t>(code);
  };
  const auto byte = [&](unsigned char value) {
    return number(value == nvml::kNoValue8 ? nvml::kNoValue32 : value);
  };
  facts.fabric_state = nvml::word_of(byte(fabric.state), kStates);
  constexpr nvml::Return kNoStatus = -1;
  facts.fabric_status = !ok                               ? gpu.missing<std::string>(code)
                        : fabric.status == nvml::kSuccess ? KnownText("success")
                        : fabric.status == kNoStatus      ? KnownText::missing("not filled in")
                                                          : KnownText(gpu.reason(fabric.status));
  facts.fabric_clique_id = number(fabric.clique_id);
  facts.fabric_cluster_uuid =
      ok ? nvml::uuid_text(fabric.cluster_uuid) : gpu.missing<std::string>(code);
  facts.fabric_health = nvml::word_of(byte(fabric.health), kHealth);
  facts.fabric_health_mask = number(fabric.health_mask);
  facts.fabric_degraded_bandwidth = health_flag(facts.fabric_health_mask, 0);
  facts.fabric_route_recovery = health_flag(facts.fabric_health_mask, 2);
  facts.fabric_route_unhealthy = health_flag(facts.fabric_health_mask, 4);
  facts.fabric_access_timeout_recovery = health_flag(facts.fabric_health_mask, 6);
  facts.fabric_misconfiguration = misconfiguration(facts.fabric_health_mask);
}

}  // namespace ga
