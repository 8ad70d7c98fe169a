// The families of the code table, one file each. Only codes.cpp puts them together.
#pragma once

#include <span>
#include <string_view>

#include "acceptance/core/codes.h"

namespace ga {

struct Bilingual {
  std::string_view en, ko;
};

// The three kinds of row. A fail says whether the vendor usually takes it as a reason for return.
enum class Rma { no, yes };
constexpr Code fail_row(std::string_view id, Blame blame, Action action, Rma rma, Bilingual message,
                        Bilingual next) {
  return {id,         Verdict::fail, blame,   action, rma == Rma::yes,
          message.en, message.ko,    next.en, next.ko};
}
constexpr Code open_row(std::string_view id, Blame blame, Action action, Bilingual message,
                        Bilingual next) {
  return {id,     Verdict::not_measured, blame, action, false, message.en, message.ko, next.en,
          next.ko};
}
constexpr Code borderline_row(std::string_view id, Bilingual message, Bilingual next) {
  return {id,     Verdict::borderline, Blame::gpu, Action::measure_again,
          false,  message.en,          message.ko, next.en,
          next.ko};
}

std::span<const Code> evidence_codes();       // what keeps a gate from being answered
std::span<const Code> configuration_codes();  // identity, config
std::span<const Code> health_codes();         // memory, clock, events
std::span<const Code> event_counter_codes();  // events: what any counter can come to
std::span<const Code> event_part_codes();     // events of memory, links, ports
std::span<const Code> event_log_codes();      // events in the kernel's log
std::span<const Code> host_codes();           // the machine around the GPUs
std::span<const Code> link_codes();           // NVLink, its fabric, the network
std::span<const Code> speed_codes();          // the floor rule and its explanations
std::span<const Code> gemm_codes();           // products, slow or wrong, of every type
std::span<const Code> copy_codes();           // copies between GPUs, and with the host's memory
std::span<const Code> sum_codes();            // sums over all GPUs

}  // namespace ga
