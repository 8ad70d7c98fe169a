// Did an NVLink of the GPU lose data, recover or drop out during the run?
//
// Evidence: NVML's counters over the active links, before and after every load. Limit: none for
// recoveries, for what was not corrected and for a link that went away; the profile's rate for CRC
// errors and replays (NVLink 4) and its effective bit error rate for the worst link (NVLink 5,
// where corrected errors are normal). False pass: links that carried nothing, which the link gates
// are for. False fail: an error rate from before the run; one that no new error adds to is no fail.
#include <array>
#include <utility>

#include "acceptance/gates/event_counters.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "events.nvlink";
constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;

constexpr EventCounter kActive{"nvlinks_active", &GpuCounters::nvlinks_active};
constexpr std::array kFatal{
    EventCounter{"nvlink_recoveries", &GpuCounters::nvlink_recoveries},
    EventCounter{"nvlink_recoveries_failed", &GpuCounters::nvlink_recoveries_failed},
    EventCounter{"nvlink_packet_errors", &GpuCounters::nvlink_packet_errors}};
constexpr std::array kRated{
    EventCounter{"nvlink_crc_flit_errors", &GpuCounters::nvlink_crc_flit_errors},
    EventCounter{"nvlink_crc_data_errors", &GpuCounters::nvlink_crc_data_errors},
    EventCounter{"nvlink_replays", &GpuCounters::nvlink_replays}};
constexpr EventCounter kEffective{"nvlink_effective_errors", &GpuCounters::nvlink_effective_errors};
constexpr EventCounter kSymbol{"nvlink_symbol_errors", &GpuCounters::nvlink_symbol_errors};
constexpr std::string_view kBer = "nvlink_effective_ber_e18";

// The rate that was read then; nothing where it is no rate.
std::optional<std::int64_t> ber_of(const std::vector<GpuCounters>& all, const std::string& unit) {
  const GpuCounters* counters = find_counters(all, unit);
  if (counters == nullptr || !counters->nvlink_effective_ber_e18) return std::nullopt;
  const std::int64_t ber = *counters->nvlink_effective_ber_e18;
  return ber >= 0 && ber <= kMost ? std::optional(ber) : std::nullopt;
}

std::optional<Finding> ber_too_high(const Order& order, const GpuFacts& gpu,
                                    const Evidence& evidence) {
  const std::string& unit = gpu.unit_id;
  const std::optional<std::int64_t> before = ber_of(evidence.before, unit);
  std::optional<std::int64_t> after;  // the highest at the end of a boot
  for (const Span& span : spans_of(evidence)) after = std::max(after, ber_of(span.after, unit));
  const std::int64_t errors = events_in_run(evidence, unit, kEffective);
  const EventLimit* limit = event_limit(order.profile, kId, kBer);
  if (limit == nullptr) {
    if (errors == 0) return std::nullopt;
    return found(kId, unit, "events.no_limit",
                 fmt::format("{}: {} in the run", kEffective.name, errors));
  }
  if (!after || *after <= limit->max) return std::nullopt;
  const std::string text = fmt::format(
      "effective bit error rate {:.1e} on the worst link, at most {:.1e}; {} errors in "
      "the run",
      static_cast<double>(*after) * 1e-18, static_cast<double>(limit->max) * 1e-18, errors);
  if (errors == 0 && before && *before > limit->max) {
    return found(kId, unit, "events.nvlink.ber_before", text);
  }
  return found(
      kId, unit,
      limit->status == LimitStatus::provisional ? "events.over_limit" : "events.nvlink.ber", text);
}

std::optional<Finding> lost_or_recovered(const GpuFacts& gpu, const Evidence& evidence) {
  const std::string& unit = gpu.unit_id;
  const Delta active = delta_of(evidence, unit, kActive.field);
  if (active.growth == Growth::fell) {
    return found(kId, unit, "events.nvlink.link_lost",
                 fmt::format("{} links fewer were active at a later reading", -active.by));
  }
  for (const EventCounter& counter : kFatal) {
    const std::int64_t events = events_in_run(evidence, unit, counter);
    if (events == 0) continue;
    return found(kId, unit,
                 counter.name == "nvlink_packet_errors" ? "events.nvlink.uncorrected"
                                                        : "events.nvlink.recovery",
                 fmt::format("{}: {} in the run, none allowed", counter.name, events));
  }
  return std::nullopt;
}

std::optional<Finding> unfit(const Order& order, const GpuFacts& gpu, const Evidence& evidence) {
  const std::string& unit = gpu.unit_id;
  const auto limited = [&](std::string_view counter) {
    return event_limit(order.profile, kId, counter) != nullptr ? Need::wanted : Need::by_table;
  };
  for (const EventCounter& counter : {kActive, kFatal[0]}) {
    if (auto no = counter_unfit(kId, evidence, gpu, counter, Need::wanted)) return no;
  }
  for (const Span& span : spans_of(evidence)) {
    if (*find_counters(span.after, unit)->nvlinks_active > 0) continue;
    return found(kId, unit, "events.counter_absent", "nvlinks_active: no link is active");
  }
  for (const EventCounter& counter :
       {kFatal[1], kFatal[2], kRated[0], kRated[1], kRated[2], kEffective, kSymbol}) {
    if (auto no = counter_unfit(kId, evidence, gpu, counter, limited(counter.name))) return no;
  }
  for (const Span& span : spans_of(evidence)) {
    if (limited(kBer) != Need::wanted || ber_of(span.after, unit)) continue;
    const KnownInt& ber = find_counters(span.after, unit)->nvlink_effective_ber_e18;
    return found(kId, unit, "events.counter_absent",
                 fmt::format("{} after{}: {}", kBer, span.name, ber ? "is no rate" : ber.absent));
  }
  return run_unfit(kId, evidence, gpu);
}

// What is known to be bad counts first, even where something else could not be read.
Finding judge_gpu(const Order& order, const GpuFacts& gpu, const Evidence& evidence) {
  const std::string& unit = gpu.unit_id;
  if (auto bad = lost_or_recovered(gpu, evidence)) return std::move(*bad);
  auto many = ber_too_high(order, gpu, evidence);
  for (const EventCounter& counter : kRated) {
    keep_worse(many, grew_too_fast(kId, order, evidence, unit, counter, "events.nvlink.crc_rate"));
  }
  if (many && many->verdict == Verdict::fail) return std::move(*many);
  if (auto finding = unfit(order, gpu, evidence)) return std::move(*finding);
  if (many) return std::move(*many);
  Finding finding = passed(kId, unit, "no link recovered, dropped out or lost data");
  warn_of_events(evidence, unit, kRated, finding);
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_each(kId, order, evidence,
                    [&](const GpuFacts& gpu) { return judge_gpu(order, gpu, evidence); });
}

}  // namespace

const Gate kEventsNvlink{kId, "Did an NVLink lose data, recover or drop out during the run?",
                         "실행 중 NVLink에서 데이터 손실, 복구, 단절이 있었습니까?", next_nothing,
                         judge};

}  // namespace ga
