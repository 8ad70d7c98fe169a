#include "acceptance/gates/gemm_speed.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/gates/exact.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/speed.h"

namespace ga {
namespace {

constexpr std::string_view kCheckKind = "checksum";

Params square(const Sizes& sizes) {
  if (sizes.gemm_n <= 0) return {};
  return {{"m", sizes.gemm_n}, {"n", sizes.gemm_n}, {"k", sizes.gemm_n}};
}

// The gate's terms, and what they point to.
struct Terms {
  explicit Terms(const GemmSubject& subject) : id(speed_id(subject)) {}
  Terms(const Terms&) = delete;
  Terms& operator=(const Terms&) = delete;

  const std::string id;
  const std::array<std::string_view, 1> cases{id};
  const SpeedGate gate{.id = id,
                       .cases = cases,
                       .unit = "flops",
                       .check_kind = kCheckKind,
                       .power_capped = true,
                       .explained = true,
                       .solo_repeat = false,
                       .params = square,
                       .size_key = "gemm_n"};
};

// Of the series that a gate times of its own kernel; of its exact answers where level quick does
// not time it.
KernelVotes votes_of(const GemmSubject& subject, const Order& order, const Evidence& evidence) {
  const Terms terms(subject);
  if (!order.asks(terms.id)) return exact_votes(subject, order, evidence);
  KernelVotes votes;
  for (const std::string& unit : ordered_units(order.profile)) {
    ++votes.units;
    const auto name = series_name(terms.gate, order, terms.id, unit);
    const Measurement* series = find_series(evidence, name);
    if (series == nullptr || !is_checked(*series, kCheckKind)) continue;
    if (is_wrong(*series, kCheckKind)) {
      ++votes.wrong;
    } else if (!series->samples.empty()) {
      ++votes.right;
    }
  }
  return votes;
}

// The code that accuses one of the type's two kernels; empty where neither alone is wrong.
std::string accused(const GemmType& type, const Order& order, const Evidence& evidence) {
  const GemmSubject ours{type, GemmKernel::own}, theirs{type, GemmKernel::cublaslt};
  const KernelVotes own = votes_of(ours, order, evidence);
  const KernelVotes library = votes_of(theirs, order, evidence);
  const auto alone_wrong = [](const KernelVotes& wrong, const KernelVotes& right) {
    return wrong.wrong == wrong.units && right.right == right.units;
  };
  if (own.units >= 1 && alone_wrong(own, library)) return speed_id(ours) + ".kernel_wrong";
  if (own.units >= 2 && alone_wrong(library, own)) return speed_id(theirs) + ".library_wrong";
  return "";
}

// The type whose product warms the GPUs up; nothing where another load does.
std::optional<GemmType> warmup_type(const Profile& profile) {
  for (const GemmType& type : kGemmTypes) {
    for (const GemmKernel kernel : {GemmKernel::own, GemmKernel::cublaslt}) {
      if (profile.warmup_case == speed_id({type, kernel})) return type;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<Request> next_gemm_speed(const GemmSubject& subject, const Order& order,
                                     const Evidence& evidence) {
  return next_speed(Terms(subject).gate, order, evidence);
}

std::vector<Finding> judge_gemm_speed(const GemmSubject& subject, const Order& order,
                                      const Evidence& evidence) {
  const Terms terms(subject);
  auto findings = judge_speed(terms.gate, order, evidence);
  const auto warmup = warmup_type(order.profile);
  for (Finding& finding : findings) {
    std::string code;
    if (finding.code == terms.id + ".wrong_data") code = accused(subject.type, order, evidence);
    // The warm-up is a product of one type, whatever the gate's.
    if (finding.code == "warmup.wrong_data" && warmup) code = accused(*warmup, order, evidence);
    if (!code.empty()) {
      finding = found(terms.id, finding.unit_id, code, std::move(finding.reason));
    }
  }
  return findings;
}

}  // namespace ga
