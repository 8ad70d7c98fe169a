// How the real worker answers, with a fake NVML under it and cases that measure nothing.
#include "acceptance/probe/probe.h"

#include <chrono>
#include <thread>

#include "acceptance/node/testing/fixture.h"
#include "acceptance/probe/event_text.h"

namespace ga {
namespace {

class ProbeTest : public NodeFixture {
 protected:
  void SetUp() override {
    NodeFixture::SetUp();
    end_ = {};
    made_ = 2;
  }

  // Runs one request and keeps its events.
  Answer ask(Verb verb, const std::vector<std::string>& gpus, std::int64_t deadline_ns = 0) {
    Probe probe({.node = options_,
                 .ask_cuda = cuda,
                 .run_case =
                     [this](const CaseRequest& request, const ReadDevice& read,
                            const std::function<void(const BlockResult&)>& emit,
                            const std::function<bool()>& stop) {
                       return measure(request, read, emit, stop);
                     },
                 .case_libraries = [] { return std::vector<Library>{}; },
                 .most_silence = std::chrono::milliseconds(500)});
    WireRequest request;
    request.id = 3;
    request.verb = verb;
    request.gpus = gpus;
    request.deadline_ns = deadline_ns;
    if (verb == Verb::case_) {
      request.case_id = "memory.copy";
      request.params = {{"bytes", 4096}};
      request.blocks = 2;
      request.first_block = 5;
    }
    events_.clear();
    EventWriter writer(
        [this](const WireEvent& event) -> Status {
          if (events_.size() >= most_events_) return Error(ErrorCode::io, "nobody listens");
          events_.push_back(event);
          return Ok{};
        },
        clock_.now_ns);
    const Service service = probe.service({});
    Turn turn(writer, clock_, -1, request);
    switch (verb) {
      case Verb::facts:
        return service.facts(request, turn);
      case Verb::events:
        return service.events(request, turn);
      case Verb::watch:
        return service.watch(request, turn);
      case Verb::log:
        return service.log(request, turn);
      case Verb::case_:
        break;
    }
    return service.case_(request, turn);
  }

  CaseEnd measure(const CaseRequest& request, const ReadDevice& read,
                  const std::function<void(const BlockResult&)>& emit,
                  const std::function<bool()>& stop) {
    asked_ = request;
    for (std::int64_t i = 0; i < made_ && !stop(); ++i) {
      const DeviceReading now = read();
      BlockResult block;
      block.block = request.first_block + i;
      block.unit = "bytes_per_s";
      block.value = 1000;
      block.clock_mhz = now.clock_mhz ? *now.clock_mhz : -1;
      block.check.kind = "pattern";
      emit(block);
    }
    return end_;
  }

  std::string code_of(const Answer& answer) const { return answer.error ? answer.error->code : ""; }

  ServeClock clock_ = monotonic_clock();
  std::vector<WireEvent> events_;
  std::size_t most_events_ = 100;
  CaseRequest asked_;
  CaseEnd end_;
  std::int64_t made_ = 2;
};

TEST_F(ProbeTest, SendsFactsAndNamesNvml) {
  state();
  healthy_kernel();
  const Answer answer = ask(Verb::facts, {});
  EXPECT_EQ(code_of(answer), "");
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_EQ(std::get<FactsEvent>(events_[0].body).facts.gpus.size(), 8u);
  ASSERT_EQ(answer.libraries.size(), 1u);
  EXPECT_EQ(answer.libraries[0].name, "libnvidia-ml.so.1");
}

TEST_F(ProbeTest, FactsThatHangAreSentAsFarAsTheyWereRead) {
  state("", "nvmlDeviceGetMigMode() = hang\n");  // of gpu/6, which is the last but one
  healthy_kernel();
  const Answer answer = ask(Verb::facts, {});
  EXPECT_TRUE(answer.leave);
  ASSERT_EQ(events_.size(), 1u);
  const Facts& facts = std::get<FactsEvent>(events_[0].body).facts;
  ASSERT_EQ(facts.gpus.size(), 8u);
  EXPECT_FALSE(*facts.gpus[5].mig_current);
  EXPECT_EQ(facts.gpus[6].mig_current, KnownFlag::missing("nvmlDeviceGetMigMode did not return"));
  EXPECT_EQ(*facts.gpus[6].uuid, uuid(6));
  EXPECT_EQ(*facts.gpus[6].proc_uuid, uuid(6));
  EXPECT_EQ(facts.gpus[7].ecc_current, KnownFlag::missing("nvmlDeviceGetMigMode did not return"));
  EXPECT_EQ(*facts.node.driver_version, "580.95.05");
}

TEST_F(ProbeTest, ADriverThatNeverStartsIsNamed) {
  raw_state("nvmlInit_v2() = hang\n[gpu]\n");
  const Answer answer = ask(Verb::facts, {});
  EXPECT_TRUE(answer.leave);
  const Facts& facts = std::get<FactsEvent>(events_[0].body).facts;
  EXPECT_EQ(facts.node.gpus_nvml, KnownInt::missing("nvmlInit_v2 did not return"));
  EXPECT_TRUE(facts.gpus.empty());
}

TEST_F(ProbeTest, SendsCountersOfTheGpusNamed) {
  state();
  EXPECT_EQ(code_of(ask(Verb::events, {uuid(4)})), "");
  ASSERT_EQ(events_.size(), 1u);
  const auto& gpus = std::get<CountersEvent>(events_[0].body).gpus;
  ASSERT_EQ(gpus.size(), 1u);
  EXPECT_EQ(gpus[0].unit_id, "gpu/4");
  EXPECT_EQ(code_of(ask(Verb::events, {"GPU-nobody"})), "gpu.unknown");
}

TEST_F(ProbeTest, TouchesOnlyTheGpusItWasStartedFor) {
  state();
  options_.gpus = {uuid(1)};
  for (const Verb verb : {Verb::facts, Verb::events, Verb::watch, Verb::case_}) {
    EXPECT_EQ(code_of(ask(verb, {uuid(2)})), "request.refused");
    EXPECT_TRUE(events_.empty());
  }
  EXPECT_EQ(code_of(ask(Verb::case_, {})), "");
  EXPECT_EQ(asked_.gpu, uuid(1));
}

TEST_F(ProbeTest, WatchesEachGpuInTurnUntilNobodyListens) {
  state();
  most_events_ = 5;
  const std::int64_t begun_ns = clock_.now_ns();
  EXPECT_EQ(code_of(ask(Verb::watch, {uuid(0), uuid(6)})), "");
  const std::int64_t took_ns = clock_.now_ns() - begun_ns;
  ASSERT_EQ(events_.size(), 5u);
  EXPECT_EQ(std::get<TelemetryEvent>(events_[0].body).gpu, uuid(0));
  EXPECT_EQ(std::get<TelemetryEvent>(events_[1].body).gpu, uuid(6));
  EXPECT_EQ(std::get<TelemetryEvent>(events_[2].body).gpu, uuid(0));
  EXPECT_EQ(*std::get<TelemetryEvent>(events_[2].body).power_mw, 72500);
  EXPECT_GE(took_ns, 190'000'000);  // three rounds at 10 Hz
}

TEST_F(ProbeTest, AWatchedGpuThatIsLostGivesReadingsThatSayWhy) {
  state("nvmlDeviceGetClockInfo(1) = !15\nnvmlDeviceGetPowerUsage() = !15\n");
  most_events_ = 1;
  (void)ask(Verb::watch, {uuid(0)});  // ends when nobody listens; the readings are looked at
  ASSERT_EQ(events_.size(), 1u);
  const auto& now = std::get<TelemetryEvent>(events_[0].body);
  EXPECT_EQ(now.clock_mhz, KnownInt::missing("GPU is lost"));
  EXPECT_EQ(*now.temp_mc, 31000);
  EXPECT_NE(event_text(events_[0]).find("- (GPU is lost)"), std::string::npos);
}

TEST_F(ProbeTest, AWatchEndsAtItsDeadline) {
  state();
  EXPECT_EQ(code_of(ask(Verb::watch, {uuid(0)}, clock_.now_ns() + 30'000'000)), "");
  EXPECT_EQ(events_.size(), 1u);
}

TEST_F(ProbeTest, AWorkerOfTheNodeSpeaksForTheNode) {
  state();
  put("dev/kmsg", "6,1,500000,-;Linux\n4,2,900000,-;NVRM: Xid (PCI:0000:9d:00): 79, x\n");
  EXPECT_EQ(code_of(ask(Verb::events, {})), "");
  const auto& event = std::get<CountersEvent>(events_.at(0).body);
  ASSERT_TRUE(event.node);
  EXPECT_EQ(*event.node->kernel_log, "kmsg");
  EXPECT_EQ(*event.node->kernel_log_first_ns, 500'000'000);
  EXPECT_EQ(*event.node->kernel_log_last_ns, 900'000'000);
  ASSERT_EQ(event.log.size(), 1u);
  EXPECT_EQ(event.log[0].gpu, "gpu/4");
  EXPECT_EQ(event.log[0].code, "xid.79");
  EXPECT_NE(event_text(events_[0]).find("0.900000 kmsg gpu/4 xid.79: NVRM"), std::string::npos);
}

TEST_F(ProbeTest, AWorkerOfOneGpuDoesNotSpeakForTheNode) {
  state();
  put("dev/kmsg", "4,2,900000,-;NVRM: Xid (PCI:0000:9d:00): 79, x\n");
  options_.gpus = {uuid(1)};
  EXPECT_EQ(code_of(ask(Verb::events, {uuid(1)})), "");
  const auto& event = std::get<CountersEvent>(events_.at(0).body);
  EXPECT_FALSE(event.node);
  EXPECT_TRUE(event.log.empty());
}

TEST_F(ProbeTest, FollowsTheLogFromNowOnWithoutNvml) {
  options_.places.libs = (root_ / "nowhere").string();
  healthy_kernel();
  put("dev/kmsg", "4,2,900000,-;NVRM: Xid (PCI:0000:9d:00): 79, before\n");
  most_events_ = 2;
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    std::ofstream(root_ / "dev/kmsg", std::ios::app)
        << "4,3,950000,-;NVRM: Xid (PCI:0000:1b:00): 95, now\n";
  });
  EXPECT_EQ(code_of(ask(Verb::log, {}, clock_.now_ns() + 5'000'000'000)), "");
  later.join();
  ASSERT_EQ(events_.size(), 2u);
  EXPECT_TRUE(std::get<CountersEvent>(events_[0].body).log.empty());  // a sign of life
  const auto& log = std::get<CountersEvent>(events_[1].body).log;
  ASSERT_EQ(log.size(), 1u);
  EXPECT_EQ(log[0].code, "xid.95");
  EXPECT_EQ(log[0].gpu, "gpu/0");
}

TEST_F(ProbeTest, ALogThatMayNotBeFollowedIsAnError) {
  EXPECT_EQ(code_of(ask(Verb::log, {})), "log.unreadable");
}

TEST_F(ProbeTest, ABlockIsASampleThenItsCheck) {
  state();
  EXPECT_EQ(code_of(ask(Verb::case_, {uuid(2)})), "");
  ASSERT_EQ(events_.size(), 4u);
  EXPECT_EQ(asked_.gpu, uuid(2));
  EXPECT_EQ(asked_.case_id, "memory.copy");
  EXPECT_EQ(asked_.params.at("bytes"), 4096);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& sample = std::get<SampleEvent>(events_[2 * i].body);
    EXPECT_EQ(sample.block, static_cast<std::int64_t>(5 + i));
    EXPECT_EQ(sample.clock_mhz, 345);
    EXPECT_EQ(std::get<CheckEvent>(events_[2 * i + 1].body).block, sample.block);
  }
}

TEST_F(ProbeTest, PassesOnWhyACaseEndedAndLeavesWhenItIsPoisoned) {
  state();
  end_ = {.code = "library.missing", .text = "no cuBLASLt", .worker_lost = false};
  Answer answer = ask(Verb::case_, {uuid(2)});
  EXPECT_EQ(code_of(answer), "library.missing");
  EXPECT_FALSE(answer.leave);
  end_ = {.code = "device.fault", .text = "illegal address", .worker_lost = true};
  answer = ask(Verb::case_, {uuid(2)});
  EXPECT_EQ(code_of(answer), "device.fault");
  EXPECT_TRUE(answer.leave);
}

TEST_F(ProbeTest, FewerBlocksThanAskedForIsNotDone) {
  state();
  made_ = 1;
  EXPECT_EQ(code_of(ask(Verb::case_, {uuid(2)})), "interrupted");
  EXPECT_EQ(code_of(ask(Verb::case_, {uuid(2)}, 1)), "deadline.passed");
}

TEST_F(ProbeTest, ACaseRunsOnOneGpu) {
  state();
  EXPECT_EQ(code_of(ask(Verb::case_, {uuid(1), uuid(2)})), "request.refused");
}

TEST_F(ProbeTest, WithoutADriverFactsAreAbsentAndTheRestIsAnError) {
  options_.places.libs = (root_ / "nowhere").string();
  EXPECT_EQ(code_of(ask(Verb::facts, {})), "");
  const Facts& facts = std::get<FactsEvent>(events_.at(0).body).facts;
  EXPECT_FALSE(facts.node.gpus_nvml);
  EXPECT_EQ(code_of(ask(Verb::watch, {})), "driver.missing");
  EXPECT_EQ(code_of(ask(Verb::events, {uuid(0)})), "driver.missing");
  EXPECT_EQ(code_of(ask(Verb::events, {})), "driver.missing");
}

TEST(EventText, SaysLoudlyThatDataIsWrong) {
  WireEvent event;
  CheckEvent check{.block = 4, .check = {}};
  check.check.kind = "exact";
  check.check.expected = "aa";
  check.check.got = "aa";
  event.body = check;
  EXPECT_EQ(event_text(event), "block 4: data right (exact)\n");
  check.check.got = "ab";
  event.body = check;
  EXPECT_NE(event_text(event).find("data WRONG"), std::string::npos);
  check.check.got = "";
  event.body = check;
  EXPECT_NE(event_text(event).find("data NOT CHECKED"), std::string::npos);
  check.check.got = "aa";
  check.check.wrong = 1;
  check.check.first = FirstMismatch{};
  event.body = check;
  EXPECT_NE(event_text(event).find("data WRONG"), std::string::npos);
  EXPECT_NE(event_text(event).find("first: tile"), std::string::npos);
}

}  // namespace
}  // namespace ga
