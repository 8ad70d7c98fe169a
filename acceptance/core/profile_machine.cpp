// The tables of a profile that say what was ordered of the machine: firmware, clocks, links, nics,
// host, nvme, site.
#include <algorithm>
#include <array>

#include "acceptance/core/profile_read.h"
#include "reports/codec/json.h"

namespace ga {
namespace {

constexpr std::int64_t kMostParts = 1024;  // of one kind in a node
constexpr std::int64_t kMostMhz = 100'000;

void read(TomlTable& table, OrderedFirmware& out) {
  if (table.has("driver")) out.driver = table.texts("driver");
  if (table.has("vbios")) out.vbios = table.texts("vbios");
  if (table.has("inforom")) out.inforom = table.texts("inforom");
  if (table.ok() && out.driver.empty() && out.vbios.empty() && out.inforom.empty()) {
    table.refuse("driver", "[firmware] orders nothing", "name versions, or take the table out");
  }
}

void read(TomlTable& table, OrderedClocks& out) {
  out.sm_max_mhz = within(table, "sm_max_mhz", 1, kMostMhz);
  out.memory_max_mhz = within(table, "memory_max_mhz", 1, kMostMhz);
}

void read(TomlTable& table, OrderedLinks& out) {
  out.count = within(table, "count", 1, kMostParts);
  out.version = table.text("version");
  out.bytes_per_s_min = within(table, "bytes_per_s_min", 1, kMaxJsonInteger);
  if (table.has("switches")) out.switches = within(table, "switches", 1, kMostParts);
  if (table.has("copy_bytes_per_s")) {
    out.copy_bytes_per_s = within(table, "copy_bytes_per_s", 1, kMaxJsonInteger);
  }
}

void read(TomlTable& table, OrderedNics& out) {
  out.ports = within(table, "ports", 1, kMostParts);
  out.rate_mbps = within(table, "rate_mbps", 1, 100'000'000);
}

void read(TomlTable& table, OrderedHost& out) {
  out.cpu_sockets = within(table, "cpu_sockets", 0, kMostParts);
  out.cpus_min = within(table, "cpus_min", 0, 65'536);
  out.numa_nodes = within(table, "numa_nodes", 0, kMostParts);
  out.memory_bytes_min = within(table, "memory_bytes_min", 1, kMaxJsonInteger);
  out.governor = table.optional_text("governor").value_or("");
}

void read(TomlTable& table, OrderedNvme& out) {
  out.drives = within(table, "drives", 1, kMostParts);
  out.spare_percent_min = within(table, "spare_percent_min", 0, 100);
  out.used_percent_max = within(table, "used_percent_max", 0, 255);
}

void read(TomlTable& table, OrderedSite& out) {
  constexpr std::int64_t kMostMc = 100'000;
  out.psus = within(table, "psus", 1, kMostParts);
  out.fans = within(table, "fans", 0, kMostParts);
  out.leak_detectors = within(table, "leak_detectors", 0, kMostParts);
  out.inlet_min_mc = within(table, "inlet_min_mc", -kMostMc, kMostMc);
  out.inlet_max_mc = within(table, "inlet_max_mc", out.inlet_min_mc, kMostMc);
}

template <class T>
std::optional<T> read_optional(TomlTable& root, std::string_view key) {
  if (!root.has(key)) return std::nullopt;
  TomlTable table = root.table(key);
  T out;
  read(table, out);
  out.origin = read_origin(table);
  return out;
}

struct Need {
  std::string_view gate, table;
};
constexpr std::array kNeeds{
    Need{"config.clocks_set", "clocks"}, Need{"config.numa", "host"}, Need{"host.cpu", "host"},
    Need{"host.memory", "host"},         Need{"host.nvme", "nvme"},   Need{"nic.links", "nics"},
    Need{"nvlink.links", "links"},       Need{"nvlink.p2p", "links"}, Need{"site.cooling", "site"},
    Need{"site.power", "site"}};

}  // namespace

OrderedMachine read_machine(TomlTable& root, const std::vector<std::string>& required) {
  OrderedMachine machine{.firmware = read_optional<OrderedFirmware>(root, "firmware"),
                         .clocks = read_optional<OrderedClocks>(root, "clocks"),
                         .links = read_optional<OrderedLinks>(root, "links"),
                         .nics = read_optional<OrderedNics>(root, "nics"),
                         .host = read_optional<OrderedHost>(root, "host"),
                         .nvme = read_optional<OrderedNvme>(root, "nvme"),
                         .site = read_optional<OrderedSite>(root, "site")};
  for (const Need& need : kNeeds) {
    const bool asked = std::find(required.begin(), required.end(), need.gate) != required.end();
    if (asked && root.ok() && !root.has(need.table)) {
      root.refuse("required", fmt::format("'{}' needs the table [{}]", need.gate, need.table),
                  "say there what was ordered, or take the gate out");
    }
  }
  return machine;
}

}  // namespace ga
