#include "acceptance/sim/simulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "acceptance/sim/compute.h"
#include "acceptance/sim/events_of.h"
#include "acceptance/sim/injection.h"
#include "acceptance/sim/memory.h"
#include "acceptance/sim/misbehave.h"
#include "acceptance/sim/physics.h"
#include "benches/cases/case_table.h"
#include "reports/model/units.h"

namespace ga {
namespace {

// Computing on random data for at least this long warms the GPU up; a block or two do not.
constexpr double kLeastWarmupS = 4;
// Telemetry never comes faster than this in wall time, whatever the scale.
constexpr std::int64_t kLeastWatchWallNs = 10'000'000;

void add(LoadHistory& sum, const LoadHistory& part) {
  sum.load_s += part.load_s;
  sum.sw_power_ns += part.sw_power_ns;
  sum.sw_thermal_ns += part.sw_thermal_ns;
  sum.hw_thermal_ns += part.hw_thermal_ns;
  sum.power_brake_ns += part.power_brake_ns;
  sum.energy_mj += part.energy_mj;
}

bool contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

Simulator::Simulator(Scenario scenario, SimulatorOptions options, SimClock& clock)
    : scenario_(std::move(scenario)),
      loaded_(scenario_),
      options_(std::move(options)),
      clock_(&clock),
      history_(static_cast<std::size_t>(scenario_.gpus)) {}

Result<Simulator> Simulator::make(Scenario scenario, SimulatorOptions options, SimClock& clock) {
  Simulator simulator(std::move(scenario), std::move(options), clock);
  GA_TRY(const SimulatedInjection injection, injection_of(simulator.options_.inject));
  simulator.slowed_ = injection.slowed;
  // First, so that an injection is not hidden by a fault of the scenario.
  simulator.loaded_.faults.insert(simulator.loaded_.faults.begin(), injection.faults.begin(),
                                  injection.faults.end());
  return simulator;
}

std::vector<int> Simulator::chosen(const std::vector<std::string>& uuids) const {
  std::vector<int> out;
  for (int gpu = 0; gpu < scenario_.gpus; ++gpu) {
    if (present_unit(scenario_, gpu).empty()) continue;
    const std::string uuid = gpu_uuid(scenario_, gpu);
    if (!options_.gpus.empty() && !contains(options_.gpus, uuid)) continue;
    if (uuids.empty() || contains(uuids, uuid)) out.push_back(gpu);
  }
  return out;
}

// A fault of one GPU is its own worker's; the node's workers are silent where the node is.
bool Simulator::silent() const {
  const std::vector<int> mine = chosen({});
  const bool own = !options_.gpus.empty() && mine.size() == 1;
  return std::any_of(loaded_.faults.begin(), loaded_.faults.end(), [&](const Fault& fault) {
    if (fault.kind != FaultKind::worker_silence) return false;
    return fault.gpu < 0 || (own && fault.gpu == mine.front());
  });
}

Answer Simulator::facts(const WireRequest& request, Turn& turn) {
  clock_->hold();
  Facts facts = facts_of(scenario_);
  const auto kept = [&](const GpuFacts& gpu) {
    if (!gpu.uuid) return true;
    const bool allowed = options_.gpus.empty() || contains(options_.gpus, *gpu.uuid);
    return allowed && (request.gpus.empty() || contains(request.gpus, *gpu.uuid));
  };
  std::erase_if(facts.gpus, [&](const GpuFacts& gpu) { return !kept(gpu); });
  turn.send(FactsEvent{std::move(facts)});
  return {};
}

Answer Simulator::events(const WireRequest& request, Turn& turn) {
  clock_->hold();
  CountersEvent event;
  for (const int gpu : chosen(request.gpus)) {
    LoadHistory& history = history_[static_cast<std::size_t>(gpu)];
    history.now_ns = clock_->now_ns();
    event.gpus.push_back(counters_of(scenario_, gpu, history));
  }
  if (options_.gpus.empty()) {
    // The node's worker is asked before the load and after it.
    event.node = node_counters_of(scenario_, clock_->now_ns(), next_reading_);
    event.log = lines_before(scenario_);
    next_reading_ = Reading::after;
  }
  turn.send(std::move(event));
  return {};
}

// What the scenario has the kernel say, and a sign of life each second.
Answer Simulator::log(const WireRequest&, Turn& turn) {
  clock_->hold();
  const double wall_step = options_.time_scale * static_cast<double>(kNsPerS);
  for (std::int64_t second = 0; !turn.stopped(); ++second) {
    const auto age_s = static_cast<double>(second);
    if (scenario_.fault(FaultKind::log_silent, -1, age_s) == nullptr) {
      CountersEvent event;
      event.log = lines_of_second(scenario_, second, clock_->now_ns());
      turn.send(std::move(event));
    }
    if (wall_step < static_cast<double>(kLeastWatchWallNs)) nap_ns(kLeastWatchWallNs);
    if (!turn.wait_until(clock_->now_ns() + kNsPerS)) break;
  }
  return {};
}

Answer Simulator::watch(const WireRequest& request, Turn& turn) {
  clock_->hold();
  const std::vector<int> gpus = chosen(request.gpus);
  if (gpus.empty()) return Answer::failed("gpu.unknown", "no GPU with that UUID is here");
  const Part& part = scenario_.part;
  const Load load = load_of(part, "gemm.bf16.cublaslt");
  std::vector<Heat> heat;
  for (const int gpu : gpus) heat.push_back(settled(part, die_of(scenario_, gpu, 0), part.idle_w));
  const double wall_step = options_.time_scale * static_cast<double>(kNsPerS);
  for (std::int64_t second = 0; !turn.stopped(); ++second) {
    for (std::size_t i = 0; i < gpus.size(); ++i) {
      const auto age_s = static_cast<double>(second);
      const Die die = die_of(scenario_, gpus[i], age_s);
      const Moment now = run_load(part, die, load, heat[i], 1);
      heat[i] = now.heat;
      if (scenario_.fault(FaultKind::watch_silent, gpus[i], age_s) != nullptr) continue;
      TelemetryEvent event;
      event.gpu = gpu_uuid(scenario_, gpus[i]);
      event.clock_mhz = std::llround(now.operating.clock_mhz);
      event.power_mw = std::llround(now.operating.power_w * 1000);
      event.temp_mc = 1000 * std::llround(temperature_c(die, now.heat));
      event.throttle = now.operating.reasons;
      event.memory_temp_mc = *event.temp_mc + std::llround(1000 * kMemoryHotterC);
      turn.send(std::move(event));
    }
    if (wall_step < static_cast<double>(kLeastWatchWallNs)) nap_ns(kLeastWatchWallNs);
    if (!turn.wait_until(clock_->now_ns() + kNsPerS)) break;
  }
  return {};
}

std::vector<int> Simulator::ranks(const std::vector<std::string>& uuids) const {
  if (uuids.empty()) return chosen({});
  std::vector<int> out;
  for (const std::string& uuid : uuids) {
    // One UUID that two GPUs answer to (duplicate_uuid) is the first, then the second.
    for (const int gpu : chosen({uuid})) {
      if (std::find(out.begin(), out.end(), gpu) != out.end()) continue;
      out.push_back(gpu);
      break;
    }
  }
  return out.size() == uuids.size() ? out : std::vector<int>();
}

NodeBlockName Simulator::node_block(const WireRequest& request, const std::vector<int>& gpus,
                                    const Params& params, std::int64_t index) const {
  NodeBlockName name{.gpus = gpus,
                     .load_s = {},
                     .case_id = request.case_id,
                     .params = params,
                     .index = index,
                     .block_ns = request.block_ns,
                     .slowed = slowed_};
  for (const int gpu : gpus) name.load_s.push_back(load_s(gpu));
  return name;
}

std::optional<Answer> Simulator::refuse_case(const WireRequest& request, std::vector<int>& gpus,
                                             Params& params) const {
  const CaseInfo* info = find_case(request.case_id);
  if (info == nullptr) {
    return Answer::failed("case.unknown", fmt::format("there is no case '{}'", request.case_id));
  }
  auto complete = complete_params(*info, request.params);
  if (!complete) return Answer::failed("params.bad", complete.error().what());
  params = *std::move(complete);
  if (request.blocks < 0 || request.first_block < 0 || request.block_ns < 0) {
    return Answer::failed("params.bad", "blocks, first_block and block_ns must not be negative");
  }
  gpus = info->spans_gpus ? ranks(request.gpus) : chosen(request.gpus);
  if (gpus.empty()) return Answer::failed("gpu.unknown", "no GPU with that UUID is here");
  if (info->spans_gpus) {
    const auto no = refuse_node_case(loaded_, node_block(request, gpus, params, 0));
    return no ? std::optional(Answer::failed(no->code, no->text)) : std::nullopt;
  }
  // One UUID that two GPUs answer to (duplicate_uuid) still names one: the first.
  if (gpus.size() > 1 && request.gpus.size() != 1) {
    return Answer::failed("request.refused", "this case runs on one GPU at a time");
  }
  gpus = {gpus.front()};
  const auto compute = compute_case(request.case_id);
  const bool by_cudnn = compute && compute->attention && !compute->own;
  if (by_cudnn && scenario_.fault(FaultKind::cudnn_absent, gpus.front()) != nullptr) {
    return Answer::failed("library.missing",
                          "libcudnn_graph.so.9: no such file, looked everywhere");
  }
  if (device_bytes(request.case_id, params) > scenario_.part.memory_bytes) {
    return Answer::failed("memory.too_small",
                          fmt::format("{} needs more memory than the GPU has", request.case_id));
  }
  return std::nullopt;
}

// Only one request counts, and not several in a row: a resumed run asks for the same blocks in
// other portions, and must find the same GPU. The long loads of power and of a soak are none.
void Simulator::note_warmup(const WireRequest& request) {
  warm_s_ = std::max(warm_s_, warming_s_);
  const double load_s =
      static_cast<double>(request.blocks) * static_cast<double>(request.block_ns) / kNsPerS;
  const bool warms = computes(request.case_id) && !request.case_id.ends_with(".exact") &&
                     !request.case_id.starts_with("power.");
  warming_s_ = warms && load_s >= kLeastWarmupS ? load_s : 0;
}

bool Simulator::misbehave(const std::vector<int>& gpus, std::int64_t block, Turn& turn) {
  for (const Fault& fault : loaded_.faults) {
    const bool here = std::any_of(gpus.begin(), gpus.end(), [&](int gpu) {
      return (fault.gpu < 0 || fault.gpu == gpu) && load_s(gpu) >= fault.at_s;
    });
    const bool at_block =
        fault.kind == FaultKind::worker_exit || static_cast<double>(block) >= fault.severity;
    if (here && at_block && spoil_worker(fault, options_.protocol)) return true;
  }
  return turn.stopped();
}

bool Simulator::run_block(const WireRequest& request, const std::vector<int>& gpus,
                          const Params& params, std::int64_t index, Turn& turn) {
  const std::int64_t began_ns = clock_->now_ns();
  NodeBlock block;
  if (find_case(request.case_id)->spans_gpus) {
    block = simulate_node_block(loaded_, node_block(request, gpus, params, index));
  } else {
    SimulatedBlock one = simulate_block(loaded_,
                                        {.gpu = gpus.front(),
                                         .case_id = request.case_id,
                                         .params = params,
                                         .index = index,
                                         .block_ns = request.block_ns,
                                         .warm_s = warm_s_,
                                         .load_s = load_s(gpus.front()),
                                         .slowed = slowed_},
                                        workshop_);
    block = {std::move(one.sample), std::move(one.check), {one.spent}};
  }
  // Half a block is no block: what was not waited for is not sent.
  if (!turn.wait_until(began_ns + block.sample.elapsed_ns)) return false;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    add(history_[static_cast<std::size_t>(gpus[i])], block.spent[i]);
  }
  turn.send(std::move(block.sample));
  turn.send(std::move(block.check));
  return true;
}

Answer Simulator::measure(const WireRequest& request, Turn& turn) {
  clock_->hold();
  std::vector<int> gpus;
  Params params;
  if (auto refused = refuse_case(request, gpus, params)) return *std::move(refused);
  note_warmup(request);
  for (std::int64_t i = 0; i < request.blocks; ++i) {
    const std::int64_t index = request.first_block + i;
    if (misbehave(gpus, index, turn) || !run_block(request, gpus, params, index, turn)) break;
  }
  if (turn.expired()) {
    return Answer::failed("deadline.passed", "the deadline passed before the last block");
  }
  return {};
}

Service Simulator::service(HelloEvent hello) {
  Service service;
  service.hello = std::move(hello);
  service.facts = [this](const WireRequest& r, Turn& t) { return facts(r, t); };
  service.events = [this](const WireRequest& r, Turn& t) { return events(r, t); };
  service.watch = [this](const WireRequest& r, Turn& t) { return watch(r, t); };
  service.log = [this](const WireRequest& r, Turn& t) { return log(r, t); };
  service.case_ = [this](const WireRequest& r, Turn& t) { return measure(r, t); };
  service.clock = clock_->as_serve_clock();
  return service;
}

}  // namespace ga
