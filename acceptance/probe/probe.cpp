#include "acceptance/probe/probe.h"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "acceptance/node/unit_names.h"
#include "benches/cases/case_table.h"

namespace ga {

namespace {

constexpr std::int64_t kWatchPeriodNs =
    100'000'000;  // 10 Hz: NVML itself renews power at about that

std::string line_of(const Error& error) {
  return error.hint().empty() ? error.what() : error.what() + "; " + error.hint();
}

SampleEvent sample_of(const BlockResult& block) {
  return {.block = block.block,
          .unit = block.unit,
          .value = block.value,
          .elapsed_ns = block.elapsed_ns,
          .clock_mhz = block.clock_mhz,
          .power_mw = block.power_mw,
          .temp_mc = block.temp_mc,
          .throttle = block.throttle,
          .discard = block.discard,
          .algorithm = block.algorithm,
          .link_gen = block.link_gen,
          .link_width = block.link_width,
          .memory_temp_mc = block.memory_temp_mc,
          .cells = block.cells,
          .active_links = block.active_links};
}

// Over all readings; absent, with its reason, where one of them is.
template <class Join>
KnownInt joined(const std::vector<DeviceReading>& readings, KnownInt DeviceReading::*field,
                Join&& join) {
  KnownInt sum = KnownInt::missing("no GPU was named");
  for (const DeviceReading& reading : readings) {
    const KnownInt& one = reading.*field;
    if (!one) return one;
    sum = sum ? KnownInt(join(*sum, *one)) : one;
  }
  return sum;
}

// Facts on their way from the thread that reads them.
class Reading {
 public:
  void keep(const Facts& facts) {
    const std::lock_guard<std::mutex> lock(mutex_);
    facts_ = facts;
    ++steps_;
    moved_.notify_one();
  }
  void finish(const Facts& facts) {
    const std::lock_guard<std::mutex> lock(mutex_);
    facts_ = facts;
    done_ = true;
    moved_.notify_one();
  }
  // Whether they were finished, without standing still for longer than that; so far, either way.
  bool wait(std::chrono::milliseconds most_silence, Facts& facts) {
    std::unique_lock<std::mutex> lock(mutex_);
    for (std::int64_t seen = -1; !done_ && seen != steps_;) {
      seen = steps_;
      moved_.wait_for(lock, most_silence, [&] { return done_ || steps_ != seen; });
    }
    facts = facts_;
    return done_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable moved_;
  Facts facts_;
  std::int64_t steps_ = 0;
  bool done_ = false;
};

void replace_absence(Facts& facts, const std::string& from, const std::string& to) {
  const auto replace = [&](const char*, auto& fact) {
    if (!fact && fact.absent == from) fact.absent = to;
  };
  NodeFacts::visit_fields(facts.node, replace);
  HostFacts::visit_fields(facts.host, replace);
  BmcFacts::visit_fields(facts.bmc, replace);
  for (GpuFacts& gpu : facts.gpus) GpuFacts::visit_fields(gpu, replace);
}

}  // namespace

Probe::Probe(ProbeParts parts)
    : allowed_(parts.node.gpus),
      ask_cuda_(std::move(parts.ask_cuda)),
      run_case_(std::move(parts.run_case)),
      case_libraries_(std::move(parts.case_libraries)),
      most_silence_(parts.most_silence),
      in_flight_(std::make_shared<CallInFlight>()) {
  parts.node.in_flight = in_flight_;
  node_ = std::make_shared<Node>(std::move(parts.node));
}

// A worker keeps to the GPUs it was started for.
std::optional<Answer> Probe::refused(const WireRequest& request) const {
  if (allowed_.empty()) return std::nullopt;
  for (const std::string& gpu : request.gpus) {
    if (std::find(allowed_.begin(), allowed_.end(), gpu) != allowed_.end()) continue;
    return Answer::failed("request.refused", "this worker may not touch " + gpu);
  }
  return std::nullopt;
}

// Read by a thread of its own, because a call of NVML's can hang with the GPU. What was read by
// then is sent, what was not is absent by the call that hangs, and this process is done: the thread
// cannot be ended.
Answer Probe::facts(const WireRequest& request, Turn& turn) {
  if (auto no = refused(request)) return *std::move(no);
  const auto reading = std::make_shared<Reading>();
  std::thread reader([reading, node = node_, ask_cuda = ask_cuda_] {
    reading->finish(node->facts(ask_cuda, [&](const Facts& facts) { reading->keep(facts); }));
  });
  Facts facts;
  if (reading->wait(most_silence_, facts)) {
    reader.join();
    turn.send(FactsEvent{.facts = std::move(facts)});
    return {.libraries = node_->libraries()};
  }
  reader.detach();
  const char* symbol = in_flight_->symbol;
  const std::string reason =
      symbol == nullptr ? "reading stood still" : std::string(symbol) + " did not return";
  replace_absence(facts, Node::kNotRead, reason);
  turn.send(FactsEvent{.facts = std::move(facts)});
  Answer answer;
  answer.leave = true;
  return answer;
}

Answer Probe::events(const WireRequest& request, Turn& turn) {
  if (auto no = refused(request)) return *std::move(no);
  auto counters = node_->counters(request.gpus);
  // GPUs on the bus are told of without a driver: each counter absent with the reason.
  if (const auto missing = node_->nvml_missing(); missing && (!counters || counters->empty())) {
    return Answer::failed("driver.missing", line_of(*missing));
  }
  if (!counters) return Answer::failed("gpu.unknown", line_of(counters.error()));
  CountersEvent event;
  event.gpus = *std::move(counters);
  for (GpuCounters& gpu : event.gpus) gpu.read_ns = monotonic_clock().now_ns();
  // A worker of some GPUs does not speak for the node.
  if (allowed_.empty()) {
    NodeReading reading = node_->reading();
    event.node = std::move(reading.counters);
    event.log = std::move(reading.log);
  }
  turn.send(std::move(event));
  return {.libraries = node_->libraries()};
}

Answer Probe::watch(const WireRequest& request, Turn& turn) {
  if (auto no = refused(request)) return *std::move(no);
  if (const auto missing = node_->nvml_missing()) {
    return Answer::failed("driver.missing", line_of(*missing));
  }
  const std::vector<std::string> gpus = request.gpus.empty() ? node_->uuids() : request.gpus;
  if (gpus.empty()) return Answer::failed("gpu.unknown", "NVML lists no GPU to watch");
  const ServeClock clock = monotonic_clock();
  std::int64_t next_ns = clock.now_ns();
  while (!turn.stopped()) {
    for (const std::string& gpu : gpus) {
      const GpuReading now = node_->now(gpu);
      turn.send(TelemetryEvent{.gpu = gpu,
                               .clock_mhz = now.clock_mhz,
                               .power_mw = now.power_mw,
                               .temp_mc = now.temp_mc,
                               .throttle = now.throttle,
                               .memory_temp_mc = now.memory_temp_mc});
    }
    // A reading that took long is not followed by a burst.
    next_ns = std::max(next_ns + kWatchPeriodNs, clock.now_ns());
    if (!turn.wait_until(next_ns)) break;
  }
  return {.libraries = node_->libraries()};
}

Answer Probe::log(const WireRequest& request, Turn& turn) {
  if (auto no = refused(request)) return *std::move(no);
  constexpr std::int64_t kLookNs = 100'000'000, kSignOfLifeNs = 1'000'000'000;
  auto ring = KernelRing::open(node_->roots());
  if (!ring) return Answer::failed("log.unreadable", line_of(ring.error()));
  const UnitNames names = names_on_bus(node_->roots());
  // What was said before is in the answer to events.
  if (const auto old = ring->read(); !old)
    return Answer::failed("log.unreadable", old.error().what());
  const ServeClock clock = monotonic_clock();
  std::int64_t spoken_ns = 0;
  while (!turn.stopped()) {
    auto events = ring->read();
    if (!events) return Answer::failed("log.unreadable", events.error().what());
    const std::int64_t now_ns = clock.now_ns();
    if (!events->empty() || now_ns - spoken_ns >= kSignOfLifeNs) {
      CountersEvent event;
      event.log = thinned(*std::move(events));
      name_units(names, event.log);
      turn.send(std::move(event));
      spoken_ns = now_ns;
    }
    if (!turn.wait_until(now_ns + kLookNs)) break;
  }
  return {};
}

// The GPUs that a case runs on: those named, else all there are.
std::vector<std::string> Probe::gpus_of(const WireRequest& request) {
  if (!request.gpus.empty()) return request.gpus;
  return allowed_.empty() ? node_->uuids() : allowed_;
}

DeviceReading Probe::read_one(const std::string& gpu, const std::string& case_id) {
  const GpuReading now = node_->now(gpu);
  DeviceReading reading{.clock_mhz = now.clock_mhz,
                        .power_mw = now.power_mw,
                        .temp_mc = now.temp_mc,
                        .throttle = now.throttle};
  if (loads_memory(case_id)) reading.memory_temp_mc = now.memory_temp_mc;
  if (!copies_over_pcie(case_id)) return reading;
  const PciLink link = node_->link_now(gpu);
  reading.link_gen = link.gen_current;
  reading.link_width = link.width_current;
  return reading;
}

DeviceReading Probe::read_all(const std::vector<std::string>& gpus, const std::string& case_id) {
  std::vector<DeviceReading> readings;
  DeviceReading all;
  for (const std::string& gpu : gpus) {
    readings.push_back(read_one(gpu, ""));
    if (!copies_over_nvlink(case_id)) continue;
    all.active_links.push_back(node_->links_up_now(gpu).value.value_or(-1));
  }
  const auto lowest = [](std::int64_t a, std::int64_t b) { return std::min(a, b); };
  const auto highest = [](std::int64_t a, std::int64_t b) { return std::max(a, b); };
  all.clock_mhz = joined(readings, &DeviceReading::clock_mhz, lowest);
  all.power_mw = joined(readings, &DeviceReading::power_mw, highest);
  all.temp_mc = joined(readings, &DeviceReading::temp_mc, highest);
  all.throttle = joined(readings, &DeviceReading::throttle, std::bit_or<>());
  return all;
}

Answer Probe::run_case(const WireRequest& request, Turn& turn) {
  if (auto no = refused(request)) return *std::move(no);
  const CaseInfo* info = find_case(request.case_id);
  const bool spans = info != nullptr && info->spans_gpus;
  if (request.gpus.size() > 1 && !spans) {
    return Answer::failed("request.refused", "a case runs on one GPU; ask a worker for each");
  }
  // Opens NVML now, because the readings come from another thread. Without it each reading is
  // absent with that reason, and every block is discarded for it.
  (void)node_->nvml_missing();
  const std::vector<std::string> gpus = gpus_of(request);
  const std::string gpu = gpus.size() == 1 ? gpus.front() : std::string();
  std::int64_t sent = 0;
  const CaseEnd end = run_case_(
      {.case_id = request.case_id,
       .params = request.params,
       .gpu = gpu,
       .gpus = gpus,
       .blocks = request.blocks,
       .first_block = request.first_block,
       .block_ns = request.block_ns,
       .seed = request.seed},
      [&] { return spans ? read_all(gpus, request.case_id) : read_one(gpu, request.case_id); },
      [&](const BlockResult& block) {
        turn.send(sample_of(block));
        turn.send(CheckEvent{.block = block.block, .check = block.check});
        ++sent;
      },
      [&] { return turn.stopped(); });
  Answer answer;
  answer.leave = end.worker_lost;
  if (!end.code.empty()) {
    answer.error = ErrorEvent{.code = end.code, .text = end.text};
  } else if (sent != request.blocks) {
    answer.error = ErrorEvent{.code = turn.expired() ? "deadline.passed" : "interrupted",
                              .text = std::to_string(sent) + " of " +
                                      std::to_string(request.blocks) + " blocks were measured"};
  }
  answer.libraries = node_->libraries();
  const std::vector<Library> more = case_libraries_();
  answer.libraries.insert(answer.libraries.end(), more.begin(), more.end());
  return answer;
}

Service Probe::service(HelloEvent hello) {
  Service service;
  service.hello = std::move(hello);
  service.facts = [this](const WireRequest& r, Turn& t) { return facts(r, t); };
  service.events = [this](const WireRequest& r, Turn& t) { return events(r, t); };
  service.watch = [this](const WireRequest& r, Turn& t) { return watch(r, t); };
  service.log = [this](const WireRequest& r, Turn& t) { return log(r, t); };
  service.case_ = [this](const WireRequest& r, Turn& t) { return run_case(r, t); };
  return service;
}

}  // namespace ga
