// Are the network ports that were ordered up, at their rate and their width?
//
// Evidence: every InfiniBand and RoCE port: state, physical state, rate and the adapter's PCIe
// width, from sysfs. Limit: [nics] of the profile: how many ports at which rate. A node may have
// more ports than those, for storage or management: what they do is a warning, unless the port is
// on a board like those of the ports that are up. False pass: a link that is up and loses packets,
// which is for events.nic. False fail: a cable that is not plugged in yet; that is the site's and
// tried again.
#include <algorithm>
#include <set>
#include <utility>

#include "acceptance/gates/parts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "nic.links";
constexpr std::int64_t kMostMbps = 100'000'000;

std::optional<Finding> judge_port(const OrderedNics& ordered, const NicPort& port,
                                  const std::string& unit) {
  const auto not_word = [](const KnownText& fact, std::string_view word) {
    return fact && *fact != word;
  };
  if (not_word(port.state, "ACTIVE") || not_word(port.phys_state, "LinkUp")) {
    return found(kId, unit, "nic.links.down",
                 fmt::format("state {}, physical state {}", port.state.value.value_or("absent"),
                             port.phys_state.value.value_or("absent")));
  }
  if (port.rate_mbps && *port.rate_mbps >= 0 && *port.rate_mbps < ordered.rate_mbps) {
    return not_as_ordered(
        kId, unit, "nic.links.slow",
        fmt::format("{} Mb/s, ordered {} Mb/s", *port.rate_mbps, ordered.rate_mbps),
        ordered.origin);
  }
  if (auto no = fact_absent(kId, unit, "state", port.state)) return no;
  if (auto no = fact_absent(kId, unit, "phys_state", port.phys_state)) return no;
  if (auto no = fact_unfit(kId, unit, "rate_mbps", port.rate_mbps, 0, kMostMbps)) return no;
  return link_narrow(kId, unit, port);
}

// The same port twice would count twice.
std::string listed_twice(const std::vector<NicPort>& ports) {
  for (std::size_t i = 0; i < ports.size(); ++i) {
    for (std::size_t j = i + 1; j < ports.size(); ++j) {
      if (ports[i].port && ports[i].port == ports[j].port) return *ports[i].port;
    }
  }
  return "";
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  const auto& ordered = order.profile.machine.nics;
  if (!ordered) return {found(kId, "node", "profile.incomplete", "the profile has no [nics]")};
  const auto& ports = evidence.facts.host.nics;
  if (auto no = fact_absent(kId, "node", "nics", ports)) return {std::move(*no)};
  if (const std::string name = listed_twice(*ports); !name.empty()) {
    return {found(kId, "node", "fact.impossible", name + " is listed twice")};
  }
  std::vector<Finding> bad;
  std::vector<std::string> boards;  // of each of the bad
  std::set<std::string> good_boards;
  for (std::size_t i = 0; i < ports.value->size(); ++i) {
    const NicPort& port = (*ports.value)[i];
    auto finding = judge_port(*ordered, port, part_unit("nic", port.port, i));
    const std::string board = port.board_id.value.value_or("");
    if (!finding) good_boards.insert(board);
    if (!finding) continue;
    bad.push_back(std::move(*finding));
    boards.push_back(board);
  }
  const auto listed = static_cast<std::int64_t>(ports.value->size());
  const std::int64_t good = listed - static_cast<std::int64_t>(bad.size());
  const std::string text = fmt::format("{} of {} ports are up at {} Mb/s or more, ordered {}", good,
                                       listed, ordered->rate_mbps, ordered->ports);
  if (listed < ordered->ports) {
    bad.insert(bad.begin(),
               not_as_ordered(kId, "node", "nic.links.missing", text, ordered->origin));
    return bad;
  }
  if (good < ordered->ports) return bad;
  // Enough are up. One that is down on a board like theirs may be one that was ordered all the
  // same, and another port up in its place; one on another kind of board is for storage or
  // management.
  Finding node = passed(kId, "node", text);
  std::vector<Finding> findings;
  for (std::size_t i = 0; i < bad.size(); ++i) {
    if (!boards[i].empty() && good_boards.contains(boards[i])) {
      findings.push_back(std::move(bad[i]));
      continue;
    }
    node.warn.push_back(
        fmt::format("beyond what was ordered, {}: {}", bad[i].unit_id, bad[i].reason));
  }
  findings.insert(findings.begin(), std::move(node));
  return findings;
}

}  // namespace

const Gate kNicLinks{kId, "Are the network ports that were ordered up, at their rate and width?",
                     "주문한 네트워크 포트가 정해진 속도와 폭으로 연결되어 있습니까?", next_nothing,
                     judge};

}  // namespace ga
