// The table of gates as a whole: ids, pages, codes, and the plan.
#include "acceptance/gates/gates.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "acceptance/core/codes.h"
#include "acceptance/core/judge.h"
#include "acceptance/gates/testkit.h"
#include "kernels/data/element.h"

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
  EXPECT_EQ(seen.size(), 48u + 4 * (kGemmTypes.size() + 2));
  EXPECT_EQ(find_gate("no.such.gate"), nullptr);
}

TEST(Gates, EachHasItsPageWithEveryPart) {
  std::size_t of_one_gate = 0;
  for (const Gate& gate : all_gates()) {
    const std::string page = gate_page(gate.id);
    EXPECT_NE(page.substr(0, page.find('\n')).find(gate.id), std::string::npos) << gate.id;
    EXPECT_EQ(page.find("<type>"), std::string::npos) << gate.id;
    if (find_embedded(gate_pages(), gate.id) != nullptr) ++of_one_gate;
    for (const char* part :
         {"## Evidence", "## Where the limit comes from", "## How it could falsely pass",
          "## How it could falsely fail", "## What to do", "## 한국어 요약"}) {
      EXPECT_NE(page.find(part), std::string::npos) << gate.id << " " << part;
    }
  }
  EXPECT_EQ(gate_pages().size(), of_one_gate + 12) << "every page is a gate's, twelve are shared";
  EXPECT_EQ(gate_page("gemm.fp4.own"), "");
  EXPECT_EQ(gate_page("attention.fp8.own"), "");
  EXPECT_EQ(gate_page("gemm.bf16.bwd.own"), "");
  EXPECT_EQ(gate_page("no.such.gate"), "");
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
                           "gates/held.cpp",
                           "gates/node_series.cpp",
                           "gates/nvlink_p2p.cpp",
                           "gates/nvlink_p2p_find.cpp",
                           "gates/pcie_numa.cpp",
                           "gates/allreduce_nccl_ring.cpp",
                           "gates/allreduce_nccl_nvls.cpp",
                           "gates/allreduce_exact.cpp",
                           "gates/allreduce_exact_wrong.cpp",
                           "gates/soak_digest.cpp",
                           "gates/exact.cpp",
                           "gates/exercise_exact.cpp",
                           "gates/hbm_pattern.cpp",
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
                           "gates/identity_freshness.cpp",
                           "gates/nic_links.cpp",
                           "gates/nvlink_links.cpp",
                           "gates/parts.h",
                           "gates/site_cooling.cpp",
                           "gates/site_power.cpp",
                           "gates/memory_ecc.cpp",
                           "gates/clock_light.cpp",
                           "gates/compute_speed.cpp",
                           "gates/event_counters.cpp",
                           "gates/event_log.cpp",
                           "gates/events_ecc.cpp",
                           "gates/events_nic.cpp",
                           "gates/events_nvlink.cpp",
                           "gates/events_pcie.cpp",
                           "gates/events_throttle.cpp",
                           "gates/events_xid.cpp",
                           "gates/power_sustained.cpp",
                           "gates/power_pulse.cpp",
                           "gates/thermal_resistance.cpp",
                           "gates/node_uniformity.cpp",
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

// The codes of GEMM and attention name the types by lists of their own.
TEST(Gates, EveryTypeOfGemmHasTheSameCodesAndAttentionHasThem) {
  const auto codes_of = [](std::string_view type, std::string_view computation = "gemm",
                           std::string_view pass = "") {
    std::set<std::string> found;
    const std::string start = fmt::format("{}.{}.{}", computation, type, pass);
    for (const Code& code : all_codes()) {
      if (!code.id.starts_with(start)) continue;
      std::string rest(code.id.substr(start.size()));
      if (rest.starts_with("bwd.")) continue;
      if (rest.starts_with("cudnn")) rest.replace(0, 5, "cublaslt");
      found.insert(rest);
    }
    return found;
  };
  const auto bf16 = codes_of("bf16");
  EXPECT_EQ(bf16.size(), 7u + 7u + 3u + 7u);
  EXPECT_EQ(codes_of("bf16", "attention"), bf16);
  EXPECT_EQ(codes_of("bf16", "attention", "bwd."), bf16);
  std::size_t all = 0;
  for (const GemmType& type : kGemmTypes) {
    EXPECT_EQ(codes_of(type.name), bf16) << type.name;
    all += bf16.size();
  }
  for (const Code& code : all_codes()) all -= code.id.starts_with("gemm.") ? 1 : 0;
  EXPECT_EQ(all, 0u) << "a code of a type that there is not";
  const Code* code = find_code("gemm.fp8.own.exact.unqualified");
  ASSERT_NE(code, nullptr);
  EXPECT_TRUE(code->message.starts_with("fp8 GEMM: "));
  EXPECT_NE(code->next_step.find("gemm.fp8.cublaslt.exact"), std::string_view::npos);
  code = find_code("attention.bf16.cudnn.library_wrong");
  ASSERT_NE(code, nullptr);
  EXPECT_TRUE(code->message_ko.starts_with("bf16 어텐션: "));
  EXPECT_NE(code->next_step.find("cuDNN"), std::string_view::npos);
  code = find_code("attention.bf16.bwd.own.unqualified");
  ASSERT_NE(code, nullptr);
  EXPECT_TRUE(code->message.starts_with("bf16 attention backward: "));
  EXPECT_NE(code->next_step.find("attention.bf16.bwd.cudnn "), std::string_view::npos);
  for (const Code& any : all_codes()) {
    for (const std::string_view text : {any.id, any.message, any.next_step, any.next_step_ko}) {
      EXPECT_EQ(text.find('<'), std::string_view::npos) << any.id;
    }
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
  // Clock, link, three of HBM, two PCIe, the exercisers, two of power, four GEMM of each type, four
  // of attention and four of its backward, on four GPUs; seven of the node.
  EXPECT_EQ(asked.size(), (10u + 4u * (kGemmTypes.size() + 2)) * 4u + 7u);
}

}  // namespace
}  // namespace ga
