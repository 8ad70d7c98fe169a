#include "benches/cases/power_products.h"

#include <algorithm>
#include <utility>

#include "benches/cases/case_end.h"
#include "benches/cases/pattern_slots.h"
#include "benches/harness/plan.h"
#include "kernels/data/hash_term.h"

namespace ga {

Result<std::unique_ptr<Bench>> PowerBench::make(std::span<const GemmShape> shapes,
                                                std::optional<Rhythm> rhythm, std::uint64_t seed,
                                                const CaseContext& context) {
  std::unique_ptr<PowerBench> power(new PowerBench(rhythm));
  std::int64_t most_sets = 0;
  for (const GemmShape& shape : shapes) {
    GA_TRY(auto data, make_gemm_data(shape, seed, context));
    GA_TRY(auto own, own_multiplier(shape, data->product(0)));
    GA_TRY(auto bench, RandomGemmBench::make(std::move(data), std::move(own), context));
    most_sets = std::max(most_sets, bench->sets());
    power->formats_.push_back(
        {.bench = std::move(bench), .flops = gemm_flops(shape.m, shape.n, shape.k), .found = {}});
  }
  for (std::int64_t set = 0; set < most_sets; ++set) {
    for (std::size_t format = 0; format < power->formats_.size(); ++format) {
      if (set < power->formats_[format].bench->sets()) power->round_.push_back({format, set});
    }
  }
  power->begin();
  return std::unique_ptr<Bench>(std::move(power));
}

std::int64_t PowerBench::device_bytes(std::span<const GemmShape> shapes,
                                      const CaseContext& context) {
  std::int64_t bytes = 0;
  for (const GemmShape& shape : shapes) {
    const auto l2 = static_cast<std::int64_t>(context.device.l2_bytes);
    bytes += random_gemm_bytes(shape, gemm_set_count(shape, l2));
  }
  return bytes;
}

// The format's own count of slots: its sets, round after round.
Turn PowerBench::inner(const Turn& turn) const {
  const Place& at = place(turn);
  const std::int64_t rounds = turn.slot / sets();
  return {.set = at.set,
          .slot = rounds * formats_[at.format].bench->sets() + at.set,
          .serial = turn.serial};
}

Status PowerBench::poison(const Turn& turn, cudaStream_t stream) {
  return formats_[place(turn).format].bench->poison(inner(turn), stream);
}

Status PowerBench::launch(const Turn& turn, cudaStream_t stream) {
  return formats_[place(turn).format].bench->launch(inner(turn), stream);
}

Status PowerBench::check(const Turn& turn, cudaStream_t stream) {
  return formats_[place(turn).format].bench->check(inner(turn), stream);
}

Inject PowerBench::output(const Turn& turn) const {
  return formats_[place(turn).format].bench->output(inner(turn));
}

// Of one format its own hash; of several a hash of theirs.
std::string PowerBench::digest(std::string Check::*side) const {
  if (formats_.size() == 1) return formats_[0].found.*side;
  std::string all;
  for (const Format& format : formats_) all += format.found.*side;
  return hex64(hash_bytes(all.data(), all.size()));
}

Check PowerBench::begin() {
  Check all{.kind = "checksum", .expected = {}, .got = {}};
  for (Format& format : formats_) {
    format.found = format.bench->begin();
    merge(format.found, all);
  }
  all.expected = digest(&Check::expected);
  all.got = digest(&Check::got);
  return all;
}

Status PowerBench::collect(std::int64_t slots, Check& total) {
  for (Format& format : formats_) {
    const std::int64_t before = format.found.wrong;
    GA_CHECK(format.bench->collect(slots / sets() * format.bench->sets(), format.found));
    total.wrong += format.found.wrong - before;
    if (format.found.wrong > before && !total.first) total.first = format.found.first;
  }
  total.got = digest(&Check::got);
  return Ok{};
}

std::int64_t PowerBench::value(const BlockTiming& timing) const {
  if (rhythm_) return timing.launches;
  double flops = 0;
  for (const Place& at : round_) flops += formats_[at.format].flops;
  const double rounds = static_cast<double>(timing.launches) / static_cast<double>(sets());
  return per_second(flops * rounds, timing.timed_ns);
}

std::string PowerBench::algorithm() const {
  std::string all;
  for (const Format& format : formats_) {
    all += (all.empty() ? "" : "; ") + format.bench->algorithm();
  }
  return all;
}

}  // namespace ga
