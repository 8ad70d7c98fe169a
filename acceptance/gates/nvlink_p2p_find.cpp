#include "acceptance/gates/nvlink_p2p_find.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/gates/held.h"
#include "acceptance/gates/node_series.h"
#include "acceptance/gates/series.h"

namespace ga {
namespace {

// Below this share of a GPU's links it is PCIe that carries the data: Gen5 x16 is an eighth of 18
// links of NVLink 4, and one link lost of 18 leaves 94 %.
constexpr std::int64_t kPcieShare = 5;

int rank_of(FloorAnswer answer) {
  switch (answer) {
    case FloorAnswer::below_gross:
      return 3;
    case FloorAnswer::below_floor:
      return 2;
    case FloorAnswer::met:
    case FloorAnswer::no_floor:
      return 0;
    default:
      return 1;
  }
}

// All that is known against one unit.
struct Case {
  std::vector<std::string> texts;
  FloorAnswer answer = FloorAnswer::met;
  bool over_pcie = false, fabric = false;

  void add_miss(const P2pMiss& miss) {
    if (rank_of(miss.answer) > rank_of(answer)) answer = miss.answer;
  }
};

std::string percent(std::int64_t ppm) { return show_rate(ppm, "ppm"); }

class Findings {
 public:
  Findings(const Order& order, const std::vector<P2pLook>& looks)
      : order_(order), looks_(looks), n_(gpus_of(order)) {
    for (const P2pLook& look : looks) take(look);
  }

  std::vector<Finding> all() const {
    std::vector<Finding> findings;
    for (std::size_t gpu = 0; gpu < n_; ++gpu) findings.push_back(of_gpu(gpu));
    findings.push_back(of_node());
    for (const auto& [unit, known] : pairs_) findings.push_back(bad(unit, known));
    return findings;
  }

 private:
  std::int64_t pcie_rate() const {
    const OrderedLinks& links = *order_.profile.machine.links;
    return links.count * links.bytes_per_s_min / kPcieShare;
  }

  Case& case_of(const Suspect& suspect) {
    if (suspect.part == Part::fabric || suspect.part == Part::node) return node_;
    if (suspect.part == Part::pair) return pairs_[pair_unit(suspect.gpu, suspect.other)];
    return gpus_[suspect.gpu];
  }

  void take(const P2pLook& look) {
    for (const Suspect& suspect : look.suspects) {
      Case& at = case_of(suspect);
      at.texts.push_back(text_of(look, suspect));
      at.fabric = at.fabric || suspect.part == Part::fabric;
      const auto left = static_cast<double>(1'000'000 - suspect.lost_ppm) / 1e6;
      const bool slow =
          left * static_cast<double>(look.reference) < static_cast<double>(pcie_rate());
      at.over_pcie = at.over_pcie || (slow && suspect.part != Part::fabric);
    }
    if (look.reference < pcie_rate()) {
      node_.over_pcie = true;
      node_.texts.push_back(fmt::format("{}: {}", to_words(look.way), reference_text(look)));
    }
    take_misses(look);
    if (look.unsettled) {
      node_.texts.push_back(
          fmt::format("{}: low, and not the same parts in the repeat", to_words(look.way)));
    }
  }

  // A part carries what it explains; the rest is the node's.
  void take_misses(const P2pLook& look) {
    std::size_t rest = 0;
    const P2pMiss* worst = nullptr;
    for (const P2pMiss& miss : look.misses) {
      const auto suspect = std::find_if(look.suspects.begin(), look.suspects.end(),
                                        [&](const Suspect& one) { return explains(one, miss); });
      if (suspect != look.suspects.end()) {
        case_of(*suspect).add_miss(miss);
        continue;
      }
      node_.add_miss(miss);
      ++rest;
      if (worst == nullptr || miss.high < worst->high) worst = &miss;
    }
    if (worst == nullptr) return;
    node_.texts.push_back(fmt::format("{}: {} of {} rates below the floor, the lowest {} to {}",
                                      to_words(look.way), rest, n_ * (n_ + 1),
                                      show_rate(worst->low, "bytes_per_s"),
                                      show_rate(worst->high, "bytes_per_s")));
  }

  std::string reference_text(const P2pLook& look) const {
    return "nine of ten pairs reach no more than " + show_rate(look.reference, "bytes_per_s");
  }

  std::string text_of(const P2pLook& look, const Suspect& suspect) const {
    std::string_view what = "low";
    if (suspect.part == Part::egress) what = "sends slowly";
    if (suspect.part == Part::ingress) what = "receives slowly";
    if (suspect.part == Part::gpu) what = "sends and receives slowly";
    if (suspect.part == Part::fabric) what = "low by the share of one switch";
    if (suspect.part == Part::node) what = "uneven, and no single part fits";
    return fmt::format("{}: {}, {} below; {}", to_words(look.way), what, percent(suspect.lost_ppm),
                       reference_text(look));
  }

  std::string code_of(const Case& known) const {
    const std::string id(kP2p);
    if (known.over_pcie) return id + ".not_over_nvlink";
    const bool absolute = order_.profile.machine.links->copy_bytes_per_s > 0;
    if (known.fabric && absolute) return id + ".switch_lost";
    if (rank_of(known.answer) > 0)
      return id + std::string(code_end(known.answer, LimitKind::floor));
    return id + ".uneven";
  }

  Finding bad(const std::string& unit, const Case& known) const {
    return found(kP2p, unit, code_of(known), fmt::format("{}", fmt::join(known.texts, "; ")));
  }

  Finding of_gpu(std::size_t gpu) const {
    const std::string unit = fmt::format("gpu/{}", gpu);
    if (const auto known = gpus_.find(gpu); known != gpus_.end()) return bad(unit, known->second);
    std::int64_t sends = 0, receives = 0;
    const Square square{looks_.front().middles, n_};
    for (std::size_t other = 0; other < n_; ++other) {
      sends += square.at(gpu, other);
      receives += square.at(other, gpu);
    }
    const auto others = static_cast<std::int64_t>(n_ - 1);
    Finding finding = passed(kP2p, unit,
                             fmt::format("{}: sends {}, receives {}", to_words(looks_.front().way),
                                         show_rate(sends / others, "bytes_per_s"),
                                         show_rate(receives / others, "bytes_per_s")));
    for (const auto& [pair, known] : pairs_) {
      const bool holds = pair.starts_with(unit + "-") || pair.ends_with("-" + unit);
      if (holds) finding.warn.push_back("slow with one other GPU alone: see " + pair);
    }
    return finding;
  }

  Finding of_node() const {
    if (!node_.texts.empty()) return bad(std::string(kNodeUnit), node_);
    std::string text;
    Finding finding = passed(kP2p, kNodeUnit, "");
    for (const P2pLook& look : looks_) {
      text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", to_words(look.way),
                          reference_text(look));
      if (!look.passing) continue;
      finding.warn.push_back(
          fmt::format("{}: low in the first blocks, and not in the repeat", to_words(look.way)));
    }
    finding.reason = std::move(text);
    return finding;
  }

  const Order& order_;
  const std::vector<P2pLook>& looks_;
  const std::size_t n_;
  std::map<std::size_t, Case> gpus_;
  std::map<std::string, Case> pairs_;
  Case node_;
};

}  // namespace

std::vector<Finding> p2p_findings(const Order& order, const std::vector<P2pLook>& looks) {
  return Findings(order, looks).all();
}

}  // namespace ga
