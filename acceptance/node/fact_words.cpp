#include "acceptance/node/fact_words.h"

#include <fmt/format.h>

#include <algorithm>

namespace ga {

namespace {

// A number of thousandths, without needless zeros: 700000 -> "700", -34500 -> "-34.5".
std::string thousandths(std::int64_t value) {
  const std::int64_t size = value < 0 ? -value : value;
  std::string text = fmt::format("{}{}.{:03}", value < 0 ? "-" : "", size / 1000, size % 1000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string bytes_text(std::int64_t value) {
  constexpr std::int64_t kMiB = 1 << 20;
  if (value % kMiB == 0) return fmt::format("{} MiB", value / kMiB);
  return fmt::format("{:.1f} MiB", static_cast<double>(value) / static_cast<double>(kMiB));
}

std::string rate_text(std::int64_t value) {
  constexpr std::int64_t kMega = 1'000'000;
  return value % kMega == 0 ? thousandths(value / kMega) + " GB/s" : fmt::format("{} B/s", value);
}

// The unit that a field's name ends with, how it is shown, and how a value reads in it.
struct UnitOfName {
  std::string_view suffix;
  std::string (*show)(std::int64_t);
};
constexpr UnitOfName kUnits[] = {
    {"_bytes_per_s", rate_text},
    {"_bytes", bytes_text},
    {"_mw", [](std::int64_t v) { return thousandths(v) + " W"; }},
    {"_mc", [](std::int64_t v) { return thousandths(v) + " C"; }},
    {"_mj", [](std::int64_t v) { return thousandths(v) + " J"; }},
    {"_mhz", [](std::int64_t v) { return fmt::format("{} MHz", v); }},
    {"_ns", [](std::int64_t v) { return fmt::format("{:.3f} ms", static_cast<double>(v) / 1e6); }},
    {"_percent", [](std::int64_t v) { return fmt::format("{} %", v); }},
    {"_e18", [](std::int64_t v) { return fmt::format("{:.0e}", static_cast<double>(v) * 1e-18); }},
    {"_reasons", [](std::int64_t v) { return fmt::format("0x{:x}", v); }},
    {"_mask", [](std::int64_t v) { return fmt::format("0x{:x}", v); }},
};

const UnitOfName* unit_of(std::string_view name) {
  for (const UnitOfName& unit : kUnits) {
    if (name.ends_with(unit.suffix)) return &unit;
  }
  return nullptr;
}

}  // namespace

std::string fact_label(std::string_view name) {
  const UnitOfName* unit = unit_of(name);
  // These two are words of the name as well.
  const bool keep = unit == nullptr || unit->suffix == "_reasons" || unit->suffix == "_mask";
  if (!keep) name.remove_suffix(unit->suffix.size());
  std::string label(name);
  std::replace(label.begin(), label.end(), '_', ' ');
  return label;
}

std::string show_fact(std::string_view, const std::string& value) {
  return value.empty() ? "none" : value;
}

std::string show_fact(std::string_view, bool value) { return value ? "yes" : "no"; }

std::string show_fact(std::string_view name, std::int64_t value) {
  const UnitOfName* unit = unit_of(name);
  return unit == nullptr ? std::to_string(value) : unit->show(value);
}

std::string Notes::mark(const std::string& reason) {
  auto it = std::find(reasons_.begin(), reasons_.end(), reason);
  if (it == reasons_.end()) it = reasons_.insert(reasons_.end(), reason);
  return fmt::format("- [{}]", it - reasons_.begin() + 1);
}

std::string Notes::text() const {
  if (reasons_.empty()) return {};
  std::string out = "\nabsent, because\n";
  for (std::size_t i = 0; i < reasons_.size(); ++i) {
    out += fmt::format("  [{}] {}\n", i + 1, reasons_[i]);
  }
  return out;
}

std::string Table::text() const {
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

}  // namespace ga
