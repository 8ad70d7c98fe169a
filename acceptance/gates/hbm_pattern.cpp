// Does nearly all memory give back what was written?
//
// Evidence: walks over the profile's share of each GPU's memory, on all GPUs at once: every word
// its own address, moving inversions, modulo 20, random; each written and read back with every word
// held to what it must be. At level soak two more, of random data and of their complement, each
// with 150 s between write and check, in which a weak bit fades. Limit: none: one wrong word fails,
// and the share is the profile's. False pass: what lies in the memory that the driver and the walk
// itself need; a fault that ECC mends, which the counters show and events.ecc judges. False fail:
// none known; a GPU without room for the walk is not measured.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <span>
#include <utility>

#include "acceptance/core/floor.h"
#include "acceptance/core/seed.h"
#include "acceptance/gates/event_counters.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/table.h"
#include "acceptance/gates/walked.h"
#include "benches/stats/order.h"
#include "reports/model/units.h"

namespace ga {
namespace {

constexpr std::string_view kId = "hbm.pattern", kKind = "pattern", kUnit = "bytes_per_s";
constexpr std::int64_t kMib = std::int64_t{1} << 20;
constexpr std::int64_t kMostBytes = std::int64_t{1} << 40;  // that the case takes

struct PatternWalk {
  std::int64_t test = 0;    // as the case counts them
  std::int64_t hold_s = 0;  // between the write and the check
  std::int64_t flip = 0;
  std::string_view name;
};
// The last two are of level soak alone: one block each, and every bit is held at 0 and at 1.
constexpr std::array kWalks{
    PatternWalk{0, 0, 0, "own address"},
    PatternWalk{1, 0, 0, "moving inversions"},
    PatternWalk{2, 0, 0, "modulo 20"},
    PatternWalk{3, 0, 0, "random"},
    PatternWalk{3, 150, 0, "random held for 150 s"},
    PatternWalk{3, 150, 1, "its complement held for 150 s"},
};
constexpr std::size_t kHeldWalks = 2;

constexpr std::array kEccCounters{
    EventCounter{"ecc_dram_corrected", &GpuCounters::ecc_dram_corrected},
    EventCounter{"ecc_dram_uncorrected", &GpuCounters::ecc_dram_uncorrected},
    EventCounter{"remap_correctable_rows", &GpuCounters::remap_correctable_rows},
    EventCounter{"remap_uncorrectable_rows", &GpuCounters::remap_uncorrectable_rows}};

std::span<const PatternWalk> walks_of(Level level) {
  const std::span<const PatternWalk> all(kWalks);
  return level == Level::soak ? all : all.first(kWalks.size() - kHeldWalks);
}

// Together near the half minute that standard has for them; a block is several walks.
std::size_t blocks_of(const PatternWalk& walk, Level level) {
  if (walk.hold_s > 0) return 1;
  return level == Level::standard ? 7 : 1;
}

Request series_of(const Order& order, const PatternWalk& walk, const std::string& unit,
                  std::int64_t bytes) {
  Request name;
  name.gate = kId;
  name.case_id = "memory.pattern";
  name.unit_id = unit;
  name.params = {{"bytes", bytes}, {"test", walk.test}, {"hold_s", walk.hold_s}};
  name.params["seed"] = node_seed(order, kId, name.params);
  name.params["flip"] = walk.flip;  // of the same words
  name.block_ns = block_length_ns(order.level, false) + walk.hold_s * kNsPerS;
  name.phase = Phase::memory;
  return name;
}

// One GPU that the facts know, with a size to walk.
struct Unit {
  const Order& order;
  const Evidence& evidence;
  const GpuFacts& gpu;
  std::int64_t bytes;

  Request series(const PatternWalk& walk) const {
    return series_of(order, walk, gpu.unit_id, bytes);
  }
  Finding open(std::string_view code, std::string reason) const {
    return found(kId, gpu.unit_id, code, std::move(reason));
  }
};

// Whether ECC saw anything: a wrong word beside counters at rest came from elsewhere than the
// cells.
std::string ecc_text(const Unit& at) {
  std::string moved, unknown;
  for (const EventCounter& counter : kEccCounters) {
    const Delta delta = delta_of(at.evidence, at.gpu.unit_id, counter.field);
    if (delta.growth != Growth::known) {
      unknown += fmt::format("{}{}", unknown.empty() ? "" : ", ", counter.name);
    } else if (delta.by > 0) {
      moved += fmt::format("{}{} +{}", moved.empty() ? "" : ", ", counter.name, delta.by);
    }
  }
  std::string text =
      moved.empty() ? "no ECC counter moved in the run" : "ECC counters in the run: " + moved;
  return unknown.empty() ? text : text + "; not known: " + unknown;
}

std::string bits_text(const std::string& xor_bits) {
  std::uint64_t word = 0;
  const char* end = xor_bits.data() + xor_bits.size();
  const auto [rest, error] = std::from_chars(xor_bits.data(), end, word, 16);
  if (error != std::errc() || rest != end || xor_bits.empty()) return "";
  const int bits = std::popcount(word);
  return fmt::format(", {} {}", bits, bits == 1 ? "bit" : "bits");
}

// Elements are words, and a word has as many bytes as its two digits each say.
std::string wrong_text(const Unit& at, const PatternWalk& walk, const Measurement& series) {
  std::string text = fmt::format("{}: {} wrong words", walk.name, series.check->wrong);
  if (series.check->first) {
    const FirstMismatch& first = *series.check->first;
    const auto width = static_cast<std::int64_t>(first.expected.size() / 2);
    text += width > 0 && first.element <= kMostBytes
                ? fmt::format("; first at byte {} of the walk", first.element * width)
                : fmt::format("; first at element {}", first.element);
    if (first.sm >= 0) text += fmt::format(", read by SM {}", first.sm);
    text += fmt::format(": expected {}, got {}, xor {}{}", first.expected, first.got,
                        first.xor_bits, bits_text(first.xor_bits));
  }
  return text + "; no bank: not documented for HBM3; " + ecc_text(at);
}

// A walk of the same test that went less far.
std::optional<Finding> too_short(const Unit& at, const PatternWalk& walk) {
  const Request wanted = at.series(walk);
  for (const Measurement& series : at.evidence.measurements) {
    if (series.gate != kId || series.unit_id != at.gpu.unit_id) continue;
    Request name = wanted;
    const auto bytes = series.params.find("bytes");
    if (bytes == series.params.end() || bytes->second >= at.bytes) continue;
    name.params["bytes"] = bytes->second;
    if (name.params != series.params) continue;
    return at.open("hbm.pattern.coverage", fmt::format("{}: {} of {} bytes were walked", walk.name,
                                                       bytes->second, at.bytes));
  }
  return std::nullopt;
}

// What a worker says that found no room for the walk.
std::optional<Finding> no_room(const Unit& at) {
  for (const WorkerExit& exit : at.evidence.exits) {
    if (!exit.worker.ends_with(" " + at.gpu.unit_id) || !exit.request.starts_with(kId)) continue;
    if (exit.how != "error" || !exit.detail.starts_with("memory.too_small")) continue;
    return at.open("hbm.pattern.coverage",
                   fmt::format("{} bytes were asked for: {}", at.bytes, exit.detail));
  }
  return std::nullopt;
}

Finding judge_walk(const Unit& at, const PatternWalk& walk) {
  const Request name = at.series(walk);
  auto state = look_at({name, kUnit, kKind}, at.evidence);
  if (state.finding) {
    if (auto finding = no_room(at)) return std::move(*finding);
    if (state.series == nullptr) {
      if (auto finding = too_short(at, walk)) return std::move(*finding);
    }
    return std::move(*state.finding);
  }
  const std::vector<std::int64_t>& samples = state.series->samples;
  const std::size_t wanted = blocks_of(walk, at.order.level);
  if (samples.size() < wanted) return incomplete(name, samples.size(), wanted);
  const auto rate = median(std::span<const std::int64_t>(samples)).value_or(0);
  return passed(kId, at.gpu.unit_id, fmt::format("{} {}", walk.name, show_rate(rate, kUnit)));
}

std::string share_text(const Unit& at) {
  constexpr double kGb = 1e9;
  const auto walked = static_cast<double>(at.bytes),
             all = static_cast<double>(*at.gpu.memory_bytes);
  return fmt::format("{:.1f} of {:.1f} GB ({:.1f} %) hold what is written: ", walked / kGb,
                     all / kGb, 100 * walked / all);
}

std::optional<Finding> wrong_word(const Unit& at) {
  for (const PatternWalk& walk : walks_of(at.order.level)) {
    const Measurement* series = find_series(at.evidence, at.series(walk));
    if (series == nullptr || !is_wrong(*series, kKind)) continue;
    return at.open("hbm.pattern.wrong_data", wrong_text(at, walk, *series));
  }
  return std::nullopt;
}

// Precondition: no walk is wrong, and the size of the memory is known.
Finding judge_walks(const Unit& at) {
  std::string rates;
  for (const PatternWalk& walk : walks_of(at.order.level)) {
    Finding one = judge_walk(at, walk);
    if (one.verdict != Verdict::pass) return one;
    rates += (rates.empty() ? "" : ", ") + one.reason;
  }
  Finding finding = passed(kId, at.gpu.unit_id, share_text(at) + rates + "; no limit of the rate");
  warn_of_events(at.evidence, at.gpu.unit_id, kEccCounters, finding);
  return finding;
}

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  std::vector<Request> requests;
  for (const std::string& unit : present_units(order, evidence)) {
    const std::int64_t bytes = walked_bytes(order, evidence, unit);
    if (bytes <= 0) continue;
    for (const PatternWalk& walk : walks_of(order.level)) {
      ask(requests, series_of(order, walk, unit, bytes), evidence, blocks_of(walk, order.level));
    }
  }
  return requests;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_each(kId, order, evidence, [&](const GpuFacts& gpu) {
    if (order.profile.sizes.pattern_ppm <= 0) {
      return found(kId, gpu.unit_id, "profile.incomplete", "the profile has no sizes.pattern_ppm");
    }
    const Unit at{order, evidence, gpu, walked_bytes(order, evidence, gpu.unit_id)};
    if (auto wrong = wrong_word(at)) return std::move(*wrong);
    auto unfit =
        fact_unfit(kId, gpu.unit_id, "memory_bytes", gpu.memory_bytes, 2 * kMib, kMostBytes);
    return unfit ? std::move(*unfit) : judge_walks(at);
  });
}

}  // namespace

const Gate kHbmPattern{kId, "Does nearly all memory give back what was written?",
                       "거의 모든 메모리가 기록한 값을 그대로 돌려줍니까?", next, judge};

}  // namespace ga
