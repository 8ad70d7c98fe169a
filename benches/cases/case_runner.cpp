#include "benches/cases/case_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <optional>
#include <utility>

#include "benches/cases/case_end.h"
#include "benches/cases/case_table.h"
#include "benches/cases/cases.h"
#include "benches/harness/loop.h"
#include "benches/harness/plan.h"
#include "kernels/runtime/device.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

// Left free for the context, kernels' local memory, and cuBLASLt's own.
constexpr std::size_t kReserveBytes = std::size_t{512} << 20;

// What names a set-up: parameters that only name a series are left out.
struct Key {
  std::string case_id;
  Params params;
  std::int64_t seed = 0;
  friend bool operator==(const Key&, const Key&) = default;
};

struct Prepared {
  Key key;
  const CaseInfo* info = nullptr;
  std::unique_ptr<Bench> bench;
  GroupTime group;
  Check carried;  // found wrong while calibrating; belongs to the first block
};

}  // namespace

struct CaseRunner::State {
  explicit State(RunnerOptions o) : options(std::move(o)) {}

  RunnerOptions options;
  CaseContext context;
  std::string uuid;                  // of the GPU in use; empty: none yet
  std::unique_ptr<TimingLoop> loop;  // after context: its stream is the context's
  std::list<Prepared> prepared;      // newest use first

  std::optional<CaseEnd> select(const std::string& gpu);
  Result<int> find_device(const std::string& gpu);
  std::optional<CaseEnd> make_room(std::int64_t needed);
  Result<Prepared> set_up(const Case& c, const CaseInfo& info, const Key& key, const Params& params,
                          std::int64_t block_ns, const Stop& stop);
  Result<BlockResult> block(Prepared& prepared, const CaseRequest& request, std::int64_t number,
                            const ReadDevice& read, const Stop& stop);
};

Result<int> CaseRunner::State::find_device(const std::string& gpu) {
  GA_TRY(const int count, device_count());
  if (count == 0) return Error(ErrorCode::environment, "CUDA sees no GPU");
  if (gpu.empty() && count == 1) return 0;
  if (gpu.empty()) {
    return Error(ErrorCode::usage, fmt::format("{} GPUs are visible and none was named", count));
  }
  return device_of(gpu);
}

std::optional<CaseEnd> CaseRunner::State::select(const std::string& gpu) {
  if (loop) {
    if (gpu.empty() || gpu == uuid) return std::nullopt;
    return CaseEnd{"params.bad",
                   fmt::format("this worker uses {} and cannot change to {}", uuid, gpu), false};
  }
  if (const Status driver = require_driver(); !driver) {
    return end_with("driver.missing", driver.error());
  }
  const auto open = [&]() -> Status {
    GA_TRY(const Injection injection, parse_injection(options.inject));
    GA_TRY(const int ordinal, find_device(gpu));
    GA_CHECK(select_device(ordinal));
    GA_TRY(context.device, device_info(ordinal));
    GA_TRY(loop, TimingLoop::make(injection));
    context.injection = injection;
    context.libs = options.libs;
    context.stream = loop->stream();
    uuid = context.device.uuid;
    return Ok{};
  };
  if (const Status opened = open(); !opened) {
    const Error& error = opened.error();
    if (is_lost(error)) return CaseEnd{"device.fault", to_line(error), true};
    return end_with(error.code() == ErrorCode::usage ? "params.bad" : "driver.missing", error);
  }
  return std::nullopt;
}

// Gives up what has gone unused longest, until the new case fits.
std::optional<CaseEnd> CaseRunner::State::make_room(std::int64_t needed) {
  for (;;) {
    std::size_t free = 0;
    std::size_t total = 0;
    const Status asked = cuda_status(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    if (!asked) return CaseEnd{"device.fault", to_line(asked.error()), true};
    if (static_cast<std::size_t>(needed) + kReserveBytes <= free) return std::nullopt;
    if (prepared.empty()) {
      return CaseEnd{"memory.too_small",
                     fmt::format("the case needs {} bytes of device memory and {} for the context; "
                                 "{} of {} are free",
                                 needed, kReserveBytes, free, total),
                     false};
    }
    prepared.pop_back();
  }
}

Result<Prepared> CaseRunner::State::set_up(const Case& c, const CaseInfo& info, const Key& key,
                                           const Params& params, std::int64_t block_ns,
                                           const Stop& stop) {
  Prepared fresh{.key = key, .info = &info, .bench = {}, .group = {}, .carried = {}};
  GA_TRY(fresh.bench, c.setup(params, static_cast<std::uint64_t>(key.seed), context));
  GA_TRY(fresh.group, loop->calibrate(*fresh.bench, block_ns, stop, fresh.carried));
  if (const auto rhythm = fresh.bench->rhythm()) {
    GA_CHECK(rhythm_fits(*rhythm, fresh.group.span_ns));
  }
  return fresh;
}

Result<BlockResult> CaseRunner::State::block(Prepared& p, const CaseRequest& request,
                                             std::int64_t number, const ReadDevice& read,
                                             const Stop& stop) {
  const std::optional<Rhythm> rhythm = p.bench->rhythm();
  const std::int64_t hold_ns = p.bench->hold_ns();
  std::int64_t groups_wanted = groups_for_block(request.block_ns, p.group.span_ns);
  if (hold_ns > 0) groups_wanted = 1;
  if (rhythm) groups_wanted = pulses_in(*rhythm, request.block_ns);
  const BlockOrder order{
      .groups = groups_wanted, .group = p.group, .hold_ns = hold_ns, .read = read, .stop = stop};
  p.bench->place(number);
  Check check = p.bench->begin();
  GA_TRY(const BlockTiming timing, rhythm ? loop->pulses(*p.bench, order, *rhythm, check)
                                          : loop->block(*p.bench, order, check));
  merge(std::exchange(p.carried, Check{}), check);
  check.launches = timing.launches;
  // The clock settles over the blocks; their length does not. Of pulses their own edges count.
  const std::int64_t groups = timing.launches / p.bench->sets();
  if (groups > 0) p.group = {.span_ns = timing.span_ns / groups, .timed_ns = p.group.timed_ns};
  BlockResult result{.block = number,
                     .unit = std::string(p.info->unit),
                     .value = p.bench->value(timing),
                     .elapsed_ns = timing.timed_ns,
                     .discard = {},
                     .algorithm = p.bench->algorithm(),
                     .check = std::move(check)};
  result.clock_mhz = timing.reading.clock_mhz.value.value_or(0);
  result.power_mw = timing.reading.power_mw.value.value_or(0);
  result.temp_mc = timing.reading.temp_mc.value.value_or(0);
  result.throttle = timing.reading.throttle.value.value_or(0);
  if (copies_over_pcie(request.case_id)) {
    result.link_gen = timing.reading.link_gen.value.value_or(0);
    result.link_width = timing.reading.link_width.value.value_or(0);
  }
  if (loads_memory(request.case_id)) {
    const auto read_mc = timing.reading.memory_temp_mc.value.value_or(0);
    result.memory_temp_mc = std::max<std::int64_t>(0, read_mc);
  }
  if (!complete(timing.reading)) result.discard = "no_clock_reading";
  if (timing.interrupted) result.discard = "interrupted";
  return result;
}

CaseRunner::CaseRunner(RunnerOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}
CaseRunner::~CaseRunner() = default;

std::vector<Library> CaseRunner::libraries() const { return state_->context.libraries; }

CaseEnd CaseRunner::run(const CaseRequest& request, const ReadDevice& read,
                        const std::function<void(const BlockResult&)>& emit,
                        const std::function<bool()>& stop) {
  State& s = *state_;
  const CaseInfo* info = find_case(request.case_id);
  const Case* c = find_cuda_case(request.case_id);
  if (info == nullptr || c == nullptr) {
    return {"case.unknown", fmt::format("no case is called '{}'", request.case_id), false};
  }
  const Result<Params> params = complete_params(*info, request.params);
  if (!params) return end_with("params.bad", params.error());
  if (request.blocks < 1 || request.block_ns < 1) {
    return {"params.bad", "no blocks, or blocks of no length, were asked for", false};
  }
  if (auto end = s.select(request.gpu)) return *end;

  Key key{.case_id = request.case_id, .params = *params, .seed = request.seed};
  for (const char* name : {"hot", "alone"}) key.params.erase(name);
  const auto known = std::ranges::find(s.prepared, key, &Prepared::key);
  if (known != s.prepared.end()) {
    s.prepared.splice(s.prepared.begin(), s.prepared, known);
  } else {
    if (auto end = s.make_room(c->device_bytes(*params, s.context))) return *end;
    Result<Prepared> fresh = s.set_up(*c, *info, key, *params, request.block_ns, stop);
    if (!fresh) return end_of_setup(fresh.error());
    s.prepared.push_front(*std::move(fresh));
  }

  for (std::int64_t i = 0; i < request.blocks; ++i) {
    if (stop && stop()) return {"interrupted", "stopped between blocks", false};
    const Result<BlockResult> result =
        s.block(s.prepared.front(), request, request.first_block + i, read, stop);
    if (!result) return {"device.fault", to_line(result.error()), true};
    emit(*result);
  }
  return {};
}

}  // namespace ga
