// Conversation: whether what a worker says is what the protocol allows it to say now. Pure: lines
// in, events out; the first breach ends it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "acceptance/wire/message.h"

namespace ga {

// What is asked, and what the answer must fit beside the request itself.
struct Question {
  WireRequest request;
  std::string unit = {};         // of the series so far; empty: not known yet
  std::string counters_of = {};  // the GPU whose counters these must be; empty: any
};

class Conversation {
 public:
  // silent: no hello yet. idle: may be asked. asked: an answer is due.
  enum class State { silent, idle, asked, broken };

  State state() const { return state_; }
  const HelloEvent& hello() const { return hello_; }
  // Of the last event, on the worker's own clock.
  std::int64_t worker_ns() const { return worker_ns_; }

  // Precondition: idle.
  void ask(Question question);

  // A protocol error says what was wrong; from then on the state is broken.
  Result<WireEvent> accept(std::string_view line);

 private:
  Result<WireEvent> check(std::string_view line);
  Status check_answer(const WireEvent& event);
  Status check_log(const WireEvent& event);
  Status check_telemetry(const WireEvent& event);
  Status check_case(const WireEvent& event);
  Status check_sample(const SampleEvent& sample);
  Status check_check(const CheckEvent& check);
  Status finish();

  State state_ = State::silent;
  HelloEvent hello_;
  Question question_;
  std::int64_t next_seq_ = 0;
  std::int64_t worker_ns_ = 0;
  std::int64_t samples_ = 0;  // blocks of this request that were seen
  bool owed_ = false;         // the check of the last of them
  bool welcome_ = false;      // that check may come; of a discarded block it need not
  bool answered_ = false;     // facts or counters came
};

}  // namespace ga
