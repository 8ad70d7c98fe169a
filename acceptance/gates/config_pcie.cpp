// Can every link between a GPU and its CPU run at the generation and width that were ordered?
//
// Evidence: of every device from the GPU to its root port the width now and the highest generation,
// from sysfs; the highest generation and width of the slot, from NVML.
// Limit: ordered.pcie_gen and ordered.pcie_width. A GPU at rest may lower its generation, never its
// width, so the generation now is not judged here: one that stays low under load is half as fast,
// and pcie.h2d and pcie.d2h fail it. False pass: a link that trains down under load by less than
// those floors see. False fail: a server whose slots were ordered with less; then order that.
#include <utility>

#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "config.pcie";
constexpr std::int64_t kMostGen = 16, kMostLanes = 32;

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

Finding judge_gpu(const Ordered& ordered, const GpuFacts& gpu) {
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

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  const Ordered& ordered = order.profile.ordered;
  return judge_each(kId, order, evidence, [&](const GpuFacts& gpu) {
    if (ordered.pcie_gen <= 0 || ordered.pcie_width <= 0) {
      return found(kId, gpu.unit_id, "profile.incomplete",
                   "the profile has no ordered.pcie_gen and ordered.pcie_width");
    }
    return judge_gpu(ordered, gpu);
  });
}

}  // namespace

const Gate kConfigPcie{kId, "Can every link between GPU and CPU run at the ordered rate and width?",
                       "GPU와 CPU 사이의 모든 PCIe 링크가 주문한 세대와 폭으로 동작할 수 있습니까?",
                       next_nothing, judge};

}  // namespace ga
