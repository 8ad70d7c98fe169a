#include "acceptance/node/facts_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "acceptance/node/fact_words.h"
#include "acceptance/node/host.h"
#include "acceptance/node/host_text.h"
#include "acceptance/node/links_text.h"

namespace ga {

namespace {

bool stands_elsewhere(std::string_view name) {
  constexpr std::string_view kElsewhere[] = {"uuid",       "cuda_uuid",   "proc_uuid",
                                             "serial",     "part_name",   "pci_bus_id",
                                             "board_part", "process_list"};
  return std::find(std::begin(kElsewhere), std::end(kElsewhere), name) != std::end(kElsewhere);
}

// "700 W, but gpu/3: 600 W": one value, of most of them and with at most two exceptions; else
// nothing.
std::string said_alike(const std::vector<std::string>& head, const std::vector<std::string>& row) {
  constexpr std::ptrdiff_t kMostExceptions = 2;
  std::ptrdiff_t most = 0;
  std::string common;
  for (std::size_t i = 1; i < row.size(); ++i) {
    const std::ptrdiff_t count = std::count(row.begin() + 1, row.end(), row[i]);
    if (count > most) common = row[i];
    most = std::max(most, count);
  }
  const auto others = static_cast<std::ptrdiff_t>(row.size()) - 1 - most;
  if (others > kMostExceptions || 2 * most <= static_cast<std::ptrdiff_t>(row.size()) - 1)
    return {};
  std::string text = common;
  for (std::size_t i = 1; i < row.size(); ++i) {
    if (row[i] == common) continue;
    text += fmt::format(", {}{}: {}", text == common ? "but " : "", head[i], row[i]);
  }
  return text;
}

// What nearly all of them say alike as a list, with those that say otherwise; the rest as a table,
// a column for each.
template <class Topic, class Subject>
std::string topic_text(const char* title, const std::vector<Subject>& subjects, Notes& notes) {
  std::vector<std::vector<std::string>> rows;
  for (const Subject& subject : subjects) {
    std::size_t row = 0;
    Topic::visit_fields(subject, [&](const char* name, const auto& field) {
      if constexpr (!kIsKnownList<decltype(field)>) {
        if (stands_elsewhere(name)) return;
        if (row == rows.size()) rows.push_back({fact_label(name)});
        rows[row++].push_back(fact_cell(name, field, notes));
      }
    });
  }
  Table same, different;
  std::vector<std::string> head{""};
  for (const Subject& subject : subjects) head.push_back(subject.unit_id);
  for (auto& row : rows) {
    if (std::string alike = said_alike(head, row); !alike.empty()) {
      same.add({row[0], std::move(alike)});
      continue;
    }
    if (different.empty()) different.add(head);
    different.add(std::move(row));
  }
  std::string text;
  if (!same.empty()) text += fmt::format("\n{}\n{}", title, same.text());
  if (!different.empty()) text += fmt::format("\n{}, by GPU\n{}", title, different.text());
  return text;
}

std::string node_text(const NodeFacts& node, Notes& notes) {
  Table table;
  NodeFacts::visit_fields(node, [&](const char* name, const auto& field) {
    table.add({fact_label(name), fact_cell(name, field, notes)});
  });
  std::string text = "node\n" + table.text();
  for (const Profiler& profiler : known_profilers()) {
    if (!node.profilers || node.profilers.value->find(profiler.name) == std::string::npos) continue;
    text += fmt::format("  {}: {}\n", profiler.name, profiler.why);
  }
  return text;
}

// What the other sources call a GPU: "same" where they agree with NVML.
std::string other_uuid(const KnownText& theirs, const KnownText& nvml, Notes& notes) {
  if (theirs && nvml && *theirs == *nvml) return "same";
  return fact_cell("uuid", theirs, notes);
}

std::string names_text(const std::vector<GpuFacts>& gpus, Notes& notes) {
  Table table;
  table.add({"", "PCI address", "UUID (NVML)", "CUDA", "driver", "serial", "part", "board part"});
  for (const GpuFacts& gpu : gpus) {
    table.add({gpu.unit_id, fact_cell("", gpu.pci_bus_id, notes), fact_cell("", gpu.uuid, notes),
               other_uuid(gpu.cuda_uuid, gpu.uuid, notes),
               other_uuid(gpu.proc_uuid, gpu.uuid, notes), fact_cell("", gpu.serial, notes),
               fact_cell("", gpu.part_name, notes), fact_cell("", gpu.board_part, notes)});
  }
  return table.text();
}

}  // namespace

std::string facts_text(const Facts& facts) {
  Notes notes;
  std::string text = node_text(facts.node, notes);
  text += host_text(facts.host, notes) + bmc_text(facts.bmc, notes);
  if (facts.gpus.empty()) return text + "\nno GPU\n" + notes.text();
  text += "\nGPUs\n" + names_text(facts.gpus, notes);
  text += topic_text<GpuIdentity>("identity and firmware", facts.gpus, notes);
  text += topic_text<GpuConfiguration>("configuration", facts.gpus, notes);
  text += topic_text<GpuRest>("at rest", facts.gpus, notes);
  for (const GpuFacts& gpu : facts.gpus) {
    if (!gpu.process_list || gpu.process_list.value->empty()) continue;
    text += fmt::format("  {} is used by {}\n", gpu.unit_id, *gpu.process_list);
  }
  text += topic_text<GpuMemoryHealth>("memory health", facts.gpus, notes);
  text += topic_text<GpuLinks>("fabric", facts.gpus, notes);
  text += "\nNVLink\n" + links_text(facts.gpus, notes);
  text += topic_text<GpuPath>("path", facts.gpus, notes) + paths_text(facts.gpus, notes);
  return text + notes.text();
}

std::string counters_text(const std::vector<GpuCounters>& gpus) {
  if (gpus.empty()) return "no GPU\n";
  Notes notes;
  const std::string text = topic_text<GpuCounters>("counters", gpus, notes);
  return text.substr(1) + notes.text();
}

}  // namespace ga
