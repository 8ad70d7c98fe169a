// The one JSON form of facts, counters, measurements and findings: in the report, in the journal
// and on the wire.
#pragma once

#include <string>
#include <vector>

#include "reports/codec/json.h"
#include "reports/model/report.h"

namespace ga {

// {node{...}, host{...}, bmc{...}, gpus[{unit_id, ...}]}; an absent fact is {absent: reason}
Json to_json(const Facts& facts);
Json to_json(const GpuCounters& counters);
Json to_json(const NodeCounters& counters);
Json to_json(const Measurement& measurement);
Json to_json(const Check& check);
Json to_json(const Warmup& warmup);
Json to_json(const WorkerExit& exit);
Json to_json(const LogEvent& event);
Json to_json(const Finding& finding);
Json to_json(const Library& library);

// Strict: an unknown or missing key, a wrong type or a series of another length is an Error that
// names the path.
Result<Facts> facts_from_json(const Json& json, const std::string& path);
Result<GpuCounters> counters_from_json(const Json& json, const std::string& path);
Result<NodeCounters> node_counters_from_json(const Json& json, const std::string& path);
Result<Measurement> measurement_from_json(const Json& json, const std::string& path);
Result<Check> check_from_json(const Json& json, const std::string& path);
Result<Warmup> warmup_from_json(const Json& json, const std::string& path);
Result<WorkerExit> exit_from_json(const Json& json, const std::string& path);
Result<LogEvent> log_from_json(const Json& json, const std::string& path);
Result<Finding> finding_from_json(const Json& json, const std::string& path);
Result<Library> library_from_json(const Json& json, const std::string& path);

}  // namespace ga
