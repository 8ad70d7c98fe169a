#include "acceptance/worker/pool.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "reports/model/units.h"

namespace ga {
namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10;
// How often a process that is about to end is looked at.
constexpr std::int64_t kReapNs = 2 * kNsPerMs;
// From the end of its output to the end of the process; then it counts as still alive.
constexpr std::int64_t kFollowNs = 500 * kNsPerMs;

Notice notice_of(int worker, WireEvent event) {
  Notice notice{.worker = worker, .kind = Notice::Kind::event};
  notice.event = std::move(event);
  return notice;
}
Notice notice_of(int worker, Ending ending) {
  Notice notice{.worker = worker, .kind = Notice::Kind::ending};
  notice.ending = std::move(ending);
  return notice;
}
Notice notice_of(int worker, Departure departure) {
  Notice notice{.worker = worker, .kind = Notice::Kind::departure};
  notice.departure = std::move(departure);
  return notice;
}

}  // namespace

WorkerPool::~WorkerPool() {
  kill_all();
  for (auto& [number, worker] : workers_) ::waitpid(worker.child.pid, nullptr, WNOHANG);
}

Result<int> WorkerPool::start(const SpawnSpec& spec, std::int64_t hello_deadline_ns) {
  GA_TRY(Child child, spawn(spec));
  Worker& worker = workers_[next_];
  worker.child = std::move(child);
  worker.deadline_ns = hello_deadline_ns;
  return next_++;
}

void WorkerPool::ask(int worker, Question question, std::int64_t deadline_ns) {
  Worker& asked = workers_.at(worker);
  asked.id = question.request.id;
  asked.deadline_ns = deadline_ns;
  asked.unsent += encode(question.request) + "\n";
  asked.conversation.ask(std::move(question));
  write_request(asked);
}

void WorkerPool::stop(int worker) {
  const auto found = workers_.find(worker);
  if (found == workers_.end() || found->second.stopping) return;
  Worker& stopped = found->second;
  stopped.stopping = true;
  stopped.child.input.close();
  if (stopped.kill_ns == 0) stopped.deadline_ns = monotonic_ns() + options_.grace_ns;
}

void WorkerPool::terminate(int worker) {
  const auto found = workers_.find(worker);
  if (found == workers_.end()) return;
  found->second.reported = true;
  begin_end(found->second);
}

void WorkerPool::kill_all() {
  for (auto& [number, worker] : workers_) {
    signal_group(worker.child.pid, SIGKILL);
    worker.killed = worker.reported = true;
    worker.kill_ns = monotonic_ns() + options_.grace_ns;
  }
}

bool WorkerPool::ready(int worker) const {
  const auto found = workers_.find(worker);
  return found != workers_.end() && found->second.kill_ns == 0 && !found->second.stopping &&
         found->second.eof_ns == 0 &&
         found->second.conversation.state() == Conversation::State::idle;
}

bool WorkerPool::alive(int worker) const {
  const auto found = workers_.find(worker);
  return found != workers_.end() && found->second.kill_ns == 0 && !found->second.stopping &&
         found->second.eof_ns == 0;
}

bool WorkerPool::gone(int worker) const { return workers_.find(worker) == workers_.end(); }
bool WorkerPool::all_gone() const { return workers_.empty(); }

pid_t WorkerPool::pid(int worker) const {
  const auto found = workers_.find(worker);
  return found == workers_.end() ? -1 : found->second.child.pid;
}

const Conversation* WorkerPool::conversation(int worker) const {
  const auto found = workers_.find(worker);
  return found == workers_.end() ? nullptr : &found->second.conversation;
}

void WorkerPool::begin_end(Worker& worker) {
  if (worker.kill_ns != 0) return;
  worker.kill_ns = monotonic_ns() + options_.grace_ns;
  worker.deadline_ns = 0;
  worker.child.input.close();
  // Whatever it still says is not heard.
  worker.child.output.close();
  signal_group(worker.child.pid, SIGTERM);
}

void WorkerPool::fault(int number, Worker& worker, const std::string& how,
                       const std::string& detail, std::vector<Notice>& notices) {
  if (!worker.reported) notices.push_back(notice_of(number, Ending{worker.id, how, detail}));
  worker.reported = true;
  worker.id = 0;
  begin_end(worker);
}

void WorkerPool::write_request(Worker& worker) {
  while (!worker.unsent.empty() && worker.child.input.open()) {
    const ssize_t put =
        ::write(worker.child.input.get(), worker.unsent.data(), worker.unsent.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno == EAGAIN) return;
    // It has gone, which the end of its output will tell.
    if (put < 0) return worker.unsent.clear();
    worker.unsent.erase(0, static_cast<std::size_t>(put));
  }
}

void WorkerPool::read_lines(int number, Worker& worker, std::vector<Notice>& notices) {
  while (auto line = worker.lines.next()) {
    auto event = worker.conversation.accept(*line);
    if (!event) return fault(number, worker, "protocol", event.error().what(), notices);
    const auto* error = std::get_if<ErrorEvent>(&event->body);
    const bool done = std::holds_alternative<DoneEvent>(event->body);
    std::optional<Ending> ending;
    if (done) ending = Ending{worker.id, "done", ""};
    if (error != nullptr) {
      const char* how = error->code.starts_with("deadline.") ? "deadline" : "error";
      ending = Ending{worker.id, how, fmt::format("{}: {}", error->code, error->text)};
    }
    if (std::holds_alternative<HelloEvent>(event->body) || ending) worker.deadline_ns = 0;
    notices.push_back(notice_of(number, *std::move(event)));
    if (!ending) continue;
    worker.id = 0;
    notices.push_back(notice_of(number, *std::move(ending)));
  }
  if (worker.lines.overlong()) {
    fault(number, worker, "protocol", fmt::format("a line longer than {} bytes", kMaxWireLine),
          notices);
  }
}

// False when there is nothing more to read now.
bool WorkerPool::read_output(int number, Worker& worker, std::vector<Notice>& notices) {
  std::array<char, kPiece> piece;
  const ssize_t got = ::read(worker.child.output.get(), piece.data(), piece.size());
  if (got < 0 && errno == EINTR) return true;
  if (got < 0 && errno == EAGAIN) return false;
  if (got > 0) {
    worker.lines.feed({piece.data(), static_cast<std::size_t>(got)});
    read_lines(number, worker, notices);
    return worker.child.output.open();
  }
  worker.eof_ns = monotonic_ns();
  worker.child.output.close();
  return false;
}

// Past a deadline: of the hello, of a request, of parting, or of dying.
void WorkerPool::check_time(int number, Worker& worker, std::int64_t now,
                            std::vector<Notice>& notices) {
  if (worker.kill_ns != 0) {
    if (now < worker.kill_ns || worker.killed) return;
    signal_group(worker.child.pid, SIGKILL);
    worker.killed = true;
    worker.kill_ns = now + options_.grace_ns;
    return;
  }
  if (worker.eof_ns != 0 && now >= worker.eof_ns + kFollowNs) {
    return fault(number, worker, "protocol", "it closed its output and stayed", notices);
  }
  if (worker.deadline_ns == 0 || now < worker.deadline_ns) return;
  const char* what = worker.stopping ? "it did not leave when its input was closed"
                     : worker.conversation.state() == Conversation::State::silent
                         ? "it never said hello"
                         : "no answer by the deadline";
  fault(number, worker, "deadline", what, notices);
}

// True when the worker is gone: the process has ended, or never will.
bool WorkerPool::check_exit(int number, Worker& worker, std::int64_t now,
                            std::vector<Notice>& notices) {
  const pid_t pid = worker.child.pid;
  siginfo_t info{};
  // Looked at before it is reaped: its number and its group stay its own until then.
  if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
      info.si_pid == 0) {
    if (!worker.killed || now < worker.kill_ns) return false;
    const char state = process_state(pid);
    notices.push_back(notice_of(
        number, Departure{true, fmt::format("process {} is in state {} and outlives SIGKILL: "
                                            "abandoned",
                                            pid, state == 0 ? '?' : state)}));
    workers_.erase(number);
    return true;
  }
  // Its group may hold what it started.
  ::kill(-pid, SIGKILL);
  int status = 0;
  ::waitpid(pid, &status, 0);
  worker.child.pid = -1;  // the number may be another's from now on
  // What it left in the pipe was said before it died.
  while (worker.child.output.open() && read_output(number, worker, notices)) {
  }
  if (!worker.reported) {
    const bool clean =
        WIFEXITED(status) && WEXITSTATUS(status) == 0 && worker.id == 0 &&
        (worker.stopping || worker.conversation.state() != Conversation::State::silent);
    const char* how = WIFSIGNALED(status) ? "signal" : clean ? "done" : "error";
    notices.push_back(notice_of(number, Ending{worker.id, how, clean ? "" : exit_text(status)}));
  }
  notices.push_back(notice_of(number, Departure{false, exit_text(status)}));
  workers_.erase(number);
  return true;
}

int WorkerPool::wait_ms(std::int64_t until_ns, std::int64_t now) const {
  std::int64_t wake = until_ns;
  for (const auto& [number, worker] : workers_) {
    if (worker.deadline_ns != 0) wake = std::min(wake, worker.deadline_ns);
    const bool ending = worker.kill_ns != 0 || worker.eof_ns != 0 || worker.stopping;
    if (ending) wake = std::min(wake, now + kReapNs);
  }
  constexpr std::int64_t kLongest = kNsPerS;
  const std::int64_t left = std::clamp<std::int64_t>(wake - now, 0, kLongest);
  return static_cast<int>((left + kNsPerMs - 1) / kNsPerMs);
}

std::vector<Notice> WorkerPool::wait(std::int64_t until_ns, int wake) {
  std::vector<pollfd> watched;
  std::vector<int> numbers;
  for (const auto& [number, worker] : workers_) {
    if (worker.child.output.open()) {
      watched.push_back({.fd = worker.child.output.get(), .events = POLLIN, .revents = 0});
      numbers.push_back(number);
    }
    if (!worker.unsent.empty() && worker.child.input.open()) {
      watched.push_back({.fd = worker.child.input.get(), .events = POLLOUT, .revents = 0});
      numbers.push_back(number);
    }
  }
  if (wake >= 0) watched.push_back({.fd = wake, .events = POLLIN, .revents = 0});
  ::poll(watched.data(), watched.size(), wait_ms(until_ns, monotonic_ns()));
  std::vector<Notice> notices;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (watched[i].revents == 0) continue;
    Worker& worker = workers_.at(numbers[i]);
    if (watched[i].events == POLLOUT) {
      write_request(worker);
    } else if (worker.child.output.open()) {
      read_output(numbers[i], worker, notices);
    }
  }
  const std::int64_t now = monotonic_ns();
  std::vector<int> all;
  for (const auto& [number, worker] : workers_) all.push_back(number);
  for (const int number : all) {
    Worker& worker = workers_.at(number);
    const bool late = worker.deadline_ns != 0 && now >= worker.deadline_ns;
    const bool ending = worker.kill_ns != 0 || worker.eof_ns != 0 || worker.stopping;
    // Dead before late: a death says more than a deadline.
    if ((late || ending) && check_exit(number, worker, now, notices)) continue;
    check_time(number, worker, now, notices);
  }
  return notices;
}

}  // namespace ga
