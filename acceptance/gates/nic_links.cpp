// Are the network ports that were ordered up, at their rate and their width?
//
// Evidence: every InfiniBand and RoCE port: state, physical state, rate and the adapter's PCIe
// width, from sysfs. Limit: [nics] of the profile: how many ports at which rate. A node may have
// more ports than those, for storage or management: what they do is a warning. False pass: a link
// that is up and loses packets, which is for events.nic. False fail: a cable that is not plugged in
// yet; that is the site's and tried again.
#include <algorithm>
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
    return found(kId, unit, "nic.links.slow",
                 fmt::format("{} Mb/s, ordered {} Mb/s", *port.rate_mbps, ordered.rate_mbps));
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
  std::vector<Finding> bad =
      judge_parts("nic", &NicPort::port, *ports, [&](const NicPort& port, const std::string& unit) {
        return judge_port(*ordered, port, unit);
      });
  const auto listed = static_cast<std::int64_t>(ports.value->size());
  const std::int64_t good = listed - static_cast<std::int64_t>(bad.size());
  const std::string text = fmt::format("{} of {} ports are up at {} Mb/s or more, ordered {}", good,
                                       listed, ordered->rate_mbps, ordered->ports);
  if (listed < ordered->ports) {
    bad.insert(bad.begin(), found(kId, "node", "nic.links.missing", text));
    return bad;
  }
  Finding node = passed(kId, "node", text);
  if (good < ordered->ports) {
    bad.insert(bad.begin(), std::move(node));
    return bad;
  }
  for (const Finding& port : bad) {
    node.warn.push_back(fmt::format("beyond what was ordered, {}: {}", port.unit_id, port.reason));
  }
  return {std::move(node)};
}

}  // namespace

const Gate kNicLinks{kId, "Are the network ports that were ordered up, at their rate and width?",
                     "주문한 네트워크 포트가 정해진 속도와 폭으로 연결되어 있습니까?", next_nothing,
                     judge};

}  // namespace ga
