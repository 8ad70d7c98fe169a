// RunView: what a run shows on stderr while it goes. A terminal gets a few lines that are redrawn,
// a pipe gets one line for each event.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "acceptance/wire/message.h"

namespace ga {

class RunView {
 public:
  explicit RunView(bool terminal);
  ~RunView();
  RunView(const RunView&) = delete;
  RunView& operator=(const RunView&) = delete;

  void banner(std::string_view text);
  void phase(const std::string& name, std::int64_t expected_wall_ns);
  // What a unit is busy with: "hbm.bandwidth memory.copy 3/11".
  void busy(const std::string& unit_id, const std::string& what);
  void reading(const std::string& unit_id, const TelemetryEvent& telemetry);
  void series_done(const std::string& unit_id, const std::string& text);
  void fault(const std::string& who, const std::string& text);
  void note(const std::string& text);
  // Redraws, at most ten times a second.
  void refresh(std::int64_t now_ns);
  void clear();

 private:
  struct Row {
    std::string what, reading;
  };
  void line(const std::string& text);
  void draw(std::int64_t now_ns);

  bool terminal_;
  std::map<std::string, Row> rows_;
  std::string phase_ = "starting";
  std::int64_t phase_ends_ns_ = 0;
  std::int64_t began_ns_ = 0, drawn_ns_ = 0;
  int drawn_lines_ = 0;
};

}  // namespace ga
