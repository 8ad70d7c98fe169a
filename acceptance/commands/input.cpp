#include "acceptance/commands/input.h"

#include <fmt/format.h>

#include <filesystem>

#include "acceptance/commands/console.h"
#include "reports/codec/report_codec.h"
#include "reports/model/digest.h"
#include "reports/seal/envelope.h"

namespace ga {
namespace {

constexpr std::string_view kNotAReport = "name the report.dsse.json that gpuaccept run left";

}  // namespace

Result<std::string> read_envelope_file(const std::string& path) {
  std::error_code error;
  const bool regular = std::filesystem::is_regular_file(path, error);
  const auto size = regular ? std::filesystem::file_size(path, error) : 0;
  if (regular && !error && size > kMaxEnvelope) {
    return Error(ErrorCode::parse, fmt::format("{}: size: {} bytes, and a report has at most {}",
                                               path, size, kMaxEnvelope))
        .hinted(std::string(kNotAReport));
  }
  auto bytes = read_file(path, kMaxEnvelope);
  if (!bytes) return std::move(bytes).error().hinted(std::string(kNotAReport));
  return bytes;
}

Result<Unverified> read_unverified(const std::string& path) {
  GA_TRY(const std::string bytes, read_envelope_file(path));
  const auto refuse = [&](Error error) {
    return std::move(error).with(path).hinted(std::string(kNotAReport));
  };
  const Result<Json> envelope = parse_json(bytes);
  if (!envelope) return refuse(envelope.error());
  const Json* member = envelope->find("payload");
  if (member == nullptr || !member->is_string()) {
    return refuse(Error(ErrorCode::parse, "no envelope: \"payload\" is missing"));
  }
  const Result<std::string> payload = base64_decode(member->as_string());
  if (!payload) return refuse(payload.error());
  Result<Json> json = parse_json(*payload);
  if (!json) return refuse(json.error());
  Result<Report> report = report_from_payload(*payload);
  if (!report) return refuse(report.error());
  return Unverified{*std::move(json), *std::move(report), sha256_hex(*payload)};
}

int fail_on_report(const Error& error) {
  const int exit = fail(error);
  return error.code() == ErrorCode::parse ? kExitUnverified : exit;
}

}  // namespace ga
