#include "reports/codec/testing/random_report.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <type_traits>

#include "reports/codec/json.h"

namespace ga::testing {
namespace {

// SplitMix64: the same numbers with every compiler and library.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }

  std::int64_t count() {
    if (chance(8)) return kMaxJsonInteger;
    return static_cast<std::int64_t>(next() & kMaxJsonInteger) >> below(53);
  }
  std::int64_t integer() { return chance(2) ? count() : -count(); }
  std::string digest() {
    return fmt::format("{:016x}{:016x}{:016x}{:016x}", next(), next(), next(), next());
  }
  std::string digest_or_none() { return chance(4) ? std::string() : digest(); }
  std::string name() {
    std::string out(below(12), ' ');
    for (char& c : out) c = static_cast<char>(' ' + below(95));
    return out;
  }
  std::string text() {
    constexpr std::array<std::string_view, 8> kPieces{
        "memory ", "\n", "\"\\", "\xed\x95\x9c", "\xf0\x9f\x94\x92", "\x01\x1f\x7f", "\t/", "12 %"};
    std::string out;
    for (std::size_t i = below(6); i > 0; --i) out += kPieces[below(kPieces.size())];
    return out;
  }
  std::string utc() {
    return fmt::format("2026-{:02}-{:02}T{:02}:{:02}:{:02}Z", 1 + below(12), 1 + below(28),
                       below(24), below(60), below(60));
  }
  template <std::size_t N>
  std::string word(const std::array<std::string_view, N>& words) {
    return std::string(words[below(N)]);
  }
  std::vector<std::int64_t> counts(std::size_t n) {
    std::vector<std::int64_t> out(n);
    for (std::int64_t& v : out) v = count();
    return out;
  }

 private:
  std::uint64_t state_;
};

// n entries, n small, each made by `make`.
template <class F>
auto some(Dice& dice, F&& make) {
  std::vector<std::invoke_result_t<F>> out;
  for (std::size_t i = dice.below(4); i > 0; --i) out.push_back(make());
  return out;
}

template <class T>
void draw_facts(Dice& dice, T& facts) {
  T::visit_fields(facts, [&](const char*, auto& fact) {
    using K = std::remove_reference_t<decltype(fact)>;
    if (dice.chance(3)) {
      fact = K::missing(dice.name());
    } else if constexpr (std::is_same_v<K, KnownInt>) {
      fact = dice.integer();
    } else if constexpr (std::is_same_v<K, KnownFlag>) {
      fact = dice.chance(2);
    } else if constexpr (kIsKnownList<K>) {
      fact.value.emplace(dice.below(3));
      for (auto& entry : *fact.value) draw_facts(dice, entry);
      fact.absent.clear();
    } else {
      fact = dice.name();
    }
  });
}

Check draw_check(Dice& dice) {
  constexpr std::array<std::string_view, 6> kKinds{"exact",   "digest",    "checksum",
                                                   "pattern", "reference", "tree"};
  Check check{.kind = dice.word(kKinds), .expected = dice.name(), .got = dice.name()};
  check.wrong = dice.count();
  if (dice.chance(2)) check.launches = dice.count();
  if (dice.chance(2)) {
    check.first = FirstMismatch{.tile = dice.integer(),
                                .sm = dice.integer(),
                                .element = dice.count(),
                                .expected = dice.name(),
                                .got = dice.name(),
                                .xor_bits = dice.name()};
  }
  check.root = dice.digest_or_none();
  check.openings = some(dice, [&] {
    return Opening{.tile = dice.count(), .path = some(dice, [&] { return dice.digest(); })};
  });
  return check;
}

Measurement draw_measurement(Dice& dice) {
  constexpr std::array<std::string_view, 5> kUnits{"bytes_per_s", "flops", "mhz", "launches", "ns"};
  constexpr std::array<std::string_view, 2> kReasons{"no_clock_reading", "interrupted"};
  const std::size_t n = dice.below(5);
  Measurement m;
  m.gate = dice.name();
  m.case_id = dice.name();
  m.unit_id = dice.name();
  for (std::size_t i = dice.below(4); i > 0; --i) m.params["p" + dice.name()] = dice.integer();
  m.unit = dice.word(kUnits);
  if (dice.chance(3)) m.algorithm = "id " + dice.name();
  m.samples = dice.counts(n);
  m.block_ns = dice.count();
  m.clock_mhz = dice.counts(n);
  m.power_mw = dice.counts(n);
  m.temp_mc = dice.counts(n);
  m.throttle = dice.counts(n);
  if (n > 0 && dice.chance(3)) m.link_gen = dice.counts(n);
  if (!m.link_gen.empty()) m.link_width = dice.counts(n);
  if (n > 0 && dice.chance(3)) {
    m.case_id = "memory." + m.case_id;
    m.memory_temp_mc = dice.counts(n);
  }
  const std::size_t parts = 1 + dice.below(4);
  if (dice.chance(3)) m.cells = Rows(n, dice.counts(parts));
  if (dice.chance(3)) m.active_links = Rows(n, dice.counts(parts));
  if (dice.chance(2)) m.check = draw_check(dice);
  m.discarded =
      some(dice, [&] { return Discard{.index = dice.count(), .reason = dice.word(kReasons)}; });
  const std::size_t blocks = n + m.discarded.size();
  if (blocks > 0 && m.check && is_wrong(*m.check) && dice.chance(2)) {
    m.check->first_block = static_cast<std::int64_t>(dice.below(blocks));
  }
  return m;
}

Finding draw_finding(Dice& dice) {
  return {.gate = dice.name(),
          .unit_id = dice.name(),
          .verdict = static_cast<Verdict>(dice.below(5)),
          .code = dice.name(),
          .blame = static_cast<Blame>(dice.below(7)),
          .reason = dice.text(),
          .next_step = dice.text(),
          .warn = some(dice, [&] { return dice.text(); })};
}

Evidence draw_evidence(Dice& dice) {
  constexpr std::array<std::string_view, 5> kHow{"done", "error", "signal", "deadline", "protocol"};
  Evidence evidence;
  draw_facts(dice, evidence.facts.node);
  draw_facts(dice, evidence.facts.host);
  draw_facts(dice, evidence.facts.bmc);
  draw_facts(dice, evidence.node_before);
  draw_facts(dice, evidence.node_after);
  for (std::size_t i = 0, n = dice.below(4); i < n; ++i) {
    GpuFacts& gpu = evidence.facts.gpus.emplace_back();
    gpu.unit_id = fmt::format("gpu/{}", i);
    draw_facts(dice, gpu);
  }
  const auto counters = [&] {
    GpuCounters out;
    out.unit_id = dice.name();
    draw_facts(dice, out);
    return out;
  };
  evidence.before = some(dice, counters);
  evidence.after = some(dice, counters);
  if (dice.chance(3)) {
    Restart& restart = evidence.restarts.emplace_back();
    draw_facts(dice, restart.node_until);
    draw_facts(dice, restart.node_from);
    restart.until = some(dice, counters);
    restart.from = some(dice, counters);
  }
  evidence.log = some(dice, [&] {
    return LogEvent{
        .t_ns = dice.count(),
        .source = dice.name(),
        .gpu = dice.name(),
        .code = dice.name(),
        .text = dice.text(),
        .boot = evidence.restarts.empty() ? 0 : static_cast<std::int64_t>(dice.below(2))};
  });
  evidence.measurements = some(dice, [&] { return draw_measurement(dice); });
  evidence.warmup = some(dice, [&] {
    return Warmup{.unit_id = dice.name(), .ended_ns = dice.count(), .temp_mc = some(dice, [&] {
                                                                      return dice.integer();
                                                                    })};
  });
  if (dice.chance(3)) {
    evidence.manifest = ManifestExcerpt{
        .sha256 = dice.digest(), .rows = dice.count(), .entries = some(dice, [&] {
                                                         return ManifestRow{.node = dice.name(),
                                                                            .serial = dice.name()};
                                                       })};
  }
  evidence.exits = some(dice, [&] {
    return WorkerExit{.worker = dice.name(),
                      .request = dice.name(),
                      .how = dice.word(kHow),
                      .detail = dice.text()};
  });
  return evidence;
}

void draw_context(Dice& dice, Report& report) {
  report.suite.version = dice.name();
  report.suite.commit = dice.name();
  report.suite.digest = dice.digest_or_none();
  report.suite.programs = some(dice, [&] { return Program{dice.name(), dice.digest()}; });
  report.suite.libraries = some(dice, [&] {
    return Library{dice.name(), "/" + dice.name(), dice.name(), dice.digest_or_none()};
  });
  report.profile = {.name = dice.name(), .version = dice.name(), .sha256 = dice.digest()};
  if (dice.chance(3)) {
    report.challenge = ChallengeRef{.dsse = dice.digest(), .sha256 = dice.digest()};
    report.binding = "challenged";
  }
  report.run.started = dice.utc();
  report.run.ended = dice.utc();
  report.run.boot_id = dice.name();
  report.run.monotonic_start_ns = dice.count();
  report.run.monotonic_end_ns = dice.count();
  report.run.attempt = 1 + (dice.count() >> 1);
  report.run.resumed = some(dice, [&] { return Resumed{dice.utc(), dice.name()}; });
  report.run.interrupted = some(dice, [&] { return dice.name(); });
  report.run.journal_head = dice.digest_or_none();
  report.worker = {.sha256 = dice.digest_or_none(),
                   .real = dice.chance(2),
                   .simulated = dice.chance(2),
                   .injected = dice.name()};
}

// A real node's counters were read in the boots of its run.
void name_boots(Report& report) {
  Evidence& evidence = report.evidence;
  evidence.node_before.boot_id = evidence.node_after.boot_id = KnownText(report.run.boot_id);
  for (std::size_t i = 0; i < evidence.restarts.size(); ++i) {
    evidence.restarts[i].node_until.boot_id = evidence.node_after.boot_id;
    evidence.restarts[i].node_from.boot_id = evidence.node_after.boot_id =
        KnownText(report.run.resumed[i].boot_id);
  }
}

}  // namespace

Report random_report(std::uint64_t seed) {
  constexpr std::array<std::string_view, 3> kLevels{"quick", "standard", "soak"};
  constexpr std::array<std::string_view, 2> kSigners{"key", "ephemeral"};
  constexpr std::array<std::string_view, 6> kWords{"accepted",  "screened", "passed",
                                                   "rehearsed", "rejected", "inconclusive"};
  constexpr std::array<std::string_view, 7> kCauses{
      "", "hardware", "config", "site", "interrupted", "not_measured", "borderline"};
  Dice dice(seed);
  Report report;
  draw_context(dice, report);
  report.level = dice.word(kLevels);
  report.signer = dice.word(kSigners);
  report.evidence = draw_evidence(dice);
  // A boot that is another one has its restart, and without restarts there is one boot.
  const std::size_t restarts = report.evidence.restarts.size();
  if (restarts > 0) report.run.resumed.resize(restarts, {dice.utc(), ""});
  for (std::size_t i = 0; i < report.run.resumed.size(); ++i) {
    report.run.resumed[i].boot_id =
        report.run.boot_id + (i < restarts ? std::string(i + 1, '+') : "");
  }
  if (restarts > 0) report.level = "soak";
  if (report.worker.real) name_boots(report);
  report.subject.push_back({"node", dice.digest()});
  for (const GpuFacts& gpu : report.evidence.facts.gpus) {
    report.subject.push_back({gpu.unit_id, dice.digest()});
  }
  report.sidecars = some(dice, [&] {
    return Sidecar{.name = "telemetry.jsonl.zst", .sha256 = dice.digest(), .bytes = dice.count()};
  });
  report.telemetry.sha256 = dice.digest_or_none();
  report.telemetry.bytes = dice.count();
  report.telemetry.gaps = some(dice, [&] {
    return TelemetryGap{.unit_id = dice.name(), .from_ns = dice.count(), .to_ns = dice.count()};
  });
  report.evidence.libraries = report.suite.libraries;
  report.evidence.gaps = report.telemetry.gaps;
  report.claimed = {.decision = dice.word(kWords),
                    .cause = dice.word(kCauses),
                    .findings = some(dice, [&] { return draw_finding(dice); })};
  return report;
}

}  // namespace ga::testing
