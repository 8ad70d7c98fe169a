#include "acceptance/node/host_text.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace ga {

namespace {

// A line for each field of a record that is no list.
template <class Record>
std::string lines_text(const Record& record, Notes& notes) {
  Table table;
  Record::visit_fields(record, [&](const char* name, const auto& field) {
    if constexpr (!kIsKnownList<decltype(field)>) {
      table.add({fact_label(name), fact_cell(name, field, notes)});
    }
  });
  return table.text();
}

template <class Entry>
std::vector<std::string> head_of(const Entry& entry, std::string first) {
  std::vector<std::string> head{std::move(first)};
  Entry::visit_fields(entry,
                      [&](const char* name, const auto&) { head.push_back(fact_label(name)); });
  return head;
}

template <class Entry>
std::vector<std::string> row_of(const Entry& entry, std::string first, Notes& notes) {
  std::vector<std::string> row{std::move(first)};
  Entry::visit_fields(entry, [&](const char* name, const auto& field) {
    row.push_back(fact_cell(name, field, notes));
  });
  return row;
}

// A line for each entry of a list, below a title; or the title and why there is none.
template <class Entry>
std::string list_text(std::string_view title, const KnownList<Entry>& list, Notes& notes) {
  if (!list) return fmt::format("\n{}: {}\n", title, notes.mark(list.absent));
  if (list.value->empty()) return fmt::format("\n{}: none\n", title);
  Table table;
  table.add(head_of((*list)[0], "#"));
  for (std::size_t i = 0; i < list.value->size(); ++i) {
    table.add(row_of((*list)[i], std::to_string(i), notes));
  }
  return fmt::format("\n{}\n{}", title, table.text());
}

}  // namespace

std::string host_text(const HostFacts& host, Notes& notes) {
  std::string text = "\nhost\n" + lines_text(host, notes);
  text += list_text("NVSwitches", host.nvswitches, notes);
  text += list_text("network ports", host.nics, notes);
  return text + list_text("NVMe drives", host.nvme, notes);
}

std::string paths_text(const std::vector<GpuFacts>& gpus, Notes& notes) {
  Table table;
  std::string unread;
  for (const GpuFacts& gpu : gpus) {
    if (!gpu.pci_path) {
      unread += fmt::format("  {}: {}\n", gpu.unit_id, notes.mark(gpu.pci_path.absent));
      continue;
    }
    for (const PciHop& hop : *gpu.pci_path) {
      if (table.empty()) table.add(head_of(hop, ""));
      const bool is_gpu = &hop == &gpu.pci_path.value->front();
      table.add(row_of(hop, is_gpu ? gpu.unit_id : std::string(), notes));
    }
  }
  return "\nPCIe, from each GPU to its root port\n" + table.text() + unread;
}

std::string bmc_text(const BmcFacts& bmc, Notes& notes) {
  bool asked = false;
  BmcFacts::visit_fields(bmc, [&](const char*, const auto& field) {
    asked = asked || field || field.absent != bmc.redfish_version.absent;
  });
  if (!asked) return "\nBMC: " + notes.mark(bmc.redfish_version.absent) + "\n";
  std::string text = "\nBMC\n" + lines_text(bmc, notes);
  text += list_text("power supplies", bmc.psus, notes) + list_text("fans", bmc.fans, notes);
  text += list_text("leak detectors", bmc.leaks, notes);
  text += list_text("firmware, by the BMC", bmc.firmware, notes);
  return text + list_text("events, by the BMC", bmc.events, notes);
}

std::string node_counters_text(const NodeCounters& counters) {
  Notes notes;
  const std::string text = "node\n" + lines_text(counters, notes);
  return text + list_text("network ports", counters.nics, notes) + notes.text();
}

}  // namespace ga
