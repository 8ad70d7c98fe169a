#include "acceptance/sim/cases_of_node.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "acceptance/sim/fabric.h"
#include "acceptance/sim/injection.h"
#include "benches/cases/case_table.h"

namespace ga {
namespace {

constexpr std::int64_t kBlockNs = 400'000'000;

Scenario node(std::vector<Fault> faults = {}) {
  Scenario scenario = *load_scenario("healthy-h200");
  scenario.faults = std::move(faults);
  return scenario;
}

Fault fault(FaultKind kind, int gpu, double severity) {
  Fault f;
  f.kind = kind;
  f.gpu = gpu;
  f.severity = severity;
  return f;
}

NodeBlockName name(std::string_view case_id, const Params& params = {}, int gpus = 8) {
  NodeBlockName out;
  for (int gpu = 0; gpu < gpus; ++gpu) out.gpus.push_back(gpu);
  out.load_s.assign(out.gpus.size(), 0);
  out.case_id = case_id;
  out.params = *complete_params(*find_case(case_id), params);
  out.index = 2;
  out.block_ns = kBlockNs;
  return out;
}

std::string refused(const Scenario& scenario, const NodeBlockName& block) {
  const auto no = refuse_node_case(scenario, block);
  return no ? no->code : "";
}

TEST(NodeCases, HaveTheCellsThatTheirPagesPromise) {
  const Scenario scenario = node();
  const std::pair<std::string_view, std::size_t> cases[] = {
      {"nvlink.p2p", 64},        {"pcie.numa", 32},          {"allreduce.own", 64},
      {"allreduce.nccl", 0},     {"allreduce.nccl_ring", 0}, {"allreduce.nccl_nvls", 0},
      {"allreduce.latency", 64}, {"allreduce.exact", 64}};
  for (const auto& [case_id, cells] : cases) {
    const NodeBlock block = simulate_node_block(scenario, name(case_id));
    EXPECT_EQ(block.sample.cells.size(), cells) << case_id;
    EXPECT_EQ(block.sample.active_links.size(), case_id == "nvlink.p2p" ? 8u : 0u) << case_id;
    EXPECT_EQ(block.spent.size(), 8u);
    EXPECT_EQ(block.sample.algorithm.empty(), !case_id.starts_with("allreduce")) << case_id;
  }
}

TEST(NodeCases, TheValueIsTheSlowestCellAndTheDiagonalIsEmpty) {
  const Scenario scenario = node({fault(FaultKind::ingress_slow, 6, 0.3)});
  for (const std::int64_t shift : {0, 1}) {
    const NodeBlock block = simulate_node_block(scenario, name("nvlink.p2p", {{"shift", shift}}));
    std::vector<std::int64_t> slow, fast;
    for (std::size_t cell = 0; cell < 64; ++cell) {
      const std::int64_t rate = block.sample.cells[cell];
      if (cell % 9 == 0) {
        EXPECT_EQ(rate, 0);
      } else {
        (cell % 8 == 6 ? slow : fast).push_back(rate);
      }
    }
    EXPECT_GT(*std::min_element(fast.begin(), fast.end()), 350'000'000'000);
    EXPECT_LT(*std::max_element(slow.begin(), slow.end()), 270'000'000'000);
    EXPECT_EQ(block.sample.value, *std::min_element(slow.begin(), slow.end()));
    EXPECT_GE(block.sample.elapsed_ns, kBlockNs);
  }
}

TEST(NodeCases, DependOnTheirNameAndNothingElse) {
  const Scenario scenario = node();
  const NodeBlock once = simulate_node_block(scenario, name("allreduce.own"));
  EXPECT_EQ(once.sample, simulate_node_block(scenario, name("allreduce.own")).sample);
  NodeBlockName next = name("allreduce.own");
  ++next.index;
  EXPECT_NE(once.sample.value, simulate_node_block(scenario, next).sample.value);
}

TEST(NodeCases, AlgorithmsAreNamedAsTheKernelsNameThem) {
  const auto algorithm = [](const Scenario& scenario, const NodeBlockName& block) {
    return simulate_node_block(scenario, block).sample.algorithm;
  };
  EXPECT_EQ(algorithm(node(), name("allreduce.own")), "own nvls 32x512");
  EXPECT_EQ(algorithm(node(), name("allreduce.latency")), "own one_shot 2x512");
  EXPECT_EQ(algorithm(node(), name("allreduce.nccl")), "nccl 2.28.9 nvls simple 16ch");
  EXPECT_EQ(algorithm(node(), name("allreduce.nccl_nvls", {{"ctas", 32}})),
            "nccl 2.28.9 nvls simple 32ch");
  EXPECT_EQ(algorithm(node(), name("allreduce.nccl_ring")), "nccl 2.28.9 ring simple 24ch");
  const Scenario silent = node({fault(FaultKind::nccl_nvls_off, -1, 0)});
  EXPECT_EQ(algorithm(silent, name("allreduce.nccl_nvls")), "nccl 2.28.9 ring simple 24ch");
}

TEST(NodeCases, RefuseWhatTheNodeCannot) {
  EXPECT_EQ(refused(node(), name("nvlink.p2p", {}, 1)), "params.bad");
  EXPECT_EQ(refused(node(), name("nvlink.p2p", {}, 2)), "");
  EXPECT_EQ(refused(node(), name("allreduce.own", {{"algorithm", 1}})), "params.bad");
  const Scenario off = node({fault(FaultKind::nvls_off, -1, 0)});
  EXPECT_EQ(refused(off, name("allreduce.exact", {{"algorithm", 3}})), "multicast.refused");
  EXPECT_EQ(refused(off, name("allreduce.nccl_nvls")), "nccl.refused");
  EXPECT_EQ(refused(off, name("allreduce.nccl")), "");
  EXPECT_EQ(refused(off, name("allreduce.own")), "");
  const Scenario pcie = node({fault(FaultKind::peer_over_pcie, 2, 0)});
  EXPECT_EQ(refused(pcie, name("allreduce.nccl_nvls")), "nccl.refused");
  EXPECT_EQ(refused(pcie, name("nvlink.p2p")), "");
  const Scenario unreached = node({fault(FaultKind::peer_refused, 2, 0)});
  for (const CaseInfo& info : all_cases()) {
    if (!info.spans_gpus) continue;
    EXPECT_EQ(refused(unreached, name(info.id)), "peer.refused") << info.id;
  }
}

TEST(NodeCases, ACorruptElementIsOnOneRankAndAWrongSumOnAll) {
  const auto wrong_by_rank = [](FaultKind kind, std::int64_t algorithm) {
    const NodeBlock block = simulate_node_block(
        node({fault(kind, 3, 1)}), name("allreduce.exact", {{"algorithm", algorithm}}));
    EXPECT_NE(block.check.check.first->expected, block.check.check.first->got);
    EXPECT_GE(block.check.check.first->tile, 0);
    std::int64_t wrong = 0;
    std::vector<bool> ranks(8), owners(8);
    for (std::size_t cell = 0; cell < 64; ++cell) {
      wrong += block.sample.cells[cell];
      if (block.sample.cells[cell] > 0) ranks[cell / 8] = owners[cell % 8] = true;
    }
    EXPECT_EQ(block.check.check.wrong, wrong);
    return std::pair{std::count(ranks.begin(), ranks.end(), true),
                     std::count(owners.begin(), owners.end(), true)};
  };
  const std::pair<std::ptrdiff_t, std::ptrdiff_t> one{1, 1}, column{8, 1};
  for (const std::int64_t algorithm : {2, 3}) {
    EXPECT_EQ(wrong_by_rank(FaultKind::allreduce_corrupt, algorithm), one);
    EXPECT_EQ(wrong_by_rank(FaultKind::allreduce_sum_corrupt, algorithm), column);
  }
  const NodeBlock shot =
      simulate_node_block(node({fault(FaultKind::allreduce_sum_corrupt, 3, 1)}),
                          name("allreduce.exact", {{"algorithm", 1}, {"bytes", 4096}}));
  EXPECT_EQ(shot.sample.cells[3 * 8 + 3], shot.sample.value);
  EXPECT_EQ(shot.check.check.wrong, shot.sample.value);
  EXPECT_EQ(shot.check.check.first->tile, 3);
}

TEST(NodeCases, InjectionsActOnThem) {
  const auto check = [](std::string_view word, std::string_view case_id) {
    return simulate_node_block(node(injection_of(word)->faults), name(case_id)).check.check;
  };
  for (const CaseInfo& info : all_cases()) {
    if (!info.spans_gpus) continue;
    for (const char* word : {"bitflip", "zero-tile", "null-tile", "nan", "wrong-everywhere"}) {
      EXPECT_GT(check(word, info.id).wrong, 0) << word << info.id;
    }
    EXPECT_EQ(check("sm:0", info.id).wrong, 0) << info.id;
  }
  EXPECT_GT(check("bitflip:2", "allreduce.exact").wrong, 0);
  EXPECT_GT(check("boost:1", "allreduce.exact").wrong, 0);
  EXPECT_EQ(check("boost:3000", "allreduce.exact").wrong, 0);
  NodeBlockName slow = name("allreduce.latency");
  const double fast = static_cast<double>(simulate_node_block(node(), slow).sample.value);
  slow.slowed = injection_of("slow")->slowed;
  EXPECT_NEAR(static_cast<double>(simulate_node_block(node(), slow).sample.value) / fast, 1.25,
              0.001);
}

}  // namespace
}  // namespace ga
