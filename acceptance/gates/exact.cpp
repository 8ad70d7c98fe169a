#include "acceptance/gates/exact.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/core/floor.h"
#include "acceptance/core/seed.h"
#include "acceptance/gates/series.h"
#include "kernels/data/exact_attention.h"
#include "kernels/data/exact_attention_bwd.h"
#include "kernels/data/exact_gemm.h"

namespace ga {
namespace {

constexpr std::string_view kKind = "exact";
constexpr std::array<std::int64_t, 2> kCorners{0, 1};  // cold, hot

// The gate as its findings and series name it.
struct ExactGate {
  explicit ExactGate(const ComputeSubject& subject)
      : id(exact_id(subject)),
        other(exact_id(witness_of(subject))),
        of_gemm(subject.computation == Computation::gemm),
        backward(subject.computation == Computation::attention_backward),
        in(subject.type.in),
        is_own(subject.kernel == Kernel::own) {}

  std::string id, other;
  bool of_gemm, backward;
  ElementType in;
  bool is_own;
};

AttentionShape attention_of(const ExactGate& gate, const Sizes& sizes) {
  AttentionShape shape = of_length(kExactAttention, sizes.attention_exact_seq);
  shape.type = gate.in;
  return shape;
}

// Why the profile's size has no exact answer; empty if it has one.
std::string size_unfit(const ExactGate& gate, const Sizes& sizes) {
  if (gate.of_gemm) {
    const std::int64_t most = exact_most_k(gate.in);
    if (sizes.exact_n >= 1 && sizes.exact_n <= most) return "";
    return fmt::format(
        "the profile has no sizes.exact_n from 1 to {}, up to which sums of this type are exact",
        most);
  }
  if (sizes.attention_exact_seq < 1) return "the profile has no sizes.attention_exact_seq";
  const AttentionShape shape = attention_of(gate, sizes);
  const Status exact =
      gate.backward ? exact_attention_bwd_check(shape) : exact_attention_check(shape);
  return exact ? "" : fmt::format("sizes.attention_exact_seq: {}", exact.error().what());
}

// All types together stay within the minute that each corner has (docs/adr/0013); the backward came
// when it was full, and has short blocks (docs/adr/0018).
std::size_t blocks_of(const ExactGate& gate, Level level) {
  return level != Level::quick && gate.of_gemm && gate.in == ElementType::bf16 ? 3 : 1;
}
std::int64_t block_ns_of(const ExactGate& gate, Level level) {
  return block_length_ns(level, !gate.backward);
}

Params params_of(const ExactGate& gate, const Sizes& sizes) {
  const std::int64_t n = sizes.exact_n;
  return gate.of_gemm ? Params{{"m", n}, {"n", n}, {"k", n}} : params_of(attention_of(gate, sizes));
}

// One for all kernels of a computation, cold and hot, so that they are each other's witnesses.
std::int64_t seed_of(const ExactGate& gate, const Order& order) {
  const char* computation = gate.of_gemm    ? "gemm.exact"
                            : gate.backward ? "attention.bwd.exact"
                                            : "attention.exact";
  return node_seed(order, computation, params_of(gate, order.profile.sizes));
}

// Of the gate itself, or of its witness.
Request series_of(const ExactGate& gate, std::string_view id, const Order& order,
                  const std::string& unit, std::int64_t hot) {
  Request name;
  name.gate = id;
  name.case_id = id;
  name.unit_id = unit;
  name.params = params_of(gate, order.profile.sizes);
  name.params["hot"] = hot;
  name.params["seed"] = seed_of(gate, order);
  name.block_ns = block_ns_of(gate, order.level);
  name.phase = hot != 0 ? Phase::hot_exact : Phase::cold_exact;
  return name;
}

std::string in_hex(std::uint64_t digest) { return fmt::format("{:016x}", digest); }

// Types with the same integers stored alike have one product.
std::string gemm_digest(const ExactGate& gate, std::int64_t n, std::uint64_t seed) {
  thread_local std::map<std::tuple<std::int64_t, std::uint64_t, int, bool>, std::string> known;
  std::string& digest = known[{n, seed, exact_range(gate.in), b_along_k(gate.in)}];
  if (digest.empty()) digest = in_hex(exact_gemm_digest({n, n, n, seed, gate.in}));
  return digest;
}

std::string attention_digest(const ExactGate& gate, const Sizes& sizes, std::uint64_t seed) {
  thread_local std::map<std::tuple<std::int64_t, std::uint64_t, ElementType, bool>, std::string>
      known;
  std::string& digest = known[{sizes.attention_exact_seq, seed, gate.in, gate.backward}];
  if (!digest.empty()) return digest;
  const ExactAttention exact{attention_of(gate, sizes), seed};
  digest = in_hex(gate.backward ? exact_attention_bwd_hash(exact) : exact_attention_hash(exact));
  return digest;
}

// What the data must give, in the form that a check carries it. Remembered: walking the data is
// most of the time that a judgement takes.
std::string expected_digest(const ExactGate& gate, const Order& order) {
  const Sizes& sizes = order.profile.sizes;
  const auto seed = static_cast<std::uint64_t>(seed_of(gate, order));
  return gate.of_gemm ? gemm_digest(gate, sizes.exact_n, seed)
                      : attention_digest(gate, sizes, seed);
}

// Of both corners: wrong if either is, right only if both are.
Answer answer_on(const ExactGate& gate, std::string_view id, const Order& order,
                 const Evidence& evidence, const std::string& unit, const std::string& expected) {
  Answer both = Answer::right;
  for (const std::int64_t hot : kCorners) {
    const Request name = series_of(gate, id, order, unit, hot);
    const auto one = answer_of(find_series(evidence, name), kKind, expected);
    if (one == Answer::wrong) return Answer::wrong;
    if (one == Answer::unknown) both = Answer::unknown;
  }
  return both;
}

// Who is accused where the kernel is wrong on a unit.
enum class Accused { gpu, kernel, unknown };

struct Votes {
  std::map<std::string, Answer> own, other;
};

bool all_are(const std::map<std::string, Answer>& votes, Answer answer) {
  return std::all_of(votes.begin(), votes.end(),
                     [&](const auto& vote) { return vote.second == answer; });
}

Accused accuse(const ExactGate& gate, const Votes& votes, const std::string& unit) {
  const bool right_elsewhere =
      std::any_of(votes.own.begin(), votes.own.end(),
                  [](const auto& vote) { return vote.second == Answer::right; });
  if (right_elsewhere || votes.other.at(unit) == Answer::wrong) return Accused::gpu;
  const bool alone_wrong = all_are(votes.own, Answer::wrong) && all_are(votes.other, Answer::right);
  if (gate.is_own) return alone_wrong ? Accused::kernel : Accused::unknown;
  return alone_wrong && votes.own.size() > 1 ? Accused::kernel : Accused::gpu;
}

std::string wrong_text(const Measurement& series, std::int64_t hot, const std::string& expected) {
  std::string text = fmt::format("{}: ", hot != 0 ? "hot" : "cold") + describe_mismatch(series);
  return text + fmt::format("; digest {}, must be {}", series.check->got, expected);
}

Finding wrong_finding(const ExactGate& gate, Accused accused, const std::string& unit,
                      std::string reason) {
  switch (accused) {
    case Accused::gpu:
      return found(gate.id, unit, gate.id + ".wrong_data", std::move(reason));
    case Accused::kernel:
      return found(gate.id, unit, gate.id + (gate.is_own ? ".kernel_wrong" : ".library_wrong"),
                   std::move(reason));
    case Accused::unknown:
      break;
  }
  return found(gate.id, unit, gate.id + ".unqualified", std::move(reason));
}

// One corner that is not wrong: sound and complete, or why not.
Finding judge_corner(const ExactGate& gate, const Order& order, const Evidence& evidence,
                     const Request& name, const std::string& expected) {
  // Looked at first: what no judge can hold to the answer accuses nobody, whatever the worker
  // expected.
  if (auto open = unanswered(name, kKind, evidence, expected)) return std::move(*open);
  auto state = look_at({name, "launches", kKind}, evidence);
  if (state.finding) return std::move(*state.finding);
  const Measurement& series = *state.series;
  const std::size_t wanted = blocks_of(gate, order.level);
  if (series.samples.size() < wanted) return incomplete(name, series.samples.size(), wanted);
  std::int64_t launches = 0;  // cannot overflow: look_at bounds each sample, a report their number
  for (const std::int64_t count : series.samples) launches += count;
  if (launches < order.profile.sizes.exact_launches) {
    return found(
        gate.id, name.unit_id, gate.id + ".too_few_launches",
        fmt::format("{} launches, {} ordered", launches, order.profile.sizes.exact_launches));
  }
  // No wrong answer in n launches excludes, at 95 %, a rate above 3 / n.
  return passed(
      gate.id, name.unit_id,
      fmt::format("{}: {} launches exact, so fewer than {:.1e} of launches are wrong (95 %)",
                  name.phase == Phase::hot_exact ? "hot" : "cold", launches,
                  3.0 / static_cast<double>(launches)));
}

Finding judge_unit(const ExactGate& gate, const Order& order, const Evidence& evidence,
                   const std::string& unit, const Votes& votes, const std::string& expected) {
  if (auto absent = unit_absent(gate.id, unit, evidence)) return std::move(*absent);
  Finding worst = passed(gate.id, unit, "");
  for (const std::int64_t hot : kCorners) {
    const Request name = series_of(gate, gate.id, order, unit, hot);
    const Measurement* series = find_series(evidence, name);
    if (answer_of(series, kKind, expected) == Answer::wrong) {
      return wrong_finding(gate, accuse(gate, votes, unit), unit,
                           wrong_text(*series, hot, expected));
    }
    Finding corner = judge_corner(gate, order, evidence, name, expected);
    if (severity(corner.verdict) > severity(worst.verdict)) {
      worst = std::move(corner);
    } else if (worst.verdict == Verdict::pass) {
      worst.reason += (worst.reason.empty() ? "" : "; ") + corner.reason;
    }
  }
  return worst;
}

}  // namespace

std::vector<Request> next_exact(const ComputeSubject& subject, const Order& order,
                                const Evidence& evidence) {
  const ExactGate gate(subject);
  std::vector<Request> requests;
  if (!size_unfit(gate, order.profile.sizes).empty()) return requests;
  for (const std::string& unit : present_units(order, evidence)) {
    for (const std::int64_t hot : kCorners) {
      ask(requests, series_of(gate, gate.id, order, unit, hot), evidence,
          blocks_of(gate, order.level));
    }
  }
  return requests;
}

KernelVotes exact_votes(const ComputeSubject& subject, const Order& order,
                        const Evidence& evidence) {
  const ExactGate gate(subject);
  KernelVotes votes;
  if (!size_unfit(gate, order.profile.sizes).empty()) return votes;
  const std::string expected = expected_digest(gate, order);
  for (const std::string& unit : ordered_units(order.profile)) {
    const Answer answer = answer_on(gate, gate.id, order, evidence, unit, expected);
    ++votes.units;
    votes.wrong += answer == Answer::wrong ? 1 : 0;
    votes.right += answer == Answer::right ? 1 : 0;
  }
  return votes;
}

std::vector<Finding> judge_exact(const ComputeSubject& subject, const Order& order,
                                 const Evidence& evidence) {
  const ExactGate gate(subject);
  const auto units = ordered_units(order.profile);
  std::vector<Finding> findings;
  if (const auto unfit = size_unfit(gate, order.profile.sizes); !unfit.empty()) {
    for (const std::string& unit : units) {
      findings.push_back(found(gate.id, unit, "profile.incomplete", unfit));
    }
    return findings;
  }
  const std::string expected = expected_digest(gate, order);
  Votes votes;
  for (const std::string& unit : units) {
    votes.own[unit] = answer_on(gate, gate.id, order, evidence, unit, expected);
    votes.other[unit] = answer_on(gate, gate.other, order, evidence, unit, expected);
  }
  for (const std::string& unit : units) {
    findings.push_back(judge_unit(gate, order, evidence, unit, votes, expected));
  }
  return findings;
}

}  // namespace ga
