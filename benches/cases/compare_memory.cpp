// Our streaming kernels: copy against the driver's device-to-device copy, the others against the
// peak of the part's memory.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "benches/cases/case_table.h"
#include "benches/cases/compare.h"

namespace ga {
namespace {

Result<std::unique_ptr<Bench>> set_up(CompareBed& bed, std::string_view id, std::int64_t bytes) {
  GA_TRY(const Params params, complete_params(*find_case(id), {{"bytes", bytes}}));
  return find_cuda_case(id)->setup(params, 1, bed.context);
}

Comparison start(const CompareBed& bed, std::string_view own, std::string_view baseline,
                 std::int64_t bytes) {
  Comparison c;
  c.own = own;
  c.baseline = baseline;
  c.what = fmt::format("{} MiB", bytes >> 20);
  c.unit = "bytes_per_s";
  c.peak = peak_of(bed.context.device.name).bytes_per_s;
  return c;
}

}  // namespace

Result<std::vector<Comparison>> compare_memory(CompareBed& bed, std::int64_t bytes) {
  std::vector<Comparison> all;
  {
    Comparison copy = start(bed, "memory.copy", "memory.d2d", bytes);
    GA_TRY(const auto own, set_up(bed, "memory.copy", bytes));
    GA_TRY(const auto driver, set_up(bed, "memory.d2d", bytes));
    GA_CHECK(settle(bed, *own, copy));
    GA_CHECK(alternate(bed, *own, *driver, copy));
    all.push_back(std::move(copy));
  }
  for (const std::string_view id : {"memory.read", "memory.write", "memory.triad"}) {
    Comparison c = start(bed, id, "", bytes);
    GA_TRY(const auto own, set_up(bed, id, bytes));
    GA_CHECK(alone(bed, *own, c));
    all.push_back(std::move(c));
  }
  return all;
}

}  // namespace ga
