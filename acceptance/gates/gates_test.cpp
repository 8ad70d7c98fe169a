// The table of gates as a whole: ids, pages, codes, and the plan.
#include "acceptance/gates/gates.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "acceptance/core/codes.h"
#include "acceptance/core/judge.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

TEST(Gates, HaveUniqueIdsAndQuestionsInBothLanguages) {
  std::set<std::string_view> seen;
  for (const Gate& gate : all_gates()) {
    EXPECT_TRUE(seen.insert(gate.id).second) << gate.id;
    EXPECT_TRUE(gate.question.ends_with("?")) << gate.id;
    EXPECT_TRUE(gate.question_ko.ends_with("?")) << gate.id;
    EXPECT_EQ(find_gate(gate.id)->id, gate.id);
  }
  EXPECT_EQ(seen.size(), 36u);
  EXPECT_EQ(find_gate("no.such.gate"), nullptr);
}

TEST(Gates, EachHasItsPageWithEveryPart) {
  for (const Gate& gate : all_gates()) {
    const Embedded* page = find_embedded(gate_pages(), gate.id);
    ASSERT_NE(page, nullptr) << gate.id;
    for (const char* part :
         {"## Evidence", "## Where the limit comes from", "## How it could falsely pass",
          "## How it could falsely fail", "## What to do", "## 한국어 요약"}) {
      EXPECT_NE(page->text.find(part), std::string_view::npos) << gate.id << " " << part;
    }
  }
  EXPECT_EQ(gate_pages().size(), all_gates().size());
}

std::string source_text(const char* name) {
  std::ifstream file(std::string(GA_SOURCE_DIR) + "/acceptance/" + name);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

// A code is used where its id stands as a literal, or where its gate adds the end to its own id.
TEST(Gates, EveryCodeIsUsedByAGateOrByTheJudge) {
  std::string all;
  for (const char* file : {"gates/series.cpp",
                           "gates/speed.cpp",
                           "gates/judge_case.cpp",
                           "gates/exact.cpp",
                           "gates/facts.cpp",
                           "gates/facts.h",
                           "gates/identity_inventory.cpp",
                           "gates/config_power_limit.cpp",
                           "gates/config_idle.cpp",
                           "gates/memory_remap.cpp",
                           "gates/delivery.cpp",
                           "gates/config_acs.cpp",
                           "gates/config_clocks_set.cpp",
                           "gates/config_compute_mode.cpp",
                           "gates/config_fabric.cpp",
                           "gates/config_numa.cpp",
                           "gates/config_pcie.cpp",
                           "gates/config_persistence.cpp",
                           "gates/host_cpu.cpp",
                           "gates/host_memory.cpp",
                           "gates/host_nvme.cpp",
                           "gates/identity_firmware.cpp",
                           "gates/nic_links.cpp",
                           "gates/nvlink_links.cpp",
                           "gates/parts.h",
                           "gates/site_cooling.cpp",
                           "gates/site_power.cpp",
                           "gates/memory_ecc.cpp",
                           "gates/clock_light.cpp",
                           "gates/gemm_bf16_own.cpp",
                           "gates/gemm_bf16_own_exact.cpp",
                           "gates/gemm_bf16_cublaslt_exact.cpp",
                           "gates/event_counters.cpp",
                           "gates/event_log.cpp",
                           "gates/events_ecc.cpp",
                           "gates/events_nic.cpp",
                           "gates/events_nvlink.cpp",
                           "gates/events_pcie.cpp",
                           "gates/events_throttle.cpp",
                           "gates/events_xid.cpp",
                           "core/slow.cpp",
                           "core/judge.cpp"}) {
    all += source_text(file);
  }
  // Given by whoever runs or verifies, from what no gate can see.
  const std::set<std::string_view> outside{"evidence.unasked", "run.stopped_before_load"};
  for (const Code& code : all_codes()) {
    const std::string id(code.id);
    const std::string end = id.substr(id.rfind('.'));
    const bool literal = all.find('"' + id + '"') != std::string::npos;
    const bool of_gate = find_gate(id.substr(0, id.rfind('.'))) != nullptr &&
                         all.find('"' + end + '"') != std::string::npos;
    EXPECT_TRUE(literal || of_gate || outside.count(code.id) == 1) << code.id;
  }
}

TEST(PlanningEvidence, AsksForEveryUnitAndEveryMeasuringGate) {
  const Profile profile = test_profile();
  const Order order{profile, Level::standard};
  EXPECT_TRUE(ask_all(all_gates(), order, Evidence{}).empty());
  std::set<std::pair<std::string, std::string>> asked;
  for (const Request& request : ask_all(all_gates(), order, planning_evidence(profile))) {
    EXPECT_GT(request.blocks, 0);
    EXPECT_GT(request.block_ns, 0);
    asked.insert({request.gate, request.unit_id});
  }
  EXPECT_EQ(asked.size(), 9u * 4u);  // clock, link, HBM, two PCIe, four GEMM on four GPUs
}

}  // namespace
}  // namespace ga
