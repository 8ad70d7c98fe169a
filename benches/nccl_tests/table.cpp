#include "benches/nccl_tests/table.h"

#include <fmt/format.h>

namespace ga {
namespace {

std::string half_text(const PerfHalf& half) {
  // One column narrower where unchecked, as there.
  const std::string wrong =
      half.wrong ? fmt::format("{:6g}", static_cast<double>(*half.wrong)) : "  N/A";
  return fmt::format("  {}  {}  {}  {}", float_text(half.time_us, 7),
                     float_text(half.algorithm_gb_s, 6), float_text(half.bus_gb_s, 6), wrong);
}

}  // namespace

std::string float_text(double value, int width) {
  for (const int decimals : {2, 1, 0}) {
    std::string text = fmt::format("{:{}.{}f}", value, width, decimals);
    if (text.size() <= static_cast<std::size_t>(width)) return text;
  }
  return fmt::format("{:{}.{}e}", value, width, width >= 7 ? 1 : 0);
}

std::string start_text(const PerfContext& context, const PerfOptions& o,
                       const std::vector<PerfDevice>& devices) {
  const bool factor = o.step_factor > 1;
  std::string text = fmt::format(
      "# gpuaccept {}, in the form of nccl-tests version 2.19.6 nccl-headers=0 nccl-library={}\n"
      "# Collective test starting: {}\n"
      "# nThread {} nGpus {} minBytes {} maxBytes {} step: {}({}) warmup iters: {} iters: {} agg "
      "iters: 1 validation: {} graph: {} unalign: 0\n",
      context.version, context.nccl, context.program, o.threads, o.gpus, o.min_bytes, o.max_bytes,
      factor ? o.step_factor : o.step_bytes, factor ? "factor" : "bytes", o.warmups, o.iterations,
      o.checks, o.graph_launches);
  switch (o.blocking) {
    case Blocking::wait_and_meet:
      text += "# Blocking Enabled: wait and barrier after each inner iteration (-m) \n";
      break;
    case Blocking::wait:
      text += "# Blocking Enabled: wait after each inner iteration (-m), no barrier \n";
      break;
    case Blocking::outer:
      text +=
          "# Blocking Enabled: wait and barrier after each outer iteration (-n); time excludes "
          "barrier \n";
      break;
    case Blocking::none:
      break;
  }
  text += "#\n# Using devices\n";
  for (std::size_t rank = 0; rank < devices.size(); ++rank) {
    const PerfDevice& d = devices[rank];
    text += fmt::format("#  Rank {:2} Group {:2} Pid {:6} on {:>10} device {:2} [{}] {}\n", rank, 0,
                        context.pid, context.host, d.ordinal, d.bus, d.name);
  }
  return text;
}

std::string titles_text() {
  return fmt::format(
      "#\n# {0:>10}  {0:>12}  {0:>8}  {0:>6}  {0:>6}           out-of-place                       "
      "in-place          \n"
      "# {1:>10}  {2:>12}  {3:>8}  {4:>6}  {5:>6}  {6:>7}  {7:>6}  {8:>6}  {9:>6}  {6:>7}  {7:>6}  "
      "{8:>6}  {9:>6} \n"
      "# {10:>10}  {11:>12}  {0:>8}  {0:>6}  {0:>6}  {12:>7}  {13:>6}  {13:>6}  {0:>6}  {12:>7}  "
      "{13:>6}  {13:>6}  {0:>6} \n",
      "", "size", "count", "type", "redop", "root", "time", "algbw", "busbw", "#wrong", "(B)",
      "(elements)", "(us)", "(GB/s)");
}

std::string row_text(const PerfRow& row) {
  return fmt::format("{:12}  {:12}  {:>8}  {:>6}  {:>6}{}{}\n", row.bytes, row.count,
                     perf_type_name(row.type), "sum", -1, half_text(row.out_of_place),
                     half_text(row.in_place));
}

std::string summary_text(const PerfContext& context, const PerfSummary& s) {
  const char* const enough = s.least_gb_s ? (s.enough() ? "OK" : "FAILED") : "";
  return fmt::format(
      "# {:<20} : {} {}\n# {:<20} : {:g} {}\n#\n# Collective test concluded: {}\n#\n",
      "Out of bounds values", s.wrong_runs, s.wrong_runs == 0 ? "OK" : "FAILED",
      "Avg bus bandwidth", s.bus_gb_s, enough, context.program);
}

}  // namespace ga
