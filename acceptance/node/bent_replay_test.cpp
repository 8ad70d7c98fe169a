// Drivers that misbehave: the shipped states, bent at every answer in every way. Whatever a driver
// does, no value becomes another value: what changes becomes absent with a reason, and the other
// GPU is not touched. A call that never returns and a crash cost their process and nothing else.
#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <set>
#include <string_view>

#include "acceptance/node/testing/bend.h"
#include "acceptance/node/testing/fixture.h"

namespace ga {
namespace {

constexpr int kDeadlineMs = 20'000;  // of a child that is not meant to hang

// Every fact and counter of the node and two GPUs by name: a value as text, or "! reason".
using Sheet = std::map<std::string, std::string>;

std::string word(const std::string& text) { return "'" + text + "'"; }
std::string word(std::int64_t value) { return std::to_string(value); }
std::string word(bool value) { return value ? "yes" : "no"; }

template <class Record>
void add(Sheet& sheet, const std::string& unit, const Record& record) {
  Record::visit_fields(record, [&](const char* name, const auto& fact) {
    const std::string key = unit + " " + name;
    if constexpr (kIsKnownList<decltype(fact)>) {
      sheet[key] = fact ? "listed" : "! " + fact.absent;
      for (std::size_t i = 0; fact && i < fact.value->size(); ++i) {
        add(sheet, fmt::format("{}[{}]", key, i), (*fact)[i]);
      }
    } else {
      sheet[key] = fact ? word(*fact) : "! " + fact.absent;
    }
  });
}

Sheet sheet_of(const NodeOptions& options) {
  Node node(options);
  const Facts facts = node.facts({});
  Sheet sheet;
  add(sheet, "node", facts.node);
  for (const GpuFacts& gpu : facts.gpus) {
    // By identity: a GPU that no longer says its address may get another number.
    const std::string unit = gpu.uuid && gpu.uuid.value->starts_with("GPU-00000000") ? "A" : "B";
    add(sheet, unit, gpu);
  }
  const auto counters = node.counters({});
  for (std::size_t i = 0; counters && i < counters->size(); ++i) {
    add(sheet, (i == 0 ? "A" : "B") + std::string(" counters"), (*counters)[i]);
  }
  return sheet;
}

// What is wrong with a bent sheet, or nothing. GPU A may change where the bend is of the node.
std::string complaint(const Sheet& clean, const Sheet& bent, bool gpu_a_may) {
  for (const auto& [key, was] : clean) {
    const auto it = bent.find(key);
    // Links of a list that is absent as a whole are gone with it.
    if (it == bent.end()) {
      if (key.find("nvlinks[") != std::string::npos) continue;
      return key + " is gone";
    }
    if (it->second == was) continue;
    if (!gpu_a_may && key.starts_with("A ")) return key + " of the other GPU: " + it->second;
    if (!it->second.starts_with("! ")) return key + " was " + was + ", is " + it->second;
    if (it->second == "! " || it->second == "! not asked") return key + " is absent for no reason";
  }
  return "";
}

class BentReplay : public NodeFixture {
 protected:
  // Two GPUs of that state.
  void load(const char* part) {
    const std::string folder = std::string(GA_SOURCE_DIR "/acceptance/node/states/") + part;
    std::filesystem::copy(folder, root_,
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing);
    state_ = StateText::parse(*read_file(folder + "/nvml.state"));
    state_.gpus.resize(2);
    write(state_);
    clean_ = sheet_of(options_);
    ASSERT_GT(clean_.size(), 500u);
    ASSERT_EQ(clean_.at("B uuid"), "'" + uuid(1) + "'");
  }
  void write(const StateText& state) const { put("nvml.state", state.text()); }

  // One case: the bent state or library, read in a child. `gpu_a_may`: the bend is of the node.
  void expect_honest(const std::string& name, bool gpu_a_may) {
    ++cases_;
    const InChild child =
        in_child([&] { return complaint(clean_, sheet_of(options_), gpu_a_may); }, kDeadlineMs);
    EXPECT_EQ(child.how, Ended::itself) << name;
    EXPECT_EQ(child.said, "") << name;
  }
  void TearDown() override {
    std::printf("[   CASES  ] %d\n", cases_);
    RecordProperty("cases", cases_);
    NodeFixture::TearDown();
  }

  StateText state_;
  Sheet clean_;
  int cases_ = 0;
};

// Not supported, deprecated, another version, lost, a success that fills in nothing, an answer that
// is too short, unknown.
constexpr std::array<const char*, 7> kBends{"!3", "!26", "!25", "!15", "unset", "", "!999"};

class OfPart : public BentReplay, public testing::WithParamInterface<const char*> {};

// The property itself can fail: another value, or a change of the other GPU.
TEST_P(OfPart, AnotherValueIsNoticed) {
  load(GetParam());
  StateText state = state_;
  state.gpus[1] += "nvmlDeviceGetPowerUsage() = 99999\n";
  write(state);
  EXPECT_EQ(complaint(clean_, sheet_of(options_), false).substr(0, 14), "B power_mw was");
  state = state_;
  state.gpus[0] += "nvmlDeviceGetPowerUsage() = !3\n";
  write(state);
  EXPECT_EQ(complaint(clean_, sheet_of(options_), false),
            "A power_mw of the other GPU: ! Not Supported");
  EXPECT_EQ(complaint(clean_, sheet_of(options_), true), "");
  const InChild child = in_child([] { return std::string("said"); }, kDeadlineMs);
  EXPECT_EQ(child.said, "said");
}

TEST_P(OfPart, NoAnswerOfAGpuTurnsIntoAnother) {
  load(GetParam());
  const std::vector<std::string> keys = StateText::keys(state_.every + state_.gpus[1]);
  const std::string good = state_.gpus[1];
  for (const std::string& key : keys) {
    for (const char* bend : kBends) {
      // These are answered by nothing at all.
      const bool nothing_is_one = key.starts_with("nvmlDeviceValidateInforom") ||
                                  key.find("RunningProcesses") != std::string::npos;
      if (nothing_is_one && (*bend == '\0' || std::string_view(bend) == "unset")) continue;
      state_.gpus[1] = good + key + " = " + bend + "\n";
      write(state_);
      expect_honest(key + " = " + bend, false);
    }
  }
}

TEST_P(OfPart, NoAnswerOfTheNodeTurnsIntoAnother) {
  load(GetParam());
  const std::string good = state_.node;
  for (const std::string& key : StateText::keys(good)) {
    for (const char* bend : kBends) {
      state_.node = good + key + " = " + bend + "\n";
      write(state_);
      expect_honest(key + " = " + bend, true);
    }
  }
}

// As an older driver that does not have it. Without the count or a handle there is no GPU at all.
TEST_P(OfPart, ASymbolThatIsDroppedTakesItsFactsAlone) {
  load(GetParam());
  std::set<std::string> symbols{"nvmlDeviceGetFieldValues", "nvmlErrorString"};
  for (const std::string& key : StateText::keys(state_.node + state_.every + state_.gpus[0])) {
    if (!key.starts_with("field")) symbols.insert(key.substr(0, key.find('(')));
  }
  const std::string original = options_.places.libs + "/libnvidia-ml.so.1";
  options_.places.libs = (root_ / "libs").string();
  std::filesystem::create_directories(options_.places.libs);
  for (const std::string& symbol : symbols) {
    drop_symbol(original, options_.places.libs + "/libnvidia-ml.so.1", symbol);
    if (symbol == "nvmlDeviceGetUUID") continue;  // then nobody can tell A from B
    expect_honest("without " + symbol, true);
  }
}

// A sample: each case waits out its deadline.
TEST_P(OfPart, ACallThatNeverReturnsOrCrashesCostsItsProcessAlone) {
  load(GetParam());
  const std::vector<std::string> keys = StateText::keys(state_.every);
  const std::string good = state_.gpus[1];
  for (std::size_t i = 0; i < keys.size(); i += 6) {
    for (const char* bend : {"hang", "crash"}) {
      ++cases_;
      state_.gpus[1] = good + keys[i] + " = " + bend + "\n";
      write(state_);
      constexpr int kHangMs = 300;
      const bool hangs = std::string_view(bend) == "hang";
      const InChild child = in_child([&] { return complaint(clean_, sheet_of(options_), false); },
                                     hangs ? kHangMs : kDeadlineMs);
      // An older form of a question that is answered is never asked.
      if (child.how == Ended::itself) {
        EXPECT_EQ(child.said, "") << keys[i];
      } else {
        EXPECT_EQ(child.how, hangs ? Ended::deadline : Ended::signal) << keys[i];
      }
    }
  }
  state_.gpus[1] = good;
  write(state_);
  EXPECT_EQ(sheet_of(options_), clean_);
}

TEST_P(OfPart, AnotherOrderOfGpusChangesNothing) {
  load(GetParam());
  const auto full = StateText::parse(*read_file(
      std::string(GA_SOURCE_DIR "/acceptance/node/states/") + GetParam() + "/nvml.state"));
  write(full);
  const Facts straight = Node(options_).facts({});
  StateText turned = full;
  for (int i = 0; i < 8; ++i) {
    ++cases_;
    std::rotate(turned.gpus.begin(), turned.gpus.begin() + 1, turned.gpus.end());
    if (i % 2 == 1) std::swap(turned.gpus[2], turned.gpus[5]);
    write(turned);
    EXPECT_EQ(Node(options_).facts({}), straight) << i;
  }
}

TEST_P(OfPart, EachGpuMayBeLostAndTheOthersKeepTheirPlace) {
  load(GetParam());
  const auto full = StateText::parse(*read_file(
      std::string(GA_SOURCE_DIR "/acceptance/node/states/") + GetParam() + "/nvml.state"));
  write(full);
  const Facts all = Node(options_).facts({});
  for (std::size_t lost = 0; lost < 8; ++lost) {
    ++cases_;
    StateText state = full;
    state.gpus[lost] += "lost\n";
    write(state);
    const Facts facts = Node(options_).facts({});
    ASSERT_EQ(facts.gpus.size(), 8u);
    EXPECT_EQ(*facts.node.gpus_nvml, 8);
    for (std::size_t i = 0; i < 8; ++i) {
      if (i == lost) continue;
      EXPECT_EQ(facts.gpus[i], all.gpus[i]) << lost;
    }
    EXPECT_EQ(facts.gpus[lost].ecc_current, KnownFlag::missing("GPU is lost"));
    EXPECT_EQ(facts.gpus[lost].nvlinks, KnownList<NvLink>::missing("GPU is lost"));
    EXPECT_EQ(facts.gpus[lost].uuid, KnownText::missing("GPU is lost"));
  }
}

INSTANTIATE_TEST_SUITE_P(Shipped, OfPart, testing::Values("hgx-h200", "hgx-b200"),
                         [](const auto& part) { return std::string(part.param + 4); });

}  // namespace
}  // namespace ga
