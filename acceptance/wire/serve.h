// Serve: the request loop of a worker, the same for the real one and the simulated one.
//
// Lines in on one descriptor, events out on another. Every request is answered with any number of
// events and then exactly one done or error. A line that is no request, or is longer than
// kMaxWireLine, is answered with error "protocol.refused" (id 0) and ends the loop: who writes
// rubbish once is not listened to again.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "acceptance/wire/message.h"

namespace ga {

using EventBody = decltype(WireEvent::body);

// The times that events are stamped with and requests are held to. The real worker's is the
// monotonic clock; the simulator's runs at its own pace.
struct ServeClock {
  std::function<std::int64_t()> now_ns;
  // How long to wait in wall time for that moment of the clock; 0 or less when it has come.
  std::function<std::int64_t(std::int64_t t_ns)> wall_ns_until;
};
ServeClock monotonic_clock();

// Where an event goes: a descriptor, or a person's terminal.
using EventSink = std::function<Status(const WireEvent&)>;
// One line of the protocol each. An error when the reader has gone or the line is too long.
EventSink line_sink(int descriptor);

// Numbers events and passes each on; callable from several threads. After an event that could not
// be passed on, every later one is an error too: the rest would look whole and would not be.
class EventWriter {
 public:
  EventWriter(EventSink sink, std::function<std::int64_t()> now_ns);

  // Stamped with now, or with the caller's own time.
  Status send(std::int64_t id, EventBody body);
  Status send_at(std::int64_t id, std::int64_t t_ns, EventBody body);

 private:
  Status pass_on(std::int64_t id, std::int64_t t_ns, EventBody body);

  std::mutex mutex_;
  EventSink sink_;
  std::function<std::int64_t()> now_ns_;
  std::int64_t seq_ = 0;
  bool broken_ = false;
};

// What a handler has in hand while it answers one request.
class Turn {
 public:
  // `input` is where requests come from; -1 where nobody asks, and it is never closed.
  Turn(EventWriter& writer, const ServeClock& clock, int input, const WireRequest& request);

  // For this request's id. After a failed send, stopped() is true.
  void send(EventBody body);
  void send_at(std::int64_t t_ns, EventBody body);

  // True when the deadline has passed, nobody asks any more (the input was closed), or nobody
  // listens. To be asked between blocks.
  bool stopped() const;
  bool expired() const;  // of these, the deadline
  // Sleeps until that moment of the clock, or until stopped(); false if stopped.
  bool wait_until(std::int64_t t_ns) const;

 private:
  EventWriter& writer_;
  const ServeClock& clock_;
  int input_;
  std::int64_t id_, deadline_ns_;
  bool broken_ = false;
};

// How a handler ends a request.
struct Answer {
  std::vector<Library> libraries = {};   // of the done event
  std::optional<ErrorEvent> error = {};  // sent in place of done
  bool leave = false;                    // end the loop after this: the process is poisoned
  static Answer failed(std::string code, std::string text);
};
using Handler = std::function<Answer(const WireRequest&, Turn&)>;

struct Service {
  HelloEvent hello;  // pid is filled in
  Handler facts, events, watch, log, case_;
  ServeClock clock = monotonic_clock();
};

// Says hello, then answers requests until the input ends (ok) or a line is refused (protocol). A
// request waits for its start_at_ns. One whose deadline passed before it began, or whose
// start lies behind its deadline, gets error "deadline.passed" without being begun.
Status serve(const Service& service, int input, int output);

// Moves descriptor 1 to a private one, closed on exec, and points 1 at stderr: libraries print on
// stdout. Also ignores SIGPIPE, so that a reader who left is an error and not a silent death.
Result<int> claim_protocol();

// The kernel kills this process when the thread that started it ends. An error if that has happened
// already. The starter must therefore spawn from a thread that outlives its workers.
Status die_with_parent();

}  // namespace ga
