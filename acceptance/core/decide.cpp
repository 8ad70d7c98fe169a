// The one function that turns findings into a decision, and a decision into an exit code.
#include <algorithm>

#include "acceptance/core/judge.h"

namespace ga {
namespace {

bool blames_hardware(const Finding& finding) {
  return finding.blame != Blame::config && finding.blame != Blame::site;
}

bool any(std::span<const Finding> findings, bool (*holds)(const Finding&)) {
  return std::any_of(findings.begin(), findings.end(), holds);
}

// Every gate that was asked has spoken.
bool complete(const Order& order, std::span<const Finding> findings) {
  const auto spoke = [&](std::string_view id) {
    return !order.asks(id) || std::any_of(findings.begin(), findings.end(), [&](const Finding& f) {
      return f.gate == id && f.verdict != Verdict::not_applicable;
    });
  };
  // Nothing was soaked.
  if (order.level == Level::soak && !order.asks(kSoakGate)) return false;
  const auto& required = order.profile.required;
  return std::all_of(required.begin(), required.end(), spoke) && spoke(kFreshnessGate);
}

}  // namespace

Decision decide(const Order& order, const Standing& standing, std::span<const Finding> findings) {
  const auto failed = [](const Finding& f) { return f.verdict == Verdict::fail; };
  if (any(findings, failed)) {
    const auto hardware = [](const Finding& f) {
      return f.verdict == Verdict::fail && blames_hardware(f);
    };
    const auto config = [](const Finding& f) {
      return f.verdict == Verdict::fail && f.blame == Blame::config;
    };
    if (any(findings, hardware)) return {"rejected", "hardware"};
    return {"rejected", any(findings, config) ? "config" : "site"};
  }
  const bool unmeasured = any(findings, [](const Finding& f) {
    return f.verdict != Verdict::pass && f.verdict != Verdict::borderline &&
           f.verdict != Verdict::not_applicable;
  });
  const bool undecided =
      any(findings, [](const Finding& f) { return f.verdict == Verdict::borderline; });
  if (unmeasured || !complete(order, findings)) {
    return {"inconclusive", standing.interrupted ? "interrupted" : "not_measured"};
  }
  if (undecided) return {"inconclusive", "borderline"};
  if (!standing.real_worker || standing.injected) return {"rehearsed", ""};
  if (order.profile.kind == ProfileKind::ci) return {"passed", ""};
  const bool accepts = order.profile.status == ProfileStatus::final &&
                       order.level >= order.profile.accept_level &&
                       (standing.challenged || !order.profile.challenged);
  return {accepts ? "accepted" : "screened", ""};
}

int exit_code(const Decision& decision) {
  if (decision.word == "accepted" || decision.word == "screened" || decision.word == "passed") {
    return 0;
  }
  if (decision.word == "rejected") return decision.cause == "hardware" ? 1 : 5;
  return 3;
}

bool reaches(std::string_view word, std::string_view required) {
  if (word == required) return word != "rejected" && word != "inconclusive" && !word.empty();
  if (word == "accepted") return required == "screened" || required == "rehearsed";
  return (word == "screened" || word == "passed") && required == "rehearsed";
}

}  // namespace ga
