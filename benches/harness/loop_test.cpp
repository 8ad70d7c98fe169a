// The timing loop on a stream that is a thread: what runs when, and what becomes of a stop. The
// calls of CUDA that it needs are replaced at the link (--wrap), everything else is what runs on a
// GPU.
#include "benches/harness/loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Does what was enqueued, in order.
class FakeStream {
 public:
  FakeStream() : thread_([this] { work(); }) {}
  ~FakeStream() {
    push({});
    thread_.join();
  }
  void push(std::function<void()> next) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(next));
    wake_.notify_one();
  }

 private:
  void work() {
    for (;;) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return !queue_.empty(); });
      const std::function<void()> next = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      if (!next) return;
      next();
    }
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::thread thread_;
};

struct FakeEvent {
  std::atomic<bool> reached{true};
  Clock::time_point at;
};

FakeStream* fake(cudaStream_t stream) { return reinterpret_cast<FakeStream*>(stream); }
FakeEvent* fake(cudaEvent_t event) { return reinterpret_cast<FakeEvent*>(event); }

}  // namespace

extern "C" {

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
  of->reached = false;
  fake(stream)->push([of] {
    of->at = Clock::now();
    of->reached = true;
  });
  return cudaSuccess;
}
cudaError_t __wrap_cudaEventQuery(cudaEvent_t event) {
  return fake(event)->reached ? cudaSuccess : cudaErrorNotReady;
}
cudaError_t __wrap_cudaEventElapsedTime(float* ms, cudaEvent_t start, cudaEvent_t end) {
  *ms = std::chrono::duration<float, std::milli>(fake(end)->at - fake(start)->at).count();
  return cudaSuccess;
}
cudaError_t __wrap_cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t call, void* data) {
  fake(stream)->push([call, data] { call(data); });
  return cudaSuccess;
}

}  // extern "C"

namespace ga {
namespace {

using std::chrono::seconds;

constexpr std::int64_t kMs = 1'000'000;

// Notes what the stream does: (p)oison, (l)aunch, (c)heck.
class LoggedBench final : public Bench {
 public:
  LoggedBench(milliseconds launch, milliseconds check) : launch_(launch), check_(check) {}

  std::int64_t sets() const override { return 1; }
  Status poison(const Turn&, cudaStream_t stream) override {
    return enqueue('p', milliseconds{0}, stream);
  }
  std::int64_t groups_per_collect() const override { return groups_between; }
  Status launch(const Turn& turn, cudaStream_t stream) override {
    std::this_thread::sleep_for(enqueuing);
    launched_serial = turn.serial;
    ++launches;
    return enqueue('l', launch_, stream);
  }
  Status check(const Turn& turn, cudaStream_t stream) override {
    checked_serial = turn.serial;
    return enqueue('c', check_, stream);
  }
  Status collect(std::int64_t slots, Check&) override {
    const std::lock_guard lock(mutex_);
    collected += slots;
    log_ += '=';
    return Ok{};
  }
  Check begin() override { return {}; }
  Inject output(const Turn&) const override { return {}; }
  std::int64_t value(const BlockTiming& timing) const override { return timing.launches; }

  std::string log() const {
    const std::lock_guard lock(mutex_);
    return log_;
  }
  bool checking() const { return log().find('c') != std::string::npos; }
  // The n-th launch or check from here on hangs until it is let go, or this test has failed.
  void hang(char what, std::ptrdiff_t n) {
    hung_ = what;
    hung_at_ = n;
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    hung_ = 0;
    wake_.notify_all();
  }
  // From the end of the launch to the begin of the check.
  Clock::duration left_alone() const { return check_began_ - launch_ended_; }

  void forget() {
    const std::lock_guard lock(mutex_);
    log_.clear();
    launches = collected = 0;
  }

  milliseconds enqueuing{0};  // a launch, on the host
  std::int64_t groups_between = kMaxGroupsPerChunk;
  std::int64_t launches = 0, collected = 0;
  std::uint64_t launched_serial = 0, checked_serial = 0;

 private:
  Status enqueue(char what, milliseconds takes, cudaStream_t stream) {
    fake(stream)->push([this, what, takes] {
      {
        std::unique_lock lock(mutex_);
        log_ += what;
        if (what == hung_ && std::ranges::count(log_, what) == hung_at_) {
          wake_.wait_for(lock, seconds{20}, [this] { return hung_ == 0; });
        }
      }
      if (what == 'c') check_began_ = Clock::now();
      std::this_thread::sleep_for(takes);
      if (what == 'l') launch_ended_ = Clock::now();
    });
    return Ok{};
  }
  milliseconds launch_, check_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::string log_;
  std::atomic<char> hung_ = 0;
  std::ptrdiff_t hung_at_ = 0;
  Clock::time_point launch_ended_, check_began_;
};

// With `least_drain_ns` after a stop: 0 leaves what the calibration says.
struct LoggedRun {
  LoggedRun(milliseconds launch, milliseconds check, std::int64_t least_drain_ns = kDrainNs)
      : bench(launch, check), loop(std::move(*TimingLoop::make({}, least_drain_ns))) {}
  // Nothing of a stream that hung is left when the loop goes.
  ~LoggedRun() {
    bench.let_go();
    std::atomic<bool> done{false};
    fake(loop->stream())->push([&done] {
      done = true;
      done.notify_all();
    });
    done.wait(false);
  }
  // Anew where a busy machine woke a thread so late that the clocks disagree.
  template <class Once>
  BlockTiming steadily(Once&& once) {
    for (int tries = 0; tries < kTries; ++tries) {
      bench.forget();
      const Result<BlockTiming> timing = once();
      if (timing) return *timing;
      if (timing.error().what().find("clock") == std::string::npos || tries == kTries - 1) {
        ADD_FAILURE() << timing.error().what();
        break;
      }
    }
    return {};
  }
  BlockTiming block(const BlockOrder& order) {
    return steadily([&] { return loop->block(bench, order, found); });
  }
  static constexpr int kTries = 50;
  LoggedBench bench;
  std::unique_ptr<TimingLoop> loop;
  Check found;
};

TEST(TimingLoop, ChecksEachLaunchBeforeTheNextAndCollectsBehind) {
  LoggedRun run(milliseconds{1}, milliseconds{0});
  const BlockTiming timing =
      run.block({.groups = 3, .group = {}, .hold_ns = 0, .read = {}, .stop = {}});
  EXPECT_EQ(run.bench.log(), "plcplcplc=");
  EXPECT_EQ(timing.launches, 3);
  EXPECT_FALSE(timing.interrupted);
  EXPECT_GE(timing.timed_ns, 3 * kMs);
}

TEST(TimingLoop, ChecksWhatWasHeldBehindThePause) {
  LoggedRun run(milliseconds{1}, milliseconds{0});
  const BlockOrder order{.groups = 1, .group = {}, .hold_ns = 40 * kMs, .read = {}, .stop = {}};
  for (int block = 0; block < 2; ++block) {
    EXPECT_FALSE(run.block(order).interrupted);
    EXPECT_EQ(run.bench.log(), "plc=");
    EXPECT_EQ(run.bench.checked_serial, run.bench.launched_serial);
    EXPECT_GE(run.bench.left_alone(), milliseconds{40});
  }
}

// A check of all memory takes a while; who waits for it must hear a stop.
TEST(TimingLoop, HearsAStopDuringTheCheckOfWhatWasHeld) {
  LoggedRun run(milliseconds{1}, milliseconds{0});
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
  LoggedRun run(milliseconds{1}, milliseconds{0}, 0);
  run.bench.hang('l', 1);
  const auto timing = run.loop->block(run.bench, order_of(kMs, [] { return true; }), run.found);
  ASSERT_FALSE(timing);
  EXPECT_EQ(timing.error().what(), kHangs);
  EXPECT_EQ(timing.error().code(), ErrorCode::timeout);
}

// Twice as slow as it was by the calibration, and then some for a machine that is busy.
TEST(TimingLoop, AGroupThatIsSlowIsNoErrorWhenStopped) {
  LoggedRun run(milliseconds{600}, milliseconds{0}, 0);
  EXPECT_TRUE(run.block(order_of(300 * kMs, [] { return true; })).interrupted);
}

// The drain of what was timed would be over at once.
TEST(TimingLoop, WaitsLongerWhereNothingWasTimedYet) {
  // The launch that loads code, and the first that is timed.
  for (const std::int64_t launch : {1, 2}) {
    LoggedRun run(milliseconds{50}, milliseconds{0}, 0);
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
    EXPECT_EQ(run.bench.log(), "plc=plc=") << "one group is timed all the same";
  }
}

TEST(TimingLoop, AStopBeforeThePauseCutsItShort) {
  LoggedRun run(milliseconds{50}, milliseconds{0});
  StopOnce once{run.bench};
  BlockOrder order = order_of(50 * kMs, std::ref(once));
  order.hold_ns = 30'000 * kMs;
  const BlockTiming timing = run.steadily([&] {
    once.said = false;
    return run.loop->block(run.bench, order, run.found);
  });
  EXPECT_TRUE(timing.interrupted);
  EXPECT_LT(run.bench.left_alone(), seconds{30});
  EXPECT_EQ(run.bench.log(), "plc=");
}

TEST(TimingLoop, ACheckThatHangsBehindAStopIsAnError) {
  LoggedRun run(milliseconds{50}, milliseconds{0}, 0);
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
  const std::int64_t now_ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
  return {.period_ns = kPeriod, .load_ns = 1'500 * kMs, .phase_ns = (now_ns + 20 * kMs) % kPeriod};
}

TEST(TimingLoop, AStopInMidPulseIsNotLost) {
  LoggedRun run(milliseconds{5}, milliseconds{0});
  StopOnce once{run.bench, 10};
  const BlockTiming timing = run.steadily([&] {
    once.said = false;
    return run.loop->pulses(run.bench, order_of(5 * kMs, std::ref(once)), soon(), run.found);
  });
  EXPECT_TRUE(once.said);
  EXPECT_TRUE(timing.interrupted);
  EXPECT_LT(run.bench.launches, 100);  // of 300
  EXPECT_EQ(run.bench.collected, run.bench.launches);
  EXPECT_EQ(timing.launches, run.bench.launches);
}

// Where the host is slower than the GPU there is always another group to enqueue, and where little
// fits between two collections always another chunk.
TEST(TimingLoop, AStopIsHeardWhereTheHostIsSlow) {
  for (const std::int64_t groups : {4, 256}) {
    LoggedRun run(milliseconds{0}, milliseconds{0});
    run.bench.enqueuing = milliseconds{1};
    run.bench.groups_between = groups;
    StopOnce once{run.bench, 10};
    const BlockTiming timing = run.steadily([&] {
      once.said = false;
      return run.loop->pulses(run.bench, order_of(1'000, std::ref(once)), soon(), run.found);
    });
    EXPECT_TRUE(timing.interrupted);
    EXPECT_LT(run.bench.launches, 40) << "of more than a thousand, ten between two questions";
  }
}

TEST(TimingLoop, APulseThatHangsBehindAStopIsAnError) {
  LoggedRun run(milliseconds{1}, milliseconds{0}, 0);
  run.bench.hang('l', 10);
  StopOnce once{run.bench, 10};
  const auto timing = run.loop->pulses(run.bench, order_of(kMs, std::ref(once)), soon(), run.found);
  ASSERT_FALSE(timing);
  EXPECT_EQ(timing.error().what(), kHangs);
}

}  // namespace
}  // namespace ga
