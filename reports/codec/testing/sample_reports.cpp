// Two reports of a made-up node, with the values that such a node has: for sizes and speeds.
#include <fmt/format.h>

#include <string>
#include <type_traits>

#include "reports/codec/testing/random_report.h"

namespace ga::testing {
namespace {

std::string fake_digest(int n) {
  return fmt::format("{:064x}", 0xfeedULL + static_cast<unsigned>(n));
}

// Every fact known: numbers near `n`, texts that name their field.
template <class T>
void fill_facts(T& facts, int n) {
  T::visit_fields(facts, [n](const char* name, auto& fact) {
    using K = std::remove_reference_t<decltype(fact)>;
    if constexpr (std::is_same_v<K, KnownInt>) {
      fact = std::int64_t{150'754'820'096} + n;
    } else if constexpr (std::is_same_v<K, KnownFlag>) {
      fact = false;
    } else if constexpr (kIsKnownList<K>) {
      fact.value.emplace(18);  // the links of an H200 or B200
      for (auto& entry : *fact.value) fill_facts(entry, n);
      fact.absent.clear();
    } else {
      fact = fmt::format("{} of unit {}", name, n);
    }
  });
}

void set_head(Report& report) {
  report.suite = {.version = "0.1.0",
                  .commit = "0123456789abcdef0123456789abcdef01234567",
                  .digest = fake_digest(1),
                  .programs = {{"gpuaccept", fake_digest(2)}, {"gpuprobe", fake_digest(3)}},
                  .libraries = {}};
  report.profile = {.name = "hgx-h200", .version = "1", .sha256 = fake_digest(4)};
  report.level = "quick";
  report.signer = "key";
  report.run.started = "2026-11-22T07:19:45Z";
  report.run.ended = "2026-11-22T07:21:05Z";
  report.run.boot_id = "6f1c2a90-5a3b-4f5e-9a77-0d7f3c1b2e4d";
  report.run.monotonic_start_ns = 81'000'000'000;
  report.run.monotonic_end_ns = 161'000'000'000;
  report.run.journal_head = fake_digest(5);
  report.worker = {.sha256 = fake_digest(3), .real = true, .simulated = false, .injected = ""};
  report.subject.push_back({"node", fake_digest(6)});
}

Measurement series(const std::string& unit_id, int gate, std::size_t blocks) {
  Measurement m;
  m.gate = fmt::format("gemm.bf16.own.{}", gate);
  m.case_id = "gemm.bf16.own";
  m.unit_id = unit_id;
  m.params = {{"k", 8192}, {"m", 8192}, {"n", 8192}};
  m.unit = "flops";
  m.block_ns = 3'000'000'000;
  for (std::size_t i = 0; i < blocks; ++i) {
    const auto step = static_cast<std::int64_t>(i);
    m.samples.push_back(689'123'456'789'012 + step);
    m.clock_mhz.push_back(1665 + step % 7);
    m.power_mw.push_back(699'123 + step);
    m.temp_mc.push_back(61'000 + step);
    m.throttle.push_back(4);
  }
  m.check = Check{.kind = "exact", .expected = "00f1e2d3c4b5a697", .got = "00f1e2d3c4b5a697"};
  return m;
}

Finding pass(const std::string& gate, const std::string& unit_id) {
  return {.gate = gate,
          .unit_id = unit_id,
          .verdict = Verdict::pass,
          .code = "",
          .blame = Blame::none,
          .reason = "the lower bound is 689.1 TFLOPS and the floor is 640.0 TFLOPS",
          .next_step = "",
          .warn = {}};
}

}  // namespace

Report full_report() {
  constexpr int kGpus = 8;
  constexpr int kSeries = 26;
  Report report;
  set_head(report);
  report.level = "standard";
  Evidence& evidence = report.evidence;
  fill_facts(evidence.facts.node, 0);
  for (int g = 0; g < kGpus; ++g) {
    const std::string unit = fmt::format("gpu/{}", g);
    report.subject.push_back({unit, fake_digest(7 + g)});
    evidence.facts.gpus.emplace_back().unit_id = unit;
    fill_facts(evidence.facts.gpus.back(), g);
    GpuCounters counters;
    counters.unit_id = unit;
    fill_facts(counters, g);
    evidence.before.push_back(counters);
    evidence.after.push_back(counters);
    evidence.warmup.push_back({.unit_id = unit,
                               .ended_ns = 90'000'000'000,
                               .temp_mc = std::vector<std::int64_t>(300, 62'000)});
    evidence.exits.push_back(
        {.worker = "load " + unit, .request = "", .how = "done", .detail = ""});
    for (int s = 0; s < kSeries; ++s) {
      evidence.measurements.push_back(series(unit, s, 30));
      report.claimed.findings.push_back(pass(evidence.measurements.back().gate, unit));
    }
  }
  report.sidecars = {{"telemetry.jsonl.zst", fake_digest(20), 1'843'211}};
  report.telemetry = {.sha256 = fake_digest(20), .bytes = 1'843'211, .gaps = {}};
  report.claimed.decision = "screened";
  return report;
}

Report small_report() {
  Report report;
  set_head(report);
  Evidence& evidence = report.evidence;
  evidence.facts.node.name = std::string("rack7-node12");
  evidence.facts.node.gpus_nvml = std::int64_t{1};
  GpuFacts& gpu = evidence.facts.gpus.emplace_back();
  gpu.unit_id = "gpu/0";
  GpuFacts::visit_fields(gpu, [](const char*, auto& fact) { fact.absent = "-"; });
  gpu.uuid = std::string("GPU-6f1c2a90-0000-4000-8000-000000000000");
  gpu.serial = std::string("1651024000000");
  gpu.ecc_current = true;
  report.subject.push_back({"gpu/0", fake_digest(7)});
  evidence.measurements = {series("gpu/0", 0, 2)};
  evidence.exits = {{.worker = "load gpu/0", .request = "", .how = "done", .detail = ""}};
  report.claimed = {
      .decision = "screened", .cause = "", .findings = {pass("gemm.bf16.own", "gpu/0")}};
  return report;
}

Report bare_report() {
  Report report = small_report();
  report.subject.pop_back();
  report.evidence.facts.gpus.clear();
  report.suite.programs.clear();
  return report;
}

}  // namespace ga::testing
