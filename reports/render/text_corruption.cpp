// What the checked computations say of silent corruption: how many there were on each unit, and
// which rate of wrong ones they exclude.
#include <fmt/format.h>

#include "reports/render/numbers.h"
#include "reports/render/text_sections.h"
#include "reports/render/words.h"

namespace ga {

void write_corruption(Page& page, const View& view) {
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
