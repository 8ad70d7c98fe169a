#include "reports/seal/identity.h"

#include <algorithm>

#include "reports/codec/checked.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

// as_fact: the record says what the report says, which is printable ASCII, so no value can end a
// line and begin another.
std::string line(std::string_view key, const KnownText& fact) {
  std::string out(key);
  if (fact) out += " " + as_fact(*fact);
  return out + "\n";
}

}  // namespace

std::string gpu_identity_record(const GpuFacts& gpu) {
  return "gpu-identity/v1\n" + line("serial", gpu.serial) + line("uuid", gpu.uuid) +
         line("board", gpu.board_part);
}

std::string node_identity_record(const NodeFacts& node) {
  return "node-identity/v1\n" + line("name", node.name);
}

std::vector<Subject> subjects_of(const Facts& facts) {
  std::vector<Subject> out{{"node", sha256_hex(node_identity_record(facts.node))}};
  for (const GpuFacts& gpu : facts.gpus) {
    out.push_back({gpu.unit_id, sha256_hex(gpu_identity_record(gpu))});
  }
  return out;
}

Status check_subjects(const Report& report) {
  const std::vector<Subject> expected = subjects_of(report.evidence.facts);
  if (report.subject == expected) return Ok{};
  const auto differ =
      std::mismatch(expected.begin(), expected.end(), report.subject.begin(), report.subject.end());
  const std::string name = differ.first == expected.end() ? "list" : differ.first->name;
  return Error(ErrorCode::parse, "subject: " + name + " is not what the facts identify");
}

}  // namespace ga
