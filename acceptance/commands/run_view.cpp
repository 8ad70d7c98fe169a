#include "acceptance/commands/run_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "acceptance/worker/pool.h"
#include "reports/render/layout.h"

namespace ga {
namespace {

constexpr std::int64_t kNsPerS = 1'000'000'000;
constexpr std::int64_t kRedrawNs = kNsPerS / 10;
constexpr std::size_t kWidth = 100;

void put(const std::string& text) {
  // Nothing to be done where stderr is closed.
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

std::string clock_text(std::int64_t ns) {
  const std::int64_t seconds = std::max<std::int64_t>(0, ns) / kNsPerS;
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

// A reading in the unit people use, or a dash where there is none.
std::string shown(const KnownInt& value, std::int64_t divisor, const char* unit) {
  return value ? fmt::format("{} {}", *value / divisor, unit) : std::string("-");
}

}  // namespace

RunView::RunView(bool terminal) : terminal_(terminal), began_ns_(monotonic_ns()) {}
RunView::~RunView() { clear(); }

void RunView::line(const std::string& text) {
  clear();
  put(fmt::format("gpuaccept: {}\n", clean(text)));
}

void RunView::banner(std::string_view text) {
  line(fmt::format("{} {} {}", std::string(8, '='), text, std::string(8, '=')));
}

void RunView::phase(const std::string& name, std::int64_t expected_wall_ns) {
  phase_ = name;
  phase_ends_ns_ = monotonic_ns() + expected_wall_ns;
  for (auto& [unit, row] : rows_) row.what.clear();
  line(expected_wall_ns > kNsPerS ? fmt::format("{}: about {}", name, clock_text(expected_wall_ns))
                                  : name);
}

void RunView::busy(const std::string& unit_id, const std::string& what) {
  rows_[unit_id].what = what;
}

void RunView::reading(const std::string& unit_id, const TelemetryEvent& telemetry) {
  if (!terminal_) return;
  rows_[unit_id].reading =
      fmt::format("{:>8} {:>6} {:>5}", shown(telemetry.clock_mhz, 1, "MHz"),
                  shown(telemetry.power_mw, 1000, "W"), shown(telemetry.temp_mc, 1000, "C"));
}

void RunView::series_done(const std::string& unit_id, const std::string& text) {
  line(fmt::format("{} {}", unit_id, text));
}

void RunView::fault(const std::string& who, const std::string& text) {
  line(fmt::format("fault: {}: {}", who, text));
}

void RunView::note(const std::string& text) { line(text); }

void RunView::refresh(std::int64_t now_ns) {
  if (terminal_ && now_ns - drawn_ns_ >= kRedrawNs) draw(now_ns);
}

void RunView::clear() {
  if (drawn_lines_ == 0) return;
  put(fmt::format("\x1b[{}F\x1b[J", drawn_lines_));
  drawn_lines_ = 0;
}

void RunView::draw(std::int64_t now_ns) {
  clear();
  std::string text = fmt::format("{}  elapsed {}", phase_, clock_text(now_ns - began_ns_));
  if (phase_ends_ns_ > now_ns)
    text += fmt::format("  left {}", clock_text(phase_ends_ns_ - now_ns));
  text += "\n";
  drawn_lines_ = 1;
  for (const auto& [unit, row] : rows_) {
    std::string shown_row = fmt::format("  {:<6} {:<23} {}", unit, row.reading, clean(row.what));
    if (shown_row.size() > kWidth) shown_row.resize(kWidth);
    text += shown_row + "\n";
    ++drawn_lines_;
  }
  put(text);
  drawn_ns_ = now_ns;
}

}  // namespace ga
