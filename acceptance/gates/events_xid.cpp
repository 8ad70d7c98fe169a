// What did the GPU's driver and the switches' report to the kernel's log, and what does it mean?
//
// Evidence: the kernel's log before and after every load, followed in between. Limit: the table of
// Xids and SXids with their sub-codes (docs/xid-table.md); Xid 154 by the action it carries. Only
// what was said in the run can fail. What was said earlier in the same boot keeps the node from
// passing where the table calls it a fault of the hardware: a second run must not forget it. An Xid
// that the table does not know is not a pass. False pass: a driver that died before it could write.
// False fail: a program of this suite that was wrong; the table gives that to the suite.
#include <algorithm>
#include <map>
#include <utility>

#include "acceptance/core/xid_table.h"
#include "acceptance/gates/event_log.h"
#include "acceptance/gates/facts.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

constexpr std::string_view kId = "events.xid";
constexpr std::string_view kNode = "node";
constexpr std::int64_t kOneIncidentNs = 5'000'000'000;  // from its first line

// What a line asks for. The worst comes first.
enum class Class { fault, again, fabric, reset, restart, unknown, look, program, tolerated };

struct Said {
  XidRow row;
  const LogEvent* event = nullptr;
};

// The same by the driver's own words, which carry no number.
std::optional<XidRow> in_words(const LogEvent& event) {
  XidRow row;
  row.code = event.code;
  row.name = "the driver's own words";
  row.blame = Blame::gpu;
  if (event.code == "nvrm.fallen_off_bus") {
    row.action = XidAction::return_part;
    return row;
  }
  if (event.code == "nvrm.init_failed") return row;
  if (event.code != "nvrm.assert") return std::nullopt;
  row.action = XidAction::ignore;  // an assertion of the driver alone says nothing of the hardware
  row.tolerated = true;
  return row;
}

bool is_about(const LogEvent& event, std::string_view unit, const Order& order) {
  if (unit != kNode) return event.gpu == unit;
  const auto units = ordered_units(order.profile);
  return std::find(units.begin(), units.end(), event.gpu) == units.end();
}

std::vector<Said> said_of(const Order& order, const Evidence& evidence, std::string_view unit) {
  std::vector<Said> all;
  for (const LogEvent& event : evidence.log) {
    if (!is_about(event, unit, order)) continue;
    auto row = classify(xid_table(), event);
    if (!row) row = in_words(event);
    if (row) all.push_back({*std::move(row), &event});
  }
  return all;
}

Class class_of(const XidRow& row, std::size_t times) {
  if (row.tolerated) return Class::tolerated;
  if (row.source.empty() && row.action == XidAction::investigate && row.code.find("nvrm.") != 0) {
    return Class::unknown;
  }
  switch (row.action) {
    case XidAction::return_part:
      return Class::fault;
    case XidAction::reset:
      return times > 1 ? Class::again : Class::reset;
    case XidAction::restart:  // Xid 154 has the action of other messages, which count by themselves
      return times > 1 && !row.recovery ? Class::again : Class::restart;
    case XidAction::fabric:
      return Class::fabric;
    case XidAction::app:
      return Class::program;
    case XidAction::ignore:
    case XidAction::investigate:
      break;
  }
  return Class::look;
}

std::string_view code_of(Class worst) {
  switch (worst) {
    case Class::fault:
      return "events.xid.fault";
    case Class::again:
      return "events.xid.again";
    case Class::fabric:
      return "events.xid.fabric";
    case Class::reset:
      return "events.xid.reset";
    case Class::restart:
      return "events.xid.restart";
    case Class::unknown:
      return "events.xid.unknown";
    case Class::look:
      return "events.xid.investigate";
    case Class::program:
      return "events.xid.program";
    case Class::tolerated:
      break;
  }
  return "";
}

// How often that fault befell in the boots of this run. Lines of one incident come together, and a
// line that both the ring and the journal gave is one.
std::size_t times_said(const std::vector<Said>& all, const XidRow& row) {
  using Moment = std::pair<std::int64_t, std::int64_t>;  // boot, and time in it
  std::map<std::string_view, std::vector<Moment>> times;
  for (const Said& said : all) {
    if (said.row.code == row.code && said.row.tolerated == row.tolerated) {
      times[said.event->source].emplace_back(said.event->boot, said.event->t_ns);
    }
  }
  std::size_t most = 0;
  for (auto& [source, at] : times) {
    std::sort(at.begin(), at.end());
    std::size_t incidents = 0;
    Moment began;
    for (const Moment& now : at) {
      const bool same = incidents > 0 && now.first == began.first;
      if (same && now.second - began.second <= kOneIncidentNs) continue;
      ++incidents;
      began = now;
    }
    most = std::max(most, incidents);
  }
  return most;
}

std::string describe(const Said& said, std::size_t times) {
  return fmt::format("{} ({}){}: {}", said.row.code, said.row.name,
                     times > 1 ? fmt::format(", {} times in this boot", times) : "",
                     said.event->text);
}

// The worst that was said in the run, or earlier in this boot; null where nothing was.
struct Worst {
  const Said* said = nullptr;
  Class what = Class::tolerated;
};
Worst worst_of(const std::vector<Said>& all, const Evidence& evidence, bool in_run) {
  Worst worst;
  for (const Said& said : all) {
    if (said_in_run(evidence, *said.event) != in_run) continue;
    const Class what = class_of(said.row, times_said(all, said.row));
    if (worst.said == nullptr || what < worst.what) worst = {&said, what};
  }
  return worst;
}

Finding judge_unit(const Order& order, const Evidence& evidence, const std::string& unit) {
  const std::vector<Said> all = said_of(order, evidence, unit);
  const Worst now = worst_of(all, evidence, true);
  const auto text = [&](const Worst& worst) {
    return describe(*worst.said, times_said(all, worst.said->row));
  };
  if (now.what != Class::tolerated) {
    Finding finding = found(kId, unit, code_of(now.what), text(now));
    if (now.said->row.blame != Blame::none) finding.blame = now.said->row.blame;
    return finding;
  }
  if (auto finding = log_unfit(kId, evidence, unit)) return std::move(*finding);
  const Worst earlier = worst_of(all, evidence, false);
  if (earlier.what < Class::program) {
    return found(kId, unit, "events.xid.earlier", "before the run: " + text(earlier));
  }
  Finding finding = passed(kId, unit, "the kernel's log reports nothing to act on");
  if (now.said != nullptr) finding.warn.push_back(text(now));
  if (earlier.said != nullptr) finding.warn.push_back("before the run: " + text(earlier));
  return finding;
}

// Each GPU by itself; what names none of them, or a switch, is the node's.
std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  auto findings = judge_each(kId, order, evidence, [&](const GpuFacts& gpu) {
    return judge_unit(order, evidence, gpu.unit_id);
  });
  findings.insert(findings.begin(), judge_unit(order, evidence, std::string(kNode)));
  return findings;
}

}  // namespace

const Gate kEventsXid{kId, "What did the drivers report to the kernel's log, and does it matter?",
                      "드라이버가 커널 로그에 보고한 오류가 있으며 문제가 됩니까?", next_nothing,
                      judge};

}  // namespace ga
