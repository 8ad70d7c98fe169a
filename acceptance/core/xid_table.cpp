#include "acceptance/core/xid_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "reports/model/embedded.h"

namespace ga {

std::span<const Embedded> embedded_xid_table();

namespace {

constexpr std::array<std::pair<std::string_view, XidAction>, 7> kActions{{
    {"ignore", XidAction::ignore},
    {"app", XidAction::app},
    {"reset", XidAction::reset},
    {"restart", XidAction::restart},
    {"return", XidAction::return_part},
    {"fabric", XidAction::fabric},
    {"investigate", XidAction::investigate},
}};

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0;;) {
    const std::size_t end = std::min(text.find(at, from), text.size());
    parts.push_back(text.substr(from, end - from));
    if (end == text.size()) return parts;
    from = end + 1;
  }
}

// Decimal, or hexadecimal after 0x.
std::optional<std::int64_t> number(std::string_view text) {
  const int base = text.starts_with("0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (ec != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

bool is_code(std::string_view code) {
  const std::string_view digits = code.substr(std::min(code.find('.') + 1, code.size()));
  return (code.starts_with("xid.") || code.starts_with("sxid.")) && number(digits) &&
         !digits.starts_with("0x");
}

// "unit=RLW_REMAP sub=0 status=0x4 severity=nonfatal", or "to=1"
bool take_conditions(std::string_view when, XidRow& row) {
  if (when.empty()) return true;
  for (const std::string_view condition : split(when, ' ')) {
    const std::size_t equals = condition.find('=');
    if (equals == std::string_view::npos || equals + 1 == condition.size()) return false;
    const std::string_view key = condition.substr(0, equals), value = condition.substr(equals + 1);
    std::optional<std::int64_t>* field = key == "sub"      ? &row.sub
                                         : key == "status" ? &row.status
                                         : key == "to"     ? &row.recovery
                                                           : nullptr;
    if (field != nullptr) {
      if (field->has_value() || !(*field = number(value))) return false;
    } else if (key == "unit" && row.unit.empty()) {
      row.unit = value;
    } else if (key == "severity" && row.severity.empty() &&
               (value == "fatal" || value == "nonfatal")) {
      row.severity = value;
    } else {
      return false;
    }
  }
  return true;
}

int conditions(const XidRow& row) {
  return static_cast<int>(!row.unit.empty()) + static_cast<int>(row.sub.has_value()) +
         static_cast<int>(row.status.has_value()) + static_cast<int>(!row.severity.empty()) +
         static_cast<int>(row.recovery.has_value());
}

Error bad_line(std::size_t number, const std::string& why) {
  return Error(ErrorCode::parse, fmt::format("xid_table.csv:{}: {}", number, why));
}

Result<XidRow> parse_row(std::string_view line, std::size_t at) {
  const auto cells = split(line, ',');
  if (cells.size() != 7) return bad_line(at, "is not seven cells");
  XidRow row;
  row.code = cells[0];
  if (!is_code(row.code)) return bad_line(at, "no code such as xid.79");
  if (!take_conditions(cells[1], row)) return bad_line(at, "conditions that cannot be read");
  row.name = cells[2];
  const auto blame = blame_from_word(cells[3]);
  const auto action = std::find_if(kActions.begin(), kActions.end(),
                                   [&](const auto& entry) { return entry.first == cells[4]; });
  if (!blame || action == kActions.end()) return bad_line(at, "an unknown blame or action");
  row.blame = *blame;
  row.action = action->second;
  if (cells[5] != "yes" && cells[5] != "no") return bad_line(at, "tolerated is yes or no");
  row.tolerated = cells[5] == "yes";
  row.source = cells[6];
  if (row.name.empty() || row.source.empty()) return bad_line(at, "without a name or a source");
  // What is tolerated asks for nothing; what is not asks for something.
  if (row.tolerated != (row.action == XidAction::ignore)) {
    return bad_line(at, "tolerated, and yet something to do, or the other way about");
  }
  return row;
}

bool holds(const XidRow& row, const XidDetail& detail) {
  return (row.unit.empty() || row.unit == detail.unit) && (!row.sub || row.sub == detail.sub) &&
         (!row.status || row.status == detail.status) &&
         (row.severity.empty() || row.severity == detail.severity) &&
         (!row.recovery || row.recovery == detail.recovery);
}

// The word after `mark`, up to a blank, comma or bracket.
std::string_view word_after(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + mark.size());
  return rest.substr(0, std::min(rest.find_first_of(" ,()"), rest.size()));
}

std::string severity_in(std::string_view text) {
  // Xid 144 to 150 say "Nonfatal", SXids "Non-fatal"; both have a blank or a comma on each side.
  for (const std::string_view word : {"Nonfatal", "Non-fatal", "Fatal"}) {
    const std::size_t at = text.find(word);
    if (at == std::string_view::npos || at == 0) continue;
    const std::size_t end = at + word.size();
    const bool whole =
        text[at - 1] == ' ' && (end == text.size() || text[end] == ' ' || text[end] == ',');
    if (whole) return word == "Fatal" ? "fatal" : "nonfatal";
  }
  return {};
}

}  // namespace

XidDetail detail_of(std::string_view text) {
  constexpr std::int64_t kSubBits = 0x3f;
  constexpr int kSubShift = 20;
  XidDetail detail;
  detail.severity = severity_in(text);
  detail.recovery = number(word_after(text, "recovery action changed from "))
                        ? number(word_after(text, ") to "))
                        : std::nullopt;
  // "149, NETIR_LINK_EVT  Fatal   XC0 i0 Link 01 (0x021425c6 0x00000000 ...)"; a process may stand
  // before the unit.
  const std::size_t link = text.find(" Link "), open = text.find('(', std::min(link, text.size()));
  if (link == std::string_view::npos || open == std::string_view::npos) return detail;
  std::string_view head = text.substr(0, link);
  const std::size_t comma = head.rfind(", ");
  if (comma == std::string_view::npos) return detail;
  head.remove_prefix(comma + 2);
  detail.unit = head.substr(0, std::min(head.find(' '), head.size()));
  const auto info = number(word_after(text.substr(open), "("));
  const std::size_t blank = text.find(' ', open);
  if (!info || blank == std::string_view::npos) return detail;
  detail.sub = *info >> kSubShift & kSubBits;
  detail.status = number(word_after(text.substr(blank), " "));
  return detail;
}

Result<std::vector<XidRow>> parse_xid_table(std::string_view csv) {
  constexpr std::string_view kHead = "code,when,name,blame,action,tolerated,source";
  auto lines = split(csv, '\n');
  if (lines.empty() || lines.front() != kHead) return bad_line(1, "is not the head");
  if (lines.back().empty()) lines.pop_back();
  std::vector<XidRow> rows;
  std::set<std::tuple<std::string, std::string_view>> seen;
  std::set<std::string> general, special;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    GA_TRY(XidRow row, parse_row(lines[i], i + 1));
    const std::string_view when = split(lines[i], ',')[1];
    if (!seen.insert({row.code, when}).second) return bad_line(i + 1, "stands there twice");
    (when.empty() ? general : special).insert(row.code);
    rows.push_back(std::move(row));
  }
  for (const std::string& code : special) {
    if (general.count(code) == 0) {
      return Error(ErrorCode::parse, "xid_table.csv: " + code + " has no row without conditions");
    }
  }
  return rows;
}

const std::vector<XidRow>& xid_table() {
  static const std::vector<XidRow> table = [] {
    auto rows = parse_xid_table(find_embedded(embedded_xid_table(), "xid_table")->text);
    if (!rows) std::abort();  // the data are linked in: a test has read them
    return *std::move(rows);
  }();
  return table;
}

std::optional<XidRow> classify(const std::vector<XidRow>& table, const LogEvent& event) {
  if (!event.code.starts_with("xid.") && !event.code.starts_with("sxid.")) return std::nullopt;
  const XidDetail detail = detail_of(event.text);
  const XidRow* best = nullptr;
  for (const XidRow& row : table) {
    if (row.code != event.code || !holds(row, detail)) continue;
    if (best == nullptr || conditions(row) > conditions(*best)) best = &row;
  }
  if (best != nullptr) return *best;
  XidRow unknown;
  unknown.code = event.code;
  unknown.name = "not in the table";
  unknown.blame = event.code.starts_with("sxid.") ? Blame::node : Blame::gpu;
  return unknown;
}

std::string_view to_word(XidAction action) {
  for (const auto& [word, value] : kActions) {
    if (value == action) return word;
  }
  return "investigate";
}

}  // namespace ga
