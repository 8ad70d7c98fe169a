#include "acceptance/gates/compute_speed.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/gates/exact.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/solo.h"
#include "acceptance/gates/speed.h"

namespace ga {
namespace {

Params square(const Sizes& sizes) {
  if (sizes.gemm_n <= 0) return {};
  return {{"m", sizes.gemm_n}, {"n", sizes.gemm_n}, {"k", sizes.gemm_n}};
}

Params timed_attention(const Sizes& sizes) {
  if (sizes.attention_seq <= 0) return {};
  return params_of(of_length(kTimedAttention, sizes.attention_seq));
}

// The gate's terms, and what they point to.
struct Terms {
  explicit Terms(const ComputeSubject& subject)
      : id(speed_id(subject)), of_gemm(subject.computation == Computation::gemm) {}
  Terms(const Terms&) = delete;
  Terms& operator=(const Terms&) = delete;

  const std::string id;
  const bool of_gemm;
  const std::array<std::string_view, 1> cases{id};
  const SpeedGate gate{.id = id,
                       .cases = cases,
                       .unit = "flops",
                       .check_kind = of_gemm ? "checksum" : "reference",
                       .power_capped = true,
                       .explained = true,
                       .solo_repeat = false,
                       .params = of_gemm ? square : timed_attention,
                       .size_key = of_gemm ? "gemm_n" : "attention_seq"};
};

// Of the series that a gate times of its own kernel; of its exact answers where level quick does
// not time it.
KernelVotes votes_of(const ComputeSubject& subject, const Order& order, const Evidence& evidence) {
  const Terms terms(subject);
  if (!order.asks(terms.id)) return exact_votes(subject, order, evidence);
  KernelVotes votes;
  for (const std::string& unit : ordered_units(order.profile)) {
    ++votes.units;
    const auto name = series_name(terms.gate, order, terms.id, unit);
    const Measurement* series = find_series(evidence, name);
    if (series == nullptr || !is_checked(*series, terms.gate.check_kind)) continue;
    if (is_wrong(*series, terms.gate.check_kind)) {
      ++votes.wrong;
    } else if (!series->samples.empty()) {
      ++votes.right;
    }
  }
  return votes;
}

// The code that accuses one of the subject's two kernels, or says that ours is not qualified to
// accuse a GPU; empty where neither alone is wrong.
std::string accused(const ComputeSubject& subject, const Order& order, const Evidence& evidence) {
  const bool is_own = subject.kernel == Kernel::own;
  const ComputeSubject ours = is_own ? subject : witness_of(subject), theirs = witness_of(ours);
  const KernelVotes own = votes_of(ours, order, evidence);
  const KernelVotes library = votes_of(theirs, order, evidence);
  const auto alone_wrong = [](const KernelVotes& wrong, const KernelVotes& right) {
    return wrong.wrong == wrong.units && right.right == right.units;
  };
  if (own.units >= 1 && alone_wrong(own, library)) return speed_id(ours) + ".kernel_wrong";
  if (own.units >= 2 && alone_wrong(library, own)) return speed_id(theirs) + ".library_wrong";
  const bool unqualified = is_own && own.units >= 1 && own.wrong == own.units && library.wrong == 0;
  return unqualified ? speed_id(ours) + ".unqualified" : "";
}

// Whose computation warms the GPUs up; nothing where another load does.
std::optional<ComputeSubject> warmup_subject(const Profile& profile) {
  for (const Computation computation :
       {Computation::gemm, Computation::attention, Computation::attention_backward}) {
    for (const GemmType& type : kGemmTypes) {
      for (const Kernel kernel : {Kernel::own, Kernel::library}) {
        const ComputeSubject subject{computation, type, kernel};
        if (profile.warmup_case == speed_id(subject)) return subject;
      }
    }
  }
  return std::nullopt;
}

// What the repeat alone says of a GPU that looks starved among all: at its floor then, the host is
// to blame, and what the series of all GPUs came to stands; as slow alone, the GPU itself is.
std::optional<Finding> judge_starved(const Terms& terms, const Order& order,
                                     const Evidence& evidence, const std::string& unit) {
  const Request name = series_name(terms.gate, order, terms.id, unit);
  if (!looks_starved(order, evidence, name)) return std::nullopt;
  auto together = judge_case(terms.gate, order, evidence, name);
  if (!together.low) return std::nullopt;
  auto alone = judge_case(terms.gate, order, evidence, solo_series(name));
  const bool is_host =
      alone.finding.verdict == Verdict::pass ||
      (alone.low && severity(alone.finding.verdict) < severity(together.finding.verdict));
  if (is_host) {
    together.finding.reason += "; alone " + alone.finding.reason;
    return std::move(together.finding);
  }
  alone.finding.reason = (alone.low ? "alone too: " : "alone: ") + alone.finding.reason;
  return std::move(alone.finding);
}

}  // namespace

std::vector<Request> next_compute_speed(const ComputeSubject& subject, const Order& order,
                                        const Evidence& evidence) {
  const Terms terms(subject);
  auto requests = next_speed(terms.gate, order, evidence);
  if (terms.gate.params(order.profile.sizes).empty()) return requests;
  for (const std::string& unit : present_units(order, evidence)) {
    const Request together = series_name(terms.gate, order, terms.id, unit);
    if (looks_starved(order, evidence, together) &&
        falls_short(terms.gate, order, evidence, together)) {
      ask_case(requests, terms.gate, order, evidence, solo_series(together));
    }
  }
  return requests;
}

std::vector<Finding> judge_compute_speed(const ComputeSubject& subject, const Order& order,
                                         const Evidence& evidence) {
  const Terms terms(subject);
  auto findings = judge_speed(terms.gate, order, evidence);
  const auto warmup = warmup_subject(order.profile);
  for (Finding& finding : findings) {
    if (!terms.gate.params(order.profile.sizes).empty()) {
      auto starved = judge_starved(terms, order, evidence, finding.unit_id);
      if (starved) finding = std::move(*starved);
    }
    std::string code;
    if (finding.code == terms.id + ".wrong_data") code = accused(subject, order, evidence);
    // The warm-up is one computation in one type, whatever the gate's.
    if (finding.code == "warmup.wrong_data" && warmup) code = accused(*warmup, order, evidence);
    if (!code.empty()) {
      finding = found(terms.id, finding.unit_id, code, std::move(finding.reason));
    }
  }
  return findings;
}

}  // namespace ga
