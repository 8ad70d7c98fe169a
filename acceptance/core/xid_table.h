// XidTable: what an Xid of a GPU or an SXid of an NVSwitch means for a delivered node.
//
// The table is data, xid_table.csv; docs/xid-table.md is made from it and says where each row comes
// from. A code that the table does not know is not tolerated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model/finding.h"
#include "reports/model/measurement.h"
#include "reports/model/result.h"

namespace ga {

// ignore: nothing to do. app: the program that ran is to blame, which on an idle node is ours.
// reset: reset the part, test its memory, soak again. return_part: no retest mends it. fabric: look
// at the NVLink fabric. investigate: nobody can tell from the code alone.
enum class XidAction { ignore, app, reset, restart, return_part, fabric, investigate };

struct XidRow {
  std::string code;  // "xid.79", "sxid.20034", as the kernel log's events have it
  // What else the line must say; empty or absent: anything.
  std::string unit;                      // "RLW_REMAP", of Xid 144 to 150
  std::optional<std::int64_t> sub;       // bits 20 to 25 of the first word that they print
  std::optional<std::int64_t> status;    // the second word
  std::string severity;                  // "fatal" or "nonfatal"
  std::optional<std::int64_t> recovery;  // the action that Xid 154 changes to
  std::string name;
  Blame blame = Blame::none;
  XidAction action = XidAction::investigate;
  bool tolerated = false;
  std::string source;  // a key of the list in docs/xid-table.md
  friend bool operator==(const XidRow&, const XidRow&) = default;
};

// What a line says beside its code; a field that it does not have, or that cannot be read, is
// empty.
struct XidDetail {
  std::string unit;
  std::optional<std::int64_t> sub, status, recovery;
  std::string severity;
};
XidDetail detail_of(std::string_view text);

// Strict: seven columns as named in the first line, known words, no two rows with the same
// conditions, and for each code a row without any. An error names the line.
Result<std::vector<XidRow>> parse_xid_table(std::string_view csv);

// The built-in one. Precondition: it parses, which a test sees to.
const std::vector<XidRow>& xid_table();

// The row that decides: of those of the event's code whose conditions hold, the one with the most
// conditions. For a code without rows, an unknown one, which is not tolerated. Nothing when the
// event is neither an Xid nor an SXid.
std::optional<XidRow> classify(const std::vector<XidRow>& table, const LogEvent& event);

std::string_view to_word(XidAction action);

// docs/xid-table.md.
std::string xid_table_page(const std::vector<XidRow>& table);

}  // namespace ga
