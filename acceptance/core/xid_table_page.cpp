// docs/xid-table.md, made from the table that judges.
#include <fmt/format.h>

#include <algorithm>

#include "acceptance/core/xid_table.h"
#include "reports/model/embedded.h"

namespace ga {

std::span<const Embedded> embedded_xid_table();

namespace {

std::string when_of(const XidRow& row) {
  std::string when = row.unit;
  const auto add = [&](const std::string& text) { when += (when.empty() ? "" : ", ") + text; };
  if (row.sub) add(fmt::format("sub-code {}", *row.sub));
  if (row.status) add(fmt::format("status 0x{:x}", *row.status));
  if (row.recovery) add(fmt::format("to 0x{:x}", *row.recovery));
  if (!row.severity.empty()) add(row.severity == "fatal" ? "fatal" : "not fatal");
  return when;
}

}  // namespace

std::string xid_table_page(const std::vector<XidRow>& table) {
  const Embedded* head = find_embedded(embedded_xid_table(), "xid_table_head");
  std::string page(head == nullptr ? std::string_view() : head->text);
  page +=
      "| code | when | name | blame | action | tolerated | source "
      "|\n|---|---|---|---|---|---|---|\n";
  for (const XidRow& row : table) {
    page += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", row.code, when_of(row), row.name,
                        to_word(row.blame), to_word(row.action), row.tolerated ? "yes" : "no",
                        row.source);
  }
  return page;
}

}  // namespace ga
