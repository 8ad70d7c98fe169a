// Does every link between a GPU and its CPU run at the generation and width that were ordered?
//
// Evidence: of every device from the GPU to its root port the width now and the highest generation,
// from sysfs; the highest generation and width of the slot, from NVML; and the lowest generation
// and width of the way while data are copied to the GPU, three blocks during the screen.
// Limit: ordered.pcie_gen and ordered.pcie_width. A GPU at rest may lower its generation, never its
// width, so the generation now is judged under the copy alone. False pass: a link that falls for
// less than half a block. False fail: a server whose slots were ordered with less; then order that.
#include <algorithm>
#include <utility>

#include "acceptance/core/floor.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/pcie.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/table.h"
#include "benches/stats/order.h"

namespace ga {
namespace {

constexpr std::string_view kId = "config.pcie";
constexpr std::int64_t kMostGen = 16, kMostLanes = 32;
constexpr std::size_t kBlocks = 3;

struct Field {
  std::string name;
  const KnownInt& fact;
  std::int64_t wanted, most;
  std::string_view code;
};

std::vector<Field> fields_of(const Ordered& ordered, const GpuFacts& gpu) {
  std::vector<Field> fields{
      {"pcie_gen_max", gpu.pcie_gen_max, ordered.pcie_gen, kMostGen, "config.pcie.slow"},
      {"pcie_width_max", gpu.pcie_width_max, ordered.pcie_width, kMostLanes, "config.pcie.narrow"},
      {"pcie_width_current", gpu.pcie_width_current, ordered.pcie_width, kMostLanes,
       "config.pcie.narrow"}};
  if (!gpu.pci_path) return fields;
  for (const PciHop& hop : *gpu.pci_path) {
    const std::string of = " of " + hop.address.value.value_or("a device on the way");
    fields.push_back({"gen_max" + of, hop.gen_max, ordered.pcie_gen, kMostGen, "config.pcie.slow"});
    fields.push_back({"width_current" + of, hop.width_current, ordered.pcie_width, kMostLanes,
                      "config.pcie.narrow"});
  }
  return fields;
}

// What the way can do, and how wide it is at rest.
Finding judge_rest(const Ordered& ordered, const GpuFacts& gpu) {
  const std::string& unit = gpu.unit_id;
  const std::vector<Field> fields = fields_of(ordered, gpu);
  for (const Field& field : fields) {
    if (field.fact && *field.fact >= 1 && *field.fact < field.wanted) {
      return found(kId, unit, field.code,
                   fmt::format("{} is {}, ordered {}", field.name, *field.fact, field.wanted));
    }
  }
  for (const Field& field : fields) {
    if (auto no = fact_unfit(kId, unit, field.name, field.fact, 1, field.most)) {
      return std::move(*no);
    }
  }
  if (auto no = fact_absent(kId, unit, "pci_path", gpu.pci_path)) return std::move(*no);
  if (gpu.pci_path.value->empty()) {
    return found(kId, unit, "fact.impossible", "pci_path does not hold the GPU itself");
  }
  return passed(kId, unit,
                fmt::format("{} devices up to the root port, each of Gen{} x{} or better",
                            gpu.pci_path.value->size(), ordered.pcie_gen, ordered.pcie_width));
}

Request series_of(const Order& order, const std::string& unit) {
  Request name;
  name.gate = kId;
  name.case_id = "pcie.h2d";
  name.unit_id = unit;
  name.params = pcie_params(order.profile.sizes);
  name.block_ns = block_length_ns(order.level, false);
  name.phase = Phase::screen;
  return name;
}

bool is_ordered(const Ordered& ordered) { return ordered.pcie_gen > 0 && ordered.pcie_width > 0; }

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  std::vector<Request> requests;
  if (!is_ordered(order.profile.ordered) || order.profile.sizes.pcie_bytes <= 0) return requests;
  for (const std::string& unit : present_units(order, evidence)) {
    ask(requests, series_of(order, unit), evidence, kBlocks);
  }
  return requests;
}

// What the way ran at while data moved.
Finding judge_copy(const Ordered& ordered, const Request& name, const Measurement& series) {
  const auto all_within = [](const std::vector<std::int64_t>& values, std::int64_t most) {
    return !values.empty() && std::all_of(values.begin(), values.end(),
                                          [&](std::int64_t v) { return v >= 1 && v <= most; });
  };
  if (!all_within(series.link_gen, kMostGen) || !all_within(series.link_width, kMostLanes)) {
    return found(kId, name.unit_id, "config.pcie.unread",
                 "the links to the root port were not read in every block of the copy");
  }
  const auto gen = median(std::span<const std::int64_t>(series.link_gen)).value_or(0);
  const auto width = median(std::span<const std::int64_t>(series.link_width)).value_or(0);
  const std::string text = fmt::format("while copying Gen{} x{}, ordered Gen{} x{}", gen, width,
                                       ordered.pcie_gen, ordered.pcie_width);
  if (gen < ordered.pcie_gen) return found(kId, name.unit_id, "config.pcie.slow", text);
  if (width < ordered.pcie_width) return found(kId, name.unit_id, "config.pcie.narrow", text);
  return passed(kId, name.unit_id, text);
}

Finding judge_gpu(const Order& order, const Evidence& evidence, const GpuFacts& gpu) {
  Finding rest = judge_rest(order.profile.ordered, gpu);
  if (rest.verdict == Verdict::fail) return rest;
  const Request name = series_of(order, gpu.unit_id);
  const auto state = look_at({name, "bytes_per_s", "pattern"}, evidence);
  if (state.finding && state.finding->verdict == Verdict::fail) return *state.finding;
  if (state.finding) return rest.verdict == Verdict::pass ? *state.finding : rest;
  if (state.series->samples.size() < kBlocks) {
    return incomplete(name, state.series->samples.size(), kBlocks);
  }
  Finding copy = judge_copy(order.profile.ordered, name, *state.series);
  if (copy.verdict == Verdict::fail || rest.verdict == Verdict::pass) return copy;
  return rest;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  return judge_each(kId, order, evidence, [&](const GpuFacts& gpu) {
    if (!is_ordered(order.profile.ordered)) {
      return found(kId, gpu.unit_id, "profile.incomplete",
                   "the profile has no ordered.pcie_gen and ordered.pcie_width");
    }
    return judge_gpu(order, evidence, gpu);
  });
}

}  // namespace

const Gate kConfigPcie{
    kId, "Does every link between GPU and CPU run at the ordered rate and width?",
    "GPU와 CPU 사이의 모든 PCIe 링크가 주문한 세대와 폭으로 동작합니까?", next, judge};

}  // namespace ga
