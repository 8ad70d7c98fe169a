#include "reports/seal/identity.h"

#include <gtest/gtest.h>

#include "reports/model/digest.h"

namespace ga {
namespace {

GpuFacts gpu() {
  GpuFacts out;
  out.unit_id = "gpu/0";
  out.serial = std::string("1651024000000");
  out.uuid = std::string("GPU-6f1c2a90-0000-4000-8000-000000000000");
  out.board_part = std::string("692-2G520-0205-0R4");
  return out;
}

TEST(Identity, IsTextThatAnyoneCanHash) {
  EXPECT_EQ(gpu_identity_record(gpu()),
            "gpu-identity/v1\nserial 1651024000000\nuuid GPU-6f1c2a90-0000-4000-8000-000000000000\n"
            "board 692-2G520-0205-0R4\n");
  NodeFacts node;
  node.name = std::string("rack7-node12");
  EXPECT_EQ(node_identity_record(node), "node-identity/v1\nname rack7-node12\n");
}

TEST(Identity, AnAbsentFactLooksLikeNoValue) {
  GpuFacts absent = gpu();
  absent.serial = KnownText::missing("not supported");
  EXPECT_TRUE(gpu_identity_record(absent).starts_with("gpu-identity/v1\nserial\nuuid GPU-"));
  GpuFacts empty = gpu();
  empty.serial = std::string();
  EXPECT_TRUE(gpu_identity_record(empty).starts_with("gpu-identity/v1\nserial \nuuid GPU-"));
}

TEST(Identity, AValueCannotBeginALineOfItsOwn) {
  GpuFacts hostile = gpu();
  hostile.serial = std::string("1\nuuid GPU-0");
  EXPECT_TRUE(gpu_identity_record(hostile).starts_with("gpu-identity/v1\nserial 1?uuid GPU-0\n"));
}

TEST(Identity, SubjectsAreTheNodeAndItsGpus) {
  Facts facts;
  facts.gpus = {gpu(), gpu()};
  facts.gpus[1].unit_id = "gpu/1";
  facts.gpus[1].serial = std::string("1651024000001");
  const std::vector<Subject> subjects = subjects_of(facts);
  ASSERT_EQ(subjects.size(), 3U);
  EXPECT_EQ(subjects[0], (Subject{"node", sha256_hex("node-identity/v1\nname\n")}));
  EXPECT_EQ(subjects[1], (Subject{"gpu/0", sha256_hex(gpu_identity_record(gpu()))}));
  EXPECT_NE(subjects[1].sha256, subjects[2].sha256);
}

TEST(Identity, NamesTheSubjectThatDoesNotFit) {
  Report report;
  report.evidence.facts.gpus = {gpu()};
  report.subject = subjects_of(report.evidence.facts);
  EXPECT_TRUE(check_subjects(report));
  report.evidence.facts.gpus[0].uuid = std::string("GPU-other");
  EXPECT_TRUE(check_subjects(report).error().what().starts_with("subject: gpu/0 "));
  report.subject.pop_back();
  EXPECT_TRUE(check_subjects(report).error().what().starts_with("subject: gpu/0 "));
  report.subject = subjects_of(report.evidence.facts);
  report.subject.push_back({"gpu/1", std::string(64, '0')});
  EXPECT_TRUE(check_subjects(report).error().what().starts_with("subject: list "));
}

}  // namespace
}  // namespace ga
