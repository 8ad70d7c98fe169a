// RunView: what a run shows on stderr while it goes. A terminal gets a few lines that are redrawn,
// a pipe gets one line for each event.
//
// Colours only on a terminal, and not where NO_COLOR is set (no-color.org) or the terminal is dumb;
// a dumb terminal is treated as a pipe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/commands/run_screen.h"
#include "acceptance/wire/message.h"

namespace ga {

class RunView {
 public:
  RunView();  // looks at stderr and the environment
  ~RunView();
  RunView(const RunView&) = delete;
  RunView& operator=(const RunView&) = delete;

  void banner(std::string_view text);
  // How long the whole run takes on the wall if all goes well, and how many gates measure.
  void expect(std::int64_t wall_ns, std::size_t gates);
  void phase(const std::string& name, std::int64_t expected_wall_ns);
  void busy(const std::string& unit_id, const std::string& what);
  void reading(const std::string& unit_id, const TelemetryEvent& telemetry);
  void series_done(const std::string& unit_id, const std::string& text);
  // A gate has all it asked for.
  void answered(std::string_view gate, const std::vector<Finding>& findings);
  void fault(const std::string& who, const std::string& text);
  void note(const std::string& text);
  // Redraws, at most ten times a second.
  void refresh(std::int64_t now_ns);
  void clear();

 private:
  void line(const std::string& text);
  void draw(std::int64_t now_ns);

  bool terminal_ = false, color_ = false;
  Screen screen_;
  std::int64_t began_ns_ = 0, drawn_ns_ = 0;
  std::size_t drawn_lines_ = 0;
};

}  // namespace ga
