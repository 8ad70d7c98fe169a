#include "acceptance/sim/fabric.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "acceptance/sim/fabric_of.h"

namespace ga {
namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30, kMiB = std::int64_t{1} << 20, kKiB = 1 << 10;

const Part& part(std::string_view name) {
  static const Part h200 = *builtin_part("h200"), b200 = *builtin_part("b200");
  return name == "h200" ? h200 : b200;
}

// Sound GPUs without spread.
Fabric sound(std::string_view name, int gpus) {
  Fabric fabric;
  fabric.part = &part(name);
  fabric.ports.resize(static_cast<std::size_t>(gpus));
  fabric.numa_nodes = 2;
  return fabric;
}

double gbps(const Fabric& fabric, Reduction reduction, std::int64_t bytes = 8 * kGiB) {
  const ReductionTime time = reduction_time(fabric, reduction, bytes);
  return bus_bandwidth(fabric.ranks(), bytes, time.call_ns) / 1e9;
}

// stas00/ml-engineering network/README and Azure's results, as ../shared/reference/allreduce.md.
TEST(Fabric, SumsOfEightGibibytesAreAsPublished) {
  EXPECT_NEAR(gbps(sound("h200", 8), Reduction::nccl_nvls), 480, 3);
  EXPECT_NEAR(gbps(sound("h200", 8), Reduction::nccl_ring), 367, 2);
  EXPECT_NEAR(gbps(sound("b200", 8), Reduction::nccl_nvls), 839, 4);
  EXPECT_NEAR(gbps(sound("b200", 8), Reduction::nccl_ring), 682, 2);
}

TEST(Fabric, NvlsGainsWithTheNumberOfGpusAndARingDoesNot) {
  const double h200[] = {414.2, 435.6, 460.0, 473.1};  // of 5, 6, 7 and 8 GPUs
  for (int gpus = 5; gpus <= 8; ++gpus) {
    EXPECT_NEAR(gbps(sound("h200", gpus), Reduction::nccl_nvls), h200[gpus - 5], 8) << gpus;
    EXPECT_NEAR(gbps(sound("h200", gpus), Reduction::nccl_ring), 367, 1) << gpus;
  }
  const double b200[] = {778.2, 811.2, 838.0};  // of 6, 7 and 8
  for (int gpus = 6; gpus <= 8; ++gpus) {
    EXPECT_NEAR(gbps(sound("b200", gpus), Reduction::nccl_nvls), b200[gpus - 6], 10) << gpus;
  }
}

TEST(Fabric, SumsOfOtherSizesAreRoughlyAsPublished) {
  const auto us = [](Reduction reduction, std::int64_t bytes) {
    return reduction_time(sound("h200", 8), reduction, bytes).call_ns / 1000;
  };
  EXPECT_NEAR(us(Reduction::nccl_nvls, kMiB), 34.6, 3);
  EXPECT_NEAR(us(Reduction::nccl_nvls, kGiB), 4015, 100);
  EXPECT_NEAR(us(Reduction::two_shot, 4 * kMiB), 37, 3);
  EXPECT_NEAR(us(Reduction::two_shot, 128 * kMiB), 923, 20);
  EXPECT_NEAR(us(Reduction::nvls, 4 * kMiB), 27, 3);
  EXPECT_NEAR(us(Reduction::nvls, 128 * kMiB), 631, 20);
  EXPECT_NEAR(us(Reduction::one_shot, 8 * kKiB), 6.5, 0.5);
}

TEST(Fabric, NcclLeavesSumsToTheSwitchesFromFiveGpusOnH200AndSixOnB200) {
  for (int gpus = 2; gpus <= 8; ++gpus) {
    for (const auto& [name, least] : {std::pair{"h200", 5}, {"b200", 6}}) {
      const auto want = gpus < least ? Reduction::nccl_ring : Reduction::nccl_nvls;
      EXPECT_EQ(nccl_reduction(sound(name, gpus), NcclChoice::any), want) << name << gpus;
      EXPECT_EQ(nccl_reduction(sound(name, gpus), NcclChoice::nvls), want) << name << gpus;
      EXPECT_EQ(nccl_reduction(sound(name, gpus), NcclChoice::ring), Reduction::nccl_ring);
    }
  }
}

TEST(Fabric, WithoutMulticastTheRestGoesOnAndNvlsIsRefused) {
  Fabric fabric = sound("h200", 8);
  fabric.multicast = false;
  EXPECT_EQ(nccl_reduction(fabric, NcclChoice::any), Reduction::nccl_ring);
  EXPECT_EQ(nccl_reduction(fabric, NcclChoice::nvls), std::nullopt);
  EXPECT_EQ(own_reduction(fabric, kGiB, 0), Reduction::two_shot);
  EXPECT_EQ(own_reduction(fabric, kGiB, 3), std::nullopt);
  fabric.multicast = true;
  fabric.nccl_nvls = false;
  EXPECT_EQ(nccl_reduction(fabric, NcclChoice::nvls), Reduction::nccl_ring);
  EXPECT_EQ(own_reduction(fabric, kGiB, 0), Reduction::nvls);
  EXPECT_EQ(own_reduction(fabric, 128 * kKiB, 0), Reduction::one_shot);
  EXPECT_EQ(own_reduction(fabric, 256 * kKiB, 0), Reduction::nvls);
}

TEST(Fabric, ACopyIsAsFastAsItsNarrowerEnd) {
  Fabric fabric = sound("h200", 4);
  fabric.ports[1].egress = 0.5;
  fabric.ports[2].ingress = 0.7;
  const double whole = part("h200").fabric.pair_ce;
  const auto rate = [&](int from, int to) {
    return pair_rate(fabric, from, to, CopyBy::copy_engine, false) / whole;
  };
  EXPECT_DOUBLE_EQ(rate(1, 0), 0.5);
  EXPECT_DOUBLE_EQ(rate(0, 1), 1);
  EXPECT_DOUBLE_EQ(rate(0, 2), 0.7);
  EXPECT_DOUBLE_EQ(rate(2, 0), 1);
  EXPECT_DOUBLE_EQ(rate(1, 2), 0.5);
}

TEST(Fabric, TheFarNumaNodeIsSlowerAndMoreSoForAllAtOnce) {
  Fabric fabric = sound("h200", 8);
  fabric.ports[5].numa_node = 1;
  const double near = host_rate(fabric, HostCopy::h2d, 5, 1, false);
  EXPECT_DOUBLE_EQ(near, part("h200").bytes_per_s.at("pcie.h2d"));
  EXPECT_DOUBLE_EQ(host_rate(fabric, HostCopy::h2d, 5, 0, false), 0.85 * near);
  EXPECT_DOUBLE_EQ(host_rate(fabric, HostCopy::h2d, 5, 0, true), 0.6 * near);
  EXPECT_DOUBLE_EQ(host_rate(fabric, HostCopy::h2d, 5, 1, true), near);
}

TEST(Fabric, AllWaitForAStragglerAndItWaitsForNobody) {
  Fabric fabric = sound("h200", 8);
  const double call_ns = reduction_time(fabric, Reduction::one_shot, 8 * kKiB).call_ns;
  fabric.ports[3].late_ns = 20'000;
  const ReductionTime late = reduction_time(fabric, Reduction::one_shot, 8 * kKiB);
  EXPECT_DOUBLE_EQ(late.call_ns, call_ns + 20'000);
  for (std::size_t waiter = 0; waiter < 8; ++waiter) {
    for (std::size_t peer = 0; peer < 8; ++peer) {
      const double wait = late.wait_ns[waiter * 8 + peer];
      if (waiter == peer) {
        EXPECT_EQ(wait, 0);
      } else if (peer == 3) {
        EXPECT_GT(wait, 20'000);
      } else {
        EXPECT_LT(wait, waiter == 3 ? 100 : 2000);
      }
    }
  }
}

TEST(Fabric, ASumGoesAtThePaceOfItsNarrowestLink) {
  Fabric fabric = sound("h200", 8);
  fabric.ports[2].egress = 0.75;
  for (const auto reduction :
       {Reduction::two_shot, Reduction::nvls, Reduction::nccl_ring, Reduction::nccl_nvls}) {
    EXPECT_NEAR(gbps(fabric, reduction) / gbps(sound("h200", 8), reduction), 0.75, 0.001);
  }
  // One pair of seven carries a seventh of what its ends do.
  Fabric pair = sound("h200", 8);
  pair.pairs.assign(64, 1);
  pair.pairs[2 * 8 + 5] = pair.pairs[5 * 8 + 2] = 0.5;
  EXPECT_DOUBLE_EQ(gbps(pair, Reduction::two_shot), gbps(sound("h200", 8), Reduction::two_shot));
}

Fault fault(FaultKind kind, int gpu, double severity, int peer = -1) {
  Fault f;
  f.kind = kind;
  f.gpu = gpu;
  f.severity = severity;
  f.peer = peer;
  return f;
}

Fabric with(std::vector<Fault> faults, std::string_view name = "h200") {
  static Scenario scenario;
  scenario = *load_scenario("healthy-" + std::string(name));
  scenario.part.spread_nvlink = 0;
  scenario.faults = std::move(faults);
  return fabric_of(scenario, {0, 1, 2, 3, 4, 5, 6, 7}, std::vector<double>(8, 10.0));
}

TEST(FabricOf, EachFaultTakesItsShare) {
  EXPECT_DOUBLE_EQ(with({fault(FaultKind::switch_lost, -1, 0)}).ports[6].egress, 0.75);
  EXPECT_DOUBLE_EQ(with({fault(FaultKind::switch_lost, -1, 0)}, "b200").ports[6].ingress, 0.5);
  const Fabric lost = with({fault(FaultKind::link_lost_in_traffic, 2, 1)});
  EXPECT_EQ(lost.ports[2].links, 17);
  EXPECT_DOUBLE_EQ(lost.ports[2].egress, 17.0 / 18);
  EXPECT_EQ(lost.ports[3].links, 18);
  const Fabric pair = with({fault(FaultKind::pair_slow, 1, 0.25, 4)});
  EXPECT_DOUBLE_EQ(pair.pairs[1 * 8 + 4], 0.75);
  EXPECT_DOUBLE_EQ(pair.pairs[4 * 8 + 1], 0.75);
  EXPECT_DOUBLE_EQ(pair.pairs[1 * 8 + 3], 1);
  EXPECT_DOUBLE_EQ(with({fault(FaultKind::straggler, 5, 20)}).ports[5].late_ns, 20'000);
  const Fabric pcie = with({fault(FaultKind::peer_over_pcie, 5, 0)});
  EXPECT_FALSE(pcie.multicast);
  EXPECT_NEAR(pair_rate(pcie, 5, 2, CopyBy::sms, false), pcie.part->fabric.pcie_peer, 1);
  EXPECT_NEAR(pair_rate(pcie, 2, 5, CopyBy::sms, false), pcie.part->fabric.pcie_peer, 1);
  EXPECT_LT(gbps(pcie, Reduction::nccl_ring), 60);
  EXPECT_FALSE(with({fault(FaultKind::nvls_off, -1, 0)}).multicast);
  EXPECT_FALSE(with({fault(FaultKind::nvlink_down, 5, 18)}).multicast);
}

TEST(FabricOf, AWrongBindingSwapsTheNodesAndAnUnevenOneIsWhatTheDriverSays) {
  EXPECT_EQ(with({}).ports[5].numa_node, 1);
  EXPECT_EQ(with({fault(FaultKind::numa_binding_wrong, 5, 0)}).ports[5].numa_node, 0);
  EXPECT_EQ(with({fault(FaultKind::numa_uneven, 5, 0)}).ports[5].numa_node, 0);
}

TEST(FabricOf, UnevenLinksStayWithinTheirRange) {
  const Fabric fabric = with({fault(FaultKind::uneven_links, -1, 0.015)});
  const auto [low, high] =
      std::minmax_element(fabric.ports.begin(), fabric.ports.end(),
                          [](auto& a, auto& b) { return a.egress < b.egress; });
  EXPECT_GE(low->egress, 1 - 0.015);
  EXPECT_LE(high->egress, 1);
  EXPECT_LT(low->egress, high->egress);
}

}  // namespace
}  // namespace ga
