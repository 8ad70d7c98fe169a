// Are the drives that were ordered there, live, healthy and at their width?
//
// Evidence: every NVMe drive of the node: state and PCIe width from sysfs, SMART log from the drive
// itself, which the kernel gives to root only.
// Limit: [nvme] of the profile. No warning bit, no media error. False pass: a drive that hides its
// wear. False fail: a drive that is not part of the order; it must be sound all the same.
#include <utility>

#include "acceptance/gates/parts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "host.nvme";
constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;
constexpr std::int64_t kMostPercent = 255;  // one byte of the SMART log

bool above(const KnownInt& fact, std::int64_t most) { return fact && *fact > most; }

std::optional<Finding> judge_drive(const OrderedNvme& ordered, const NvmeDrive& drive,
                                   const std::string& unit) {
  if (drive.state && *drive.state != "live") {
    return found(kId, unit, "host.nvme.not_live", "state " + *drive.state);
  }
  if (above(drive.critical_warning, 0) || above(drive.media_errors, 0)) {
    return found(
        kId, unit, "host.nvme.failing",
        fmt::format("warning bits {}, media errors {}", drive.critical_warning.value.value_or(0),
                    drive.media_errors.value.value_or(0)));
  }
  struct Field {
    std::string_view name;
    const KnownInt& fact;
    std::int64_t most;
  };
  if (auto no = fact_absent(kId, unit, "state", drive.state)) return no;
  for (const Field& field : {Field{"critical_warning", drive.critical_warning, kMostPercent},
                             Field{"media_errors", drive.media_errors, kMost},
                             Field{"spare_percent", drive.spare_percent, kMostPercent},
                             Field{"used_percent", drive.used_percent, kMostPercent}}) {
    if (auto no = fact_unfit(kId, unit, field.name, field.fact, 0, field.most)) return no;
  }
  if (*drive.spare_percent < ordered.spare_percent_min ||
      *drive.used_percent > ordered.used_percent_max) {
    return found(kId, unit, "host.nvme.worn",
                 fmt::format("spare {} %, used {} %", *drive.spare_percent, *drive.used_percent));
  }
  return link_narrow(kId, unit, drive);
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  const auto& ordered = order.profile.machine.nvme;
  if (!ordered) return {found(kId, "node", "profile.incomplete", "the profile has no [nvme]")};
  const auto& drives = evidence.facts.host.nvme;
  if (auto no = fact_absent(kId, "node", "nvme", drives)) return {std::move(*no)};
  std::vector<Finding> findings = judge_parts("nvme", &NvmeDrive::name, *drives,
                                              [&](const NvmeDrive& drive, const std::string& unit) {
                                                return judge_drive(*ordered, drive, unit);
                                              });
  const std::string text =
      fmt::format("{} drives, ordered {}", drives.value->size(), ordered->drives);
  const bool enough = static_cast<std::int64_t>(drives.value->size()) >= ordered->drives;
  findings.insert(findings.begin(),
                  enough ? passed(kId, "node", text)
                         : not_as_ordered(kId, "node", "host.nvme.missing", text, ordered->origin));
  return findings;
}

}  // namespace

const Gate kHostNvme{kId, "Are the drives that were ordered there, healthy and at their width?",
                     "주문한 NVMe 드라이브가 모두 정상이며 정해진 폭으로 연결되어 있습니까?",
                     next_nothing, judge};

}  // namespace ga
