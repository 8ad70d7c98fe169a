// Profile: what was ordered, and the limits it is held to. Read from TOML; docs/profile-format.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/core/ordered.h"
#include "reports/model/result.h"

namespace ga {

enum class Level { quick, standard, soak };
enum class ProfileKind { acceptance, ci };
enum class ProfileStatus { draft, final };

// The stack a figure was measured on. Empty or 0 matches anything; a version prefix "580." matches
// its family. Outside the key the floor exists but does not apply: limit.no_floor_for_stack. bytes
// is no part of the stack: a limit that names it is one for series of that size alone. Nor is
// memory_max_mc: of a memory case it is one for series in which the memory was never hotter.
struct LimitKey {
  std::string part_name, vbios, driver, library;
  std::int64_t power_limit_mw = 0;
  std::int64_t bytes = 0;
  std::int64_t memory_max_mc = 0;
  friend bool operator==(const LimitKey&, const LimitKey&) = default;
};

// An absolute floor in `unit` for one case of one gate; of a time a ceiling.
struct Limit {
  std::string gate, case_id;
  bool is_ceiling = false;
  std::int64_t value = 0;
  std::string unit;          // "bytes_per_s", "flops", "mhz", "ns"
  std::string source, date;  // where the figure comes from; ISO date
  std::int64_t units = 0;    // number of GPUs it was measured on, 0 where the source does not say
  LimitStatus status = LimitStatus::provisional;
  LimitKey key;
};

// A floor for case_id as a share of of_case on the same unit, in parts per million. of_case
// "pcie.link" is the raw rate of the link by generation and width.
struct Ratio {
  std::string gate, case_id, of_case;
  std::int64_t min_ppm = 0;
  std::string source, date;
  LimitStatus status = LimitStatus::provisional;
};

// How many events a healthy part may have: at most `max` more of `counter` in any `per_s` seconds.
// Without per_s the counter is a rate itself and `max` the most it may say. One that is provisional
// leaves the unit borderline; the others decide.
struct EventLimit {
  std::string gate, counter;  // a field of GpuCounters or NicCounters
  std::int64_t max = 0;
  std::optional<std::int64_t> per_s = {};
  std::string source, date;
  LimitStatus status = LimitStatus::provisional;
};

struct Ordered {  // what identity and configuration must be
  std::int64_t gpus = 0;
  std::vector<std::string> pci_devices;     // any of them; "10de:2335"; empty in a ci profile: any
  std::vector<std::string> pci_subsystems;  // any of them; empty: any, and the same on all GPUs
  std::vector<std::string> part_names;      // any of them; empty: any
  std::int64_t memory_bytes_min = 0;        // 0: any
  std::optional<bool> ecc, mig;             // absent: any
  std::int64_t power_limit_mw = 0;          // the enforced limit; 0: the part's own default
  std::int64_t idle_memory_bytes_max = 0;
  std::int64_t clock_light_min_ppm = 0;  // of the maximum SM clock
  std::int64_t sw_thermal_max_ppm = 0;   // share of the run that may be spent at reason 0x20
  std::optional<bool> persistence;       // absent: any
  std::string compute_mode;              // as NVML's word "default"; empty: any
  std::optional<bool> acs;               // redirection by the switches of a GPU's path; absent: any
  std::int64_t pcie_gen = 0, pcie_width = 0;  // of every link to the root port; 0: any
};

struct Sizes {  // bytes or elements on a side
  std::int64_t hbm_array_bytes = 0, pcie_bytes = 0, gemm_n = 0, exact_n = 0, exact_launches = 0;
  // Of attention, 0 where no such gate is required: how many queries, and as many keys.
  std::int64_t attention_seq = 0, attention_exact_seq = 0;
  // Of the gates that span GPUs, 0 where no such gate is required.
  std::int64_t p2p_bytes = 0, allreduce_bytes = 0, latency_bytes = 0;
  // Of memory and power, 0 where no such gate is required: the share of a GPU's memory that is
  // walked, the array that is chased through, and a side of the products that draw power.
  std::int64_t pattern_ppm = 0, chase_bytes = 0, power_n = 0;
  std::int64_t soak_hours = 24;  // of level soak
};

// How far sound GPUs of a fleet lie apart in one case: the relative standard deviation.
struct Spread {
  std::string case_id;
  std::int64_t sigma_ppm = 0;
  std::string source, date;
  LimitStatus status = LimitStatus::provisional;
};

struct Profile {
  std::string name, version, sha256;  // sha256 of the file's bytes
  ProfileKind kind = ProfileKind::acceptance;
  ProfileStatus status = ProfileStatus::draft;
  Level accept_level = Level::standard;
  bool challenged = false;                 // the binding that acceptance demands
  std::vector<std::string> required;       // gates; every other gate is not_applicable
  std::vector<std::string> skip_at_quick;  // of those, what level quick leaves to the others
  Ordered ordered;
  OrderedMachine machine;
  Sizes sizes;
  std::string warmup_case;          // the load that warms a GPU up
  std::int64_t gross_ppm = 850000;  // the gross-defect floor, of the floor
  std::vector<Limit> limits;
  std::vector<Ratio> ratios;
  std::vector<EventLimit> event_limits;
  std::vector<Spread> spreads;

  bool requires_gate(std::string_view gate) const;
  bool skips_at_quick(std::string_view gate) const;
};

// `file` is only named in complaints. Refuses unknown keys, wrong units, limits without source,
// date and status, and gates that `known_gates` lacks, with file, line and remedy.
Result<Profile> parse_profile(std::string_view text, const std::string& file,
                              const std::vector<std::string>& known_gates);

std::string_view to_word(Level level);
std::string_view to_word(ProfileKind kind);
std::string_view to_word(ProfileStatus status);
std::string_view to_word(LimitStatus status);
std::optional<Level> level_from_word(std::string_view word);

}  // namespace ga
