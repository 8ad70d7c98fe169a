// diff: what two reports of a node say differently: decision, findings, facts, medians.
#include <string>
#include <vector>

#include "acceptance/commands/commands.h"
#include "acceptance/commands/console.h"
#include "acceptance/commands/difference.h"
#include "acceptance/commands/input.h"

namespace ga {

int diff_command(const std::string& a, const std::string& b) {
  std::vector<Report> reports;
  for (const std::string& path : {a, b}) {
    auto file = read_unverified(path);
    if (!file) return fail_on_report(file.error());
    reports.push_back(std::move(file->report));
  }
  note("signatures were not checked and nothing was judged again; gpuaccept verify does both");
  return answer(difference_text(reports[0], reports[1]));
}

}  // namespace ga
