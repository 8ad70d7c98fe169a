// What a fold makes of another boot of the machine: docs/adr/0022-soak-checkpoints.md.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "acceptance/journal/fold.h"

namespace ga {
namespace {

std::size_t run_length(const Measurement& series) {
  return series.samples.size() + series.discarded.size();
}

// What two readings of one boot say together: of a count the larger, since a reading that failed,
// or a driver that was loaded anew, takes back nothing; of a rate the worse, of a time the later;
// of links the fewer. Of the reasons' bits nothing is judged.
void lay_over(std::string_view name, KnownInt& known, const KnownInt& later) {
  if (!later) return;
  const bool more = !known || *later > *known;
  if (!known || (name == "nvlinks_active" ? !more : more)) known = later;
}

template <class Counters>
void lay_fields_over(Counters& known, const Counters& later) {
  std::vector<const KnownInt*> fields;
  Counters::visit_fields(later, [&](const char*, const auto& field) {
    if constexpr (std::is_same_v<decltype(field), const KnownInt&>) fields.push_back(&field);
  });
  auto next = fields.begin();
  Counters::visit_fields(known, [&](const char* name, auto& field) {
    if constexpr (std::is_same_v<decltype(field), KnownInt&>) lay_over(name, field, **next++);
  });
}

void lay_over(std::vector<GpuCounters>& list, const std::vector<GpuCounters>& later) {
  for (const GpuCounters& counters : later) {
    const auto known = std::find_if(list.begin(), list.end(), [&](const GpuCounters& old) {
      return old.unit_id == counters.unit_id;
    });
    if (known == list.end()) {
      list.push_back(counters);
    } else {
      lay_fields_over(*known, counters);
    }
  }
}

void lay_over(KnownList<NicCounters>& list, const KnownList<NicCounters>& later) {
  if (!list || !later) {
    if (later) list = later;
    return;
  }
  for (const NicCounters& port : *later.value) {
    const auto known = std::find_if(list.value->begin(), list.value->end(),
                                    [&](const NicCounters& old) { return old.port == port.port; });
    if (known == list.value->end()) {
      list.value->push_back(port);
    } else {
      lay_fields_over(*known, port);
    }
  }
}

void lay_over(NodeCounters& known, const NodeCounters& later) {
  if (later.boot_id) known.boot_id = later.boot_id;
  lay_over("edac_corrected", known.edac_corrected, later.edac_corrected);
  lay_over("edac_uncorrected", known.edac_uncorrected, later.edac_uncorrected);
  if (later.kernel_log) {
    known.kernel_log = later.kernel_log;
    known.kernel_log_first_ns = later.kernel_log_first_ns;
    known.kernel_log_last_ns = later.kernel_log_last_ns;
  }
  lay_over(known.nics, later.nics);
}

void lay_over(std::optional<NodeCounters>& known, const std::optional<NodeCounters>& later) {
  if (known && later) {
    lay_over(*known, *later);
  } else if (later) {
    known = later;
  }
}

}  // namespace

bool Fold::has_before() const {
  if (measured_here_) return true;
  return evidence_.restarts.empty() ? !evidence_.before.empty() : checkpointed_here_;
}

// It came to no checkpoint; but what it counted did happen, and the boot may end before another.
void Fold::break_off_reading() {
  lay_over(newest_.gpus, reading_.gpus);
  lay_over(newest_.node, reading_.node);
  reading_ = {};
}

// What was read before this load is not what there was after it.
void Fold::outdate_after() {
  lay_over(newest_.gpus, evidence_.after);
  evidence_.after.clear();
  evidence_.node_after = {};
}

// What was measured after the last checkpoint is lost: nobody knows all that was counted meanwhile.
// What is known of it stays.
Status Fold::start_anew(const std::string& boot_id) {
  if (!checkpoint_) {
    return Error(ErrorCode::protocol,
                 "goes on at another boot of the machine, and there was no checkpoint");
  }
  boot_id_ = boot_id;
  drop_since_checkpoint();
  const auto boot = static_cast<std::int64_t>(evidence_.restarts.size());
  const bool left_lines = std::any_of(evidence_.log.begin(), evidence_.log.end(),
                                      [&](const LogEvent& line) { return line.boot == boot; });
  if (checkpointed_here_ || measured_here_ || left_lines) {
    // Where its end was read by nobody, the part is one without: its times are not the next boot's.
    Reading last = checkpointed_here_ ? checkpoint_->read : Reading{};
    lay_over(last.gpus, newest_.gpus);
    lay_over(last.gpus, evidence_.after);
    lay_over(last.node, newest_.node);
    Restart& over = evidence_.restarts.emplace_back();
    over.until = std::move(last.gpus);
    over.node_until = last.node.value_or(NodeCounters{});
  } else {  // a boot that came to nothing: the next one takes its place
    evidence_.restarts.back().from.clear();
    evidence_.restarts.back().node_from = {};
  }
  evidence_.after.clear();
  evidence_.node_after = {};
  newest_ = {};
  checkpointed_here_ = measured_here_ = false;
  return Ok{};
}

// A check that lasts stays, whenever it was made, with the whole of its series.
void Fold::drop_since_checkpoint() {
  std::vector<Measurement> kept = checkpoint_->measurements;
  std::vector<Measurement>& all = evidence_.measurements;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t before = i < kept.size() ? run_length(kept[i]) : 0;
    const std::size_t lost = run_length(all[i]) - before;
    if (all[i].check && lasts(*all[i].check)) {
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
  checkpoint_ = {std::exchange(reading_, {}), evidence_.measurements};
  newest_ = {};
  checkpointed_here_ = true;
}

}  // namespace ga
