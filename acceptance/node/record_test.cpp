// A record plays back as what was recorded, and real and replayed never mix.
#include "acceptance/node/record.h"

#include "acceptance/node/testing/fixture.h"

namespace ga {
namespace {

using RecordTest = NodeFixture;

// Facts and counters of a node, once as it is and once recorded and played.
struct Twice {
  Facts facts, played_facts;
  std::vector<GpuCounters> counters, played_counters;
};

Twice twice(NodeOptions options, const std::string& folder) {
  options.transcript = std::make_shared<Transcript>();
  Node node(options);
  Twice both;
  both.facts = node.facts({});
  both.counters = *node.counters({});
  const Status recorded = node.record(folder);
  EXPECT_TRUE(recorded) << recorded.error().what();
  options.transcript.reset();
  options.replay = folder;
  Node played(options);
  both.played_facts = played.facts({});
  both.played_counters = *played.counters({});
  return both;
}

TEST_F(RecordTest, PlaysBackEveryFactAndCounter) {
  for (const char* part : {"hgx-h200", "hgx-b200"}) {
    options_.replay = std::string(GA_SOURCE_DIR "/acceptance/node/states/") + part;
    const Twice both = twice(options_, (root_ / part).string());
    ASSERT_EQ(both.facts.gpus.size(), 8u);
    EXPECT_EQ(both.played_facts, both.facts) << part;
    EXPECT_EQ(both.played_counters, both.counters) << part;
  }
}

TEST_F(RecordTest, WritesNothingOutsideItsFolder) {
  state();
  const auto list = root_ / "sys/bus/pci/devices";
  std::filesystem::create_directories(list);
  put("outside/vendor", "0x10de\n");
  options_.transcript = std::make_shared<Transcript>();
  for (const std::string& target :
       {std::string("../../../../outside"), (root_ / "outside").string()}) {
    std::filesystem::remove(list / "0000:1b:00.0");
    std::filesystem::create_symlink(target, list / "0000:1b:00.0");
    const Status recorded = Node(options_).record((root_ / "one/record").string());
    ASSERT_FALSE(recorded) << target;
    EXPECT_NE(recorded.error().what().find("leads out of"), std::string::npos);
    std::filesystem::remove_all(root_ / "one");
  }
}

TEST_F(RecordTest, PlaysBackASickNodeToo) {
  state(
      "nvmlDeviceGetSerial() = !4\nnvmlDeviceGetComputeRunningProcesses_v3() = 77\n"
      "nvmlDeviceGetUtilizationRates() = !999\nfield(193) = f64 -8.0\n",
      "nvmlDeviceGetHandleByIndex_v2() = !15\n");
  healthy_kernel();
  put("proc/77/comm", "python3\n");
  put("proc/78/comm", "nv-hostengine\n");
  put("proc/79/comm", "nobody-s-business\n");
  const Twice both = twice(options_, (root_ / "record").string());
  EXPECT_EQ(both.played_facts, both.facts);
  EXPECT_EQ(both.played_counters, both.counters);
  EXPECT_EQ(*both.played_facts.gpus[0].process_list, "77 python3");
  EXPECT_EQ(*both.played_facts.node.profilers, "nv-hostengine");
  EXPECT_FALSE(std::filesystem::exists(root_ / "record/proc/79"));
}

TEST_F(RecordTest, KeepsTheTreeOfBusesBehindItsLinks) {
  state();
  put("sys/devices/pci0000:1a/0000:1a:01.0/0000:1b:00.0/vendor", "0x10de\n");
  put("sys/devices/pci0000:1a/0000:1a:01.0/0000:1b:00.0/class", "0x030200\n");
  put("sys/devices/pci0000:1a/0000:1a:01.0/0000:1b:00.0/device", "0x2335\n");
  std::filesystem::create_directories(root_ / "sys/bus/pci/devices");
  std::filesystem::create_directory_symlink("../../../devices/pci0000:1a/0000:1a:01.0/0000:1b:00.0",
                                            root_ / "sys/bus/pci/devices/0000:1b:00.0");
  const Twice both = twice(options_, (root_ / "record").string());
  EXPECT_EQ(*both.played_facts.gpus[0].sysfs_pci_device, "10de:2335");
  EXPECT_TRUE(std::filesystem::is_symlink(root_ / "record/sys/bus/pci/devices/0000:1b:00.0"));
}

TEST_F(RecordTest, RefusesAFolderThatHoldsSomething) {
  state();
  options_.transcript = std::make_shared<Transcript>();
  put("full/of", "things");
  const Status recorded = Node(options_).record((root_ / "full").string());
  ASSERT_FALSE(recorded);
  EXPECT_EQ(recorded.error().code(), ErrorCode::usage);
}

TEST_F(RecordTest, TheReplaysLibraryPlaysNothingUnlessAsked) {
  state();
  options_.replay.clear();
  Node node(options_);
  ASSERT_TRUE(node.nvml_missing());
  EXPECT_NE(node.nvml_missing()->what().find("a replay's library, not NVIDIA's"),
            std::string::npos);
  EXPECT_FALSE(node.facts({}).node.gpus_nvml);
}

TEST_F(RecordTest, AReplayIsNeverPlayedByAnotherLibrary) {
  state();
  std::filesystem::create_directories(root_ / "libs");
  std::filesystem::copy(GA_NVML_PLAIN, root_ / "libs/libnvidia-ml.so.1");
  options_.places.libs = (root_ / "libs").string();
  Node node(options_);
  ASSERT_TRUE(node.nvml_missing());
  EXPECT_NE(node.nvml_missing()->what().find("plays no replay"), std::string::npos);
}

TEST_F(RecordTest, AStateOfAnotherFormatIsNotPlayed) {
  put("nvml.state", "format 2\n");
  ASSERT_TRUE(Node(options_).nvml_missing());
  put("nvml.state", "format 1\nnonsense\n");
  ASSERT_TRUE(Node(options_).nvml_missing());
  std::filesystem::remove(root_ / "nvml.state");
  ASSERT_TRUE(Node(options_).nvml_missing());
}

TEST(ShippedStates, SayThatTheyAreConstructedAndFromWhat) {
  for (const auto& entry :
       std::filesystem::directory_iterator(GA_SOURCE_DIR "/acceptance/node/states")) {
    const auto text = read_file((entry.path() / "nvml.state").string());
    ASSERT_TRUE(text) << entry.path();
    EXPECT_TRUE(text->starts_with("format 1\norigin constructed\nsource ") ||
                text->starts_with("format 1\norigin recorded\n"))
        << entry.path();
  }
}

}  // namespace
}  // namespace ga
