#include "acceptance/sim/scenario.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "acceptance/sim/scenarios.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

// A good scenario, with lines of its own appended.
std::string good(const std::string& more = "", const std::string& name = "odd") {
  return "format = 1\nname = \"" + name +
         "\"\ndescription = \"d\"\npart = \"h200\"\ngpus = 8\nseed = 1\n" + more;
}

std::string refusal(const std::string& text) {
  const auto scenario = parse_scenario(text, "s.toml");
  return scenario ? "accepted" : scenario.error().what() + " | " + scenario.error().hint();
}

#define EXPECT_REFUSED(text, part) \
  EXPECT_NE(refusal(text).find(part), std::string::npos) << refusal(text)

std::string fault(const std::string& kind, const std::string& unit, const std::string& more = "") {
  return good("[[fault]]\nkind = \"" + kind + "\"\nunit = \"" + unit + "\"\n" + more);
}

TEST(Scenario, ReadsAFaultWithItsDefaults) {
  const auto scenario = parse_scenario(fault("slow-hbm", "gpu/3", "at_s = 12\n"), "s.toml");
  ASSERT_TRUE(scenario) << scenario.error().what();
  ASSERT_EQ(scenario->faults.size(), 1u);
  EXPECT_EQ(scenario->faults[0].gpu, 3);
  EXPECT_DOUBLE_EQ(scenario->faults[0].severity, 0.2);
  EXPECT_EQ(scenario->fault(FaultKind::slow_hbm, 3, 11), nullptr);
  EXPECT_NE(scenario->fault(FaultKind::slow_hbm, 3, 12), nullptr);
  EXPECT_EQ(scenario->fault(FaultKind::slow_hbm, 4, 12), nullptr);
  EXPECT_EQ(scenario->level, "quick");
  EXPECT_DOUBLE_EQ(scenario->inlet_c, 22);
}

TEST(Scenario, RefusesAnUnknownKeyWithFileAndLine) {
  EXPECT_REFUSED(good("colour = 3\n"), "s.toml:7: unknown key 'colour'");
  EXPECT_REFUSED(fault("ecc-off", "gpu/1", "when = 3\n"), "s.toml:10: unknown key 'when'");
  EXPECT_REFUSED(good("[expect]\ndecision = \"rehearsed\"\nexit = 3\nwhy = 1\n"), "'why'");
}

TEST(Scenario, RefusesAnUnknownKindOfFault) {
  EXPECT_REFUSED(fault("slow-everything", "gpu/1"), "s.toml:8: kind: there is no fault");
  EXPECT_REFUSED(fault("slow-everything", "gpu/1"), "docs/scenario-format.md");
}

TEST(Scenario, RefusesAUnitOutsideTheNode) {
  EXPECT_REFUSED(fault("ecc-off", "gpu/8"), "s.toml:9: unit: 'gpu/8' is no unit of this node");
  EXPECT_REFUSED(fault("ecc-off", "gpu/8"), "gpu/0 to gpu/7");
  EXPECT_REFUSED(fault("ecc-off", "gpu/-1"), "no unit");
  EXPECT_REFUSED(fault("ecc-off", "nic/0"), "no unit");
}

TEST(Scenario, RefusesAFaultAtTheWrongKindOfPlace) {
  EXPECT_REFUSED(fault("remap-failed", "node"), "sits on one GPU");
  EXPECT_REFUSED(fault("profiler-running", "gpu/0"), "concerns the whole node");
}

TEST(Scenario, RefusesASeverityWithoutAMeaning) {
  EXPECT_REFUSED(fault("slow-hbm", "gpu/1", "severity = 1.5\n"), "s.toml:10: severity: 1.5");
  EXPECT_REFUSED(fault("slow-hbm", "gpu/1", "severity = 1.5\n"), "share of the rate");
  EXPECT_REFUSED(fault("slow-hbm", "gpu/1", "severity = nan\n"), "finite");
  EXPECT_REFUSED(fault("ecc-off", "gpu/1", "severity = 1\n"), "takes none");
}

TEST(Scenario, RefusesATimeForWhatIsThereFromTheStart) {
  EXPECT_REFUSED(fault("ecc-off", "gpu/1", "at_s = 5\n"), "from the start");
  EXPECT_REFUSED(fault("slow-hbm", "gpu/1", "at_s = -5\n"), "outside");
}

TEST(Scenario, RefusesAFieldThatNoFactHas) {
  EXPECT_REFUSED(fault("field-absent", "gpu/1", "field = \"remap_failde\"\n"),
                 "no fact or counter");
  EXPECT_REFUSED(fault("field-absent", "gpu/1"), "field: missing");
  EXPECT_EQ(refusal(fault("field-absent", "gpu/1", "field = \"remap_failed\"\n")), "accepted");
  EXPECT_EQ(refusal(fault("field-absent", "node", "field = \"energy_mj\"\n")), "accepted");
}

TEST(Scenario, RefusesACounterThatTheUnitDoesNotHave) {
  EXPECT_REFUSED(fault("counter-grows", "gpu/1", "field = \"link_downed\"\n"), "no counter of");
  EXPECT_REFUSED(fault("counter-grows", "gpu/1", "field = \"unit_id\"\n"), "no counter of");
  EXPECT_REFUSED(fault("counter-flows", "node", "field = \"link_downed\"\n"), "no counter of");
  EXPECT_EQ(refusal(fault("counter-grows", "node", "field = \"link_downed\"\n")), "accepted");
  EXPECT_EQ(refusal(fault("counter-grows", "gpu/1", "field = \"aer_fatal\"\n")), "accepted");
}

TEST(Scenario, RefusesALineWithoutItsWords) {
  EXPECT_REFUSED(fault("log-line", "gpu/1", "code = \"xid.79\"\n"), "text: missing");
  EXPECT_REFUSED(fault("log-line", "gpu/1", "code = \"\"\ntext = \"a\"\n"), "a code and a text");
}

TEST(Scenario, RefusesAPathForWhatHasNone) {
  EXPECT_REFUSED(fault("slow-hbm", "gpu/1", "path = \"own\"\n"), "unknown key 'path'");
  EXPECT_REFUSED(fault("bit-flip", "gpu/1", "path = \"theirs\"\n"),
                 "use one of: both, own, vendor");
}

TEST(Scenario, RefusesATypeForWhatHasNoneOrThatThereIsNot) {
  EXPECT_REFUSED(fault("slow-hbm", "gpu/1", "type = \"fp8\"\n"), "unknown key 'type'");
  EXPECT_REFUSED(fault("bit-flip", "gpu/1", "type = \"fp4\"\n"),
                 "use one of: bf16, fp16, tf32, fp8, fp32, fp64, int8");
  EXPECT_REFUSED(fault("slow-type", "gpu/1"), "type: missing");
  EXPECT_EQ(refusal(fault("slow-type", "gpu/1", "type = \"int8\"\n")), "accepted");
}

TEST(Scenario, RefusesAPairThatIsNone) {
  EXPECT_REFUSED(fault("pair-slow", "gpu/1"), "peer: missing");
  EXPECT_REFUSED(fault("pair-slow", "gpu/1", "peer = \"gpu/1\"\n"), "no other GPU");
  EXPECT_REFUSED(fault("pair-slow", "gpu/1", "peer = \"node\"\n"), "no other GPU");
  EXPECT_REFUSED(fault("slow-hbm", "gpu/1", "peer = \"gpu/2\"\n"), "unknown key 'peer'");
  const auto scenario = parse_scenario(fault("pair-slow", "gpu/1", "peer = \"gpu/4\"\n"), "s.toml");
  ASSERT_TRUE(scenario) << scenario.error().what();
  EXPECT_EQ(scenario->faults[0].peer, 4);
}

TEST(Scenario, ExpectsTheNodeAndPairsLowerFirst) {
  const auto expecting = [](const std::string& unit) {
    return refusal(
        good("[expect]\ndecision = \"rejected\"\nexit = 1\n[[expect.finding]]\n"
             "gate = \"g\"\nunit = \"" +
             unit + "\"\ncode = \"c\"\n"));
  };
  EXPECT_EQ(expecting("node"), "accepted");
  EXPECT_EQ(expecting("gpu/1-gpu/4"), "accepted");
  EXPECT_NE(expecting("gpu/4-gpu/1"), "accepted");
  EXPECT_NE(expecting("gpu/1-gpu/1"), "accepted");
  EXPECT_NE(expecting("gpu/1-"), "accepted");
  EXPECT_NE(expecting("node-gpu/1"), "accepted");
}

TEST(Scenario, RefusesAnotherFormat) {
  EXPECT_REFUSED("format = 2\n", "only format 1");
  EXPECT_REFUSED("name = \"x\"\n", "format: missing");
}

TEST(Scenario, RefusesNumbersThatMakeNoNode) {
  const auto with = [](const std::string& key, const std::string& value) {
    std::string text = good();
    const std::size_t at = text.find(key + " = ");
    return text.replace(at, text.find('\n', at) - at, key + " = " + value);
  };
  EXPECT_REFUSED(with("gpus", "0"), "outside");
  EXPECT_REFUSED(with("gpus", "17"), "outside");
  EXPECT_REFUSED(with("gpus", "2.5"), "whole number");
  EXPECT_REFUSED(with("seed", "-1"), "outside");
  EXPECT_REFUSED(with("part", "\"h300\""), "no part 'h300'");
  EXPECT_REFUSED(with("description", "\"\""), "must not be empty");
  EXPECT_REFUSED(good("inlet_c = 300\n"), "outside");
  EXPECT_REFUSED(good("level = \"fast\"\n"), "use one of: quick, standard, soak");
}

TEST(Scenario, HoldsAScenarioToItsName) {
  const std::string rejected = "[expect]\ndecision = \"rejected\"\nexit = 1\n";
  EXPECT_REFUSED(good(rejected, "healthy-x"), "healthy-* scenario must not be rejected");
  EXPECT_REFUSED(good("level = \"standard\"\n"), "begin its name with standard-");
  EXPECT_REFUSED(good("", "soak-x"), "promises level soak");
  EXPECT_REFUSED(good("", "Big Node"), "is no name");
  EXPECT_EQ(refusal(good("level = \"soak\"\n", "soak-x")), "accepted");
  EXPECT_EQ(refusal(good("level = \"standard\"\n", "healthy-x")), "accepted");
}

TEST(Scenario, RefusesAnExpectationOutOfAnotherVocabulary) {
  EXPECT_REFUSED(good("[expect]\ndecision = \"accepted\"\nexit = 0\n"), "not known");
  EXPECT_REFUSED(good("[expect]\ndecision = \"rejected\"\nexit = 9\n"), "outside");
  EXPECT_REFUSED(good("[expect]\ndecision = \"rejected\"\nexit = 1\n[[expect.finding]]\n"
                      "gate = \"g\"\nunit = \"gpu/x\"\ncode = \"c\"\n"),
                 "is no unit");
}

TEST(Scenario, ReadsAPartOfItsOwn) {
  const auto h200 = find_embedded(builtin_parts(), "h200");
  ASSERT_NE(h200, nullptr);
  std::string table(h200->text);
  for (std::size_t at = table.find("\n["); at != std::string::npos;
       at = table.find("\n[", at + 3)) {
    table.insert(at + 2, "other.");
  }
  std::string text = good("[other]\n" + table);
  text.replace(text.find("\"h200\""), 6, "\"other\"");
  EXPECT_EQ(refusal(text), "accepted");
  std::string fast = text;
  fast.replace(fast.find("max_mhz = 1980"), 14, "max_mhz = 1e99");
  EXPECT_REFUSED(fast, "max_mhz");
  std::string bare = text;
  bare.replace(bare.find("[other.source]"), 14, "[other.sauce]");
  EXPECT_REFUSED(bare, "source");
  EXPECT_REFUSED(good("[other]\nname = \"x\"\n"), "unknown key 'other'");
}

TEST(Faults, EveryKindHasItsRowAndItsOwnName) {
  std::set<std::string_view> names;
  for (const FaultInfo& info : fault_kinds()) {
    EXPECT_TRUE(names.insert(info.id).second) << info.id;
    EXPECT_EQ(&fault_info(info.kind), &info);
    EXPECT_FALSE(info.effect.empty());
    if (!info.severity.empty()) {
      EXPECT_LE(info.min, info.fallback) << info.id;
      EXPECT_LE(info.fallback, info.max) << info.id;
    }
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(FaultKind::watch_silent) + 1);
}

TEST(Faults, TheFormatsPageNamesEveryKind) {
  const auto page = read_file(std::string(GA_SOURCE_DIR) + "/docs/scenario-format.md");
  ASSERT_TRUE(page) << page.error().what();
  for (const FaultInfo& info : fault_kinds()) {
    EXPECT_NE(page->find("`" + std::string(info.id) + "`"), std::string::npos) << info.id;
  }
}

TEST(Builtin, EveryScenarioReadsUnderItsFilesNameAndSaysWhatItExpects) {
  ASSERT_GE(builtin_scenarios().size(), 21u);
  for (const Embedded& file : builtin_scenarios()) {
    const auto scenario = load_scenario(std::string(file.name));
    ASSERT_TRUE(scenario) << scenario.error().what();
    EXPECT_EQ(scenario->name, file.name);
    ASSERT_TRUE(scenario->expect) << file.name;
    const bool single = profile_of_scenario(file.name) == "single-gpu";
    EXPECT_EQ(scenario->gpus, single ? 1 : 8) << file.name;
    // A worker that dies says so in as many findings as it leaves unmeasured: the decision is
    // named.
    if (!file.name.starts_with("healthy-") && !file.name.starts_with("worker-")) {
      EXPECT_FALSE(scenario->expect->findings.empty()) << file.name;
    }
  }
}

TEST(Builtin, TheNameChoosesTheProfile) {
  EXPECT_EQ(profile_of_scenario("healthy-b200"), "hgx-b200");
  EXPECT_EQ(profile_of_scenario("healthy-single"), "single-gpu");
  EXPECT_EQ(profile_of_scenario("ecc-off"), "hgx-h200");
}

}  // namespace
}  // namespace ga
