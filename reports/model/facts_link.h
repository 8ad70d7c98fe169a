// NVLink of one GPU: each link, and the fabric that they make.
#pragma once

#include "reports/model/known.h"

namespace ga {

struct NvLink {
  KnownInt index;
  KnownText state;             // "active", "inactive", "sleep"
  KnownText version;           // "4.0"
  KnownInt speed_bytes_per_s;  // in each direction
  KnownFlag low_power;
  KnownText remote_type;  // "switch", "gpu"
  KnownText remote_pci;   // "0000:07:00.0"
  KnownInt remote_link;   // its number there
  // Counters since the link was trained. NVLink 4 counts CRC errors and replays, NVLink 5 errors
  // and their rate after correction, where corrected ones are normal.
  KnownInt crc_flit_errors;
  KnownInt crc_data_errors;
  KnownInt replays;
  KnownInt recoveries;
  KnownInt recoveries_failed;
  KnownInt effective_errors;
  KnownInt effective_ber_e18;  // bit errors in 10^18 bits, rounded up
  KnownInt symbol_errors;
  KnownInt symbol_ber_e18;
  KnownInt packet_errors;  // malformed, overrun, received in error, integrity

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("index", self.index);
    f("state", self.state);
    f("version", self.version);
    f("speed_bytes_per_s", self.speed_bytes_per_s);
    f("low_power", self.low_power);
    f("remote_type", self.remote_type);
    f("remote_pci", self.remote_pci);
    f("remote_link", self.remote_link);
    f("crc_flit_errors", self.crc_flit_errors);
    f("crc_data_errors", self.crc_data_errors);
    f("replays", self.replays);
    f("recoveries", self.recoveries);
    f("recoveries_failed", self.recoveries_failed);
    f("effective_errors", self.effective_errors);
    f("effective_ber_e18", self.effective_ber_e18);
    f("symbol_errors", self.symbol_errors);
    f("symbol_ber_e18", self.symbol_ber_e18);
    f("packet_errors", self.packet_errors);
  }
  friend bool operator==(const NvLink&, const NvLink&) = default;
};

struct GpuLinks {
  KnownInt nvlink_count;  // links that the part has
  KnownList<NvLink> nvlinks;
  // NVLink fabric of a switched node.
  KnownText fabric_state;   // "completed", "in_progress", "not_started", "not_supported"
  KnownText fabric_status;  // "success", else NVML's words
  KnownInt fabric_clique_id;
  KnownText fabric_cluster_uuid;
  KnownText fabric_health;      // "healthy", "unhealthy", "limited_capacity"
  KnownInt fabric_health_mask;  // all of it; below, what is known of its bits
  KnownFlag fabric_degraded_bandwidth;
  KnownFlag fabric_route_recovery;
  KnownFlag fabric_route_unhealthy;
  KnownFlag fabric_access_timeout_recovery;
  KnownText fabric_misconfiguration;  // "none", else which

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("nvlink_count", self.nvlink_count);
    f("nvlinks", self.nvlinks);
    f("fabric_state", self.fabric_state);
    f("fabric_status", self.fabric_status);
    f("fabric_clique_id", self.fabric_clique_id);
    f("fabric_cluster_uuid", self.fabric_cluster_uuid);
    f("fabric_health", self.fabric_health);
    f("fabric_health_mask", self.fabric_health_mask);
    f("fabric_degraded_bandwidth", self.fabric_degraded_bandwidth);
    f("fabric_route_recovery", self.fabric_route_recovery);
    f("fabric_route_unhealthy", self.fabric_route_unhealthy);
    f("fabric_access_timeout_recovery", self.fabric_access_timeout_recovery);
    f("fabric_misconfiguration", self.fabric_misconfiguration);
  }
  friend bool operator==(const GpuLinks&, const GpuLinks&) = default;
};

}  // namespace ga
