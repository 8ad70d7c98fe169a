// Do the switches on the way to a GPU send its traffic straight to its neighbours, as ordered?
//
// Where Access Control Services redirect requests, traffic between a GPU and the network adapter
// beside it goes up to the CPU and back, at half the rate.
// Evidence: the controls that are on at every bridge between the GPU and its root port, from the
// PCI configuration space, which the kernel shows to root only.
// Limit: ordered.acs; where the order leaves it open any known state passes. The root port itself
// has nothing to redirect within a switch: there it warns. False pass: a switch that ignores its
// own controls. False fail: a host that gives GPUs to virtual machines needs redirection: order it.
#include <array>
#include <utility>

#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "config.acs";
// By lspci's names: requests or completions are redirected, or egress is controlled.
constexpr std::array<std::string_view, 3> kRedirecting{"ReqRedir", "CmpltRedir", "EgressCtrl"};

bool redirects(const std::string& acs) {
  for (const std::string_view control : kRedirecting) {
    if (acs.find(control) != std::string::npos) return true;
  }
  return false;
}

Finding judge_gpu(const Order& order, const GpuFacts& gpu) {
  const std::string& unit = gpu.unit_id;
  if (auto no = fact_absent(kId, unit, "pci_path", gpu.pci_path)) return std::move(*no);
  const std::vector<PciHop>& path = *gpu.pci_path;
  if (path.size() < 2) {
    return found(kId, unit, "fact.impossible",
                 fmt::format("{} devices on the way to the root port", path.size()));
  }
  const auto& wanted = order.profile.ordered.acs;
  std::string on;
  for (std::size_t i = 1; i + 1 < path.size(); ++i) {
    if (path[i].acs && redirects(*path[i].acs)) {
      on += fmt::format("{}{} {}", on.empty() ? "" : "; ", path[i].address.value.value_or("?"),
                        *path[i].acs);
    }
  }
  if (wanted && !*wanted && !on.empty()) return found(kId, unit, "config.acs.wrong", on);
  for (std::size_t i = 1; i < path.size(); ++i) {
    const std::string name = "acs of " + path[i].address.value.value_or("a bridge");
    if (auto no = fact_absent(kId, unit, name, path[i].acs)) return std::move(*no);
  }
  if (wanted && *wanted && on.empty()) {
    return found(kId, unit, "config.acs.wrong", "no switch redirects");
  }
  Finding finding =
      passed(kId, unit, on.empty() ? "no switch on the way redirects" : "redirected: " + on);
  if (redirects(*path.back().acs)) {
    finding.warn.push_back("the root port redirects: " + *path.back().acs);
  }
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_each(kId, order, evidence,
                    [&](const GpuFacts& gpu) { return judge_gpu(order, gpu); });
}

}  // namespace

const Gate kConfigAcs{kId, "Do the switches let a GPU's traffic go straight, as ordered?",
                      "PCIe 스위치의 ACS 설정이 주문과 같습니까?", next_nothing, judge};

}  // namespace ga
