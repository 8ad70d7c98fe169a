#include "acceptance/journal/fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reports/codec/json.h"

namespace ga {
namespace {

Error contradicts(const std::string& what) { return Error(ErrorCode::protocol, what); }

// At most what JSON carries.
std::int64_t added_in_json(std::int64_t a, std::int64_t b) {
  return std::min(a + b, kMaxJsonInteger);
}

// Launches of two blocks, either of which may not have counted them.
std::optional<std::int64_t> added_in_json(std::optional<std::int64_t> a,
                                          std::optional<std::int64_t> b) {
  if (!a || !b) return a ? a : b;
  return added_in_json(*a, *b);
}

// The first reading stays: it came from the worker that kept the GPU awake.
void add_first(std::vector<GpuCounters>& list, const std::vector<GpuCounters>& read) {
  for (const GpuCounters& counters : read) {
    const auto known = std::find_if(list.begin(), list.end(), [&](const GpuCounters& old) {
      return old.unit_id == counters.unit_id;
    });
    if (known == list.end()) list.push_back(counters);
  }
}

bool measures(Purpose purpose) { return purpose == Purpose::series || purpose == Purpose::warmup; }

}  // namespace

std::string topic_of(const AskEntry& ask) {
  std::string topic = request_name(ask);
  if (ask.purpose != Purpose::series) return topic;
  for (const auto& [name, value] : ask.request.params) topic += fmt::format(" {}={}", name, value);
  return topic;
}

bool lasts(const Check& check) {
  return is_wrong(check) || (check.expected.empty() && !check.got.empty());
}

void merge_check(std::optional<Check>& sum, const Check& block) {
  if (!sum) {
    sum = block;
    return;
  }
  // A block without an answer leaves the series without one, and is no contradiction.
  const bool unanswered = is_unanswered(*sum) || is_unanswered(block);
  const bool differs = sum->expected != block.expected || (!unanswered && sum->got != block.got);
  const bool disagrees = sum->kind != block.kind || (block.kind == "exact" && differs);
  const bool was_right = !is_wrong(*sum);
  const std::int64_t wrong = added_in_json(sum->wrong, block.wrong);
  const auto launches = added_in_json(sum->launches, block.launches);
  if (was_right && (disagrees || is_wrong(block))) {
    const std::optional<FirstMismatch> first = sum->first;
    sum = block;
    if (!sum->first) sum->first = first;
  } else if (was_right && is_unanswered(block)) {
    sum = block;
  }
  sum->wrong = wrong;
  sum->launches = launches;
  if (disagrees && was_right && !is_wrong(block)) sum->wrong = added_in_json(sum->wrong, 1);
}

int Fold::failures(const std::string& topic) const {
  const auto found = failures_.find(topic);
  return found == failures_.end() ? 0 : found->second;
}

int Fold::failures_in_a_row(const std::string& worker) const {
  const auto found = failures_in_a_row_.find(worker);
  return found == failures_in_a_row_.end() ? 0 : found->second;
}

Status Fold::apply(const Entry& entry, std::int64_t t_ns) {
  const bool opens = std::holds_alternative<OpenEntry>(entry);
  if (opened_.has_value() == opens) {
    return contradicts(opens ? "the attempt is opened twice" : "the attempt was never opened");
  }
  if (closed_) return contradicts("follows the record that closes the attempt");
  lasting_ = false;
  return std::visit([&](const auto& known) { return on(known, t_ns); }, entry);
}

Status Fold::on(const OpenEntry& entry, std::int64_t t_ns) {
  opened_ = entry;
  run_.started = entry.started;
  run_.boot_id = boot_id_ = entry.boot_id;
  run_.monotonic_start_ns = t_ns;
  return Ok{};
}

void Fold::interrupt_open() {
  for (const auto& [number, ask] : open_) {
    if (ask.purpose != Purpose::watch) run_.interrupted.push_back(request_name(ask));
  }
  open_.clear();
  pending_.clear();
  warming_.clear();
  break_off_reading();  // half a checkpoint is none
}

Status Fold::on(const ResumeEntry& entry, std::int64_t) {
  interrupt_open();
  if (entry.boot_id != boot_id_) GA_CHECK(start_anew(entry.boot_id));
  run_.resumed.push_back({entry.at, entry.boot_id});
  failures_in_a_row_.clear();
  return Ok{};
}

Status Fold::on(const SpawnEntry&, std::int64_t) { return Ok{}; }

Status Fold::on(const AskEntry& entry, std::int64_t) {
  if (entry.ask != next_ask_) {
    return contradicts(fmt::format("request {} where {} was next", entry.ask, next_ask_));
  }
  ++next_ask_;
  open_.emplace(entry.ask, entry);
  if (entry.purpose == Purpose::warmup) warming_[entry.ask].unit_id = entry.unit_id;
  if (measures(entry.purpose)) {
    break_off_reading();
    outdate_after();
    measured_here_ = true;
  }
  return Ok{};
}

void Fold::note_libraries(const std::vector<Library>& libraries) {
  for (const Library& library : libraries) {
    std::vector<Library>& known = evidence_.libraries;
    if (std::find(known.begin(), known.end(), library) == known.end()) known.push_back(library);
  }
}

Status Fold::on(const EventEntry& entry, std::int64_t) {
  if (const auto* hello = std::get_if<HelloEvent>(&entry.event.body)) {
    note_libraries(hello->libraries);
    return Ok{};
  }
  const auto found = open_.find(entry.ask);
  if (found == open_.end()) {
    return contradicts(fmt::format("an event of request {}, which is not open", entry.ask));
  }
  return take(found->second, entry.event);
}

Status Fold::take(const AskEntry& ask, const WireEvent& event) {
  if (const auto* facts = std::get_if<FactsEvent>(&event.body)) {
    if (ask.purpose != Purpose::facts) return contradicts("facts that nobody asked for");
    evidence_.facts = facts->facts;
    if (!opened_->node_name.empty()) evidence_.facts.node.name = opened_->node_name;
    has_facts_ = true;
    return Ok{};
  }
  if (const auto* counters = std::get_if<CountersEvent>(&event.body)) {
    return take_counters(ask, *counters, event.t_ns);
  }
  if (const auto* sample = std::get_if<SampleEvent>(&event.body)) return take_sample(ask, *sample);
  if (const auto* check = std::get_if<CheckEvent>(&event.body)) return take_check(ask, *check);
  if (const auto* done = std::get_if<DoneEvent>(&event.body)) {
    note_libraries(done->libraries);
    if (const auto warming = warming_.find(ask.ask); warming != warming_.end()) {
      warming->second.ended_ns = event.t_ns;
    }
  }
  return Ok{};
}

Status Fold::take_counters(const AskEntry& ask, const CountersEvent& event, std::int64_t told_ns) {
  const bool before = ask.purpose == Purpose::before, after = ask.purpose == Purpose::after;
  const bool reads = before || after || ask.purpose == Purpose::checkpoint;
  if (!reads && ask.purpose != Purpose::watch) return contradicts("counters nobody asked for");
  if (!reads && (!event.gpus.empty() || event.node)) return contradicts("counters in a watch");
  // Another boot begins with a checkpoint of its own, and a soak's last one is read after the load.
  if (!before || !evidence_.restarts.empty()) {
    add_first(reading_.gpus, event.gpus);
    if (event.node) reading_.node = event.node;
  }
  if (before && !evidence_.restarts.empty()) {
    Restart& restart = evidence_.restarts.back();
    add_first(restart.from, event.gpus);
    if (event.node) restart.node_from = *event.node;
  } else if (before || after) {
    add_first(before ? evidence_.before : evidence_.after, event.gpus);
    if (event.node) (before ? evidence_.node_before : evidence_.node_after) = *event.node;
  }
  for (LogEvent line : event.log) {
    line.boot = static_cast<std::int64_t>(evidence_.restarts.size());
    log_.take(std::move(line), told_ns, evidence_.log);
  }
  return Ok{};
}

Measurement& Fold::series_of(const AskEntry& ask, const std::string& unit) {
  for (Measurement& series : evidence_.measurements) {
    if (series.gate == ask.gate && series.case_id == ask.request.case_id &&
        series.unit_id == ask.unit_id && series.params == ask.request.params) {
      return series;
    }
  }
  Measurement& series = evidence_.measurements.emplace_back();
  series.gate = ask.gate;
  series.case_id = ask.request.case_id;
  series.unit_id = ask.unit_id;
  series.params = ask.request.params;
  series.unit = unit;
  series.block_ns = ask.request.block_ns;
  return series;
}

Status Fold::take_sample(const AskEntry& ask, const SampleEvent& sample) {
  if (!measures(ask.purpose)) return contradicts("a sample that nobody asked for");
  if (ask.purpose == Purpose::warmup) {
    warming_[ask.ask].temp_mc.push_back(sample.temp_mc);
    return Ok{};
  }
  auto& pending = pending_[ask.ask];
  pending.push_back({sample, std::nullopt});
  // Discarded: nothing of it is used, so that it needs no check.
  while (!pending.empty() && !pending.front().sample.discard.empty()) {
    keep_block(ask, pending.front());
    pending.pop_front();
  }
  return Ok{};
}

Status Fold::take_check(const AskEntry& ask, const CheckEvent& event) {
  if (!measures(ask.purpose)) return contradicts("a check that nobody asked for");
  lasting_ = lasts(event.check);
  if (ask.purpose == Purpose::warmup) {
    auto& launches = warming_[ask.ask].launches;
    launches = added_in_json(launches, event.check.launches);
    if (is_unanswered(event.check)) {
      evidence_.exits.push_back(
          {ask.worker, request_name(ask), "error",
           fmt::format("data.unanswered: no answer in block {} of the warm-up", event.block)});
    }
    if (!is_wrong(event.check)) return Ok{};
    const std::string detail =
        fmt::format("data.wrong: {1} words in block {0} of the warm-up", event.block,
                    std::max<std::int64_t>(1, event.check.wrong));
    evidence_.exits.push_back({ask.worker, request_name(ask), "error", detail});
    return Ok{};
  }
  auto& pending = pending_[ask.ask];
  const auto block = std::find_if(pending.begin(), pending.end(), [&](const Pending& candidate) {
    return candidate.sample.block == event.block;
  });
  if (block == pending.end()) {
    // Of a discarded block: what is wrong stays wrong.
    note_check(series_of(ask, ""), event);
    return Ok{};
  }
  block->check = event.check;
  while (!pending.empty() && (pending.front().check || !pending.front().sample.discard.empty())) {
    keep_block(ask, pending.front());
    pending.pop_front();
  }
  return Ok{};
}

void Fold::note_check(Measurement& series, const CheckEvent& event) {
  const bool was_wrong = series.check && is_wrong(*series.check);
  Check check = event.check;
  check.first_block.reset();
  merge_check(series.check, check);
  if (!was_wrong && is_wrong(*series.check)) series.check->first_block = event.block;
  lasting_ = lasting_ || lasts(*series.check);
}

// Another algorithm in the middle of a series is no fault, and nobody must overlook it.
void note_algorithm(Measurement& series, const std::string& algorithm) {
  const std::string between = " | ";
  const std::string known = between + series.algorithm + between;
  if (algorithm.empty() || known.find(between + algorithm + between) != std::string::npos) return;
  if (!series.algorithm.empty()) series.algorithm += between;
  series.algorithm += algorithm;
}

void Fold::keep_block(const AskEntry& ask, const Pending& block) {
  Measurement& series = series_of(ask, block.sample.unit);
  const SampleEvent& sample = block.sample;
  if (block.check) note_check(series, {sample.block, *block.check});
  if (!sample.discard.empty()) {
    series.discarded.push_back({sample.block, sample.discard});
    return;
  }
  note_algorithm(series, sample.algorithm);
  series.samples.push_back(sample.value);
  series.clock_mhz.push_back(sample.clock_mhz);
  series.power_mw.push_back(sample.power_mw);
  series.temp_mc.push_back(sample.temp_mc);
  series.throttle.push_back(sample.throttle);
  if (sample.link_gen) series.link_gen.push_back(*sample.link_gen);
  if (sample.link_width) series.link_width.push_back(*sample.link_width);
  if (sample.memory_temp_mc) series.memory_temp_mc.push_back(*sample.memory_temp_mc);
  if (!sample.cells.empty()) series.cells.push_back(sample.cells);
  if (!sample.active_links.empty()) series.active_links.push_back(sample.active_links);
}

Status Fold::on(const ExitEntry& entry, std::int64_t) {
  const bool well = entry.exit.how == "done";
  if (!well) evidence_.exits.push_back(entry.exit);
  if (entry.ask == 0) return Ok{};
  const auto found = open_.find(entry.ask);
  if (found == open_.end()) {
    return contradicts(fmt::format("request {} ends, and is not open", entry.ask));
  }
  const AskEntry& ask = found->second;
  if (!well) ++failures_[topic_of(ask)];
  if (measures(ask.purpose)) {
    int& row = failures_in_a_row_[ask.worker];
    row = well ? 0 : row + 1;
  }
  const bool at_begin = ask.purpose == Purpose::before && !evidence_.restarts.empty();
  const bool at_end = ask.purpose == Purpose::after && checkpoint_.has_value();
  if (well && (ask.purpose == Purpose::checkpoint || at_begin || at_end)) set_checkpoint(ask);
  if (const auto warming = warming_.find(entry.ask); warming != warming_.end()) {
    if (well) evidence_.warmup.push_back(std::move(warming->second));
    warming_.erase(warming);
  }
  pending_.erase(entry.ask);
  open_.erase(found);
  return Ok{};
}

Status Fold::on(const GapEntry& entry, std::int64_t) {
  evidence_.gaps.push_back(entry.gap);
  return Ok{};
}

Status Fold::on(const InterruptEntry&, std::int64_t) {
  interrupt_open();
  return Ok{};
}

Status Fold::on(const SealEntry& entry, std::int64_t t_ns) {
  run_.ended = entry.ended;
  run_.monotonic_end_ns = t_ns;
  return Ok{};
}

Status Fold::on(const CloseEntry& entry, std::int64_t) {
  closed_ = entry;
  return Ok{};
}

}  // namespace ga
