// WorkerPool: all worker processes of a run, in one loop without threads.
//
// A worker is started, asked one request at a time, and stopped. Whatever it does instead of
// answering (rubbish, silence, death, an endless line) ends it within its deadline and is reported.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "acceptance/worker/conversation.h"
#include "acceptance/worker/lines.h"
#include "acceptance/worker/spawn.h"

namespace ga {

// How a request, or a worker between requests (id 0), ended.
struct Ending {
  std::int64_t id = 0;
  std::string how;  // "done" "error" "signal" "deadline" "protocol"
  std::string detail;
};

// The process is gone and reaped; or it could not be ended, and is left to itself.
struct Departure {
  bool abandoned = false;
  std::string detail;
};

// One of the three, as `kind` says.
struct Notice {
  enum class Kind { event, ending, departure };
  int worker = 0;
  Kind kind = Kind::event;
  WireEvent event = {};
  Ending ending = {};
  Departure departure = {};
};

struct PoolOptions {
  std::int64_t grace_ns = 2'000'000'000;  // from SIGTERM to SIGKILL, and from there to abandoning
};

class WorkerPool {
 public:
  explicit WorkerPool(PoolOptions options) : options_(options) {}
  ~WorkerPool();  // kills what is left
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // The number of the worker. It must greet before that moment.
  Result<int> start(const SpawnSpec& spec, std::int64_t hello_deadline_ns);

  // Precondition: ready(). `deadline_ns` is monotonic, 0 for none; past it the worker is ended.
  void ask(int worker, Question question, std::int64_t deadline_ns);

  // Closes its stdin, and ends it unless it leaves in the time of grace.
  void stop(int worker);
  // Ends it at once: SIGTERM, after the grace SIGKILL.
  void terminate(int worker);
  void kill_all();  // SIGKILL, without waiting

  bool ready(int worker) const;  // greeted, not busy
  bool alive(int worker) const;  // not departed, not being ended
  bool gone(int worker) const;   // departed or abandoned
  bool all_gone() const;
  pid_t pid(int worker) const;
  const Conversation* conversation(int worker) const;  // null when gone

  // What happened; waits for it until that moment at the latest, or until `wake` is readable.
  std::vector<Notice> wait(std::int64_t until_ns, int wake);

 private:
  struct Worker {
    Child child;
    Conversation conversation;
    LineBuffer lines{kMaxWireLine};
    std::string unsent;            // of the request
    std::int64_t id = 0;           // of the open request; 0: none
    std::int64_t deadline_ns = 0;  // of the hello, the request or the parting; 0: none
    std::int64_t eof_ns = 0;       // when the output was found closed; 0: it is open
    std::int64_t kill_ns = 0;      // when SIGTERM turns to SIGKILL; 0: not being ended
    bool killed = false;           // SIGKILL was sent
    bool stopping = false;         // its stdin was closed on purpose
    bool reported = false;         // no more endings: it is being ended
  };

  bool read_output(int number, Worker& worker, std::vector<Notice>& notices);
  void read_lines(int number, Worker& worker, std::vector<Notice>& notices);
  void write_request(Worker& worker);
  void check_time(int number, Worker& worker, std::int64_t now, std::vector<Notice>& notices);
  bool check_exit(int number, Worker& worker, std::int64_t now, std::vector<Notice>& notices);
  void fault(int number, Worker& worker, const std::string& how, const std::string& detail,
             std::vector<Notice>& notices);
  void begin_end(Worker& worker);
  int wait_ms(std::int64_t until_ns, std::int64_t now) const;

  PoolOptions options_;
  std::map<int, Worker> workers_;  // those not gone
  int next_ = 0;
};

}  // namespace ga
