// The timing loop on a stream that is a list, in a time that passes only where somebody waits: what
// runs when, and what becomes of a stop, the same on every machine. The calls of CUDA, the clock
// and the sleep are replaced at the link (--wrap), everything else is what runs on a GPU.
#include "benches/harness/loop.h"

#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <limits>
#include <string>

namespace {

constexpr std::int64_t kUs = 1'000, kMs = 1'000'000, kS = 1'000'000'000;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

std::int64_t now_ns = 1'000 * kS;

// Does what was enqueued, in order, each thing when the one before has ended.
class FakeStream {
 public:
  // From when it begins to when it ends, as far as is known now; kNever while it is not.
  using Work = std::function<std::int64_t(std::int64_t begin_ns)>;
  void push(Work work) { queue_.push_back({now_ns, std::move(work)}); }
  void catch_up() {
    while (!queue_.empty()) {
      const std::int64_t begin_ns = std::max(free_ns_, queue_.front().enqueued_ns);
      if (begin_ns > now_ns) return;
      const std::int64_t end_ns = queue_.front().work(begin_ns);
      if (end_ns > now_ns) return;
      free_ns_ = end_ns;
      queue_.pop_front();
    }
  }

 private:
  struct Enqueued {
    std::int64_t enqueued_ns;
    Work work;
  };
  std::deque<Enqueued> queue_;
  std::int64_t free_ns_ = 0;
};

struct FakeEvent {
  FakeStream* on = nullptr;
  bool reached = true;
  std::int64_t at_ns = 0;
};

FakeStream* fake(cudaStream_t stream) { return reinterpret_cast<FakeStream*>(stream); }
FakeEvent* fake(cudaEvent_t event) { return reinterpret_cast<FakeEvent*>(event); }

}  // namespace

extern "C" {

// std::chrono::steady_clock::now(): nanoseconds are all that there is in its result.
std::int64_t __wrap__ZNSt6chrono3_V212steady_clock3nowEv() { return now_ns; }
int __wrap_nanosleep(const timespec* time, timespec*) {
  now_ns += time->tv_sec * kS + time->tv_nsec;
  return 0;
}

cudaError_t __wrap_cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = reinterpret_cast<cudaStream_t>(new FakeStream);
  return cudaSuccess;
}
cudaError_t __wrap_cudaStreamDestroy(cudaStream_t stream) {
  delete fake(stream);
  return cudaSuccess;
}
cudaError_t __wrap_cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = reinterpret_cast<cudaEvent_t>(new FakeEvent);
  return cudaSuccess;
}
cudaError_t __wrap_cudaEventDestroy(cudaEvent_t event) {
  delete fake(event);
  return cudaSuccess;
}
cudaError_t __wrap_cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  FakeEvent* const of = fake(event);
  now_ns += kUs;
  *of = {fake(stream), false, 0};
  fake(stream)->push([of](std::int64_t begin_ns) {
    of->at_ns = begin_ns;
    of->reached = true;
    return begin_ns;
  });
  return cudaSuccess;
}
cudaError_t __wrap_cudaEventQuery(cudaEvent_t event) {
  if (fake(event)->on != nullptr) fake(event)->on->catch_up();
  return fake(event)->reached ? cudaSuccess : cudaErrorNotReady;
}
cudaError_t __wrap_cudaEventElapsedTime(float* ms, cudaEvent_t start, cudaEvent_t end) {
  *ms = static_cast<float>(fake(end)->at_ns - fake(start)->at_ns) / static_cast<float>(kMs);
  return cudaSuccess;
}
cudaError_t __wrap_cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t call, void* data) {
  fake(stream)->push([call, data](std::int64_t) {
    call(data);
    return now_ns;
  });
  return cudaSuccess;
}

}  // extern "C"

namespace ga {
namespace {

// Notes what the stream does: (p)oison, (l)aunch, (c)heck. A launch and a check take so long.
class LoggedBench final : public Bench {
 public:
  LoggedBench(std::int64_t launch_ns, std::int64_t check_ns)
      : launch_ns_(launch_ns), check_ns_(check_ns) {}

  std::int64_t sets() const override { return 1; }
  std::int64_t groups_per_collect() const override { return groups_between; }
  Status poison(const Turn&, cudaStream_t stream) override { return enqueue('p', 0, stream); }
  Status launch(const Turn& turn, cudaStream_t stream) override {
    now_ns += enqueuing_ns;
    launched_serial = turn.serial;
    ++launches;
    return enqueue('l', launch_ns_, stream);
  }
  Status check(const Turn& turn, cudaStream_t stream) override {
    checked_serial = turn.serial;
    return enqueue('c', check_ns_, stream);
  }
  Status collect(std::int64_t slots, Check&) override {
    collected += slots;
    log += '=';
    return Ok{};
  }
  Check begin() override { return {}; }
  Inject output(const Turn&) const override { return {}; }
  std::int64_t value(const BlockTiming& timing) const override { return timing.launches; }

  bool checking() const { return log.find('c') != std::string::npos; }
  // The n-th launch or check hangs until it is let go.
  void hang(char what, std::ptrdiff_t n) {
    hung_ = what;
    hung_at_ = n;
  }
  void let_go() { let_go_ns_ = now_ns; }
  // From the end of the launch to the begin of the check.
  std::int64_t left_alone_ns() const { return check_began_ns_ - launch_ended_ns_; }

  std::string log;
  std::int64_t enqueuing_ns = 0;  // of a launch, on the host
  std::int64_t groups_between = kMaxGroupsPerChunk;
  std::int64_t launches = 0, collected = 0;
  std::uint64_t launched_serial = 0, checked_serial = 0;

 private:
  Status enqueue(char what, std::int64_t takes_ns, cudaStream_t stream) {
    fake(stream)->push(
        [this, what, takes_ns, begun = false, hangs = false](std::int64_t begin_ns) mutable {
          if (!begun) {
            log += what;
            hangs = what == hung_ && std::ranges::count(log, what) == hung_at_;
            if (what == 'c') check_began_ns_ = begin_ns;
            begun = true;
          }
          // A test whose stop is lost ends all the same.
          if (hangs) begin_ns = std::min(let_go_ns_, begin_ns + 300 * kS);
          if (what == 'l') launch_ended_ns_ = begin_ns + takes_ns;
          return begin_ns + takes_ns;
        });
    return Ok{};
  }
  std::int64_t launch_ns_, check_ns_;
  char hung_ = 0;
  std::ptrdiff_t hung_at_ = 0;
  std::int64_t let_go_ns_ = kNever / 2, launch_ended_ns_ = 0, check_began_ns_ = 0;
};

// With `least_drain_ns` after a stop: 0 leaves what the calibration says.
struct LoggedRun {
  LoggedRun(std::int64_t launch_ns, std::int64_t check_ns, std::int64_t least_drain_ns = kDrainNs)
      : bench(launch_ns, check_ns), loop(std::move(*TimingLoop::make({}, least_drain_ns))) {}
  BlockTiming block(const BlockOrder& order) { return timing_of(loop->block(bench, order, found)); }
  BlockTiming pulses(const BlockOrder& order, const Rhythm& rhythm) {
    return timing_of(loop->pulses(bench, order, rhythm, found));
  }
  LoggedBench bench;
  std::unique_ptr<TimingLoop> loop;
  Check found;

 private:
  static BlockTiming timing_of(const Result<BlockTiming>& timing) {
    if (timing) return *timing;
    ADD_FAILURE() << timing.error().what();
    return {};
  }
};

TEST(TimingLoop, ChecksEachLaunchBeforeTheNextAndCollectsBehind) {
  LoggedRun run(kMs, 0);
  const BlockTiming timing =
      run.block({.groups = 3, .group = {}, .hold_ns = 0, .read = {}, .stop = {}});
  EXPECT_EQ(run.bench.log, "plcplcplc=");
  EXPECT_EQ(timing.launches, 3);
  EXPECT_FALSE(timing.interrupted);
  EXPECT_GE(timing.timed_ns, 3 * kMs);
}

TEST(TimingLoop, ChecksWhatWasHeldBehindThePause) {
  LoggedRun run(kMs, 0);
  const BlockOrder order{.groups = 1, .group = {}, .hold_ns = 40 * kMs, .read = {}, .stop = {}};
  for (int block = 0; block < 2; ++block) {
    run.bench.log.clear();
    EXPECT_FALSE(run.block(order).interrupted);
    EXPECT_EQ(run.bench.log, "plc=");
    EXPECT_EQ(run.bench.checked_serial, run.bench.launched_serial);
    EXPECT_GE(run.bench.left_alone_ns(), 40 * kMs);
  }
}

// A check of all memory takes a while; who waits for it must hear a stop.
TEST(TimingLoop, HearsAStopDuringTheCheckOfWhatWasHeld) {
  LoggedRun run(kMs, 0);
  run.bench.hang('c', 1);
  const BlockTiming timing =
      run.block({.groups = 1, .group = {}, .hold_ns = kMs, .read = {}, .stop = [&] {
                   const bool checking = run.bench.checking();
                   if (checking) run.bench.let_go();
                   return checking;
                 }});
  EXPECT_TRUE(timing.interrupted);
  EXPECT_EQ(run.bench.collected, 1);
}

// Says true once, and never again: when so many launches were enqueued.
struct StopOnce {
  bool operator()() {
    if (said || bench.launches < launches) return false;
    return said = true;
  }
  const LoggedBench& bench;
  std::int64_t launches = 1;
  bool said = false;
};

BlockOrder order_of(std::int64_t span_ns, Stop stop) {
  return {.groups = 1,
          .group = {.span_ns = span_ns, .timed_ns = span_ns},
          .hold_ns = 0,
          .read = {},
          .stop = std::move(stop)};
}

constexpr const char* kHangs = "the GPU did not finish what was enqueued before the stop";

TEST(TimingLoop, AGroupThatNeverEndsIsAnErrorOnceStopped) {
  LoggedRun run(kMs, 0, 0);
  run.bench.hang('l', 1);
  const auto timing = run.loop->block(run.bench, order_of(kMs, [] { return true; }), run.found);
  ASSERT_FALSE(timing);
  EXPECT_EQ(timing.error().what(), kHangs);
  EXPECT_EQ(timing.error().code(), ErrorCode::timeout);
}

// Twice as slow as it was by the calibration.
TEST(TimingLoop, AGroupThatIsSlowIsNoErrorWhenStopped) {
  LoggedRun run(600 * kMs, 0, 0);
  EXPECT_TRUE(run.block(order_of(300 * kMs, [] { return true; })).interrupted);
}

// The drain of what was timed would be over at once.
TEST(TimingLoop, WaitsLongerWhereNothingWasTimedYet) {
  // The launch that loads code, and the first that is timed.
  for (const std::int64_t launch : {1, 2}) {
    LoggedRun run(50 * kMs, 0, 0);
    run.bench.hang('l', launch);
    StopOnce once{run.bench, launch};
    const Stop stop = [&] {
      if (!once()) return false;
      run.bench.let_go();  // and then it takes its 50 ms
      return true;
    };
    const auto group = run.loop->calibrate(run.bench, 1'000 * kMs, stop, run.found);
    ASSERT_TRUE(group) << launch << ": " << group.error().what();
    EXPECT_GE(group->span_ns, 50 * kMs);
    EXPECT_EQ(run.bench.log, "plc=plc=") << "one group is timed all the same";
  }
}

TEST(TimingLoop, AStopBeforeThePauseCutsItShort) {
  LoggedRun run(50 * kMs, 0);
  StopOnce once{run.bench};
  BlockOrder order = order_of(50 * kMs, std::ref(once));
  order.hold_ns = 30 * kS;
  EXPECT_TRUE(run.block(order).interrupted);
  EXPECT_LT(run.bench.left_alone_ns(), 30 * kS);
  EXPECT_EQ(run.bench.log, "plc=");
}

TEST(TimingLoop, ACheckThatHangsBehindAStopIsAnError) {
  LoggedRun run(50 * kMs, 0, 0);
  run.bench.hang('c', 1);
  StopOnce once{run.bench};
  BlockOrder order = order_of(50 * kMs, std::ref(once));
  order.hold_ns = kMs;
  const auto timing = run.loop->block(run.bench, order, run.found);
  ASSERT_FALSE(timing);
  EXPECT_EQ(timing.error().what(), kHangs);
}

// One long pulse.
Rhythm soon() {
  constexpr std::int64_t kPeriod = 10'000 * kMs;
  return {.period_ns = kPeriod, .load_ns = 1'500 * kMs, .phase_ns = (now_ns + 20 * kMs) % kPeriod};
}

// A block may be one pulse: the last tenth of a load is none.
TEST(TimingLoop, ABlockOfPulsesBeginsWithAWholeLoad) {
  constexpr std::int64_t kPeriod = 10'000 * kMs, kLoad = 1'500 * kMs;
  LoggedRun run(5 * kMs, 0);
  const std::int64_t began_ns = now_ns - kLoad / 10 * 9;
  const Rhythm rhythm{
      .period_ns = kPeriod, .load_ns = kLoad, .phase_ns = (began_ns % kPeriod + kPeriod) % kPeriod};
  const BlockTiming timing = run.pulses(order_of(5 * kMs, {}), rhythm);
  EXPECT_FALSE(timing.interrupted);
  EXPECT_GE(timing.launches, 295);
  EXPECT_LE(timing.launches, 301);
}

TEST(TimingLoop, AStopInMidPulseIsNotLost) {
  LoggedRun run(5 * kMs, 0);
  StopOnce once{run.bench, 10};
  const BlockTiming timing = run.pulses(order_of(5 * kMs, std::ref(once)), soon());
  EXPECT_TRUE(once.said);
  EXPECT_TRUE(timing.interrupted);
  EXPECT_LT(run.bench.launches, 16);  // of 300: two groups a question
  EXPECT_EQ(run.bench.collected, run.bench.launches);
  EXPECT_EQ(timing.launches, run.bench.launches);
}

// Where the host is slower than the GPU there is always another group to enqueue, and where little
// fits between two collections always another chunk.
TEST(TimingLoop, AStopIsHeardWhereTheHostIsSlow) {
  for (const std::int64_t groups : {4, 256}) {
    LoggedRun run(0, 0);
    run.bench.enqueuing_ns = kMs;
    run.bench.groups_between = groups;
    StopOnce once{run.bench, 10};
    EXPECT_TRUE(run.pulses(order_of(kUs, std::ref(once)), soon()).interrupted);
    EXPECT_LT(run.bench.launches, 40) << "of more than a thousand, ten between two questions";
  }
}

TEST(TimingLoop, APulseThatHangsBehindAStopIsAnError) {
  LoggedRun run(kMs, 0, 0);
  run.bench.hang('l', 10);
  StopOnce once{run.bench, 10};
  const auto timing = run.loop->pulses(run.bench, order_of(kMs, std::ref(once)), soon(), run.found);
  ASSERT_FALSE(timing);
  EXPECT_EQ(timing.error().what(), kHangs);
}

}  // namespace
}  // namespace ga
