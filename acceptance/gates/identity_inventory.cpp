// Is this the node that was ordered, and do all sources agree on what is in it?
//
// Evidence: the number of GPUs by NVML, CUDA, /proc and PCI; of each GPU its PCI device, part name,
// memory, serial and UUID, and the same by CUDA, /proc and sysfs.
// Limit: what the profile orders. An acceptance profile orders every GPU of the machine. A ci
// profile orders those at the front: a container sees its own GPUs and, through /proc and PCI, the
// host's. Where the delivery's manifest was given, each serial number must be this node's there.
// False pass: a machine whose root forges every source at once. False fail: a container
// that masks /proc or /sys, which is told apart as not_measured.
#include <algorithm>
#include <array>
#include <utility>

#include "acceptance/gates/delivery.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "identity.inventory";
constexpr std::int64_t kMostGpus = 1024;
constexpr std::int64_t kMostBytes = std::int64_t{1} << 50;

struct Source {
  std::string_view name;
  KnownInt NodeFacts::*count;
};
constexpr std::array<Source, 4> kSources{{{"gpus_nvml", &NodeFacts::gpus_nvml},
                                          {"gpus_cuda", &NodeFacts::gpus_cuda},
                                          {"gpus_proc", &NodeFacts::gpus_proc},
                                          {"gpus_pci", &NodeFacts::gpus_pci}}};

bool takes_all(const Profile& profile) { return profile.kind == ProfileKind::acceptance; }

std::string counts_text(const NodeFacts& node, std::int64_t ordered) {
  std::string text = fmt::format("ordered {}", ordered);
  for (const Source& source : kSources) {
    const KnownInt& count = node.*source.count;
    text += fmt::format(", {} {}", source.name, count ? std::to_string(*count) : "absent");
  }
  return text;
}

// A source that knows too few GPUs, or in an acceptance profile another number, fails; the reason
// lists them all.
std::optional<Finding> wrong_count(const Order& order, const NodeFacts& node) {
  const std::int64_t ordered = order.profile.ordered.gpus;
  bool wrong = false;
  bool all_wrong = true;
  for (const Source& source : kSources) {
    const KnownInt& count = node.*source.count;
    if (!count) continue;
    const bool bad = takes_all(order.profile) ? *count != ordered : *count < ordered;
    wrong = wrong || bad;
    all_wrong = all_wrong && bad;
  }
  if (!wrong) return std::nullopt;
  return found(kId, "node",
               all_wrong ? "identity.inventory.count" : "identity.inventory.sources_disagree",
               counts_text(node, ordered));
}

// Two GPUs with the same serial or UUID; empty where all differ.
std::string duplicate_in(const std::vector<GpuFacts>& gpus) {
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    for (std::size_t j = i + 1; j < gpus.size(); ++j) {
      for (const auto field : {&GpuFacts::uuid, &GpuFacts::serial}) {
        const KnownText& a = gpus[i].*field;
        const KnownText& b = gpus[j].*field;
        if (a && b && !a.value->empty() && *a == *b) {
          return fmt::format("{} and {} are both {}", gpus[i].unit_id, gpus[j].unit_id, *a);
        }
      }
    }
  }
  return "";
}

// One device id can be on several boards, which differ in power and cooling.
std::optional<Finding> mixed_boards(const std::vector<GpuFacts>& gpus) {
  for (const GpuFacts& gpu : gpus) {
    const KnownText &first = gpus.front().pci_subsystem, &own = gpu.pci_subsystem;
    if (!first || !own || *first == *own) continue;
    return found(
        kId, "node", "identity.inventory.mixed_boards",
        fmt::format("{} is {}, {} is {}", gpus.front().unit_id, *first, gpu.unit_id, *own));
  }
  return std::nullopt;
}

Finding judge_node(const Order& order, const Facts& facts) {
  for (const Source& source : kSources) {
    const KnownInt& count = facts.node.*source.count;
    if (!count) continue;
    if (auto unfit = fact_unfit(kId, "node", source.name, count, 0, kMostGpus)) {
      return std::move(*unfit);
    }
  }
  if (auto finding = wrong_count(order, facts.node)) return std::move(*finding);
  if (const std::string twice = duplicate_in(facts.gpus); !twice.empty()) {
    return found(kId, "node", "identity.inventory.duplicate", twice);
  }
  if (takes_all(order.profile) && order.profile.ordered.pci_subsystems.empty()) {
    if (auto mixed = mixed_boards(facts.gpus)) return std::move(*mixed);
  }
  for (const Source& source : kSources) {
    if (auto absent = fact_absent(kId, "node", source.name, facts.node.*source.count)) {
      return std::move(*absent);
    }
  }
  Finding finding = passed(kId, "node", counts_text(facts.node, order.profile.ordered.gpus));
  if (*facts.node.gpus_nvml > order.profile.ordered.gpus) {
    finding.warn.push_back(
        "the machine has more GPUs than were ordered; only the first are judged");
  }
  return finding;
}

bool is_one_of(const std::string& text, const std::vector<std::string>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// What a source says that contradicts the order or another source.
std::optional<Finding> contradiction(const Order& order, const GpuFacts& gpu) {
  const Ordered& ordered = order.profile.ordered;
  const std::string& unit = gpu.unit_id;
  const auto wrong_part = [&](const KnownText& fact, const std::vector<std::string>& list) {
    return fact && !list.empty() && !is_one_of(*fact, list);
  };
  if (wrong_part(gpu.pci_device, ordered.pci_devices)) {
    return found(kId, unit, "identity.inventory.wrong_part", "PCI device " + *gpu.pci_device);
  }
  if (wrong_part(gpu.pci_subsystem, ordered.pci_subsystems)) {
    return found(kId, unit, "identity.inventory.wrong_part", "PCI subsystem " + *gpu.pci_subsystem);
  }
  if (wrong_part(gpu.part_name, ordered.part_names)) {
    return found(kId, unit, "identity.inventory.wrong_part", "part name " + *gpu.part_name);
  }
  const auto differ = [](const KnownText& a, const KnownText& b) { return a && b && *a != *b; };
  if (differ(gpu.uuid, gpu.cuda_uuid) || differ(gpu.uuid, gpu.proc_uuid)) {
    return found(kId, unit, "identity.inventory.sources_disagree",
                 fmt::format("UUID: NVML {}, CUDA {}, /proc {}", *gpu.uuid,
                             gpu.cuda_uuid.value.value_or("absent"),
                             gpu.proc_uuid.value.value_or("absent")));
  }
  if (differ(gpu.pci_device, gpu.sysfs_pci_device)) {
    return found(
        kId, unit, "identity.inventory.sources_disagree",
        fmt::format("PCI device: NVML {}, sysfs {}", *gpu.pci_device, *gpu.sysfs_pci_device));
  }
  return std::nullopt;
}

// A text that identifies something must be there and not be empty.
std::optional<Finding> text_unfit(const std::string& unit, std::string_view name,
                                  const KnownText& fact) {
  if (auto absent = fact_absent(kId, unit, name, fact)) return absent;
  if (!fact.value->empty()) return std::nullopt;
  return found(kId, unit, "fact.impossible", fmt::format("{} is empty", name));
}

std::optional<Finding> unfit(const Order& order, const GpuFacts& gpu) {
  const std::string& unit = gpu.unit_id;
  struct Field {
    std::string_view name;
    const KnownText& fact;
  };
  for (const Field& field :
       {Field{"uuid", gpu.uuid}, Field{"pci_device", gpu.pci_device},
        Field{"part_name", gpu.part_name}, Field{"cuda_uuid", gpu.cuda_uuid},
        Field{"proc_uuid", gpu.proc_uuid}, Field{"sysfs_pci_device", gpu.sysfs_pci_device}}) {
    if (auto no = text_unfit(unit, field.name, field.fact)) return no;
  }
  // Parts below the data centre have no serial number; what is ordered for acceptance has.
  if (takes_all(order.profile) || gpu.serial) {
    if (auto no = text_unfit(unit, "serial", gpu.serial)) return no;
  }
  if (!takes_all(order.profile) && order.profile.ordered.pci_subsystems.empty()) {
    return std::nullopt;
  }
  return text_unfit(unit, "pci_subsystem", gpu.pci_subsystem);
}

Finding judge_gpu(const Order& order, const Evidence& evidence, const GpuFacts& gpu) {
  const std::string& unit = gpu.unit_id;
  if (auto finding = contradiction(order, gpu)) return std::move(*finding);
  if (auto finding = judge_delivered(kId, evidence, gpu)) return std::move(*finding);
  if (auto finding = fact_unfit(kId, unit, "memory_bytes", gpu.memory_bytes, 1, kMostBytes)) {
    return std::move(*finding);
  }
  const std::int64_t least = order.profile.ordered.memory_bytes_min;
  const std::string memory =
      fmt::format("{} bytes of memory, at least {}", *gpu.memory_bytes, least);
  if (*gpu.memory_bytes < least) {
    return found(kId, unit, "identity.inventory.memory_small", memory);
  }
  if (auto finding = unfit(order, gpu)) return std::move(*finding);
  Finding finding = passed(kId, unit, fmt::format("{}, {}, {}", *gpu.part_name, *gpu.uuid, memory));
  if (!gpu.serial) finding.warn.push_back("no serial number: " + gpu.serial.absent);
  return finding;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  auto findings = judge_each(kId, order, evidence,
                             [&](const GpuFacts& gpu) { return judge_gpu(order, evidence, gpu); });
  findings.insert(findings.begin(), judge_node(order, evidence.facts));
  if (auto delivery = judge_delivery(kId, evidence)) findings.push_back(std::move(*delivery));
  return findings;
}

}  // namespace

const Gate kIdentityInventory{kId, "Is this the node that was ordered, and do all sources agree?",
                              "주문한 노드가 맞고 모든 정보원이 일치합니까?", next_nothing, judge};

}  // namespace ga
