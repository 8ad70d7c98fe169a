// What a fold makes of another boot of the machine: docs/adr/0022-soak-checkpoints.md.
#include <fmt/format.h>

#include <utility>

#include "acceptance/journal/fold.h"

namespace ga {
namespace {

std::size_t run_length(const Measurement& series) {
  return series.samples.size() + series.discarded.size();
}

}  // namespace

bool Fold::has_before() const {
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
  if (!checkpointed_here_) {  // a boot that came to nothing: the next one takes its place
    evidence_.restarts.back().from.clear();
    evidence_.restarts.back().node_from = {};
    return Ok{};
  }
  checkpointed_here_ = false;
  evidence_.restarts.push_back({checkpoint_->gpus, {}, *checkpoint_->node, {}});
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
      run_.interrupted.push_back(fmt::format("{} {} {}: {} blocks since the last checkpoint",
                                             all[i].gate, all[i].case_id, all[i].unit_id, lost));
    }
  }
  all = std::move(kept);
}

// Complete with the node's own counters, which are read last.
void Fold::set_checkpoint(const AskEntry& ask) {
  if (ask.unit_id != "node" || !reading_.node) return;
  reading_.measurements = evidence_.measurements;
  checkpoint_ = std::exchange(reading_, {});
  checkpointed_here_ = true;
}

}  // namespace ga
