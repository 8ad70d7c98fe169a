// docs/xid-table.md, made from the table that judges.
#include <fmt/format.h>

#include <algorithm>

#include "acceptance/core/xid_table.h"

namespace ga {

namespace {

constexpr std::string_view kHead = R"(# What an Xid means here

Made from `acceptance/core/xid_table.csv`, which is what the gates judge by; a test compares the two.

An *Xid* is a message of the GPU's driver in the kernel's log, an *SXid* one of the NVSwitch's driver. This table says what each means for a node that is being accepted. That is not what it means in operation: where the vendor says "ignore" because the next job may run, a delivery of new goods may still have to be looked at. Such rows name `acceptance` as a second source.

- A code that is not listed is not tolerated: nobody can tell what it says.
- Xid 144 to 150 are many messages under one number. They print the unit that complains, whether that is fatal, and two words; bits 20 to 25 of the first word are the sub-code, the second word is the status. The row with the most conditions that hold decides. The row without conditions is for everything else under that number.
- Xid 154 says which recovery the driver now asks for, and is judged by it. "None" is good news.
- A tolerated row holds only where the line itself says that it is not fatal.

| action | what |
|---|---|
| `ignore` | nothing to do |
| `app` | the program that ran; on a node under test that is this suite, so its own defect |
| `reset` | reset the GPU, test its memory, soak again; a second time is a fault |
| `return` | no retest mends it |
| `fabric` | the NVLink fabric: links, switches, Fabric Manager |
| `investigate` | the code alone does not tell |

Sources:

- `catalogue`: NVIDIA, Xid catalogue, docs.nvidia.com/deploy/xid-errors/analyzing-xid-catalog.html, as of 2025-10-29.
- `fabric-manager`: NVIDIA, Fabric Manager user guide DU-09883-001 v1.3 (October 2023), appendix D.
- `nvml-recovery`: NVML, the values of nvmlDeviceGpuRecoveryAction.
- `acceptance`: ours. New goods have no history that would excuse a remapped row, a high rate of corrected errors, or worn-out protection.

)";

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
  std::string page(kHead);
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
