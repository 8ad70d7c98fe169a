#include "acceptance/node/facts_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "acceptance/node/host.h"

namespace ga {

namespace {

// A number of thousandths, without needless zeros: 700000 -> "700", 34500 -> "34.5".
std::string thousandths(std::int64_t value) {
  std::string text = fmt::format("{}.{:03}", value / 1000, value % 1000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string bytes_text(std::int64_t value) {
  constexpr std::int64_t kMiB = 1 << 20;
  if (value % kMiB == 0) return fmt::format("{} MiB", value / kMiB);
  return fmt::format("{:.1f} MiB", static_cast<double>(value) / static_cast<double>(kMiB));
}

// The unit that a field's name ends with, how it is shown, and how a value reads in it.
struct UnitOfName {
  std::string_view suffix;
  std::string (*show)(std::int64_t);
};
constexpr UnitOfName kUnits[] = {
    {"_bytes", bytes_text},
    {"_mw", [](std::int64_t v) { return thousandths(v) + " W"; }},
    {"_mc", [](std::int64_t v) { return thousandths(v) + " C"; }},
    {"_mj", [](std::int64_t v) { return thousandths(v) + " J"; }},
    {"_mhz", [](std::int64_t v) { return fmt::format("{} MHz", v); }},
    {"_ns", [](std::int64_t v) { return fmt::format("{:.3f} ms", static_cast<double>(v) / 1e6); }},
    {"_percent", [](std::int64_t v) { return fmt::format("{} %", v); }},
    {"_reasons", [](std::int64_t v) { return fmt::format("0x{:x}", v); }},
};

const UnitOfName* unit_of(std::string_view name) {
  for (const UnitOfName& unit : kUnits) {
    if (name.ends_with(unit.suffix)) return &unit;
  }
  return nullptr;
}

// "power_limit_enforced_mw" -> "power limit enforced"
std::string label_of(std::string_view name) {
  const UnitOfName* unit = unit_of(name);
  if (unit != nullptr && unit->suffix != "_reasons") name.remove_suffix(unit->suffix.size());
  std::string label(name);
  std::replace(label.begin(), label.end(), '_', ' ');
  return label;
}

std::string show(std::string_view, const std::string& value) {
  return value.empty() ? "none" : value;
}
std::string show(std::string_view, bool value) { return value ? "yes" : "no"; }
std::string show(std::string_view name, std::int64_t value) {
  const UnitOfName* unit = unit_of(name);
  return unit == nullptr ? std::to_string(value) : unit->show(value);
}

// Reasons for absence, each once, numbered in order of appearance.
class Notes {
 public:
  std::string mark(const std::string& reason) {
    auto it = std::find(reasons_.begin(), reasons_.end(), reason);
    if (it == reasons_.end()) it = reasons_.insert(reasons_.end(), reason);
    return fmt::format("- [{}]", it - reasons_.begin() + 1);
  }
  std::string text() const {
    if (reasons_.empty()) return {};
    std::string out = "\nabsent, because\n";
    for (std::size_t i = 0; i < reasons_.size(); ++i) {
      out += fmt::format("  [{}] {}\n", i + 1, reasons_[i]);
    }
    return out;
  }

 private:
  std::vector<std::string> reasons_;
};

template <class Entry>
std::string show(std::string_view, const std::vector<Entry>& list) {
  return fmt::format("{} listed", list.size());
}

template <class T>
std::string cell(std::string_view name, const Known<T>& field, Notes& notes) {
  return field ? show(name, *field) : notes.mark(field.absent);
}

// Rows of cells, each column as wide as its widest cell. No blanks at the end of a line.
class Table {
 public:
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
      widths.resize(std::max(widths.size(), row.size()));
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string out;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        line += fmt::format("{:<{}}  ", row[i], widths[i]);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out += "  " + line + "\n";
    }
    return out;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

// A column for each subject, a row for each field that `skip` does not name.
template <class Subject, class Skip>
std::string columns(const std::vector<Subject>& subjects, Notes& notes, Skip&& skip) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> head{""};
  for (const Subject& subject : subjects) {
    head.push_back(subject.unit_id);
    std::size_t row = 0;
    Subject::visit_fields(subject, [&](const char* name, const auto& field) {
      if (skip(name)) return;
      if (row == rows.size()) rows.push_back({label_of(name)});
      rows[row++].push_back(cell(name, field, notes));
    });
  }
  Table table;
  table.add(std::move(head));
  for (auto& row : rows) table.add(std::move(row));
  return table.text();
}

std::string node_text(const NodeFacts& node, Notes& notes) {
  Table table;
  NodeFacts::visit_fields(node, [&](const char* name, const auto& field) {
    table.add({label_of(name), cell(name, field, notes)});
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
  return cell("uuid", theirs, notes);
}

std::string names_text(const std::vector<GpuFacts>& gpus, Notes& notes) {
  Table table;
  table.add({"", "PCI address", "UUID (NVML)", "CUDA", "driver", "serial", "part", "board part"});
  for (const GpuFacts& gpu : gpus) {
    table.add({gpu.unit_id, cell("", gpu.pci_bus_id, notes), cell("", gpu.uuid, notes),
               other_uuid(gpu.cuda_uuid, gpu.uuid, notes),
               other_uuid(gpu.proc_uuid, gpu.uuid, notes), cell("", gpu.serial, notes),
               cell("", gpu.part_name, notes), cell("", gpu.board_part, notes)});
  }
  return table.text();
}

bool stands_elsewhere(std::string_view name) {
  constexpr std::string_view kElsewhere[] = {"uuid",       "cuda_uuid",   "proc_uuid",
                                             "serial",     "part_name",   "pci_bus_id",
                                             "board_part", "process_list"};
  return std::find(std::begin(kElsewhere), std::end(kElsewhere), name) != std::end(kElsewhere);
}

}  // namespace

std::string facts_text(const Facts& facts) {
  Notes notes;
  std::string text = node_text(facts.node, notes);
  if (facts.gpus.empty()) return text + "\nno GPU\n" + notes.text();
  text += "\nGPUs\n" + names_text(facts.gpus, notes);
  text += "\n" + columns(facts.gpus, notes, stands_elsewhere);
  for (const GpuFacts& gpu : facts.gpus) {
    if (!gpu.process_list || gpu.process_list.value->empty()) continue;
    text += fmt::format("  {} is used by {}\n", gpu.unit_id, *gpu.process_list);
  }
  return text + notes.text();
}

std::string counters_text(const std::vector<GpuCounters>& gpus) {
  if (gpus.empty()) return "no GPU\n";
  Notes notes;
  const std::string table = columns(gpus, notes, [](std::string_view) { return false; });
  return "counters\n" + table + notes.text();
}

}  // namespace ga
