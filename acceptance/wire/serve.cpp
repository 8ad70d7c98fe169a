#include "acceptance/wire/serve.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "reports/model/units.h"

namespace ga {

namespace {

constexpr std::int64_t kLongestNapMs = 1000;

Error system_error(const std::string& what) {
  return Error(ErrorCode::io, what + ": " + std::strerror(errno));
}

// Whether the writer of that pipe has gone. Lines it left behind may still be there to read.
bool input_closed(int input) {
  pollfd watched{.fd = input, .events = 0, .revents = 0};
  return poll(&watched, 1, 0) > 0 && (watched.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

// Lines of a descriptor. An end without a newline is no line: its writer died in the middle.
class LineReader {
 public:
  explicit LineReader(int input) : input_(input) {}

  // Empty at the end of the input.
  Result<std::optional<std::string>> next() {
    for (;;) {
      const std::size_t end = buffer_.find('\n', searched_);
      if (end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        searched_ = 0;
        if (line.size() > kMaxWireLine) return too_long();
        return std::optional<std::string>(std::move(line));
      }
      searched_ = buffer_.size();
      if (buffer_.size() > kMaxWireLine) return too_long();
      GA_TRY(const bool more, fill());
      if (!more) return std::optional<std::string>();
    }
  }

 private:
  static Error too_long() {
    return Error(ErrorCode::protocol,
                 "a line is longer than " + std::to_string(kMaxWireLine) + " bytes");
  }

  Result<bool> fill() {
    std::array<char, 4096> piece;
    for (;;) {
      const ssize_t got = read(input_, piece.data(), piece.size());
      if (got > 0) {
        buffer_.append(piece.data(), static_cast<std::size_t>(got));
        return true;
      }
      if (got == 0) return false;
      if (errno == EINTR) continue;
      // A descriptor that does not block says so instead of waiting.
      if (errno != EAGAIN) return system_error("reading requests");
      pollfd watched{.fd = input_, .events = POLLIN, .revents = 0};
      (void)poll(&watched, 1, static_cast<int>(kLongestNapMs));  // the next read tells
    }
  }

  int input_;
  std::string buffer_;
  std::size_t searched_ = 0;
};

const Handler& handler_of(const Service& service, Verb verb) {
  switch (verb) {
    case Verb::facts:
      return service.facts;
    case Verb::events:
      return service.events;
    case Verb::watch:
      return service.watch;
    case Verb::log:
      return service.log;
    case Verb::case_:
      break;
  }
  return service.case_;
}

Answer answer(const Service& service, const WireRequest& request, Turn& turn) {
  const bool never = request.deadline_ns != 0 && request.start_at_ns >= request.deadline_ns;
  if (never || turn.expired()) {
    return Answer::failed("deadline.passed", "the deadline passed before the request could start");
  }
  const Handler& handler = handler_of(service, request.verb);
  if (!handler) return Answer::failed("request.refused", "this worker does not know that verb");
  if (request.start_at_ns != 0 && !turn.wait_until(request.start_at_ns)) {
    if (turn.expired()) {
      return Answer::failed("deadline.passed",
                            "the deadline passed before the request could start");
    }
    return Answer::failed("request.refused", "the input was closed before the request started");
  }
  return handler(request, turn);
}

Status refuse(EventWriter& writer, const Error& why) {
  GA_CHECK(writer.send(0, ErrorEvent{.code = "protocol.refused", .text = why.what()}));
  return Error(ErrorCode::protocol, why.what());
}

}  // namespace

ServeClock monotonic_clock() {
  const auto now = [] {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<std::int64_t>(t.tv_sec) * kNsPerS + t.tv_nsec;
  };
  return {.now_ns = now, .wall_ns_until = [now](std::int64_t t_ns) { return t_ns - now(); }};
}

EventSink line_sink(int descriptor) {
  return [descriptor](const WireEvent& event) -> Status {
    std::string line = encode(event);
    if (line.size() > kMaxWireLine) {
      return Error(ErrorCode::internal, "an event is longer than a line of the protocol may be");
    }
    line += '\n';
    for (std::string_view rest = line; !rest.empty();) {
      const ssize_t put = write(descriptor, rest.data(), rest.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return system_error("writing an event");
      rest.remove_prefix(static_cast<std::size_t>(put));
    }
    return Ok{};
  };
}

EventWriter::EventWriter(EventSink sink, std::function<std::int64_t()> now_ns)
    : sink_(std::move(sink)), now_ns_(std::move(now_ns)) {}

Status EventWriter::send(std::int64_t id, EventBody body) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return pass_on(id, now_ns_(), std::move(body));
}

Status EventWriter::send_at(std::int64_t id, std::int64_t t_ns, EventBody body) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return pass_on(id, t_ns, std::move(body));
}

Status EventWriter::pass_on(std::int64_t id, std::int64_t t_ns, EventBody body) {
  if (broken_) return Error(ErrorCode::io, "an earlier event could not be written");
  broken_ = true;  // unless this one is passed on whole
  GA_CHECK(sink_({.id = id, .seq = seq_, .t_ns = t_ns, .body = std::move(body)}));
  ++seq_;
  broken_ = false;
  return Ok{};
}

Turn::Turn(EventWriter& writer, const ServeClock& clock, int input, const WireRequest& request)
    : writer_(writer),
      clock_(clock),
      input_(input),
      id_(request.id),
      deadline_ns_(request.deadline_ns) {}

void Turn::send(EventBody body) {
  if (!broken_ && !writer_.send(id_, std::move(body))) broken_ = true;
}

void Turn::send_at(std::int64_t t_ns, EventBody body) {
  if (!broken_ && !writer_.send_at(id_, t_ns, std::move(body))) broken_ = true;
}

bool Turn::expired() const { return deadline_ns_ != 0 && clock_.now_ns() >= deadline_ns_; }

bool Turn::stopped() const { return broken_ || expired() || input_closed(input_); }

bool Turn::wait_until(std::int64_t t_ns) const {
  for (;;) {
    std::int64_t left_ns = clock_.wall_ns_until(t_ns);
    if (left_ns <= 0) return true;
    if (stopped()) return false;
    if (deadline_ns_ != 0) left_ns = std::min(left_ns, clock_.wall_ns_until(deadline_ns_));
    // poll() counts whole milliseconds; the last one is slept exactly, so that all start together.
    if (left_ns < kNsPerMs) {
      const timespec nap{.tv_sec = 0, .tv_nsec = std::max<std::int64_t>(left_ns, 0)};
      nanosleep(&nap, nullptr);
      continue;
    }
    // Wakes early when the writer goes; pending requests do not wake it.
    pollfd watched{.fd = input_, .events = 0, .revents = 0};
    poll(&watched, 1, static_cast<int>(std::min(left_ns / kNsPerMs, kLongestNapMs)));
  }
}

Answer Answer::failed(std::string code, std::string text) {
  return {.error = ErrorEvent{.code = std::move(code), .text = std::move(text)}};
}

Status serve(const Service& service, int input, int output) {
  EventWriter writer(line_sink(output), service.clock.now_ns);
  HelloEvent hello = service.hello;
  hello.pid = getpid();
  GA_CHECK(writer.send(0, std::move(hello)));
  LineReader lines(input);
  for (;;) {
    auto line = lines.next();
    if (!line) {
      if (line.error().code() != ErrorCode::protocol) return std::move(line).error();
      return refuse(writer, line.error());
    }
    if (!line->has_value()) return Ok{};
    const auto request = decode_request(**line);
    if (!request) return refuse(writer, request.error());
    Turn turn(writer, service.clock, input, *request);
    Answer ended = answer(service, *request, turn);
    EventBody last = DoneEvent{.libraries = std::move(ended.libraries)};
    if (ended.error) last = std::move(*ended.error);
    GA_CHECK(writer.send(request->id, std::move(last)));
    if (ended.leave) return Ok{};
  }
}

Result<int> claim_protocol() {
  const int mine = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (mine < 0) return system_error("taking descriptor 1 for the protocol");
  if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return system_error("pointing stdout at stderr");
  if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) return system_error("ignoring SIGPIPE");
  return mine;
}

Status die_with_parent() {
  const pid_t parent = getppid();
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return system_error("PR_SET_PDEATHSIG");
  // It may have died between the two calls; then nobody would ever send the signal.
  if (getppid() != parent) return Error(ErrorCode::environment, "the starting process has ended");
  return Ok{};
}

}  // namespace ga
