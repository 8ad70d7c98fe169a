// Screen: what a terminal shows of a run, as lines of text. Pure; RunView draws it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "reports/model/finding.h"
#include "reports/model/known.h"

namespace ga {

struct UnitRow {
  std::string now;   // what it is busy with: "hbm.bandwidth memory.copy block 3"
  std::string last;  // its newest result: "pcie.h2d 55.4 GB/s"
  KnownInt clock_mhz, power_mw, temp_mc;
};

struct Screen {
  std::string phase = "starting";
  std::int64_t elapsed_ns = 0;
  std::int64_t expected_ns = 0;                                 // of the whole run; 0: nobody said
  std::map<std::pair<std::size_t, std::string>, UnitRow> rows;  // gpu/2 before gpu/10
  std::size_t gates = 0, answered = 0;                          // that measure
  std::vector<Finding> findings;                                // no passes; newest last

  UnitRow& row(const std::string& unit_id) { return rows[{unit_id.size(), unit_id}]; }
};

// At most `width` columns each, colours not counted. Below 90 columns the newest results go, below
// 60 clock and power too.
std::vector<std::string> screen_lines(const Screen& screen, std::size_t width, bool color);

// "3:07", "1:02:09".
std::string clock_text(std::int64_t ns);

}  // namespace ga
