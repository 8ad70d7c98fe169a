// What a fold makes of another boot of the machine: docs/adr/0022-soak-checkpoints.md.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "acceptance/journal/fold.h"

namespace ga {
namespace {

std::size_t run_length(const Measurement& series) {
  return series.samples.size() + series.discarded.size();
}

}  // namespace

bool Fold::has_before() const {
  if (measured_here_) return true;
  return evidence_.restarts.empty() ? !evidence_.before.empty()
                                    : !evidence_.restarts.back().from.empty();
}

// What was counted after the last checkpoint is lost, and with it what was measured meanwhile.
Status Fold::start_anew(const std::string& boot_id) {
  if (!checkpoint_) {
    return Error(ErrorCode::protocol,
                 "goes on at another boot of the machine, and there was no checkpoint");
  }
  boot_id_ = boot_id;
  drop_since_checkpoint();
  evidence_.after.clear();
  evidence_.node_after = {};
  const auto boot = static_cast<std::int64_t>(evidence_.restarts.size());
  const bool left_lines = std::any_of(evidence_.log.begin(), evidence_.log.end(),
                                      [&](const LogEvent& line) { return line.boot == boot; });
  if (checkpointed_here_) {
    evidence_.restarts.push_back({checkpoint_->gpus, {}, *checkpoint_->node, {}});
  } else if (measured_here_ || left_lines) {
    // Its end was read by nobody, and the next boot's times are not those of its lines.
    evidence_.restarts.emplace_back();
  } else {  // a boot that came to nothing: the next one takes its place
    evidence_.restarts.back().from.clear();
    evidence_.restarts.back().node_from = {};
  }
  checkpointed_here_ = measured_here_ = false;
  return Ok{};
}

// A wrong word stays, whenever it was found.
void Fold::drop_since_checkpoint() {
  std::vector<Measurement> kept = checkpoint_->measurements;
  std::vector<Measurement>& all = evidence_.measurements;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t before = i < kept.size() ? run_length(kept[i]) : 0;
    const std::size_t lost = run_length(all[i]) - before;
    if (all[i].check && is_wrong(*all[i].check)) {
      if (i < kept.size()) {
        kept[i] = all[i];
      } else {
        kept.push_back(all[i]);
      }
    } else if (lost > 0) {
      const std::size_t discarded =
          all[i].discarded.size() - (i < kept.size() ? kept[i].discarded.size() : 0);
      run_.interrupted.push_back(fmt::format(
          "{} {} {}: {} blocks since the last checkpoint{}", all[i].gate, all[i].case_id,
          all[i].unit_id, lost, discarded > 0 ? fmt::format(", {} discarded", discarded) : ""));
    }
  }
  all = std::move(kept);
}

// Complete with the node's own counters, which are read last.
void Fold::set_checkpoint(const AskEntry& ask) {
  if (ask.unit_id != "node" || !reading_.node) return;
  if (ask.purpose == Purpose::after) reading_.gpus = evidence_.after;
  reading_.measurements = evidence_.measurements;
  checkpoint_ = std::exchange(reading_, {});
  checkpointed_here_ = true;
}

}  // namespace ga
