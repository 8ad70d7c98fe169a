#include "benches/nccl_tests/json.h"

#include <fmt/format.h>

#include <cmath>

namespace ga {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += byte < 0x80 ? c : '?';
    }
  }
  return out + '"';
}

// Numbers and truth values in that form.
std::string decimal(double value) {
  return std::isfinite(value) ? fmt::format("{:f}", value) : "\"nan\"";
}
std::string truth(bool value) { return value ? "\"true\"" : "\"false\""; }

std::string list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? "," : "") + quoted(text);
  return out + "]";
}

std::string half(const PerfHalf& h) {
  return fmt::format(R"({{"time":{},"alg_bw":{},"bus_bw":{},"nwrong":{}}})", decimal(h.time_us),
                     decimal(h.algorithm_gb_s), decimal(h.bus_gb_s),
                     h.wrong ? decimal(static_cast<double>(*h.wrong)) : "null");
}

std::string row(const PerfRow& r, int iterations) {
  return fmt::format(
      R"({{"size":{},"count":{},"type":{},"redop":"sum","root":"    -1","out_of_place":{},)"
      R"("in_place":{},"actual_iterations":{},"experiment_name":""}})",
      r.bytes, r.count, quoted(perf_type_name(r.type)), half(r.out_of_place), half(r.in_place),
      iterations);
}

std::string device(const PerfContext& context, std::size_t rank, const PerfDevice& d) {
  return fmt::format(R"({{"rank":{},"group":0,"pid":{},"hostname":{},"device":{},"device_hex":{},)"
                     R"("device_info":{}}})",
                     rank, context.pid, quoted(context.host), d.ordinal, quoted(d.bus),
                     quoted(d.name));
}

std::string config(const PerfContext& context, const PerfOptions& o,
                   const std::vector<PerfDevice>& devices) {
  std::string ranks;
  for (std::size_t rank = 0; rank < devices.size(); ++rank) {
    ranks += (rank == 0 ? "" : ",") + device(context, rank, devices[rank]);
  }
  const bool factor = o.step_factor > 1;
  return fmt::format(
      R"({{"nthreads":{},"ngpus":{},"minimum_bytes":{},"maximum_bytes":{},"{}":{},)"
      R"("warmup_iters":{},"iterations":{},"aggregated_iterations":1,"validation":{},"graph":{},)"
      R"("blocking_collectives":{},"per_iter_timing":"false","per_iter_skip":0,)"
      R"("parallel_init":"false","devices":[{}]}})",
      o.threads, o.gpus, o.min_bytes, o.max_bytes, factor ? "step_factor" : "step_bytes",
      factor ? o.step_factor : o.step_bytes, o.warmups, o.iterations, o.checks, o.graph_launches,
      truth(o.blocking != Blocking::none), ranks);
}

std::string summary(const PerfSummary& s) {
  return fmt::format(R"("out_of_bounds":{{"count":{},"okay":{}}},)"
                     R"("average_bus_bandwidth":{{"bandwidth":{},"okay":{}}},)",
                     s.wrong_runs, truth(s.wrong_runs == 0), decimal(s.bus_gb_s),
                     s.least_gb_s ? truth(s.enough()) : "\"unchecked\"");
}

}  // namespace

std::string perf_json(const PerfContext& context, const PerfOptions& options, const PerfRecord& r) {
  std::string rows, sums;
  for (const PerfRow& one : r.rows)
    rows += (rows.empty() ? "" : ",") + row(one, options.iterations);
  if (r.summary) sums = summary(*r.summary);
  return fmt::format(
      R"({{"version":3,"start_time":{},"args":{},"env":{},"nccl_version":{},"config":{},)"
      R"("results":[{}],{}"errors":{},"gpuaccept":{{"version":{},"remarks":{}}},"end_time":{}}})"
      "\n",
      quoted(r.started), list(r.arguments), list(r.environment), context.nccl,
      config(context, options, r.devices), rows, sums, list(r.errors), quoted(context.version),
      list(r.remarks), quoted(r.ended));
}

}  // namespace ga
