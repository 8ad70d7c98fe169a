#include "benches/cases/node_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <optional>
#include <utility>

#include "benches/cases/case_end.h"
#include "benches/cases/node_cases.h"
#include "benches/harness/plan.h"
#include "benches/harness/sampler.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

// Left free on each GPU, for contexts of several processes and what NCCL takes for itself.
constexpr std::int64_t kReserveBytes = std::int64_t{2} << 30;
constexpr std::chrono::milliseconds kTeamReadingInterval{50};

struct Prepared {
  std::string case_id;
  Params params;
  std::int64_t seed = 0;
  std::unique_ptr<NodeBench> bench;
};

bool is_of(const Prepared& prepared, const CaseRequest& request, const Params& params) {
  return prepared.case_id == request.case_id && prepared.params == params &&
         prepared.seed == request.seed;
}

}  // namespace

struct NodeRunner::State {
  explicit State(RunnerOptions o) : options(std::move(o)) {}

  RunnerOptions options;
  NodeContext context;
  std::vector<std::string> uuids;  // in use; empty: none yet
  std::list<Prepared> prepared;    // newest use first

  Status open(std::span<const std::string> gpus);
  std::optional<CaseEnd> select(std::span<const std::string> gpus);
  Result<std::int64_t> least_free() const;
  std::optional<CaseEnd> make_room(std::int64_t needed);
  std::optional<CaseEnd> prepare(const NodeCase& c, const CaseRequest& request,
                                 const Params& params);
  Result<BlockResult> block(const CaseRequest& request, std::int64_t number, const CaseInfo& info,
                            const ReadDevice& read, const Stop& stop);
};

Status NodeRunner::State::open(std::span<const std::string> gpus) {
  GA_TRY(context.injection, parse_injection(options.inject));
  context.libs = options.libs;
  std::vector<int> ordinals;
  std::vector<DeviceInfo> devices;
  for (const std::string& gpu : gpus) {
    GA_TRY(const int ordinal, device_of(gpu));
    GA_TRY(DeviceInfo info, device_info(ordinal));
    devices.push_back(std::move(info));
    ordinals.push_back(ordinal);
  }
  context.devices = std::move(devices);
  GA_TRY(context.team, Team::make(ordinals));
  GA_TRY(context.loop, TeamLoop::make(context.team, context.injection));
  uuids.assign(gpus.begin(), gpus.end());
  return Ok{};
}

std::optional<CaseEnd> NodeRunner::State::select(std::span<const std::string> gpus) {
  if (gpus.size() < 2 || gpus.size() > kTeamMost) {
    return CaseEnd{
        "params.bad",
        fmt::format("the case runs on 2 to {} GPUs, {} were named", kTeamMost, gpus.size()), false};
  }
  if (!uuids.empty()) {
    if (std::ranges::equal(uuids, gpus)) return std::nullopt;
    return CaseEnd{"params.bad", "this worker uses other GPUs and cannot change", false};
  }
  if (const Status driver = require_driver(); !driver) {
    return end_with("driver.missing", driver.error());
  }
  const Status opened = open(gpus);
  if (opened) return std::nullopt;
  if (is_lost(opened.error())) return CaseEnd{"device.fault", to_line(opened.error()), true};
  const bool asked_wrongly = opened.error().code() == ErrorCode::usage;
  return end_with(asked_wrongly ? "params.bad" : "peer.refused", opened.error());
}

// Of all GPUs the least.
Result<std::int64_t> NodeRunner::State::least_free() const {
  std::int64_t least = -1;
  for (const int ordinal : context.team.devices()) {
    GA_CHECK(select_device(ordinal));
    std::size_t free = 0;
    std::size_t total = 0;
    GA_CUDA(cudaMemGetInfo(&free, &total));
    const auto bytes = static_cast<std::int64_t>(free);
    least = least < 0 ? bytes : std::min(least, bytes);
  }
  return least;
}

// Gives up what has gone unused longest, until the new case fits.
std::optional<CaseEnd> NodeRunner::State::make_room(std::int64_t needed) {
  for (;;) {
    const auto free = least_free();
    if (!free) return CaseEnd{"device.fault", to_line(free.error()), true};
    if (needed + kReserveBytes <= *free) return std::nullopt;
    if (prepared.empty()) {
      return CaseEnd{"memory.too_small",
                     fmt::format("the case needs {} bytes on each GPU and {} for contexts; on one "
                                 "{} are free",
                                 needed, kReserveBytes, *free),
                     false};
    }
    prepared.pop_back();
  }
}

std::optional<CaseEnd> NodeRunner::State::prepare(const NodeCase& c, const CaseRequest& request,
                                                  const Params& params) {
  const auto known =
      std::ranges::find_if(prepared, [&](const Prepared& p) { return is_of(p, request, params); });
  if (known != prepared.end()) {
    prepared.splice(prepared.begin(), prepared, known);
    return std::nullopt;
  }
  if (auto end = make_room(c.device_bytes(params, context))) return end;
  context.refusal.clear();
  auto bench = c.setup(params, static_cast<std::uint64_t>(request.seed), context);
  if (bench) {
    prepared.push_front({request.case_id, params, request.seed, *std::move(bench)});
    return std::nullopt;
  }
  if (!context.refusal.empty() && !is_lost(bench.error())) {
    return end_with(context.refusal.c_str(), bench.error());
  }
  return end_of_setup(bench.error());
}

Result<BlockResult> NodeRunner::State::block(const CaseRequest& request, std::int64_t number,
                                             const CaseInfo& info, const ReadDevice& read,
                                             const Stop& stop) {
  Sampler sampler(read, kTeamReadingInterval);
  GA_TRY(NodeBlock block, prepared.front().bench->block(request.block_ns, stop));
  const DeviceReading reading = summarise(sampler.stop());
  block.check.launches = block.launches;
  BlockResult result{.block = number,
                     .unit = std::string(info.unit),
                     .value = block.value,
                     .elapsed_ns = block.elapsed_ns,
                     .cells = std::move(block.cells),
                     .active_links = reading.active_links,
                     .discard = {},
                     .algorithm = std::move(block.algorithm),
                     .check = std::move(block.check)};
  result.clock_mhz = reading.clock_mhz.value.value_or(0);
  result.power_mw = reading.power_mw.value.value_or(0);
  result.temp_mc = reading.temp_mc.value.value_or(0);
  result.throttle = reading.throttle.value.value_or(0);
  if (!complete(reading)) result.discard = "no_clock_reading";
  if (block.interrupted) result.discard = "interrupted";
  return result;
}

NodeRunner::NodeRunner(RunnerOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}
NodeRunner::~NodeRunner() = default;

std::vector<Library> NodeRunner::libraries() const { return state_->context.libraries; }

CaseEnd NodeRunner::run(const CaseRequest& request, const ReadDevice& read,
                        const std::function<void(const BlockResult&)>& emit,
                        const std::function<bool()>& stop) {
  State& s = *state_;
  const CaseInfo* info = find_case(request.case_id);
  const NodeCase* c = find_node_case(request.case_id);
  if (info == nullptr || c == nullptr) {
    return {"case.unknown", fmt::format("no case of GPUs together is called '{}'", request.case_id),
            false};
  }
  const Result<Params> params = complete_params(*info, request.params);
  if (!params) return end_with("params.bad", params.error());
  if (request.blocks < 1 || request.block_ns < 1) {
    return {"params.bad", "no blocks, or blocks of no length, were asked for", false};
  }
  if (auto end = s.select(request.gpus)) return *end;
  if (auto end = s.prepare(*c, request, *params)) return *end;
  for (std::int64_t i = 0; i < request.blocks; ++i) {
    if (stop && stop()) return {"interrupted", "stopped between blocks", false};
    const auto result = s.block(request, request.first_block + i, *info, read, stop);
    if (!result) return {"device.fault", to_line(result.error()), true};
    emit(*result);
  }
  return {};
}

}  // namespace ga
