// What a healthy node does not answer is what the table of field support expects: of the shipped
// states and of the simulated nodes.
#include "acceptance/core/field_support.h"
#include "acceptance/node/testing/fixture.h"
#include "acceptance/sim/facts_of.h"

namespace ga {
namespace {

template <class Record>
void expect_expected(const Facts& facts, const GpuFacts& gpu, const Record& record,
                     const std::string& prefix = "") {
  Record::visit_fields(record, [&](const char* name, const auto& fact) {
    const std::string field = prefix + name;
    if (!fact) {
      if (field == "pci_path.acs" && fact.absent == "not a bridge") return;
      EXPECT_NE(expectation(facts, gpu, field).support, Support::required)
          << gpu.unit_id << " " << field << ": " << fact.absent;
    } else if constexpr (kIsKnownList<decltype(fact)>) {
      for (const auto& entry : *fact) expect_expected(facts, gpu, entry, field + ".");
    }
  });
}

void expect_only_expected(const Facts& facts, const std::vector<GpuCounters>& counters) {
  ASSERT_EQ(facts.gpus.size(), 8u);
  ASSERT_EQ(counters.size(), 8u);
  for (std::size_t i = 0; i < facts.gpus.size(); ++i) {
    expect_expected(facts, facts.gpus[i], facts.node);
    expect_expected(facts, facts.gpus[i], facts.gpus[i]);
    expect_expected(facts, facts.gpus[i], counters[i]);
  }
}

using Absence = NodeFixture;

TEST_F(Absence, OfTheShippedStatesIsExpected) {
  for (const char* part : {"hgx-h200", "hgx-b200"}) {
    options_.replay = std::string(GA_SOURCE_DIR "/acceptance/node/states/") + part;
    Node node(options_);
    std::vector<GpuCounters> counters = *node.counters({});
    for (GpuCounters& gpu : counters) gpu.read_ns = 1;  // told by whoever asks
    expect_only_expected(node.facts(cuda), counters);
  }
}

TEST_F(Absence, OfTheSimulatedNodesIsExpected) {
  for (const char* name : {"healthy-h200", "healthy-b200"}) {
    const Scenario scenario = *load_scenario(name);
    std::vector<GpuCounters> counters;
    for (int gpu = 0; gpu < scenario.gpus; ++gpu) {
      counters.push_back(counters_of(scenario, gpu, {}));
    }
    expect_only_expected(facts_of(scenario), counters);
  }
}

}  // namespace
}  // namespace ga
