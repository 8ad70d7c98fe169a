// What the run says of itself: worker, signature, libraries' choices, processes that failed.
#include <fmt/format.h>

#include <algorithm>

#include "reports/render/view.h"

namespace ga {

std::string worker_text(const WorkerInfo& worker, const Words& words) {
  std::string out(worker.real && !worker.simulated ? words.real_worker
                  : worker.simulated               ? words.simulated
                                                   : words.not_real);
  if (!worker.injected.empty()) out += fmt::format(", {}: {}", words.injected, worker.injected);
  return fmt::format("{}, sha256 {}", out, worker.sha256);
}

std::string signature_text(const View& view) {
  const Words& words = words_of(view.language);
  if (view.shown.key_id.empty()) return std::string(words.not_checked);
  std::string out = fmt::format(fmt::runtime(words.signed_by), view.shown.key_id);
  if (view.report.signer != "key") out += fmt::format("; {}", words.ephemeral);
  return out;
}

std::vector<std::string> algorithms_of(const std::vector<Measurement>& measurements) {
  std::vector<std::string> lines;
  for (const Measurement& series : measurements) {
    if (series.algorithm.empty()) continue;
    const std::string line = fmt::format("{}: {}", series.case_id, series.algorithm);
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> failed_exits_of(const std::vector<WorkerExit>& exits) {
  std::vector<std::pair<std::string, int>> lines;
  for (const WorkerExit& exit : exits) {
    if (exit.how == "done") continue;
    std::string line = exit.worker;
    for (const std::string* part : {&exit.request, &exit.how, &exit.detail}) {
      if (!part->empty()) line += fmt::format(": {}", *part);
    }
    const auto same = std::find_if(lines.begin(), lines.end(),
                                   [&](const auto& entry) { return entry.first == line; });
    if (same == lines.end()) {
      lines.emplace_back(line, 1);
    } else {
      ++same->second;
    }
  }
  std::vector<std::string> out;
  for (const auto& [line, times] : lines) {
    out.push_back(times == 1 ? line : fmt::format("{} (x{})", line, times));
  }
  return out;
}

}  // namespace ga
