// The tables of the machine: what they must say, and which gates need them.
#include <gtest/gtest.h>

#include <algorithm>

#include "acceptance/core/profile.h"

namespace ga {
namespace {

const std::vector<std::string> kMachineGates{
    "config.clocks_set", "config.numa",  "host.cpu",   "host.memory",  "host.nvme",
    "nic.links",         "nvlink.links", "nvlink.p2p", "site.cooling", "site.power"};

constexpr std::string_view kTop = R"(format = 1
name = "toy"
version = "1"
kind = "ci"
status = "draft"
accept_level = "quick"
binding = "self_declared"
warmup_case = "gemm.bf16.own"
gross_ppm = 850_000
)";
constexpr std::string_view kOrdered = R"([ordered]
gpus = 1
memory_bytes_min = 0
power_limit_mw = 0
idle_memory_bytes_max = 1
clock_light_min_ppm = 1
sw_thermal_max_ppm = 0
persistence = "on"
compute_mode = "default"
acs = "off"
pcie_gen = 5
pcie_width = 16
[sizes]
hbm_array_bytes = 1_048_576
pcie_bytes = 1_048_576
gemm_n = 128
exact_n = 1
exact_launches = 1
)";
constexpr std::string_view kOrigin =
    "source = \"a test\"\ndate = \"2026-11-22\"\nstatus = \"provisional\"\n";

struct Table {
  std::string name, body;
};
const std::vector<Table> kTables{
    {"firmware", "driver = [\"580.\"]\n"},
    {"clocks", "sm_max_mhz = 1980\nmemory_max_mhz = 3201\n"},
    {"links",
     "count = 18\nversion = \"4.0\"\nbytes_per_s_min = 26_562_000_000\nswitches = 4\n"
     "copy_bytes_per_s = 380_000_000_000\n"},
    {"nics", "ports = 8\nrate_mbps = 400_000\n"},
    {"host", "cpu_sockets = 2\ncpus_min = 96\nnuma_nodes = 2\nmemory_bytes_min = 1\n"},
    {"nvme", "drives = 8\nspare_percent_min = 100\nused_percent_max = 5\n"},
    {"site",
     "psus = 6\nfans = 0\nleak_detectors = 0\ninlet_min_mc = 10_000\ninlet_max_mc = 35_000\n"}};

std::string text_of(const std::vector<Table>& tables, const std::string& required) {
  std::string text = std::string(kTop) + "required = [" + required + "]\n" + std::string(kOrdered);
  for (const Table& table : tables) {
    text += "[" + table.name + "]\n" + table.body + std::string(kOrigin);
  }
  return text;
}

std::string all_gates() {
  std::string list;
  for (const std::string& gate : kMachineGates) list += "\"" + gate + "\",";
  return list;
}

std::string machine_refusal(const std::string& text) {
  const auto profile = parse_profile(text, "toy.toml", kMachineGates);
  return profile ? "" : profile.error().what();
}

TEST(ProfileOfTheMachine, ReadsEveryTable) {
  const auto profile = parse_profile(text_of(kTables, all_gates()), "toy.toml", kMachineGates);
  ASSERT_TRUE(profile) << profile.error().what();
  EXPECT_EQ(profile->ordered.persistence, true);
  EXPECT_EQ(profile->ordered.compute_mode, "default");
  EXPECT_EQ(profile->ordered.acs, false);
  EXPECT_EQ(profile->ordered.pcie_gen, 5);
  EXPECT_EQ(profile->ordered.pcie_width, 16);
  const OrderedMachine& machine = profile->machine;
  EXPECT_EQ(machine.firmware->driver, std::vector<std::string>{"580."});
  EXPECT_EQ(machine.clocks->memory_max_mhz, 3201);
  EXPECT_EQ(machine.links->bytes_per_s_min, 26'562'000'000);
  EXPECT_EQ(machine.links->switches, 4);
  EXPECT_EQ(machine.links->copy_bytes_per_s, 380'000'000'000);
  EXPECT_EQ(machine.nics->rate_mbps, 400'000);
  EXPECT_EQ(machine.host->cpus_min, 96);
  EXPECT_EQ(machine.nvme->used_percent_max, 5);
  EXPECT_EQ(machine.site->inlet_max_mc, 35'000);
  EXPECT_EQ(machine.site->origin.source, "a test");
}

TEST(ProfileOfTheMachine, ARequiredGateNeedsItsTable) {
  for (std::size_t i = 1; i < kTables.size(); ++i) {
    std::vector<Table> tables = kTables;
    tables.erase(tables.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_NE(
        machine_refusal(text_of(tables, all_gates())).find("needs the table [" + kTables[i].name),
        std::string::npos)
        << kTables[i].name << ": " << machine_refusal(text_of(tables, all_gates()));
  }
}

TEST(ProfileOfTheMachine, RefusesATableWithoutAnOriginOrWithAnUnknownKey) {
  for (const Table& table : kTables) {
    std::string text = text_of({}, "\"host.cpu\"") + "[" + table.name + "]\n" + table.body;
    EXPECT_NE(machine_refusal(text).find("source: missing"), std::string::npos) << table.name;
    text += std::string(kOrigin) + "colour = 1\n[host2]\n";
    EXPECT_FALSE(machine_refusal(text).empty()) << table.name;
  }
}

TEST(ProfileOfTheMachine, RefusesWhatHasNoMeaning) {
  const auto spoiled = [](std::string_view from, std::string_view to) {
    std::string text = text_of(kTables, all_gates());
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return machine_refusal(text.replace(at, from.size(), to));
  };
  EXPECT_NE(spoiled("driver = [\"580.\"]", "driver = []").find("orders nothing"),
            std::string::npos);
  EXPECT_NE(spoiled("inlet_max_mc = 35_000", "inlet_max_mc = 9_999").find("outside"),
            std::string::npos);
  EXPECT_NE(spoiled("count = 18", "count = 0").find("outside"), std::string::npos);
  EXPECT_NE(spoiled("psus = 6", "psus = 0").find("outside"), std::string::npos);
  EXPECT_NE(spoiled("compute_mode = \"default\"", "compute_mode = \"open\"").find("not known"),
            std::string::npos);
  EXPECT_NE(spoiled("pcie_gen = 5", "pcie_gen = 0").find("outside"), std::string::npos);
}

}  // namespace
}  // namespace ga
