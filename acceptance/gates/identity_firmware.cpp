// Is the firmware the same on the whole node, and as ordered?
//
// Two versions on one node make two kinds of GPU out of eight, and what was measured of one does
// not hold for the other.
// Evidence: VBIOS, InfoROM image and its checksum, GSP firmware of each GPU and the driver, from
// NVML and /proc; firmware of NVSwitches and network adapters, from the host.
// Limit: equal across the node, adapters by board id; as in [firmware] of the profile where it
// says so. False pass: firmware that no source names. False fail: an InfoROM image that the maker
// changed within a lot, which the buyer may then order by hand.
#include <algorithm>
#include <cctype>
#include <map>
#include <utility>

#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "identity.firmware";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool is_ordered(const std::string& version, const std::vector<std::string>& list) {
  return list.empty() || std::any_of(list.begin(), list.end(), [&](const std::string& wanted) {
           return lower(version) == lower(wanted) ||
                  (wanted.ends_with('.') && lower(version).starts_with(lower(wanted)));
         });
}

// By kind of firmware, who has which version.
class Versions {
 public:
  void add(const std::string& kind, const std::string& unit, const KnownText& version) {
    if (version) by_kind_[kind][lower(*version)].push_back(unit);
  }
  // Where one kind has two versions: all of them, with their units.
  std::string difference() const {
    for (const auto& [kind, versions] : by_kind_) {
      if (versions.size() < 2) continue;
      std::string text = kind + ":";
      for (const auto& [version, units] : versions) {
        text += fmt::format(" {} on {};", version, fmt::join(units, ", "));
      }
      return text;
    }
    return "";
  }

 private:
  std::map<std::string, std::map<std::string, std::vector<std::string>>> by_kind_;
};

void add_host(const HostFacts& host, Versions& versions) {
  if (host.nvswitches) {
    for (const NvSwitchFacts& one : *host.nvswitches) {
      versions.add("NVSwitch", one.address.value.value_or("an NVSwitch"), one.firmware);
    }
  }
  if (!host.nics) return;
  for (const NicPort& port : *host.nics) {
    versions.add("network adapter " + port.board_id.value.value_or("without board id"),
                 port.port.value.value_or("a port"), port.firmware);
  }
}

// What the host must have told of an ordered node; a ci profile asks for the GPU alone.
std::optional<Finding> host_unread(const HostFacts& host) {
  if (auto no = fact_absent(kId, "node", "nvswitches", host.nvswitches)) return no;
  if (auto no = fact_absent(kId, "node", "nics", host.nics)) return no;
  for (const NicPort& port : *host.nics) {
    const std::string name = port.port.value.value_or("a port");
    if (auto no = fact_absent(kId, "node", "firmware of " + name, port.firmware)) return no;
    if (auto no = fact_absent(kId, "node", "board_id of " + name, port.board_id)) return no;
  }
  return std::nullopt;
}

Finding judge_node(const Order& order, const Facts& facts) {
  Versions versions;
  for (const GpuFacts& gpu : facts.gpus) {
    versions.add("VBIOS", gpu.unit_id, gpu.vbios);
    versions.add("InfoROM", gpu.unit_id, gpu.inforom);
    versions.add("GSP", gpu.unit_id, gpu.gsp_firmware);
  }
  add_host(facts.host, versions);
  const KnownText& driver = facts.node.driver_version;
  const KnownText& module = facts.node.kernel_module_version;
  versions.add("driver", "NVML", driver);
  versions.add("driver", "the kernel module", module);
  if (const std::string text = versions.difference(); !text.empty()) {
    return found(kId, "node", "identity.firmware.differs", text);
  }
  const auto& ordered = order.profile.machine.firmware;
  if (driver && ordered && !is_ordered(*driver, ordered->driver)) {
    return found(kId, "node", "identity.firmware.wrong", "driver " + *driver);
  }
  if (auto no = fact_absent(kId, "node", "driver_version", driver)) return std::move(*no);
  if (auto no = fact_absent(kId, "node", "kernel_module_version", module)) return std::move(*no);
  if (order.profile.kind == ProfileKind::acceptance) {
    if (auto no = host_unread(facts.host)) return std::move(*no);
  }
  Finding finding =
      passed(kId, "node", fmt::format("driver {}, one version of each kind", *driver));
  if (!facts.host.nvswitches) return finding;
  for (const NvSwitchFacts& one : *facts.host.nvswitches) {
    if (one.firmware) continue;
    finding.warn.push_back(fmt::format("firmware of NVSwitch {}: {}",
                                       one.address.value.value_or("?"), one.firmware.absent));
  }
  return finding;
}

// The driver's file shows question marks while no program has initialised the GPU.
bool says_a_version(const KnownText& text) {
  return text && text.value->find('?') == std::string::npos;
}

std::optional<Finding> known_bad(const Order& order, const GpuFacts& gpu) {
  const std::string& unit = gpu.unit_id;
  if (gpu.inforom_valid && !*gpu.inforom_valid) {
    return found(kId, unit, "identity.firmware.inforom_invalid", "its checksum is wrong");
  }
  if (gpu.vbios && says_a_version(gpu.proc_vbios) && lower(*gpu.vbios) != lower(*gpu.proc_vbios)) {
    return found(kId, unit, "identity.firmware.differs",
                 fmt::format("VBIOS: {} by NVML, {} by /proc", *gpu.vbios, *gpu.proc_vbios));
  }
  if (gpu.gsp_default && *gpu.gsp_default && gpu.gsp_enabled && !*gpu.gsp_enabled) {
    return found(kId, unit, "identity.firmware.gsp_off", "GSP is this part's default and is off");
  }
  const auto& ordered = order.profile.machine.firmware;
  if (!ordered) return std::nullopt;
  if (gpu.vbios && !is_ordered(*gpu.vbios, ordered->vbios)) {
    return found(kId, unit, "identity.firmware.wrong", "VBIOS " + *gpu.vbios);
  }
  if (gpu.inforom && !is_ordered(*gpu.inforom, ordered->inforom)) {
    return found(kId, unit, "identity.firmware.wrong", "InfoROM " + *gpu.inforom);
  }
  return std::nullopt;
}

Finding judge_gpu(const Order& order, const Facts& facts, const GpuFacts& gpu) {
  if (auto bad = known_bad(order, gpu)) return std::move(*bad);
  const std::string& unit = gpu.unit_id;
  if (auto no = fact_absent(kId, unit, "vbios", gpu.vbios)) return std::move(*no);
  if (gpu.vbios.value->empty()) return found(kId, unit, "fact.impossible", "vbios is empty");
  if (auto no = fact_missing(kId, facts, gpu, "inforom", gpu.inforom)) return std::move(*no);
  if (auto no = fact_missing(kId, facts, gpu, "inforom_valid", gpu.inforom_valid)) {
    return std::move(*no);
  }
  if (auto no = fact_missing(kId, facts, gpu, "gsp_enabled", gpu.gsp_enabled)) {
    return std::move(*no);
  }
  // A GPU that runs without GSP has no GSP firmware to name.
  if (gpu.gsp_enabled && *gpu.gsp_enabled) {
    if (auto no = fact_missing(kId, facts, gpu, "gsp_firmware", gpu.gsp_firmware)) {
      return std::move(*no);
    }
  }
  return passed(kId, unit,
                fmt::format("VBIOS {}, InfoROM {}", *gpu.vbios,
                            gpu.inforom ? *gpu.inforom : "none on this part"));
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  auto findings = judge_each(kId, order, evidence, [&](const GpuFacts& gpu) {
    return judge_gpu(order, evidence.facts, gpu);
  });
  findings.insert(findings.begin(), judge_node(order, evidence.facts));
  return findings;
}

}  // namespace

const Gate kIdentityFirmware{kId, "Is the firmware the same on the whole node, and as ordered?",
                             "노드 전체의 펌웨어가 서로 같고 주문과 일치합니까?", next_nothing,
                             judge};

}  // namespace ga
