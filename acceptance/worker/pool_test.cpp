// Every kind of misbehaviour ends in time, with an honest word about it, and leaves no process.
#include "acceptance/worker/pool.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace ga {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kHelloNs = 10'000 * kMs;

std::string folder() {
  std::string path = ::testing::TempDir() + "pool_XXXXXX";
  return ::mkdtemp(path.data());
}

struct Seen {
  std::vector<WireEvent> events;
  std::vector<Ending> endings;
  std::vector<Departure> departures;
};

class PoolTest : public ::testing::Test {
 protected:
  SpawnSpec spec(const std::string& kind) {
    return {.arguments = {GA_SOURCE_DIR "/acceptance/worker/testing/fake_worker.py", kind},
            .environment = worker_environment(),
            .log = folder_ + "/worker.log",
            .cpus = {}};
  }

  template <class Done>
  void pump(Done done, std::int64_t limit_ns = kHelloNs) {
    const std::int64_t until = monotonic_ns() + limit_ns;
    while (!done() && monotonic_ns() < until) {
      for (const Notice& notice : pool_.wait(monotonic_ns() + 100 * kMs, -1)) {
        if (notice.kind == Notice::Kind::event) seen_.events.push_back(notice.event);
        if (notice.kind == Notice::Kind::ending) seen_.endings.push_back(notice.ending);
        if (notice.kind == Notice::Kind::departure) seen_.departures.push_back(notice.departure);
      }
    }
  }

  int started(const std::string& kind) {
    auto worker = pool_.start(spec(kind), monotonic_ns() + kHelloNs);
    EXPECT_TRUE(worker);
    pump([&] { return pool_.ready(*worker) || pool_.gone(*worker); });
    return *worker;
  }

  // Asks for two blocks and waits for the end of it.
  Ending ask(int worker, std::int64_t deadline_ns) {
    Question question;
    question.request.id = 1;
    question.request.verb = Verb::case_;
    question.request.case_id = "memory.copy";
    question.request.blocks = 2;
    pool_.ask(worker, question, monotonic_ns() + deadline_ns);
    pump([&] { return !seen_.endings.empty(); });
    return seen_.endings.empty() ? Ending{} : seen_.endings.front();
  }

  Ending end_of(const std::string& kind, std::int64_t deadline_ns = 10'000 * kMs) {
    const int worker = started(kind);
    EXPECT_TRUE(pool_.ready(worker)) << kind;
    return ask(worker, deadline_ns);
  }

  void expect_gone(pid_t pid) {
    pump([&] { return pool_.all_gone(); });
    EXPECT_TRUE(pool_.all_gone());
    EXPECT_NE(::kill(pid, 0), 0);
  }

  std::string folder_ = folder();
  WorkerPool pool_{{.grace_ns = 200 * kMs}};
  Seen seen_;
};

TEST_F(PoolTest, AGoodWorkerAnswersAndLeaves) {
  const int worker = started("good");
  const pid_t pid = pool_.pid(worker);
  EXPECT_EQ(ask(worker, kHelloNs).how, "done");
  EXPECT_EQ(seen_.events.size(), 6u);  // hello, two samples with checks, done
  pool_.stop(worker);
  expect_gone(pid);
  ASSERT_EQ(seen_.endings.size(), 2u);
  EXPECT_EQ(seen_.endings[1].how, "done");
}

TEST_F(PoolTest, BreachesOfTheProtocolEndTheWorker) {
  for (const char* kind :
       {"garbage", "endless", "gap", "wrong-id", "unchecked", "early", "order", "flood"}) {
    seen_ = {};
    const Ending ending = end_of(kind);
    EXPECT_EQ(ending.how, "protocol") << kind;
    EXPECT_EQ(ending.id, 1) << kind;
    pump([&] { return pool_.all_gone(); });
    EXPECT_TRUE(pool_.all_gone()) << kind;
    EXPECT_EQ(seen_.endings.size(), 1u) << kind;
  }
}

TEST_F(PoolTest, AnEventAfterDoneIsABreach) {
  const int worker = started("after-done");
  EXPECT_EQ(ask(worker, kHelloNs).how, "done");
  pump([&] { return pool_.all_gone(); });
  ASSERT_EQ(seen_.endings.size(), 2u);
  EXPECT_EQ(seen_.endings[1].how, "protocol");
  EXPECT_EQ(seen_.endings[1].id, 0);
}

TEST_F(PoolTest, SilenceEndsAtTheDeadline) {
  const std::int64_t began = monotonic_ns();
  const Ending ending = end_of("nothing", 300 * kMs);
  EXPECT_EQ(ending.how, "deadline");
  EXPECT_LT(monotonic_ns() - began, kHelloNs);
  pump([&] { return pool_.all_gone(); });
  EXPECT_TRUE(pool_.all_gone());
}

TEST_F(PoolTest, WhoIsDeafToSigtermIsKilled) {
  const int worker = started("deaf");
  const pid_t pid = pool_.pid(worker);
  EXPECT_EQ(ask(worker, 300 * kMs).how, "deadline");
  expect_gone(pid);
  ASSERT_EQ(seen_.departures.size(), 1u);
  EXPECT_EQ(seen_.departures[0].detail, "SIGKILL");
}

TEST_F(PoolTest, ADeathSaysHow) {
  const Ending by_signal = end_of("signal");
  EXPECT_EQ(by_signal.how, "signal");
  EXPECT_EQ(by_signal.detail, "SIGSEGV");
  seen_ = {};
  const Ending by_exit = end_of("exit");
  EXPECT_EQ(by_exit.how, "error");
  EXPECT_EQ(by_exit.detail, "exit status 3");
  seen_ = {};
  EXPECT_EQ(end_of("half").how, "error");
}

TEST_F(PoolTest, AClosedOutputIsNoticedBeforeTheDeadline) {
  const std::int64_t began = monotonic_ns();
  const Ending ending = end_of("closes", 60'000 * kMs);
  EXPECT_EQ(ending.how, "protocol");
  EXPECT_LT(monotonic_ns() - began, 20'000 * kMs);
}

TEST_F(PoolTest, AnErrorEventLeavesTheWorkerUsable) {
  const int worker = started("error");
  const Ending ending = ask(worker, kHelloNs);
  EXPECT_EQ(ending.how, "error");
  EXPECT_EQ(ending.detail, "library.missing: libcublasLt.so.13");
  EXPECT_TRUE(pool_.ready(worker));
}

TEST_F(PoolTest, AWorkerThatNeverGreetsIsEnded) {
  auto worker = pool_.start(spec("mute"), monotonic_ns() + 300 * kMs);
  ASSERT_TRUE(worker);
  pump([&] { return pool_.all_gone(); });
  ASSERT_EQ(seen_.endings.size(), 1u);
  EXPECT_EQ(seen_.endings[0].how, "deadline");
  EXPECT_EQ(seen_.endings[0].id, 0);
  seen_ = {};
  started("stillborn");
  ASSERT_EQ(seen_.endings.size(), 1u);
  EXPECT_EQ(seen_.endings[0].detail, "exit status 4");
}

TEST_F(PoolTest, WhoStaysWhenItsInputClosesIsEnded) {
  const int worker = started("stays");
  const pid_t pid = pool_.pid(worker);
  pool_.stop(worker);
  expect_gone(pid);
  ASSERT_EQ(seen_.endings.size(), 1u);
  EXPECT_EQ(seen_.endings[0].how, "deadline");
}

TEST_F(PoolTest, WhatAWorkerStartedGoesWithIt) {
  const int worker = started("child");
  const pid_t group = pool_.pid(worker);
  EXPECT_EQ(ask(worker, 500 * kMs).how, "deadline");
  pump([&] { return pool_.all_gone(); });
  pump([&] { return ::kill(-group, 0) != 0; }, 2'000 * kMs);
  EXPECT_NE(::kill(-group, 0), 0);
}

TEST_F(PoolTest, NoiseGoesToTheLog) {
  EXPECT_EQ(end_of("noise").how, "done");
  std::ifstream log(folder_ + "/worker.log");
  std::stringstream text;
  text << log.rdbuf();
  EXPECT_EQ(text.str(), "noise\n");
}

TEST_F(PoolTest, AProgramThatIsNotThereIsAnError) {
  SpawnSpec missing = spec("good");
  missing.arguments[0] = "/nowhere/at/all";
  const auto worker = pool_.start(missing, monotonic_ns() + kHelloNs);
  ASSERT_FALSE(worker);
  EXPECT_NE(worker.error().what().find("/nowhere"), std::string::npos);
}

TEST(Process, StateIsReadPastAnyName) {
  EXPECT_EQ(state_in_stat("12 (a) b) D 1 2"), 'D');
  EXPECT_EQ(state_in_stat("12 (sleep) S 1 2"), 'S');
  EXPECT_EQ(state_in_stat("12 (sleep)"), '\0');
  EXPECT_EQ(state_in_stat(""), '\0');
  EXPECT_EQ(process_state(::getpid()), 'R');
}

TEST(Process, CpuListsAreReadOrRefused) {
  EXPECT_EQ(parse_cpu_list("0-2,5\n"), (std::vector<std::int64_t>{0, 1, 2, 5}));
  EXPECT_TRUE(parse_cpu_list("").empty());
  EXPECT_TRUE(parse_cpu_list("3-1").empty());
  EXPECT_TRUE(parse_cpu_list("a").empty());
  EXPECT_TRUE(parse_cpu_list("0-999999999").empty());
}

TEST(Process, TheEnvironmentIsAnAllowList) {
  ::setenv("CUDA_VISIBLE_DEVICES", "0", 1);
  ::setenv("LD_PRELOAD_TEST", "x", 1);
  for (const std::string& pair : worker_environment()) {
    EXPECT_EQ(pair.find("CUDA"), std::string::npos) << pair;
    EXPECT_EQ(pair.find("PRELOAD"), std::string::npos) << pair;
  }
}

}  // namespace
}  // namespace ga
