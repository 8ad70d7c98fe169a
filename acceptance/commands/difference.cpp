#include "acceptance/commands/difference.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>

#include "reports/render/layout.h"
#include "reports/render/numbers.h"

namespace ga {
namespace {

// Named texts of one report; a name that only one of two reports has is a difference too.
using Texts = std::map<std::string, std::string>;

void write_changes(Page& page, std::string_view title, const Texts& a, const Texts& b) {
  std::set<std::string> names;
  for (const auto& [name, text] : a) names.insert(name);
  for (const auto& [name, text] : b) names.insert(name);
  bool titled = false;
  for (const std::string& name : names) {
    const auto in_a = a.find(name);
    const auto in_b = b.find(name);
    if (in_a != a.end() && in_b != b.end() && in_a->second == in_b->second) continue;
    if (!titled) page.text(fmt::format("{}:", title));
    titled = true;
    page.text(name, 2);
    if (in_a != a.end()) page.text("- " + in_a->second, 4, 2);
    if (in_b != b.end()) page.text("+ " + in_b->second, 4, 2);
  }
}

Texts run_texts(const Report& report) {
  const std::string& cause = report.claimed.cause;
  Texts out;
  out["decision (claimed)"] =
      report.claimed.decision + (cause.empty() ? "" : fmt::format(" ({})", cause));
  out["profile"] =
      fmt::format("{} {} {}", report.profile.name, report.profile.version, report.profile.sha256);
  out["level"] = report.level;
  out["rules"] = fmt::format("{}", report.rules);
  out["suite"] = fmt::format("{} {}", report.suite.version, report.suite.commit);
  out["worker"] = report.worker.simulated ? "simulated" : report.worker.real ? "real" : "not known";
  out["worker injected"] = report.worker.injected;
  out["boot id"] = report.run.boot_id;
  for (const Library& library : report.suite.libraries) {
    out["library " + library.name] = fmt::format("{} {}", library.version, library.sha256);
  }
  for (const Measurement& series : report.evidence.measurements) {
    if (series.algorithm.empty()) continue;
    out[fmt::format("algorithm {} {} {}", series.gate, series.case_id, series.unit_id)] =
        series.algorithm;
  }
  return out;
}

Texts finding_texts(const Report& report) {
  Texts out;
  for (const Finding& finding : report.claimed.findings) {
    std::string& text = out[fmt::format("{} {}", finding.gate, finding.unit_id)];
    if (!text.empty()) text += "; ";
    text += std::string(to_word(finding.verdict));
    if (!finding.code.empty()) text += fmt::format(" {}: {}", finding.code, finding.reason);
  }
  return out;
}

std::string shown(const std::string& value) { return value; }
std::string shown(std::int64_t value) { return fmt::format("{}", value); }
std::string shown(bool value) { return value ? "true" : "false"; }

// An entry of a list is named by its place: "gpu/0 nvlinks[3] state".
template <class Facts>
void add_facts(Texts& out, const std::string& unit, const Facts& facts) {
  Facts::visit_fields(facts, [&](std::string_view name, const auto& fact) {
    const std::string full = fmt::format("{} {}", unit, name);
    if (!fact) {
      out[full] = fmt::format("absent: {}", fact.absent);
    } else if constexpr (kIsKnownList<decltype(fact)>) {
      out[full] = fmt::format("{} entries", fact.value->size());
      for (std::size_t i = 0; i < fact.value->size(); ++i) {
        add_facts(out, fmt::format("{}[{}]", full, i), (*fact)[i]);
      }
    } else {
      out[full] = shown(*fact);
    }
  });
}

Texts fact_texts(const Report& report) {
  Texts out;
  add_facts(out, "node", report.evidence.facts.node);
  for (const GpuFacts& gpu : report.evidence.facts.gpus) add_facts(out, gpu.unit_id, gpu);
  return out;
}

struct Median {
  std::int64_t value;
  std::string unit;
};
std::map<std::string, Median> medians_of(const Report& report) {
  std::map<std::string, Median> out;
  for (const Measurement& series : report.evidence.measurements) {
    std::string name = fmt::format("{} {} {}", series.gate, series.case_id, series.unit_id);
    for (const auto& [param, value] : series.params) name += fmt::format(" {}={}", param, value);
    if (const auto median = median_of(series.samples)) out[name] = {*median, series.unit};
  }
  return out;
}

void write_medians(Page& page, const Report& a, const Report& b) {
  const auto before = medians_of(a);
  const auto after = medians_of(b);
  Texts only_a, only_b;
  bool titled = false;
  const auto text = [](const Median& median) {
    return fmt::format("{} {}", in_unit(median.value, median.unit), unit_label(median.unit));
  };
  for (const auto& [name, median] : before) {
    const auto other = after.find(name);
    if (other == after.end() || other->second.unit != median.unit) {
      only_a[name] = text(median);
      continue;
    }
    if (other->second.value == median.value) continue;
    if (!titled) page.text("medians:");
    titled = true;
    page.text(fmt::format("{}: {} -> {}, {}", name, text(median), text(other->second),
                          margin(other->second.value, median.value)),
              2, 2);
  }
  for (const auto& [name, median] : after) {
    const auto other = before.find(name);
    if (other == before.end() || other->second.unit != median.unit) only_b[name] = text(median);
  }
  write_changes(page, "series that only one report has", only_a, only_b);
}

}  // namespace

std::string difference_text(const Report& a, const Report& b) {
  Page page;
  write_changes(page, "run", run_texts(a), run_texts(b));
  write_changes(page, "findings", finding_texts(a), finding_texts(b));
  write_changes(page, "facts", fact_texts(a), fact_texts(b));
  write_medians(page, a, b);
  return page.str().empty() ? "no difference\n" : page.str();
}

}  // namespace ga
