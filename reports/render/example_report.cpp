#include "reports/render/example_report.h"

#include <string>
#include <vector>

namespace ga {
namespace {

constexpr std::int64_t kGb = 1'000'000'000;

GpuFacts example_gpu(int index) {
  GpuFacts gpu;
  gpu.unit_id = "gpu/" + std::to_string(index);
  gpu.uuid = std::string("GPU-6f1c2a90-0000-4000-8000-00000000000") + std::to_string(index);
  gpu.serial = std::string("165102400000") + std::to_string(index);
  gpu.part_name = std::string("NVIDIA H200");
  gpu.pci_bus_id = std::string(index == 0 ? "0000:1b:00.0" : "0000:43:00.0");
  gpu.pci_device = std::string("10de:2335");
  gpu.vbios = std::string(index == 0 ? "96.00.D0.00.01" : "96.00.D0.00.02");
  gpu.inforom = KnownText::missing("not supported");
  gpu.memory_bytes = std::int64_t{150'754'820'096};
  gpu.power_limit_enforced_mw = std::int64_t{700'000};
  gpu.clock_sm_max_mhz = std::int64_t{1980};
  gpu.ecc_current = true;
  gpu.mig_current = false;
  return gpu;
}

Measurement series(const std::string& gate, const std::string& case_id, const std::string& unit_id,
                   std::vector<std::int64_t> samples) {
  Measurement m;
  m.gate = gate;
  m.case_id = case_id;
  m.unit_id = unit_id;
  m.params = {{"bytes", 8'589'934'592}};
  m.unit = "bytes_per_s";
  m.samples = std::move(samples);
  m.block_ns = 400'000'000;
  return m;
}

RunInfo example_run() {
  RunInfo run;
  run.started = "2026-01-02T03:04:05Z";
  run.ended = "2026-01-02T03:05:35Z";
  run.boot_id = "0f0f0f0f-1111-4222-8333-444444444444";
  run.resumed = {{"2026-01-02T03:04:45Z", "0f0f0f0f-1111-4222-8333-444444444444"}};
  run.interrupted = {"hbm.bandwidth memory.copy gpu/1"};
  return run;
}

}  // namespace

Report example_report() {
  Report report;
  report.suite.version = "0.1.0";
  report.suite.commit = "0123abc";
  report.suite.libraries = {{"libcublasLt.so.13", "/usr/lib/libcublasLt.so.13", "13.0.2", "aa"}};
  report.profile = {"hgx-h200", "2026.1", std::string(64, '2')};
  report.level = "quick";
  report.signer = "key";
  report.run = example_run();
  report.worker.sha256 = std::string(64, '3');
  report.worker.real = true;
  Facts& facts = report.evidence.facts;
  facts.node.name = std::string("rack7-node12");
  facts.node.driver_version = std::string("580.65.06");
  facts.node.nvml_version = std::string("13.580.65.06");
  facts.node.kernel_release = KnownText::missing("uname failed");
  facts.gpus = {example_gpu(0), example_gpu(1)};
  report.evidence.measurements = {
      series("hbm.bandwidth", "memory.copy", "gpu/0", {4210 * kGb, 4212 * kGb, 4211 * kGb}),
      series("hbm.bandwidth", "memory.copy", "gpu/1", {3010 * kGb, 3012 * kGb, 3011 * kGb}),
      series("pcie.h2d", "pcie.h2d", "gpu/0", {55 * kGb, 55 * kGb}),
      series("pcie.h2d", "pcie.h2d", "gpu/1", {}),
  };
  for (const char* unit : {"gpu/0", "gpu/1"}) {
    const bool wrong = unit == std::string_view("gpu/1");
    Measurement& exact = report.evidence.measurements.emplace_back(
        series("gemm.bf16.own.exact", "gemm.bf16.own.exact", unit, {1200, 1234}));
    exact.unit = "launches";
    exact.check = Check{.kind = "exact", .expected = "0a", .got = wrong ? "0b" : "0a"};
    exact.check->wrong = wrong ? 1 : 0;
    exact.check->launches = 2434;
  }
  report.evidence.warmup = {{"gpu/0", 0, {61'000, 61'000}, 10'000}};
  report.evidence.exits = {{"load gpu/1", "pcie.h2d pcie.h2d", "deadline", "no answer for 30 s"}};
  report.claimed.decision = "rejected";
  return report;
}

Shown example_shown() {
  Shown shown;
  shown.decision = "rejected";
  shown.cause = "hardware";
  shown.judged_by = "verify with profile hgx-h200 2026.1";
  shown.report_id = std::string(64, 'd');
  shown.key_id = std::string(64, 'e');
  shown.findings = {
      {"identity.inventory", "node", Verdict::pass, "", Blame::none, "2 GPUs as ordered", "", {}},
      {"config.idle",
       "gpu/0",
       Verdict::fail,
       "config.idle.process",
       Blame::config,
       "process 1234 python3 holds the GPU",
       "stop the process and run again",
       {}},
      {"config.idle", "gpu/1", Verdict::pass, "", Blame::none, "idle", "", {}},
      {"hbm.bandwidth",
       "gpu/0",
       Verdict::pass,
       "",
       Blame::none,
       "4211.0 GB/s",
       "",
       {"the temperature had not settled"}},
      {"hbm.bandwidth",
       "gpu/1",
       Verdict::fail,
       "hbm.bandwidth.below_floor",
       Blame::gpu,
       "at most 3012.0 GB/s, the floor is 4100.0 GB/s",
       "return the GPU",
       {"power was below the cap"}},
      {"pcie.h2d",
       "gpu/0",
       Verdict::borderline,
       "pcie.h2d.borderline",
       Blame::node,
       "55.0 GB/s, the floor is 55.2 GB/s and provisional",
       "run level standard",
       {}},
      {"pcie.h2d",
       "gpu/1",
       Verdict::not_measured,
       "evidence.incomplete",
       Blame::suite,
       "2 blocks are missing",
       "run again",
       {}},
      {"nic.links", "node", Verdict::not_applicable, "", Blame::none, "not ordered", "", {}},
  };
  shown.limits = {
      {"hbm.bandwidth", "memory.copy", 4100 * kGb, "bytes_per_s", "", 0, "calibrated"},
      {"pcie.h2d", "pcie.h2d", 0, "", "pcie.link", 860'000, "provisional"},
  };
  shown.codes["hbm.bandwidth.below_floor"] = {"HBM 대역폭이 하한보다 낮습니다",
                                              "GPU를 제조사에 반환하십시오", "return_part", true};
  shown.codes["evidence.incomplete"] = {"측정이 끝나지 않았습니다", "다시 시험하십시오",
                                        "measure_again", false};
  return shown;
}

}  // namespace ga
