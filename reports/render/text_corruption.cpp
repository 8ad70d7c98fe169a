// What the checked computations say of silent corruption: how many there were on each unit, and
// which rate of wrong ones they exclude.
#include <fmt/format.h>

#include <algorithm>

#include "reports/render/numbers.h"
#include "reports/render/text_sections.h"
#include "reports/render/words.h"

namespace ga {
namespace {

// Wrong in none of n launches: a rate p would have shown itself with 95 % where (1 - p)^n = 0.05,
// p = 3.0 / n (the rule of three).
constexpr std::int64_t kRuleOfThree = 3;

struct Exposure {
  std::int64_t launches = 0;
  std::vector<std::string> wrong;  // cases
};

bool is_wrong(const Check& check) {
  return check.wrong > 0 || (!check.expected.empty() && check.got != check.expected);
}

Exposure exposure_of(const Evidence& evidence, const std::string& unit) {
  Exposure exposure;
  for (const Warmup& warmup : evidence.warmup) {
    if (warmup.unit_id == unit) exposure.launches += warmup.launches.value_or(0);
  }
  for (const Measurement& series : evidence.measurements) {
    const bool computes = series.unit == "flops" || series.unit == "launches";
    if (series.unit_id != unit || !computes || !series.check) continue;
    exposure.launches += series.check->launches.value_or(0);
    const auto known = std::find(exposure.wrong.begin(), exposure.wrong.end(), series.case_id);
    if (is_wrong(*series.check) && known == exposure.wrong.end()) {
      exposure.wrong.push_back(series.case_id);
    }
  }
  return exposure;
}

}  // namespace

void write_corruption(Page& page, const TextView& view) {
  const Words& words = words_of(view.language);
  bool begun = false;
  for (const std::string& unit : units_of(view)) {
    const Exposure exposure = exposure_of(view.report.evidence, unit);
    if (exposure.launches == 0) continue;
    if (!begun) page.heading(words.corruption);
    begun = true;
    const std::string count = grouped(exposure.launches);
    page.field(unit, exposure.wrong.empty() ? fmt::format(fmt::runtime(words.excluded), count,
                                                          grouped(exposure.launches / kRuleOfThree))
                                            : fmt::format(fmt::runtime(words.not_excluded), count,
                                                          fmt::join(exposure.wrong, ", ")));
  }
}

}  // namespace ga
