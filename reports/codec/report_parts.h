// The parts of a report's statement: what report_codec.cpp puts together. For that file only.
#pragma once

#include <string>

#include "reports/codec/json.h"
#include "reports/model/report.h"

namespace ga {

Json subject_to_json(const Subject& subject);
Json suite_to_json(const Suite& suite);
Json profile_to_json(const ProfileRef& profile);
Json challenge_to_json(const ChallengeRef& challenge);
Json run_to_json(const RunInfo& run);
Json worker_to_json(const WorkerInfo& worker);
Json sidecar_to_json(const Sidecar& sidecar);
Json telemetry_to_json(const TelemetryRef& telemetry);
Json claimed_to_json(const Claimed& claimed);
Json manifest_to_json(const ManifestExcerpt& manifest);
Json events_to_json(const Evidence& evidence);  // before, after, log

Result<Subject> subject_from_json(const Json& json, const std::string& path);
Result<Suite> suite_from_json(const Json& json, const std::string& path);
Result<ProfileRef> profile_from_json(const Json& json, const std::string& path);
Result<ChallengeRef> challenge_from_json(const Json& json, const std::string& path);
Result<RunInfo> run_from_json(const Json& json, const std::string& path);
Result<WorkerInfo> worker_from_json(const Json& json, const std::string& path);
Result<Sidecar> sidecar_from_json(const Json& json, const std::string& path);
Result<TelemetryRef> telemetry_from_json(const Json& json, const std::string& path);
Result<Claimed> claimed_from_json(const Json& json, const std::string& path);
Result<ManifestExcerpt> manifest_from_json(const Json& json, const std::string& path);
Status events_from_json(const Json& json, const std::string& path, Evidence& evidence);

}  // namespace ga
