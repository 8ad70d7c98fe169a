// Does every GPU have the NVLinks that were ordered, up and of the right kind?
//
// Evidence: the list of links of each GPU at rest, from NVML: state, version and speed; and how
// many were active in each block of nvlink.p2p, which this gate reads and does not ask for. Limit:
// [links] of the profile: how many, which version, how fast. A driver may answer for more links
// than the part has; those are inactive and do not count. A link that sleeps is up: its version and
// speed are only judged where it is active. False pass: a link that is up and errs, which is for
// events.nvlink and the link gates under load. False fail: none known; what cannot be read is
// not_measured.
#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "acceptance/gates/facts.h"
#include "acceptance/gates/nvlink_p2p.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "nvlink.links";
constexpr std::int64_t kMostLinks = 1024;

std::string name_of(const NvLink& link) {
  const std::string index = link.index ? std::to_string(*link.index) : "?";
  return fmt::format("link {} to {}{}", index, link.remote_type ? *link.remote_type : "?",
                     link.remote_pci ? " " + *link.remote_pci : std::string());
}

bool is(const KnownText& text, std::string_view word) { return text && *text == word; }
bool is_up(const NvLink& link) { return is(link.state, "active") || is(link.state, "sleep"); }

// A link that is up but is not what was ordered. Asleep it keeps its version and may lower its
// speed.
std::optional<Finding> wrong_kind(const OrderedLinks& ordered, const std::string& unit,
                                  const NvLink& link) {
  if (!is_up(link)) return std::nullopt;
  if (link.version && *link.version != ordered.version) {
    return found(
        kId, unit, "nvlink.links.slow",
        fmt::format("{} is version {}, ordered {}", name_of(link), *link.version, ordered.version));
  }
  if (is(link.state, "active") && link.speed_bytes_per_s &&
      *link.speed_bytes_per_s < ordered.bytes_per_s_min) {
    return found(kId, unit, "nvlink.links.slow",
                 fmt::format("{} runs at {} bytes/s, ordered {}", name_of(link),
                             *link.speed_bytes_per_s, ordered.bytes_per_s_min));
  }
  return std::nullopt;
}

std::optional<Finding> unread(const Facts& facts, const GpuFacts& gpu, const NvLink& link) {
  const std::string& unit = gpu.unit_id;
  if (auto no = fact_absent(kId, unit, "nvlinks.state of " + name_of(link), link.state)) return no;
  if (!is_up(link)) return std::nullopt;
  if (auto no = fact_absent(kId, unit, "nvlinks.version of " + name_of(link), link.version)) {
    return no;
  }
  if (link.speed_bytes_per_s || !is(link.state, "active")) return std::nullopt;
  return missing_finding(kId, facts, gpu, "nvlinks.speed_bytes_per_s",
                         link.speed_bytes_per_s.absent);
}

// How many are up, and the names of those that are not.
struct Count {
  std::int64_t up = 0, unknown = 0;
  std::string down;
};

Count count_of(const std::vector<NvLink>& links) {
  Count count;
  for (const NvLink& link : links) {
    if (is_up(link)) {
      ++count.up;
    } else if (!link.state) {
      ++count.unknown;
    } else {
      count.down += fmt::format("; {} is {}", name_of(link), *link.state);
    }
  }
  return count;
}

// The same link twice, or a number that no link has.
std::optional<Finding> impossible(const GpuFacts& gpu, const std::vector<NvLink>& links) {
  std::set<std::int64_t> seen;
  for (const NvLink& link : links) {
    if (auto no = fact_unfit(kId, gpu.unit_id, "nvlinks.index", link.index, 0, kMostLinks)) {
      return no;
    }
    if (!seen.insert(*link.index).second) {
      return found(kId, gpu.unit_id, "fact.impossible",
                   fmt::format("link {} is listed twice", *link.index));
    }
  }
  return std::nullopt;
}

Finding judge_gpu(const OrderedLinks& ordered, const Facts& facts, const GpuFacts& gpu) {
  const std::string& unit = gpu.unit_id;
  if (auto no = fact_absent(kId, unit, "nvlinks", gpu.nvlinks)) return std::move(*no);
  const std::vector<NvLink>& links = *gpu.nvlinks;
  if (auto no = impossible(gpu, links)) return std::move(*no);
  const Count count = count_of(links);
  const std::string text = fmt::format("{} of {} links are up, {} listed{}", count.up,
                                       ordered.count, links.size(), count.down);
  if (static_cast<std::int64_t>(links.size()) < ordered.count) {
    return found(kId, unit, "nvlink.links.missing", text);
  }
  for (const NvLink& link : links) {
    if (auto slow = wrong_kind(ordered, unit, link)) return std::move(*slow);
  }
  if (count.up + count.unknown < ordered.count) {
    return found(kId, unit, count.up == 0 ? "nvlink.links.none_up" : "nvlink.links.down", text);
  }
  for (const NvLink& link : links) {
    if (auto no = unread(facts, gpu, link)) return std::move(*no);
  }
  if (count.up > ordered.count) return found(kId, unit, "fact.impossible", text);
  return passed(kId, unit, text);
}

// The series of nvlink.p2p that have blocks. This gate asks for none of its own.
std::vector<const Measurement*> traffic_of(const Order& order, const Evidence& evidence) {
  std::vector<const Measurement*> all;
  for (const Measurement& series : evidence.measurements) {
    const bool is_traffic = series.gate == kP2p && series.case_id == kP2p &&
                            series.unit_id == kNodeUnit && !series.samples.empty();
    if (is_traffic && order.asks(kP2p)) all.push_back(&series);
  }
  return all;
}

// How many links were active in the worst block; -1 where one was not read.
std::int64_t fewest_active(const Measurement& series, std::size_t gpus, std::size_t gpu) {
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  if (series.active_links.size() != series.samples.size()) return -1;
  for (const auto& row : series.active_links) {
    if (row.size() != gpus) return -1;
    fewest = std::min(fewest, row[gpu]);
  }
  return std::max<std::int64_t>(fewest, -1);
}

// What was found at rest, and under the traffic of nvlink.p2p where that has run: before it did
// there is nothing to say, and whether it must run is for that gate.
Finding judge_traffic(const Order& order, const Evidence& evidence, std::size_t gpu, Finding rest) {
  if (rest.verdict == Verdict::fail) return rest;
  const std::int64_t ordered = order.profile.machine.links->count;
  std::size_t blocks = 0;
  bool unread = false;
  for (const Measurement* series : traffic_of(order, evidence)) {
    const auto gpus = static_cast<std::size_t>(order.profile.ordered.gpus);
    const std::int64_t active = fewest_active(*series, gpus, gpu);
    blocks += series->samples.size();
    unread = unread || active < 0 || active > kMostLinks;
    if (active < 0 || active >= ordered) continue;
    return found(kId, rest.unit_id, "nvlink.links.lost_under_traffic",
                 fmt::format("{} of {} links were active while data moved; at rest {}", active,
                             ordered, rest.reason));
  }
  if (rest.verdict != Verdict::pass || blocks == 0) return rest;
  if (unread) {
    return found(
        kId, rest.unit_id, "nvlink.links.unread_under_traffic",
        "the active links were not read in every block of nvlink.p2p; at rest " + rest.reason);
  }
  rest.reason += fmt::format("; all active in {} blocks of traffic", blocks);
  return rest;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  const auto& ordered = order.profile.machine.links;
  std::vector<Finding> findings = judge_each(kId, order, evidence, [&](const GpuFacts& gpu) {
    if (!ordered) {
      return found(kId, gpu.unit_id, "profile.incomplete", "the profile has no [links]");
    }
    return judge_gpu(*ordered, evidence.facts, gpu);
  });
  if (!ordered) return findings;
  for (std::size_t gpu = 0; gpu < findings.size(); ++gpu) {  // in slot order, present or not
    findings[gpu] = judge_traffic(order, evidence, gpu, std::move(findings[gpu]));
  }
  return findings;
}

}  // namespace

const Gate kNvlinkLinks{kId, "Does every GPU have the NVLinks that were ordered, and are they up?",
                        "모든 GPU의 NVLink가 주문한 수와 종류대로 연결되어 있습니까?", next_nothing,
                        judge};

}  // namespace ga
