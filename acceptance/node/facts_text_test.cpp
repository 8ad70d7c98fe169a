// How facts read. The whole text of a healthy node and of a sick one is kept in golden/; run this
// program with --update to write it anew.
#include "acceptance/node/facts_text.h"

#include <cstring>

#include "acceptance/node/testing/fixture.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

bool& updating() {
  static bool update = false;
  return update;
}

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(GA_SOURCE_DIR) + "/acceptance/node/golden/" + name;
  if (updating()) std::ofstream(path) << text;
  const auto golden = read_file(path);
  ASSERT_TRUE(golden) << golden.error().what();
  EXPECT_EQ(text, *golden) << "if this is meant, run node_test --update";
}

using FactsText = NodeFixture;

TEST_F(FactsText, OfAHealthyNode) {
  state();
  healthy_kernel();
  expect_golden("facts-healthy.txt", facts_text(facts()));
}

TEST_F(FactsText, OfASickNodeShowsEachReason) {
  state("nvmlDeviceGetSerial() = !4\nnvmlDeviceGetComputeRunningProcesses_v3() = 77\n",
        "nvmlDeviceGetHandleByIndex_v2() = !15\n");
  healthy_kernel();
  put("proc/77/comm", "python3\n");
  put("proc/78/comm", "nv-hostengine\n");
  Node node(options_);
  const Facts all = node.facts([] {
    CudaView view = cuda();
    view.gpus.value->resize(6);
    return view;
  });
  expect_golden("facts-sick.txt", facts_text(all));
}

TEST_F(FactsText, OfANodeWithoutAnything) {
  Facts none;
  const std::string text = facts_text(none);
  EXPECT_NE(text.find("no GPU\n"), std::string::npos);
  EXPECT_NE(text.find("[1] not asked\n"), std::string::npos);
}

TEST_F(FactsText, OfCounters) {
  state("field(271) = !3\nnvmlDeviceGetCurrentClocksEventReasons() = 0x44\n");
  healthy_kernel();
  options_.gpus = {uuid(0), uuid(6)};
  auto counters = Node(options_).counters({});
  ASSERT_TRUE(counters);
  for (GpuCounters& gpu : *counters) gpu.read_ns = 5'000'000'000;
  expect_golden("counters.txt", counters_text(*counters));
}

}  // namespace
}  // namespace ga

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  ga::updating() = argc > 1 && std::strcmp(argv[1], "--update") == 0;
  return RUN_ALL_TESTS();
}
