// What was ordered of the machine around the GPUs and of their links, in tables of a profile that
// may be left out. A gate that needs one is only required together with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ga {

// calibrated (from at least 59 nodes) decides; below a published or provisional floor a unit is
// borderline, and only below the gross-defect floor does it fail.
enum class LimitStatus { calibrated, published, provisional };

// Where a figure comes from; ISO date.
struct Origin {
  std::string source, date;
  LimitStatus status = LimitStatus::provisional;
};

// Texts: any of them, as a whole or as a prefix that ends with a dot ("580."); empty: any, if it is
// the same on the whole node.
struct OrderedFirmware {
  Origin origin;
  std::vector<std::string> driver, vbios, inforom;
};

struct OrderedClocks {  // the most that the driver lets the part run at
  Origin origin;
  std::int64_t sm_max_mhz = 0, memory_max_mhz = 0;
};

struct OrderedLinks {  // NVLinks of each GPU
  Origin origin;
  std::int64_t count = 0;
  std::string version;               // "4.0"
  std::int64_t bytes_per_s_min = 0;  // of one link, in each direction
  std::int64_t switches = 0;         // that the links of a GPU are spread over; 0: not said
  // What a copy from one sound GPU to another reaches; 0: not said. No floor: it only tells what
  // share of the links is gone where all are slow alike.
  std::int64_t copy_bytes_per_s = 0;
};

struct OrderedNics {
  Origin origin;
  std::int64_t ports = 0, rate_mbps = 0;  // at least so many, at least so fast
};

struct OrderedHost {
  Origin origin;
  std::int64_t cpu_sockets = 0, cpus_min = 0, numa_nodes = 0;  // 0: any
  std::int64_t memory_bytes_min = 0;
  std::string governor;  // empty: any
};

struct OrderedNvme {
  Origin origin;
  std::int64_t drives = 0;  // at least
  std::int64_t spare_percent_min = 0, used_percent_max = 0;
};

struct OrderedSite {  // as the BMC says it
  Origin origin;
  std::int64_t psus = 0, fans = 0, leak_detectors = 0;  // at least
  std::int64_t inlet_min_mc = 0, inlet_max_mc = 0;
};

struct OrderedMachine {
  std::optional<OrderedFirmware> firmware;
  std::optional<OrderedClocks> clocks;
  std::optional<OrderedLinks> links;
  std::optional<OrderedNics> nics;
  std::optional<OrderedHost> host;
  std::optional<OrderedNvme> nvme;
  std::optional<OrderedSite> site;
};

}  // namespace ga
