#include "acceptance/worker/conversation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ga {
namespace {

Error breach(std::string what) { return Error(ErrorCode::protocol, std::move(what)); }

// The units of facts are numbered as they stand; a report with others would not be read again.
Status check_units(const Facts& facts) {
  for (std::size_t i = 0; i < facts.gpus.size(); ++i) {
    if (facts.gpus[i].unit_id != fmt::format("gpu/{}", i)) {
      return breach(fmt::format("facts of '{}' where gpu/{} was due", facts.gpus[i].unit_id, i));
    }
  }
  return Ok{};
}

}  // namespace

void Conversation::ask(Question question) {
  question_ = std::move(question);
  samples_ = 0;
  answered_ = owed_ = welcome_ = false;
  state_ = State::asked;
}

Result<WireEvent> Conversation::accept(std::string_view line) {
  auto event = check(line);
  if (!event) state_ = State::broken;
  return event;
}

Result<WireEvent> Conversation::check(std::string_view line) {
  if (state_ == State::broken) return breach("a line after the protocol was broken");
  GA_TRY(WireEvent event, decode_event(line));
  if (event.seq != next_seq_) {
    return breach(fmt::format("event {} where {} was due", event.seq, next_seq_));
  }
  ++next_seq_;
  worker_ns_ = event.t_ns;
  if (const auto* hello = std::get_if<HelloEvent>(&event.body)) {
    if (state_ != State::silent) return breach("a second hello");
    if (event.id != 0) return breach("a hello with the number of a request");
    hello_ = *hello;
    state_ = State::idle;
    return event;
  }
  if (state_ == State::silent) return breach("an event before the hello");
  const auto* error = std::get_if<ErrorEvent>(&event.body);
  if (error != nullptr && event.id == 0) {
    return breach(fmt::format("the worker refused: {} {}", error->code, error->text));
  }
  if (state_ == State::idle) return breach("an event that nobody asked for");
  GA_CHECK(check_answer(event));
  return event;
}

Status Conversation::check_answer(const WireEvent& event) {
  if (event.id != question_.request.id) {
    return breach(
        fmt::format("an event of request {} where {} was asked", event.id, question_.request.id));
  }
  if (std::holds_alternative<ErrorEvent>(event.body)) {
    state_ = State::idle;
    return Ok{};
  }
  if (std::holds_alternative<DoneEvent>(event.body)) return finish();
  const Verb verb = question_.request.verb;
  if (verb == Verb::case_) return check_case(event);
  if (verb == Verb::watch) return check_telemetry(event);
  if (verb == Verb::log) return check_log(event);
  const auto* facts = std::get_if<FactsEvent>(&event.body);
  const bool fits = (verb == Verb::facts && facts != nullptr) ||
                    (verb == Verb::events && std::holds_alternative<CountersEvent>(event.body));
  if (!fits) return breach("an event of a kind that was not asked for");
  if (answered_) return breach("the answer came twice");
  answered_ = true;
  const auto* counters = std::get_if<CountersEvent>(&event.body);
  if (counters != nullptr && !question_.counters_of.empty()) {
    for (const GpuCounters& gpu : counters->gpus) {
      if (gpu.unit_id == question_.counters_of) continue;
      return breach(
          fmt::format("counters of {} where {} was asked", gpu.unit_id, question_.counters_of));
    }
  }
  return facts == nullptr ? Status(Ok{}) : check_units(facts->facts);
}

Status Conversation::check_telemetry(const WireEvent& event) {
  const auto* telemetry = std::get_if<TelemetryEvent>(&event.body);
  if (telemetry == nullptr) return breach("an event of a kind that was not asked for");
  const auto& gpus = question_.request.gpus;
  if (gpus.empty() || std::find(gpus.begin(), gpus.end(), telemetry->gpu) != gpus.end()) {
    return Ok{};
  }
  return breach(fmt::format("telemetry of {}, which is not watched", telemetry->gpu));
}

Status Conversation::check_log(const WireEvent& event) {
  const auto* log = std::get_if<CountersEvent>(&event.body);
  if (log == nullptr || !log->gpus.empty() || log->node) {
    return breach("an event of a kind that was not asked for");
  }
  return Ok{};
}

Status Conversation::finish() {
  const WireRequest& request = question_.request;
  const bool answers = request.verb == Verb::facts || request.verb == Verb::events;
  if (answers && !answered_) return breach("done without an answer");
  if (request.verb == Verb::case_ && (samples_ < request.blocks || owed_)) {
    return breach(fmt::format("done after {} of {} blocks{}", samples_, request.blocks,
                              owed_ ? ", the last unchecked" : ""));
  }
  state_ = State::idle;
  return Ok{};
}

Status Conversation::check_case(const WireEvent& event) {
  if (const auto* sample = std::get_if<SampleEvent>(&event.body)) return check_sample(*sample);
  if (const auto* check = std::get_if<CheckEvent>(&event.body)) return check_check(*check);
  return breach("an event of a kind that was not asked for");
}

Status Conversation::check_sample(const SampleEvent& sample) {
  const std::int64_t due = question_.request.first_block + samples_;
  if (owed_) return breach(fmt::format("a sample before the check of block {}", due - 1));
  if (samples_ == question_.request.blocks) return breach("more samples than blocks");
  if (sample.block != due) {
    return breach(fmt::format("a sample of block {} where {} was due", sample.block, due));
  }
  if (question_.unit.empty()) question_.unit = sample.unit;
  if (sample.unit.empty() || sample.unit != question_.unit) {
    return breach(
        fmt::format("a sample in '{}' where the series is in '{}'", sample.unit, question_.unit));
  }
  ++samples_;
  owed_ = sample.discard.empty();
  welcome_ = true;
  return Ok{};
}

Status Conversation::check_check(const CheckEvent& check) {
  const std::int64_t last = question_.request.first_block + samples_ - 1;
  if (!welcome_ || check.block != last) {
    return breach(fmt::format("a check of block {}, which is not due", check.block));
  }
  owed_ = welcome_ = false;
  return Ok{};
}

}  // namespace ga
