#include "acceptance/node/log_line.h"

#include <algorithm>
#include <array>
#include <utility>

#include "acceptance/node/files.h"

namespace ga {

namespace {

constexpr std::string_view kUnreadable = "unreadable";

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// The first PCI address with a function number in the text: "0000:1b:00.0".
std::string address_in(std::string_view text) {
  constexpr std::size_t kTail = 8;  // ":1b:00.0"
  for (std::size_t dot = text.find('.'); dot != std::string_view::npos;
       dot = text.find('.', dot + 1)) {
    std::size_t from = dot;
    while (from > 0 && (is_hex(text[from - 1]) || text[from - 1] == ':')) --from;
    const std::size_t end = dot + 2;
    if (end > text.size() || end - from < kTail + 4) continue;
    // Words such as "mlx5_core:" leave colons in front.
    while (from < dot && text[from] == ':') ++from;
    const std::string address = pci_address_of(text.substr(from, end - from));
    if (!address.empty()) return address;
  }
  return {};
}

struct Numbered {
  std::string code, address;
};

// "... Xid (PCI:0000:05:00): 79, ..." after the mark: the code and where.
Numbered numbered(std::string_view prefix, std::string_view rest) {
  Numbered found{.code = std::string(prefix) + "." + std::string(kUnreadable), .address = {}};
  const std::size_t open = rest.find('('), close = rest.find("): ");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return found;
  }
  std::string_view place = rest.substr(open + 1, close - open - 1);
  // "PCI:0000:3b:00 GPU-I:05" names a MIG instance.
  found.address = pci_address_of(place.substr(0, place.find(' ')));
  const std::string_view number = rest.substr(close + 3);
  const std::size_t end = std::min(number.find_first_not_of("0123456789"), number.size());
  const auto code = to_int(number.substr(0, end));
  const bool ends_well = end == number.size() || number[end] == ',' || number[end] == ' ';
  if (code && ends_well) found.code = std::string(prefix) + "." + std::to_string(*code);
  return found;
}

// The driver prints what it knows of an SXid in further lines of the same number.
bool is_detail(std::string_view rest) {
  const std::size_t comma = rest.find(", ");
  const std::string_view said = comma == std::string_view::npos ? "" : rest.substr(comma + 2);
  return said.starts_with("Data {") || said.starts_with("Severity ");
}

// Where "SXid" begins behind the switch that says it, "nvidia-nvswitch3: SXid ("; npos for nowhere.
std::size_t sxid_in(std::string_view line) {
  constexpr std::string_view kSwitch = "nvidia-nvswitch";
  const std::size_t at = line.find(kSwitch);
  if (at == std::string_view::npos) return at;
  const std::size_t end = line.find_first_not_of("0123456789", at + kSwitch.size());
  const bool said = end != std::string_view::npos && line.substr(end).starts_with(": SXid");
  return said ? end + 2 : std::string_view::npos;
}

std::string aer_code(std::string_view line) {
  if (has(line, "everity=Corrected") || has(line, "everity=Correctable") ||
      has(line, "Corrected error") || has(line, "Correctable error")) {
    return "aer.corrected";
  }
  if (has(line, "Non-Fatal")) return "aer.nonfatal";
  if (has(line, "Fatal")) return "aer.fatal";
  return "aer." + std::string(kUnreadable);
}

// Codes that a line earns by what stands in it, the first that fits.
struct Mark {
  std::string_view first, second;  // both stand in the line; second may be empty
  std::string_view code;
};
constexpr std::array kMarks{
    Mark{"NVRM: ", "RmInitAdapter failed", "nvrm.init_failed"},
    Mark{"NVRM: ", "Assertion failed", "nvrm.assert"},
    Mark{"NVRM: nvAssert", "", "nvrm.assert"},
    Mark{"NVRM: nvCheck", "Failed", "nvrm.assert"},
    Mark{"[Hardware Error]: event severity: corrected", "", "apei.corrected"},
    Mark{"[Hardware Error]: event severity: recoverable", "", "apei.recoverable"},
    Mark{"[Hardware Error]: event severity: fatal", "", "apei.fatal"},
    Mark{"mce: ", "Machine check events logged", "mce.logged"},
    Mark{"[Hardware Error]: ", "Machine Check", "mce.bank"},
    Mark{"[Hardware Error]: Corrected error", "", "mce.corrected"},
    Mark{"[Hardware Error]: ", "Uncorrected", "mce.uncorrected"},
    Mark{"EDAC ", " CE ", "edac.corrected"},
    Mark{"EDAC ", " UE ", "edac.uncorrected"},
    Mark{"mlx5", "Link down", "nic.link_down"},
    Mark{"mlx5", "Link DOWN", "nic.link_down"},
    Mark{"mlx5", "Link up", "nic.link_up"},
    Mark{"mlx5", "Link ACTIVE", "nic.link_up"},
    Mark{"mlx5", "Port module event", "nic.module"},
    Mark{"mlx5", "health poll", "nic.health"},
    Mark{"mlx5", "device's health compromised", "nic.health"},
    Mark{"pciehp: ", "Link Down", "pcie.link_down"},
    Mark{"pciehp: ", "Card not present", "pcie.link_down"},
    Mark{"available PCIe bandwidth, limited by", "", "pcie.limited"},
    Mark{"nvme nvme", "timeout", "nvme.timeout"},
    Mark{"nvme nvme", "controller is down", "nvme.lost"},
    Mark{"nvme nvme", "Removing after probe failure", "nvme.lost"},
    Mark{"watchdog: BUG: soft lockup", "", "kernel.lockup"},
    Mark{"INFO: task ", "blocked for more than", "kernel.hung_task"},
    Mark{"Out of memory: Killed process", "", "kernel.out_of_memory"},
};

}  // namespace

std::string pci_address_of(std::string_view text) {
  if (text.starts_with("PCI:")) text.remove_prefix(4);
  std::string_view rest = text;
  std::string_view function = "0";
  if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
    function = text.substr(dot + 1);
    rest = text.substr(0, dot);
  }
  std::array<std::string_view, 3> parts{};  // domain, bus, device
  std::size_t colons = 0;
  for (const char c : rest) colons += c == ':' ? 1 : 0;
  if (colons == 1) {
    parts[0] = "0000";
  } else if (colons == 2) {
    parts[0] = rest.substr(0, rest.find(':'));
    rest.remove_prefix(parts[0].size() + 1);
  } else {
    return {};
  }
  parts[1] = rest.substr(0, rest.find(':'));
  parts[2] = rest.substr(rest.find(':') + 1);
  const bool sized = parts[0].size() >= 4 && parts[0].size() <= 8 && parts[1].size() == 2 &&
                     parts[2].size() == 2 && function.size() == 1;
  if (!sized) return {};
  std::string address;
  for (const std::string_view part : parts) address += std::string(part) + ":";
  address.back() = '.';
  address += function;
  for (char& c : address) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    if (!is_hex(c) && c != ':' && c != '.') return {};
  }
  return address;
}

std::optional<LogEvent> LogLines::take(std::int64_t t_ns, std::string_view line) {
  const auto event = [&](std::string address, std::string code) {
    return LogEvent{.t_ns = t_ns,
                    .source = source_,
                    .gpu = std::move(address),
                    .code = std::move(code),
                    .text = cleaned(line, kMaxLogText)};
  };
  // Before all else: a line of an Xid may name a process, and a process may be named anything.
  constexpr std::string_view kXid = "NVRM: Xid";
  if (const std::size_t at = line.find(kXid); at != std::string_view::npos) {
    Numbered found = numbered("xid", line.substr(at + kXid.size()));
    return event(std::move(found.address), std::move(found.code));
  }
  if (const std::size_t at = sxid_in(line); at != std::string_view::npos) {
    if (is_detail(line.substr(at))) return std::nullopt;
    Numbered found = numbered("sxid", line.substr(at));
    return event(std::move(found.address), std::move(found.code));
  }
  // The driver spreads this message over three lines, the first with the address.
  if (has(line, "NVRM: The NVIDIA GPU ")) fallen_ = address_in(line);
  if (has(line, "NVRM: ") && has(line, "fallen off the bus")) {
    const std::string address = address_in(line);
    return event(address.empty() ? std::exchange(fallen_, {}) : address, "nvrm.fallen_off_bus");
  }
  // Whatever a line about AER says of severity, corrected or not, decides its code.
  const bool aer =
      has(line, "AER: ") && (has(line, "error received") || has(line, "error message"));
  if (aer || has(line, "PCIe Bus Error: severity=")) return event(address_in(line), aer_code(line));
  for (const Mark& mark : kMarks) {
    if (!has(line, mark.first) || !has(line, mark.second)) continue;
    return event(address_in(line), std::string(mark.code));
  }
  return std::nullopt;
}

namespace {

// The events at hand of each device and code, in order.
using Places = std::map<std::pair<std::string, std::string>, std::vector<std::size_t>>;

// Of each the first `first`, and with `last` also the last one and how many stood between.
std::vector<LogEvent> some_of(const std::vector<LogEvent>& events, const Places& places,
                              std::size_t first, bool last) {
  std::vector<bool> keep(events.size(), false);
  std::vector<LogEvent> marks;
  for (const auto& [key, at] : places) {
    for (std::size_t i = 0; i < at.size(); ++i) {
      keep[at[i]] = i < first || (last && i + 1 == at.size());
    }
    if (!last || at.size() <= first + 1) continue;
    const LogEvent& newest = events[at.back()];
    marks.push_back(
        {.t_ns = newest.t_ns,
         .source = newest.source,
         .gpu = key.first,
         .code = "log.repeated",
         .text = key.second + ": " + std::to_string(at.size() - first - 1) + " more lines"});
  }
  std::vector<LogEvent> kept;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (keep[i]) kept.push_back(events[i]);
  }
  kept.insert(kept.end(), marks.begin(), marks.end());
  std::stable_sort(kept.begin(), kept.end(),
                   [](const LogEvent& a, const LogEvent& b) { return a.t_ns < b.t_ns; });
  return kept;
}

}  // namespace

std::vector<LogEvent> thinned(std::vector<LogEvent> events) {
  constexpr std::size_t kMost = 1000;
  Places places;
  for (std::size_t i = 0; i < events.size(); ++i) {
    places[{events[i].gpu, events[i].code}].push_back(i);
  }
  for (const std::size_t first : {20, 8, 3, 1}) {
    auto kept = some_of(events, places, first, true);
    if (kept.size() <= kMost) return kept;
  }
  // So many kinds: the first line of each, and of more than fit the oldest lines.
  auto kept = some_of(events, places, 1, false);
  if (kept.size() > kMost) kept.resize(kMost);
  const LogEvent& newest = events.back();
  kept.push_back({.t_ns = newest.t_ns,
                  .source = newest.source,
                  .gpu = {},
                  .code = "log.cut",
                  .text = std::to_string(events.size() - kept.size()) + " events are left out"});
  return kept;
}

void name_units(const UnitNames& names, std::vector<LogEvent>& events) {
  for (LogEvent& event : events) {
    if (event.gpu.empty()) continue;
    const auto found = names.find(event.gpu);
    if (found != names.end()) event.gpu = found->second;
  }
}

}  // namespace ga
