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

constexpr std::int64_t kMs = 1'000'000;

// Notes what the stream does: (p)oison, (l)aunch, (c)heck.
class LoggedBench final : public Bench {
 public:
  LoggedBench(milliseconds launch, milliseconds check) : launch_(launch), check_(check) {}

  std::int64_t sets() const override { return 1; }
  Status poison(const Turn&, cudaStream_t stream) override {
    return enqueue('p', milliseconds{0}, stream);
  }
  Status launch(const Turn& turn, cudaStream_t stream) override {
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
  // From the end of the launch to the begin of the check.
  Clock::duration left_alone() const { return check_began_ - launch_ended_; }

  void forget() {
    const std::lock_guard lock(mutex_);
    log_.clear();
    launches = collected = 0;
  }

  std::int64_t launches = 0, collected = 0;
  std::uint64_t launched_serial = 0, checked_serial = 0;

 private:
  Status enqueue(char what, milliseconds takes, cudaStream_t stream) {
    fake(stream)->push([this, what, takes] {
      {
        const std::lock_guard lock(mutex_);
        log_ += what;
      }
      if (what == 'c') check_began_ = Clock::now();
      std::this_thread::sleep_for(takes);
      if (what == 'l') launch_ended_ = Clock::now();
    });
    return Ok{};
  }
  milliseconds launch_, check_;
  mutable std::mutex mutex_;
  std::string log_;
  Clock::time_point launch_ended_, check_began_;
};

struct LoggedRun {
  LoggedRun(milliseconds launch, milliseconds check) : bench(launch, check) {}
  // Anew where a busy machine woke a thread so late that the clocks disagree.
  template <class Once>
  BlockTiming steadily(Once&& once) {
    for (int tries = 0; tries < 5; ++tries) {
      bench.forget();
      const Result<BlockTiming> timing = once();
      if (timing) return *timing;
      if (timing.error().what().find("clock") == std::string::npos || tries == 4) {
        ADD_FAILURE() << timing.error().what();
        break;
      }
    }
    return {};
  }
  BlockTiming block(const BlockOrder& order) {
    return steadily([&] { return loop->block(bench, order, found); });
  }
  LoggedBench bench;
  std::unique_ptr<TimingLoop> loop = std::move(*TimingLoop::make({}));
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
  LoggedRun run(milliseconds{1}, milliseconds{80});
  const BlockTiming timing =
      run.block({.groups = 1, .group = {}, .hold_ns = kMs, .read = {}, .stop = [&] {
                   return run.bench.checking();
                 }});
  EXPECT_TRUE(timing.interrupted);
  EXPECT_EQ(run.bench.collected, 1);
}

// One long pulse.
Rhythm soon() {
  constexpr std::int64_t kPeriod = 10'000 * kMs;
  const std::int64_t now_ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
  return {.period_ns = kPeriod, .load_ns = 1'500 * kMs, .phase_ns = (now_ns + 20 * kMs) % kPeriod};
}

// The stop says true once, and never again.
TEST(TimingLoop, AStopInMidPulseIsNotLost) {
  LoggedRun run(milliseconds{5}, milliseconds{0});
  bool said = false;
  const Stop once = [&] {
    if (said || run.bench.launches < 10) return false;
    said = true;
    return true;
  };
  const BlockOrder order{.groups = 1,
                         .group = {.span_ns = 5 * kMs, .timed_ns = 5 * kMs},
                         .hold_ns = 0,
                         .read = {},
                         .stop = once};
  const BlockTiming timing = run.steadily([&] {
    said = false;
    return run.loop->pulses(run.bench, order, soon(), run.found);
  });
  EXPECT_TRUE(said);
  EXPECT_TRUE(timing.interrupted);
  EXPECT_LT(run.bench.launches, 100);  // of 300
  EXPECT_EQ(run.bench.collected, run.bench.launches);
  EXPECT_EQ(timing.launches, run.bench.launches);
}

}  // namespace
}  // namespace ga
