#include "acceptance/commands/run_view.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "acceptance/worker/pool.h"
#include "reports/model/units.h"
#include "reports/render/layout.h"

namespace ga {
namespace {

constexpr std::int64_t kRedrawNs = kNsPerS / 10;
constexpr std::size_t kUnknownWidth = 80;

void put(const std::string& text) {
  // Nothing to be done where stderr is closed.
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

bool is_terminal() {
  const char* const term = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && (term == nullptr || std::string_view(term) != "dumb");
}

bool wants_color() {
  const char* const none = std::getenv("NO_COLOR");
  return none == nullptr || *none == '\0';
}

std::size_t width_now() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUnknownWidth;
  return size.ws_col;
}

}  // namespace

RunView::RunView()
    : terminal_(is_terminal()), color_(terminal_ && wants_color()), began_ns_(monotonic_ns()) {}
RunView::~RunView() { clear(); }

void RunView::line(const std::string& text) {
  clear();
  put(fmt::format("gpuaccept: {}\n", clean(text)));
}

void RunView::banner(std::string_view text) {
  line(fmt::format("{} {} {}", std::string(8, '='), text, std::string(8, '=')));
}

void RunView::expect(std::int64_t wall_ns, std::size_t gates) {
  screen_.expected_ns = wall_ns;
  screen_.gates = gates;
}

void RunView::phase(const std::string& name, std::int64_t expected_wall_ns) {
  screen_.phase = name;
  for (auto& [unit, row] : screen_.rows) row.now.clear();
  if (terminal_) return;
  line(expected_wall_ns > kNsPerS ? fmt::format("{}: about {}", name, clock_text(expected_wall_ns))
                                  : name);
}

void RunView::busy(const std::string& unit_id, const std::string& what) {
  screen_.row(unit_id).now = what;
}

void RunView::reading(const std::string& unit_id, const TelemetryEvent& telemetry) {
  UnitRow& row = screen_.row(unit_id);
  row.clock_mhz = telemetry.clock_mhz;
  row.power_mw = telemetry.power_mw;
  row.temp_mc = telemetry.temp_mc;
}

void RunView::series_done(const std::string& unit_id, const std::string& text) {
  screen_.row(unit_id).last = text;
  if (!terminal_) line(fmt::format("{} {}", unit_id, text));
}

void RunView::answered(std::string_view gate, const std::vector<Finding>& findings) {
  ++screen_.answered;
  std::size_t open = 0;
  for (const Finding& finding : findings) {
    if (finding.verdict == Verdict::pass || finding.verdict == Verdict::not_applicable) continue;
    ++open;
    screen_.findings.push_back(finding);
    if (!terminal_) {
      line(fmt::format("{} {}: {}: {}", gate, finding.unit_id, to_word(finding.verdict),
                       finding.reason));
    }
  }
  if (!terminal_ && open == 0) line(fmt::format("{}: pass", gate));
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
  screen_.elapsed_ns = now_ns - began_ns_;
  std::string text;
  // One column is left free, so that no terminal wraps a full line.
  const auto lines = screen_lines(screen_, width_now() - 1, color_);
  for (const std::string& shown : lines) text += shown + "\n";
  put(text);
  drawn_lines_ = lines.size();
  drawn_ns_ = now_ns;
}

}  // namespace ga
