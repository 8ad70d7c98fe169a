#include "acceptance/probe/event_text.h"

#include <fmt/format.h>

#include <string_view>
#include <variant>

#include "acceptance/node/facts_text.h"
#include "acceptance/node/host_text.h"

namespace ga {

namespace {

constexpr double kPerThousand = 1e-3;  // mW to W, thousandths of a degree to degrees
constexpr double kNsToMs = 1e-6, kNsToS = 1e-9;

std::string reading(const KnownInt& value, std::string_view unit, double scale) {
  if (!value) return fmt::format("- ({})", value.absent);
  return fmt::format("{:.{}f} {}", static_cast<double>(*value) * scale, scale < 1 ? 1 : 0, unit);
}

std::string events_text(const CountersEvent& event) {
  std::string text;
  if (!event.gpus.empty()) text += counters_text(event.gpus);
  if (event.node) text += "\n" + node_counters_text(*event.node);
  for (const LogEvent& line : event.log) {
    text += fmt::format("{:.6f} {} {} {}: {}\n", static_cast<double>(line.t_ns) * kNsToS,
                        line.source, line.gpu.empty() ? "-" : line.gpu, line.code, line.text);
  }
  return text;
}

struct AsText {
  std::string operator()(const HelloEvent&) const { return {}; }
  std::string operator()(const FactsEvent& event) const { return facts_text(event.facts); }
  std::string operator()(const CountersEvent& event) const { return events_text(event); }
  std::string operator()(const TelemetryEvent& event) const {
    const std::string throttle = event.throttle ? fmt::format("0x{:x}", *event.throttle)
                                                : fmt::format("- ({})", event.throttle.absent);
    return fmt::format(
        "{}  {}  {}  {}  memory {}  reasons {}\n", event.gpu, reading(event.clock_mhz, "MHz", 1),
        reading(event.power_mw, "W", kPerThousand), reading(event.temp_mc, "C", kPerThousand),
        reading(event.memory_temp_mc, "C", kPerThousand), throttle);
  }
  std::string operator()(const SampleEvent& event) const {
    const double memory_c = static_cast<double>(event.memory_temp_mc.value_or(0)) * kPerThousand;
    const std::string memory = memory_c > 0 ? fmt::format(", memory {:.1f} C", memory_c) : "";
    const std::string discard =
        event.discard.empty() ? std::string() : fmt::format("  discarded: {}", event.discard);
    return fmt::format(
        "block {}: {:.5g} {} in {:.3f} ms at {} MHz, {:.1f} W, {:.1f} C{}, "
        "reasons 0x{:x}{}\n",
        event.block, static_cast<double>(event.value), event.unit,
        static_cast<double>(event.elapsed_ns) * kNsToMs, event.clock_mhz,
        static_cast<double>(event.power_mw) * kPerThousand,
        static_cast<double>(event.temp_mc) * kPerThousand, memory, event.throttle, discard);
  }
  std::string operator()(const CheckEvent& event) const {
    const Check& check = event.check;
    if (is_unanswered(check)) {
      return fmt::format("block {}: data NOT CHECKED ({}): expected {}, got no answer\n",
                         event.block, check.kind, check.expected);
    }
    if (!is_wrong(check)) {
      return fmt::format("block {}: data right ({})\n", event.block, check.kind);
    }
    std::string text = fmt::format("block {}: data WRONG ({}): {} differ, expected {}, got {}\n",
                                   event.block, check.kind, check.wrong, check.expected, check.got);
    if (check.first) {
      const FirstMismatch& first = *check.first;
      text += fmt::format("  first: tile {}, SM {}, element {}, expected {}, got {}, xor {}\n",
                          first.tile, first.sm, first.element, first.expected, first.got,
                          first.xor_bits);
    }
    return text;
  }
  std::string operator()(const DoneEvent& event) const {
    std::string text;
    for (const Library& library : event.libraries) {
      text += fmt::format("used {} {} ({}, sha256 {})\n", library.name, library.version,
                          library.path, library.sha256);
    }
    return text;
  }
  // The main prints it on stderr.
  std::string operator()(const ErrorEvent&) const { return {}; }
};

}  // namespace

std::string event_text(const WireEvent& event) { return std::visit(AsText{}, event.body); }

}  // namespace ga
