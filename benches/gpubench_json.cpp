#include "benches/gpubench_json.h"

#include <cmath>
#include <cstdio>
#include <fstream>

#include "reports/codec/json.h"

namespace ga {
namespace {

// Parts per million; a summary holds finite numbers only.
std::int64_t ppm(double x) { return static_cast<std::int64_t>(std::llround(x * 1e6)); }

Json integers(const std::vector<std::int64_t>& values) {
  JsonArray array;
  for (const std::int64_t value : values) array.emplace_back(value);
  return array;
}

Json candidates(const Comparison& c) {
  JsonArray array;
  for (const Candidate& candidate : c.candidates) {
    array.push_back(Json().add("algorithm", candidate.algorithm).add("median", candidate.median));
  }
  return array;
}

Json summary(const Comparison& c) {
  const Result<Summary> s = summarise(c);
  if (!s) return Json().add("error", s.error().what());
  Json json;
  json.add("own_median", s->own_median).add("own_of_peak_ppm", ppm(s->own_of_peak));
  if (c.baseline.empty()) return json;
  json.add("baseline_median", s->baseline_median)
      .add("ratio_ppm", ppm(s->ratio.median))
      .add("ratio_low_ppm", ppm(s->ratio.low))
      .add("ratio_high_ppm", ppm(s->ratio.high))
      .add("coverage_ppm", ppm(s->ratio.coverage));
  return json;
}

Json comparison(const Comparison& c) {
  Json json;
  json.add("own", c.own).add("baseline", c.baseline).add("what", c.what).add("unit", c.unit);
  json.add("summary", summary(c)).add("peak", c.peak).add("wrong", c.wrong);
  json.add("chosen", c.chosen).add("candidates", candidates(c));
  json.add("no_baseline", c.no_baseline);
  json.add("clock_mhz", c.clock_mhz).add("power_mw", c.power_mw);
  json.add("temp_mc", c.temp_mc).add("throttle", c.throttle);
  json.add("own_samples", integers(c.own_samples));
  return json.add("baseline_samples", integers(c.baseline_samples));
}

Json gpu(const DeviceInfo& info) {
  return Json()
      .add("name", info.name)
      .add("uuid", info.uuid)
      .add("sm_count", info.sm_count)
      .add("l2_bytes", static_cast<std::int64_t>(info.l2_bytes))
      .add("memory_bytes", static_cast<std::int64_t>(info.memory_bytes));
}

Json libraries(const std::vector<Library>& all) {
  JsonArray array;
  for (const Library& library : all) {
    array.push_back(Json()
                        .add("name", library.name)
                        .add("path", library.path)
                        .add("version", library.version)
                        .add("sha256", library.sha256));
  }
  return array;
}

}  // namespace

std::string comparison_json(const ComparisonFile& file) {
  Json json;
  json.add("schema", 1).add("gpu", gpu(file.gpu));
  if (file.versions) {
    json.add("cuda_driver", file.versions->driver).add("cuda_runtime", file.versions->runtime);
  }
  json.add("libraries", libraries(file.libraries));
  json.add("alternations", file.options.alternations).add("block_ns", file.options.block_ns);
  json.add("settle_ns", file.options.settle_ns);
  JsonArray rows;
  for (const Comparison& c : file.comparisons) rows.push_back(comparison(c));
  return dump_pretty(json.add("comparisons", rows));
}

Status write_comparisons(const std::string& path, const ComparisonFile& file) {
  const std::string partial = path + ".partial";
  std::ofstream stream(partial, std::ios::binary | std::ios::trunc);
  stream << comparison_json(file);
  stream.close();
  if (!stream || std::rename(partial.c_str(), path.c_str()) != 0) {
    return Error(ErrorCode::io, "cannot write " + path);
  }
  return Ok{};
}

}  // namespace ga
