#include "acceptance/sim/simulator.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include "benches/cases/case_table.h"
#include "kernels/data/exact_gemm.h"

namespace ga {
namespace {

constexpr std::int64_t kBlockNs = 400'000'000;

// Serves those requests at no wall time and returns what came back, hello first.
std::vector<WireEvent> answers(const Scenario& scenario, const std::vector<WireRequest>& requests,
                               SimulatorOptions options = {}) {
  std::array<int, 2> in{}, out{};
  EXPECT_EQ(pipe(in.data()), 0);
  EXPECT_EQ(pipe(out.data()), 0);
  std::string lines;
  for (const WireRequest& request : requests) lines += encode(request) + "\n";
  EXPECT_EQ(write(in[1], lines.data(), lines.size()), static_cast<ssize_t>(lines.size()));
  options.time_scale = 0;
  options.protocol = out[1];
  std::string got;
  std::thread reader([&] {
    std::array<char, 4096> piece;
    for (ssize_t n = 0; (n = read(out[0], piece.data(), piece.size())) > 0;) {
      got.append(piece.data(), static_cast<std::size_t>(n));
      // The last answer is in: hang up, so that the loop ends.
      const auto ends = [&](std::string_view type) {
        std::size_t count = 0;
        for (std::size_t at = got.find(type); at != std::string::npos;
             at = got.find(type, at + 1)) {
          ++count;
        }
        return count;
      };
      if (in[1] >= 0 && ends("\"type\":\"done\"") + ends("\"type\":\"error\"") >= requests.size()) {
        close(in[1]);
        in[1] = -1;
      }
    }
  });
  SimClock clock(0, monotonic_clock().now_ns);
  auto simulator = Simulator::make(scenario, options, clock);
  EXPECT_TRUE(simulator);
  HelloEvent hello;
  hello.program = "gpusim";
  hello.simulated = true;
  (void)serve(simulator->service(std::move(hello)), in[0], out[1]);  // ends however the case ends
  close(out[1]);
  reader.join();
  if (in[1] >= 0) close(in[1]);
  close(in[0]);
  close(out[0]);
  std::vector<WireEvent> events;
  for (std::size_t at = 0; at < got.size();) {
    const std::size_t end = got.find('\n', at);
    auto event = decode_event(std::string_view(got).substr(at, end - at));
    EXPECT_TRUE(event) << got.substr(at, end - at);
    if (event) events.push_back(*std::move(event));
    at = end == std::string::npos ? got.size() : end + 1;
  }
  return events;
}

Scenario healthy() { return *load_scenario("healthy-h200"); }

Scenario with(FaultKind kind, int gpu, double severity, FaultPath path = FaultPath::both) {
  Scenario scenario = healthy();
  Fault fault;
  fault.kind = kind;
  fault.gpu = gpu;
  fault.severity = severity;
  fault.path = path;
  scenario.faults.push_back(fault);
  return scenario;
}

WireRequest ask(const Scenario& scenario, int gpu, const std::string& case_id, Params params,
                std::int64_t first = 0, std::int64_t blocks = 3) {
  static std::int64_t id = 0;
  WireRequest request;
  request.id = ++id;
  request.verb = Verb::case_;
  request.case_id = case_id;
  request.params = std::move(params);
  request.gpus = {gpu_uuid(scenario, gpu)};
  request.blocks = blocks;
  request.first_block = first;
  request.block_ns = kBlockNs;
  return request;
}

template <class Body>
std::vector<Body> all_of_type(const std::vector<WireEvent>& events) {
  std::vector<Body> out;
  for (const WireEvent& event : events) {
    if (const auto* body = std::get_if<Body>(&event.body)) out.push_back(*body);
  }
  return out;
}

std::string error_code(const std::vector<WireEvent>& events) {
  const auto errors = all_of_type<ErrorEvent>(events);
  return errors.empty() ? "" : errors.front().code;
}

// Of all GPUs of the node, in slot order.
WireRequest ask_all(const Scenario& scenario, const std::string& case_id, Params params,
                    std::int64_t first = 0, std::int64_t blocks = 3) {
  WireRequest request = ask(scenario, 0, case_id, std::move(params), first, blocks);
  for (int gpu = 1; gpu < scenario.gpus; ++gpu) request.gpus.push_back(gpu_uuid(scenario, gpu));
  return request;
}

const Params kExactParams{{"m", 256}, {"n", 256}, {"k", 256}, {"hot", 0}, {"seed", 5}};
const Params kGemmParams{{"m", 8192}, {"n", 8192}, {"k", 8192}};
const Params kAttentionParams{{"seq", 64}};

Params small_params(const CaseInfo& info) {
  if (info.id.starts_with("attention.")) return kAttentionParams;
  return info.id.ends_with(".exact") ? kExactParams : Params{};
}

TEST(Simulator, EveryCaseOfTheTableRunsRightOnAHealthyNode) {
  const Scenario scenario = healthy();
  for (const CaseInfo& info : all_cases()) {
    const std::string id(info.id);
    const auto events = answers(
        scenario,
        {info.spans_gpus ? ask_all(scenario, id, {}) : ask(scenario, 2, id, small_params(info))});
    const auto samples = all_of_type<SampleEvent>(events);
    const auto checks = all_of_type<CheckEvent>(events);
    ASSERT_EQ(samples.size(), 3u) << info.id;
    ASSERT_EQ(checks.size(), 3u) << info.id;
    EXPECT_EQ(all_of_type<DoneEvent>(events).size(), 1u) << info.id;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      EXPECT_EQ(samples[i].unit, info.unit);
      EXPECT_GT(samples[i].value, 0);
      EXPECT_GE(samples[i].elapsed_ns, kBlockNs);
      EXPECT_GT(samples[i].clock_mhz, 0);
      EXPECT_TRUE(samples[i].discard.empty());
      EXPECT_EQ(checks[i].block, samples[i].block);
      EXPECT_EQ(checks[i].check.kind, info.check_kind);
      EXPECT_EQ(checks[i].check.wrong, 0);
      const Check& check = checks[i].check;
      EXPECT_TRUE(check.expected.empty() || check.got == check.expected) << info.id;
    }
  }
}

TEST(Simulator, AResumedRunMeasuresWhatAnUninterruptedOneDid) {
  const Scenario scenario = healthy();
  WireRequest warmup = ask(scenario, 1, "gemm.bf16.cublaslt", kGemmParams, 0, 5);
  warmup.block_ns = 1'000'000'000;
  std::vector<WireRequest> whole{ask(scenario, 1, "gemm.bf16.own.exact", kExactParams), warmup};
  std::vector<WireRequest> rest{warmup};
  for (std::int64_t block = 0; block < 6; ++block) {
    for (const auto& request : {ask(scenario, 1, "memory.copy", {}, block, 1),
                                ask(scenario, 1, "gemm.bf16.own", kGemmParams, block, 1)}) {
      whole.push_back(request);
      if (block >= 3) rest.push_back(request);
    }
  }
  const auto all = all_of_type<SampleEvent>(answers(scenario, whole));
  const auto resumed = all_of_type<SampleEvent>(answers(scenario, rest));
  ASSERT_EQ(all.size(), 3u + 5u + 12u);
  ASSERT_EQ(resumed.size(), 5u + 6u);
  EXPECT_TRUE(std::equal(resumed.end() - 6, resumed.end(), all.end() - 6));
}

TEST(Simulator, ABlockThatFollowsTheWarmUpByNumberDoesNotProlongIt) {
  const Scenario scenario = healthy();
  WireRequest warmup = ask(scenario, 1, "gemm.bf16.cublaslt", kGemmParams, 0, 5);
  warmup.block_ns = 1'000'000'000;
  const WireRequest sixth = ask(scenario, 1, "gemm.bf16.cublaslt", kGemmParams, 5, 1);
  const WireRequest exact = ask(scenario, 1, "gemm.bf16.own.exact", kExactParams);
  const auto straight = all_of_type<SampleEvent>(answers(scenario, {warmup, exact}));
  const auto beside = all_of_type<SampleEvent>(answers(scenario, {warmup, sixth, exact}));
  EXPECT_EQ(straight.back(), beside.back());
}

TEST(Simulator, WarmsUpOnceAndStaysThere) {
  const Scenario scenario = healthy();
  WireRequest warmup = ask(scenario, 0, "gemm.bf16.cublaslt", kGemmParams, 0, 300);
  warmup.block_ns = 1'000'000'000;
  const auto samples = all_of_type<SampleEvent>(
      answers(scenario, {warmup, ask(scenario, 0, "gemm.bf16.cublaslt", kGemmParams)}));
  ASSERT_EQ(samples.size(), 303u);
  EXPECT_LT(samples[0].temp_mc, samples[299].temp_mc);
  EXPECT_LE(samples[299].temp_mc - samples[240].temp_mc, 1000);
  EXPECT_NEAR(static_cast<double>(samples[300].temp_mc), static_cast<double>(samples[299].temp_mc),
              1000);
}

TEST(Simulator, ExactDigestsAreRightWhenHealthyAndWrongWhereAFaultSits) {
  const Scenario scenario = with(FaultKind::bit_flip, 3, 1, FaultPath::own);
  const std::uint64_t right = exact_gemm_digest({.m = 256, .n = 256, .k = 256, .seed = 5});
  for (const int gpu : {2, 3}) {
    for (const char* path : {"own", "cublaslt"}) {
      const auto checks = all_of_type<CheckEvent>(answers(
          scenario,
          {ask(scenario, gpu, "gemm.bf16." + std::string(path) + ".exact", kExactParams, 0, 1)}));
      ASSERT_EQ(checks.size(), 1u);
      const bool hit = gpu == 3 && std::string_view(path) == "own";
      EXPECT_EQ(std::stoull(checks[0].check.expected, nullptr, 16), right);
      EXPECT_EQ(checks[0].check.got != checks[0].check.expected, hit) << gpu << path;
      EXPECT_EQ(checks[0].check.wrong > 0, hit);
    }
  }
}

TEST(Simulator, AFaultOfOneTypeLeavesTheOthersRightAndFast) {
  Scenario scenario = with(FaultKind::bit_flip, 3, 1);
  scenario.faults.back().type = "fp8";
  const auto wrong = [&](const std::string& case_id, const Params& params) {
    const auto checks =
        all_of_type<CheckEvent>(answers(scenario, {ask(scenario, 3, case_id, params, 0, 1)}));
    return checks.at(0).check.wrong > 0;
  };
  for (const GemmType& type : kGemmTypes) {
    const bool hit = type.name == "fp8";
    for (const bool own : {true, false}) {
      EXPECT_EQ(wrong(gemm_case_id({&type, own, false}), kGemmParams), hit) << type.name;
      EXPECT_EQ(wrong(gemm_case_id({&type, own, true}), kExactParams), hit) << type.name;
    }
  }
  Scenario slow = with(FaultKind::slow_type, 3, 0.25);
  slow.faults.back().type = "int8";
  const auto rate = [](const Scenario& of, const std::string& case_id) {
    const auto samples =
        all_of_type<SampleEvent>(answers(of, {ask(of, 3, case_id, kGemmParams, 0, 1)}));
    return static_cast<double>(samples.at(0).value);
  };
  EXPECT_NEAR(rate(slow, "gemm.int8.own") / rate(healthy(), "gemm.int8.own"), 0.75, 1e-6);
  EXPECT_EQ(rate(slow, "gemm.fp8.own"), rate(healthy(), "gemm.fp8.own"));
}

TEST(Simulator, AFaultOfAttentionLeavesProductsRightAndThoseOfBothReachIt) {
  const auto wrong = [](const Scenario& scenario, const std::string& case_id,
                        const Params& params) {
    const auto checks =
        all_of_type<CheckEvent>(answers(scenario, {ask(scenario, 3, case_id, params, 0, 1)}));
    return checks.at(0).check.wrong > 0;
  };
  for (const FaultKind kind :
       {FaultKind::attention_wrong, FaultKind::gradient_wrong, FaultKind::bit_flip}) {
    const Scenario scenario = with(kind, 3, 1);
    const Scenario own = with(kind, 3, 1, FaultPath::own);
    for (const char* end : {"{}", "{}.exact", "bwd.{}", "bwd.{}.exact"}) {
      const std::string name = std::string("attention.bf16.") + end;
      const std::string ours = fmt::format(fmt::runtime(name), "own");
      const std::string theirs = fmt::format(fmt::runtime(name), "cudnn");
      const bool hit = kind != FaultKind::gradient_wrong || ours.find(".bwd.") != ours.npos;
      EXPECT_EQ(wrong(scenario, ours, kAttentionParams), hit) << ours;
      EXPECT_EQ(wrong(scenario, theirs, kAttentionParams), hit) << theirs;
      EXPECT_EQ(wrong(own, ours, kAttentionParams), hit) << ours;
      EXPECT_FALSE(wrong(own, theirs, kAttentionParams)) << theirs;
    }
    EXPECT_EQ(wrong(scenario, "gemm.bf16.own", kGemmParams), kind == FaultKind::bit_flip);
    EXPECT_EQ(wrong(scenario, "gemm.bf16.own.exact", kExactParams), kind == FaultKind::bit_flip);
  }
}

TEST(Simulator, WithoutCudnnOnlyItsCasesAreRefusedAndTheLibraryIsNamed) {
  const Scenario scenario = with(FaultKind::cudnn_absent, -1, 0);
  const auto refused = [&](const std::string& case_id) {
    return error_code(answers(scenario, {ask(scenario, 0, case_id, kAttentionParams, 0, 1)}));
  };
  EXPECT_EQ(refused("attention.bf16.cudnn"), "library.missing");
  EXPECT_EQ(refused("attention.bf16.cudnn.exact"), "library.missing");
  EXPECT_EQ(refused("attention.bf16.bwd.cudnn"), "library.missing");
  EXPECT_EQ(refused("attention.bf16.bwd.own"), "");
  EXPECT_EQ(refused("attention.bf16.own"), "");
  EXPECT_EQ(refused("attention.bf16.own.exact"), "");
}

TEST(Simulator, ARareFaultSpoilsFewBlocks) {
  const Scenario scenario = with(FaultKind::bit_flip, 0, 1e-6);
  const auto checks = all_of_type<CheckEvent>(
      answers(scenario, {ask(scenario, 0, "gemm.bf16.own", kGemmParams, 0, 400)}));
  const auto wrong = std::count_if(checks.begin(), checks.end(),
                                   [](const CheckEvent& c) { return c.check.wrong > 0; });
  EXPECT_LT(wrong, 20);
}

TEST(Simulator, HostStarvationHurtsTogetherAndNotAlone) {
  const Scenario starved = with(FaultKind::host_starvation, 0, 0.5);
  const auto value = [&](const Scenario& scenario, Params params) {
    return static_cast<double>(
        all_of_type<SampleEvent>(answers(scenario, {ask(scenario, 0, "pcie.h2d", params)}))
            .front()
            .value);
  };
  EXPECT_NEAR(value(starved, {}) / value(healthy(), {}), 0.5, 0.02);
  EXPECT_NEAR(value(starved, {{"alone", 1}}) / value(healthy(), {{"alone", 1}}), 1, 0.02);
  const auto gemm = all_of_type<SampleEvent>(
      answers(starved, {ask(starved, 0, "gemm.bf16.cublaslt", kGemmParams)}));
  EXPECT_EQ(gemm.front().clock_mhz, 1980);
  EXPECT_LT(gemm.front().power_mw, 600'000);
  EXPECT_LT(gemm.front().value, 400'000'000'000'000);
}

TEST(Simulator, BlocksWithoutAClockAreDiscardedInWords) {
  const Scenario scenario = with(FaultKind::clock_unreadable, 0, 2);
  const auto samples =
      all_of_type<SampleEvent>(answers(scenario, {ask(scenario, 0, "memory.copy", {})}));
  ASSERT_EQ(samples.size(), 3u);
  EXPECT_EQ(samples[1].discard, "no_clock_reading");
  EXPECT_EQ(samples[2].discard, "");
}

TEST(Simulator, RefusesWhatTheRealWorkerRefuses) {
  const Scenario scenario = healthy();
  EXPECT_EQ(error_code(answers(scenario, {ask(scenario, 0, "memory.weave", {})})), "case.unknown");
  EXPECT_EQ(error_code(answers(scenario, {ask(scenario, 0, "memory.copy", {{"bites", 1}})})),
            "params.bad");
  EXPECT_EQ(error_code(answers(
                scenario, {ask(scenario, 0, "memory.copy", {{"bytes", std::int64_t{1} << 38}})})),
            "memory.too_small");
  WireRequest nobody = ask(scenario, 0, "memory.copy", {});
  nobody.gpus = {"GPU-00000000-0000-0000-0000-000000000000"};
  EXPECT_EQ(error_code(answers(scenario, {nobody})), "gpu.unknown");
  WireRequest late = ask(scenario, 0, "memory.copy", {});
  late.deadline_ns = 1;
  EXPECT_EQ(error_code(answers(scenario, {late})), "deadline.passed");
}

TEST(Simulator, ADeadlineEndsACaseInTheMiddle) {
  const Scenario scenario = healthy();
  WireRequest request = ask(scenario, 0, "memory.copy", {}, 0, 50);
  request.deadline_ns = monotonic_clock().now_ns() + 10 * kBlockNs;
  const auto events = answers(scenario, {request});
  EXPECT_EQ(error_code(events), "deadline.passed");
  const auto samples = all_of_type<SampleEvent>(events);
  EXPECT_GT(samples.size(), 3u);
  EXPECT_LT(samples.size(), 12u);
}

TEST(Simulator, TheOrderOfTheGpusIsThatOfTheRanks) {
  Scenario scenario = with(FaultKind::egress_slow, 5, 0.5);
  WireRequest request = ask(scenario, 5, "nvlink.p2p", {}, 0, 1);
  request.gpus.push_back(gpu_uuid(scenario, 2));
  const auto samples = all_of_type<SampleEvent>(answers(scenario, {request}));
  ASSERT_EQ(samples.size(), 1u);
  ASSERT_EQ(samples[0].cells.size(), 4u);
  EXPECT_LT(samples[0].cells[1], samples[0].cells[2] * 6 / 10);  // 5 to 2, and 2 to 5
}

TEST(Simulator, OnlyCasesThatSpanGpusTakeSeveral) {
  const Scenario scenario = healthy();
  EXPECT_EQ(error_code(answers(scenario, {ask_all(scenario, "memory.copy", {})})),
            "request.refused");
  EXPECT_EQ(error_code(answers(scenario, {ask(scenario, 0, "nvlink.p2p", {})})), "params.bad");
  WireRequest stranger = ask_all(scenario, "nvlink.p2p", {});
  stranger.gpus.back() = "GPU-00000000-0000-0000-0000-000000000000";
  EXPECT_EQ(error_code(answers(scenario, {stranger})), "gpu.unknown");
}

TEST(Simulator, ANodesCaseLoadsEveryGpu) {
  const Scenario scenario = healthy();
  WireRequest after;
  after.id = 1000;
  after.verb = Verb::events;
  const auto counters = all_of_type<CountersEvent>(
      answers(scenario, {after, ask_all(scenario, "allreduce.own", {}), after}));
  ASSERT_EQ(counters.size(), 2u);
  for (std::size_t gpu = 0; gpu < 8; ++gpu) {
    EXPECT_GT(*counters[1].gpus.at(gpu).energy_mj, *counters[0].gpus.at(gpu).energy_mj) << gpu;
  }
}

TEST(Simulator, CountersGrowInTheWorkerThatCarriedTheLoad) {
  const Scenario scenario = with(FaultKind::power_brake, 1, 0.1);
  WireRequest before;
  before.id = 1;
  before.verb = Verb::events;
  before.gpus = {gpu_uuid(scenario, 1)};
  WireRequest after = before;
  after.id = 3;
  const auto counters = all_of_type<CountersEvent>(
      answers(scenario, {before, ask(scenario, 1, "gemm.bf16.cublaslt", kGemmParams), after}));
  ASSERT_EQ(counters.size(), 2u);
  const GpuCounters& first = counters[0].gpus.at(0);
  const GpuCounters& last = counters[1].gpus.at(0);
  EXPECT_EQ(first.unit_id, "gpu/1");
  EXPECT_GT(*last.throttle_power_brake_ns, *first.throttle_power_brake_ns);
  EXPECT_EQ(*last.throttle_hw_thermal_ns, *first.throttle_hw_thermal_ns);
  EXPECT_GT(*last.energy_mj, *first.energy_mj);
}

TEST(Simulator, TheWatcherSendsUntilNobodyListens) {
  const Scenario scenario = healthy();
  WireRequest watch;
  watch.id = 1;
  watch.verb = Verb::watch;
  watch.gpus = {gpu_uuid(scenario, 4)};
  watch.deadline_ns = monotonic_clock().now_ns() + 20'000'000'000;
  const auto events = answers(scenario, {watch});
  const auto telemetry = all_of_type<TelemetryEvent>(events);
  EXPECT_GE(telemetry.size(), 20u);
  EXPECT_EQ(telemetry.front().gpu, watch.gpus.front());
  EXPECT_LT(*telemetry.front().temp_mc, *telemetry.back().temp_mc);
}

TEST(Simulator, InjectionsSpoilWhatTheySay) {
  const Scenario scenario = healthy();
  const auto run = [&](const std::string& inject, const std::string& case_id, Params params) {
    return answers(scenario, {ask(scenario, 0, case_id, std::move(params), 0, 1)},
                   {.gpus = {gpu_uuid(scenario, 0)}, .inject = inject});
  };
  for (const char* inject : {"bitflip", "zero-tile", "nan", "wrong-everywhere"}) {
    for (const char* case_id : {"gemm.bf16.own.exact", "gemm.bf16.cublaslt.exact"}) {
      const auto checks = all_of_type<CheckEvent>(run(inject, case_id, kExactParams));
      ASSERT_EQ(checks.size(), 1u);
      EXPECT_GT(checks[0].check.wrong, 0) << inject;
      EXPECT_NE(checks[0].check.got, checks[0].check.expected) << inject;
    }
    EXPECT_GT(all_of_type<CheckEvent>(run(inject, "memory.copy", {}))[0].check.wrong, 0);
  }
  const auto slow = all_of_type<SampleEvent>(run("slow", "memory.copy", {}));
  const auto fast = all_of_type<SampleEvent>(run("", "memory.copy", {}));
  EXPECT_NEAR(static_cast<double>(slow[0].value) / static_cast<double>(fast[0].value), 0.8, 0.001);
  SimClock clock(0, monotonic_clock().now_ns);
  EXPECT_FALSE(Simulator::make(scenario, {.inject = "worse"}, clock));
}

TEST(Simulator, CrashesExitsAndRubbishAreReal) {
  const auto die = [](FaultKind kind, double severity) {
    const Scenario scenario = with(kind, 0, severity);
    (void)answers(scenario, {ask(scenario, 0, "memory.copy", {})});
    _exit(0);  // the fault did not end this process
  };
  const auto die_of_one = [] {
    const Scenario scenario = with(FaultKind::worker_exit, 6, 9);
    (void)answers(scenario, {ask_all(scenario, "nvlink.p2p", {})});
    _exit(0);
  };
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(die(FaultKind::worker_crash, 1), testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EXIT(die(FaultKind::worker_exit, 7), testing::ExitedWithCode(7), "");
  EXPECT_EXIT(die_of_one(), testing::ExitedWithCode(9), "");
}

TEST(Simulator, OnlyAWorkerOfThatGpuIsSilent) {
  const Scenario scenario = with(FaultKind::worker_silence, 2, 0);
  SimClock clock(0, monotonic_clock().now_ns);
  const auto silent = [&](std::vector<std::string> gpus) {
    return Simulator::make(scenario, {.gpus = std::move(gpus)}, clock)->silent();
  };
  EXPECT_TRUE(silent({gpu_uuid(scenario, 2)}));
  EXPECT_FALSE(silent({gpu_uuid(scenario, 3)}));
  EXPECT_FALSE(silent({gpu_uuid(scenario, 2), gpu_uuid(scenario, 3)}));  // of several
  EXPECT_FALSE(silent({}));
}

}  // namespace
}  // namespace ga
