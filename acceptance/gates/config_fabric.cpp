// Is the NVLink fabric set up on every GPU, and sound?
//
// A node whose fabric is half set up trains slowly or not at all, and looks healthy otherwise.
// Evidence: state, status, health and identity of the fabric as each GPU tells them, from NVML.
// Limit: none of the profile. State completed and status success, no bad health bit, the same
// fabric on all GPUs. A clique 0 and a cluster UUID of zeros are normal where NVLink does not leave
// the node. False pass: a health bit that the driver does not fill in, which is a warning. False
// fail: a fabric that is still being set up after boot; that is configuration and tried again.
#include <array>
#include <set>
#include <utility>

#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "config.fabric";
constexpr std::int64_t kMostMask = (std::int64_t{1} << 32) - 1;

struct Bit {
  std::string_view name;
  KnownFlag GpuFacts::*flag;
};
constexpr std::array kBadBits{
    Bit{"fabric_degraded_bandwidth", &GpuFacts::fabric_degraded_bandwidth},
    Bit{"fabric_route_recovery", &GpuFacts::fabric_route_recovery},
    Bit{"fabric_route_unhealthy", &GpuFacts::fabric_route_unhealthy},
    Bit{"fabric_access_timeout_recovery", &GpuFacts::fabric_access_timeout_recovery}};

std::string text_of(const KnownText& text) { return text ? *text : "absent: " + text.absent; }

// What is known to be bad, even where something else could not be read.
std::optional<Finding> known_bad(const GpuFacts& gpu) {
  const std::string& unit = gpu.unit_id;
  for (const Bit& bit : kBadBits) {
    const KnownFlag& flag = gpu.*bit.flag;
    if (flag && *flag) {
      return found(kId, unit, "config.fabric.unhealthy", fmt::format("{} is set", bit.name));
    }
  }
  if (gpu.fabric_health && *gpu.fabric_health != "healthy") {
    return found(kId, unit, "config.fabric.unhealthy", "fabric_health is " + *gpu.fabric_health);
  }
  if (gpu.fabric_misconfiguration && *gpu.fabric_misconfiguration != "none") {
    return found(kId, unit, "config.fabric.misconfigured",
                 "fabric_misconfiguration is " + *gpu.fabric_misconfiguration);
  }
  const bool unfinished = gpu.fabric_state && *gpu.fabric_state != "completed";
  const bool unsuccessful = gpu.fabric_status && *gpu.fabric_status != "success";
  if (!unfinished && !unsuccessful) return std::nullopt;
  return found(
      kId, unit, "config.fabric.not_completed",
      fmt::format("state {}, status {}", text_of(gpu.fabric_state), text_of(gpu.fabric_status)));
}

Finding judge_gpu(const Facts& facts, const GpuFacts& gpu) {
  if (auto bad = known_bad(gpu)) return std::move(*bad);
  const std::string& unit = gpu.unit_id;
  if (auto no = fact_absent(kId, unit, "fabric_state", gpu.fabric_state)) return std::move(*no);
  if (auto no = fact_absent(kId, unit, "fabric_status", gpu.fabric_status)) return std::move(*no);
  const KnownInt& mask = gpu.fabric_health_mask;
  if (auto no = fact_missing(kId, facts, gpu, "fabric_health_mask", mask)) return std::move(*no);
  if (mask && (*mask < 0 || *mask > kMostMask)) {
    return found(kId, unit, "fact.impossible", fmt::format("fabric_health_mask is {}", *mask));
  }
  if (auto no = fact_absent(kId, unit, "fabric_clique_id", gpu.fabric_clique_id)) {
    return std::move(*no);
  }
  if (auto no = fact_absent(kId, unit, "fabric_cluster_uuid", gpu.fabric_cluster_uuid)) {
    return std::move(*no);
  }
  Finding finding = passed(kId, unit, fmt::format("completed, clique {}", *gpu.fabric_clique_id));
  // GPUs that work were seen to answer all of these with "not supported" (leptonai/gpud, pull
  // request 1106, GB200). Which boards do, and up to which driver, is not known: no fault, and no
  // silence.
  const auto warn_absent = [&](std::string_view name, const auto& fact) {
    if (!fact) finding.warn.push_back(fmt::format("{}: {}", name, fact.absent));
  };
  for (const Bit& bit : kBadBits) warn_absent(bit.name, gpu.*bit.flag);
  warn_absent("fabric_health", gpu.fabric_health);
  warn_absent("fabric_misconfiguration", gpu.fabric_misconfiguration);
  return finding;
}

// GPUs of one node are in one fabric.
Finding judge_node(const Facts& facts) {
  std::set<std::string> fabrics;
  for (const GpuFacts& gpu : facts.gpus) {
    if (!gpu.fabric_clique_id || !gpu.fabric_cluster_uuid) continue;
    fabrics.insert(
        fmt::format("cluster {} clique {}", *gpu.fabric_cluster_uuid, *gpu.fabric_clique_id));
  }
  const std::string text = fmt::format("{}", fmt::join(fabrics, "; "));
  if (fabrics.size() > 1) return found(kId, "node", "config.fabric.differs", text);
  if (fabrics.empty()) return found(kId, "node", "fact.absent", "no GPU names its fabric");
  Finding finding = passed(kId, "node", text);
  const KnownText& manager = facts.host.fabric_manager;
  if (!manager || *manager != "running") {
    finding.warn.push_back("fabric manager: " + text_of(manager));
  }
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  auto findings = judge_each(kId, order, evidence,
                             [&](const GpuFacts& gpu) { return judge_gpu(evidence.facts, gpu); });
  findings.insert(findings.begin(), judge_node(evidence.facts));
  return findings;
}

}  // namespace

const Gate kConfigFabric{kId, "Is the NVLink fabric set up on every GPU, and sound?",
                         "모든 GPU에서 NVLink 패브릭 구성이 완료되고 정상입니까?", next_nothing,
                         judge};

}  // namespace ga
