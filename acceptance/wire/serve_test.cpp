// What a worker answers to requests that are right, late, rubbish, too long, or never finished.
#include "acceptance/wire/serve.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace ga {
namespace {

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
  }
  ~Pipe() {
    close_read();
    close_write();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  void close_read() { drop(ends_[0]); }
  void close_write() { drop(ends_[1]); }
  void put(const std::string& text) const {
    ASSERT_EQ(write(ends_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

 private:
  static void drop(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
  std::array<int, 2> ends_{};
};

std::vector<WireEvent> events_in(int descriptor) {
  std::string all;
  std::array<char, 4096> piece;
  for (ssize_t got; (got = read(descriptor, piece.data(), piece.size())) > 0;) {
    all.append(piece.data(), static_cast<std::size_t>(got));
  }
  std::vector<WireEvent> events;
  for (std::size_t from = 0, to; (to = all.find('\n', from)) != std::string::npos; from = to + 1) {
    auto event = decode_event(all.substr(from, to - from));
    EXPECT_TRUE(event) << all.substr(from, to - from);
    if (event) events.push_back(*std::move(event));
  }
  return events;
}

std::string line(const WireRequest& request) { return encode(request) + "\n"; }

std::string ask(std::int64_t id, Verb verb = Verb::events) {
  WireRequest request;
  request.id = id;
  request.verb = verb;
  if (verb == Verb::case_) {
    request.case_id = "memory.copy";
    request.blocks = 1;
    request.block_ns = 1;
    request.deadline_ns = std::numeric_limits<std::int64_t>::max() >> 10;
  }
  return line(request);
}

// With a time to start at and a deadline.
std::string ask_timed(std::int64_t id, std::int64_t start_at_ns, std::int64_t deadline_ns) {
  WireRequest request;
  request.id = id;
  request.verb = Verb::events;
  request.start_at_ns = start_at_ns;
  request.deadline_ns = deadline_ns;
  return line(request);
}

Service echo() {
  Service service;
  service.hello.program = "echo";
  service.hello.version = "1";
  service.events = [](const WireRequest&, Turn& turn) {
    turn.send(CountersEvent{});
    return Answer{};
  };
  return service;
}

struct Served {
  std::vector<WireEvent> events;
  bool ok = false;
  std::string error;
};

// Everything is written first and the input closed, as `printf ... | worker` does.
Served serve_text(const Service& service, const std::string& text) {
  Pipe in, out;
  Served served;
  std::thread feeder([&] {
    in.put(text);
    in.close_write();
  });
  std::thread reader([&] { served.events = events_in(out.read_end()); });
  const Status status = serve(service, in.read_end(), out.write_end());
  served.ok = static_cast<bool>(status);
  if (!status) served.error = status.error().what();
  out.close_write();
  feeder.join();
  reader.join();
  return served;
}

const ErrorEvent* error_of(const WireEvent& event) { return std::get_if<ErrorEvent>(&event.body); }

TEST(Serve, SaysHelloThenAnswersEachRequestInOrderWithoutAGapInSeq) {
  const Served served = serve_text(echo(), ask(7) + ask(9));
  EXPECT_TRUE(served.ok) << served.error;
  ASSERT_EQ(served.events.size(), 5u);
  EXPECT_EQ(std::get<HelloEvent>(served.events[0].body).pid, getpid());
  const std::array<std::int64_t, 5> ids{0, 7, 7, 9, 9};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(served.events[i].seq, static_cast<std::int64_t>(i));
    EXPECT_EQ(served.events[i].id, ids[i]);
    EXPECT_GT(served.events[i].t_ns, 0);
  }
  EXPECT_TRUE(std::holds_alternative<DoneEvent>(served.events[4].body));
}

TEST(Serve, RefusesRubbishAndReadsNoFurther) {
  const Served served = serve_text(echo(), "{\"v\":1,\"nonsense\":2}\n" + ask(1));
  EXPECT_FALSE(served.ok);
  ASSERT_EQ(served.events.size(), 2u);
  ASSERT_NE(error_of(served.events[1]), nullptr);
  EXPECT_EQ(error_of(served.events[1])->code, "protocol.refused");
  EXPECT_EQ(served.events[1].id, 0);
}

TEST(Serve, RefusesALineLongerThanTheProtocolAllows) {
  for (const char* end : {"", "\n"}) {
    const Served served = serve_text(echo(), std::string(kMaxWireLine + 1, ' ') + end);
    EXPECT_FALSE(served.ok);
    ASSERT_EQ(served.events.size(), 2u);
    ASSERT_NE(error_of(served.events[1]), nullptr);
    EXPECT_EQ(error_of(served.events[1])->code, "protocol.refused");
  }
}

TEST(Serve, IgnoresALineWhoseWriterDiedInTheMiddle) {
  const std::string request = ask(1);
  const Served served = serve_text(echo(), request + request.substr(0, request.size() - 1));
  EXPECT_TRUE(served.ok);
  EXPECT_EQ(served.events.size(), 3u);
}

TEST(Serve, AnswersAVerbItDoesNotHaveWithAnError) {
  const Served served = serve_text(echo(), ask(1, Verb::facts));
  EXPECT_TRUE(served.ok);
  ASSERT_EQ(served.events.size(), 2u);
  EXPECT_EQ(error_of(served.events[1])->code, "request.refused");
}

TEST(Serve, DoesNotBeginWhatIsTooLate) {
  bool begun = false;
  Service service = echo();
  service.events = [&](const WireRequest&, Turn&) {
    begun = true;
    return Answer{};
  };
  service.clock.now_ns = [] { return std::int64_t{1000}; };
  const Served served = serve_text(service, ask_timed(1, 0, 999));
  ASSERT_EQ(served.events.size(), 2u);
  EXPECT_EQ(error_of(served.events[1])->code, "deadline.passed");
  const Served never = serve_text(service, ask_timed(2, 3000, 2000));
  ASSERT_EQ(never.events.size(), 2u);
  EXPECT_EQ(error_of(never.events[1])->code, "deadline.passed");
  EXPECT_FALSE(begun);
}

TEST(Serve, StartsNotBeforeTheStart) {
  const ServeClock clock = monotonic_clock();
  const std::int64_t start_at_ns = clock.now_ns() + 20'000'000;
  std::int64_t begun_ns = 0;
  Service service = echo();
  service.events = [&](const WireRequest&, Turn&) {
    begun_ns = clock.now_ns();
    return Answer{};
  };
  Pipe in, out;
  in.put(ask_timed(1, start_at_ns, 0));
  std::thread closer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    in.close_write();
  });
  EXPECT_TRUE(serve(service, in.read_end(), out.write_end()));
  closer.join();
  EXPECT_GE(begun_ns, start_at_ns);
}

TEST(Serve, TellsAHandlerThatNobodyAsksAnyMore) {
  Service service = echo();
  service.watch = [](const WireRequest&, Turn& turn) {
    while (!turn.stopped()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return Answer{};
  };
  Pipe in, out;
  in.put(ask(1, Verb::watch));
  std::thread closer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    in.close_write();
  });
  EXPECT_TRUE(serve(service, in.read_end(), out.write_end()));
  closer.join();
}

TEST(Serve, TellsAHandlerThatItsDeadlineHasPassed) {
  std::int64_t now_ns = 10;
  Service service = echo();
  service.clock.now_ns = [&] { return now_ns; };
  bool before = true, after = false;
  service.events = [&](const WireRequest&, Turn& turn) {
    before = turn.expired();
    now_ns = 50;
    after = turn.expired() && turn.stopped();
    return Answer{};
  };
  (void)serve_text(service, ask_timed(1, 0, 50));  // see flags
  EXPECT_FALSE(before);
  EXPECT_TRUE(after);
}

TEST(Serve, LeavesAfterAnAnswerThatSaysSo) {
  Service service = echo();
  service.case_ = [](const WireRequest&, Turn&) {
    Answer answer = Answer::failed("device.fault", "the context is poisoned");
    answer.leave = true;
    return answer;
  };
  const Served served = serve_text(service, ask(1, Verb::case_) + ask(2));
  EXPECT_TRUE(served.ok) << served.error;
  ASSERT_EQ(served.events.size(), 2u);
  EXPECT_EQ(error_of(served.events[1])->code, "device.fault");
}

TEST(Serve, EndsWithAnErrorWhenNobodyListens) {
  signal(SIGPIPE, SIG_IGN);
  Pipe in, out;
  out.close_read();
  in.put(ask(1));
  const Status status = serve(echo(), in.read_end(), out.write_end());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), ErrorCode::io);
}

TEST(EventWriter, WritesNothingAfterAnEventThatDoesNotFit) {
  Pipe out;
  EventWriter writer(line_sink(out.write_end()), [] { return std::int64_t{1}; });
  EXPECT_TRUE(writer.send(1, DoneEvent{}));
  CountersEvent large;
  large.gpus.resize(kMaxWireLine / 100);  // each has a dozen absent fields
  EXPECT_FALSE(writer.send(1, large));
  EXPECT_FALSE(writer.send(1, DoneEvent{}));
  out.close_write();
  EXPECT_EQ(events_in(out.read_end()).size(), 1u);
}

}  // namespace
}  // namespace ga
