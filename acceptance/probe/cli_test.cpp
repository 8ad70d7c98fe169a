// gpuprobe from outside: what it links, and how it behaves on a machine without a driver.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "acceptance/wire/message.h"
#include "reports/codec/evidence_codec.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

const std::string kProgram = GA_BIN_DIR "/gpuprobe";

struct Ran {
  int exit = -1;
  std::string out, err;
};

Ran run(const std::string& command) {
  const std::string err_file =
      (std::filesystem::temp_directory_path() / ("gpuprobe-" + std::to_string(getpid()))).string();
  FILE* pipe = popen(("{ " + command + "; } 2>" + err_file).c_str(), "r");
  Ran ran;
  if (pipe == nullptr) return ran;
  std::array<char, 4096> piece;
  for (std::size_t got; (got = fread(piece.data(), 1, piece.size(), pipe)) > 0;) {
    ran.out.append(piece.data(), got);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) ran.exit = WEXITSTATUS(status);
  if (const auto err = read_file(err_file)) ran.err = *err;
  std::filesystem::remove(err_file);
  return ran;
}

std::vector<WireEvent> events_of(const std::string& out) {
  std::vector<WireEvent> events;
  for (std::size_t from = 0, to; (to = out.find('\n', from)) != std::string::npos; from = to + 1) {
    auto event = decode_event(out.substr(from, to - from));
    EXPECT_TRUE(event) << out.substr(from, to - from);
    if (event) events.push_back(*std::move(event));
  }
  return events;
}

std::size_t lines_in(const std::string& text) {
  std::size_t lines = 0;
  for (const char c : text) lines += c == '\n' ? 1 : 0;
  return lines;
}

// The answers of these are about a machine that has no driver; with one, other tests speak.
class WithoutDriver : public testing::Test {
 protected:
  void SetUp() override {
    if (std::filesystem::exists("/proc/driver/nvidia")) GTEST_SKIP() << "there is a driver here";
  }
};

TEST(Gpuprobe, LinksNoLibraryOfNvidias) {
  const Ran ran = run("ldd " + kProgram);
  ASSERT_EQ(ran.exit, 0) << ran.err;
  ASSERT_NE(ran.out.find("libc.so"), std::string::npos) << ran.out;
  for (const char* name : {"cuda", "cublas", "nccl", "cudnn", "nvidia", "nvml", "not found"}) {
    EXPECT_EQ(ran.out.find(name), std::string::npos) << ran.out;
  }
}

TEST(Gpuprobe, HelpEndsWithAnExample) {
  const Ran ran = run(kProgram + " --help");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_NE(ran.out.find("Example:\n  gpuprobe facts --text\n"), std::string::npos) << ran.out;
}

TEST(Gpuprobe, RefusesWhatItDoesNotKnow) {
  for (const char* wrong :
       {" --no-such-flag", " fact", " case", " case memory.copy --blocks 0",
        " case memory.copy --param bytes", " case memory.copy --param bytes=1.5"}) {
    const Ran ran = run(kProgram + wrong);
    EXPECT_EQ(ran.exit, 2) << wrong << ": " << ran.err;
    EXPECT_EQ(ran.out, "") << wrong;
    EXPECT_NE(ran.err.find("gpuprobe: error: "), std::string::npos) << wrong;
  }
}

TEST(Gpuprobe, RefusesARequestThatIsNone) {
  const Ran ran = run("echo '{}' | " + kProgram);
  EXPECT_EQ(ran.exit, 4);
  const auto events = events_of(ran.out);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(std::get<ErrorEvent>(events[1].body).code, "protocol.refused");
}

TEST_F(WithoutDriver, FactsAreAbsentWithAReason) {
  const Ran ran = run(kProgram + " facts --json");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(lines_in(ran.err), 1u) << ran.err;
  EXPECT_TRUE(ran.err.starts_with("gpuprobe: warning: no NVIDIA driver")) << ran.err;
  const auto json = parse_json(ran.out);
  ASSERT_TRUE(json) << ran.out;
  const auto facts = facts_from_json(*json, "facts");
  ASSERT_TRUE(facts) << facts.error().what();
  EXPECT_FALSE(facts->node.gpus_nvml);
  EXPECT_FALSE(facts->node.gpus_cuda);
  EXPECT_FALSE(facts->node.cuda_driver_version);
  EXPECT_NE(facts->node.gpus_nvml.absent, "");
  EXPECT_TRUE(facts->node.boot_id);
}

TEST_F(WithoutDriver, ACaseIsAnErrorThatSaysSo) {
  const Ran ran = run(kProgram + " case memory.copy --param bytes=1048576");
  EXPECT_EQ(ran.exit, 3) << ran.err;
  const auto events = events_of(ran.out);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(std::get<ErrorEvent>(events[0].body).code, "driver.missing");
}

TEST_F(WithoutDriver, AnUnknownCaseIsTheAskersMistake) {
  const Ran ran = run(kProgram + " case memory.nothing");
  EXPECT_EQ(ran.exit, 2) << ran.err;
}

TEST_F(WithoutDriver, ServesRequestsAndEndsWithItsInput) {
  WireRequest request;
  request.id = 1;
  const Ran ran = run("printf '%s\\n' '" + encode(request) + "' | " + kProgram);
  EXPECT_EQ(ran.exit, 0) << ran.err;
  const auto events = events_of(ran.out);
  ASSERT_EQ(events.size(), 3u);
  const auto& hello = std::get<HelloEvent>(events[0].body);
  EXPECT_EQ(hello.program, "gpuprobe");
  EXPECT_FALSE(hello.simulated);
  EXPECT_FALSE(std::get<FactsEvent>(events[1].body).facts.node.gpus_nvml);
  EXPECT_TRUE(std::holds_alternative<DoneEvent>(events[2].body));
}

const std::string kReplay =
    " --libs " GA_NVML_FAKE " --replay " GA_SOURCE_DIR "/acceptance/node/states/hgx-h200";

TEST(GpuprobeReplay, PlaysARecordedNodeWithoutCuda) {
  const Ran text = run(kProgram + kReplay + " facts --text");
  EXPECT_EQ(text.exit, 0) << text.err;
  EXPECT_EQ(text.err, "");
  EXPECT_NE(text.out.find("gpu/7  0000:df:00.0  GPU-00000007-"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("a replay has no CUDA"), std::string::npos) << text.out;
  const Ran lines =
      run(kProgram + kReplay + " --gpu GPU-00000003-1111-2222-3333-444444444443 events");
  const auto events = events_of(lines.out);
  ASSERT_EQ(events.size(), 2u) << lines.err;
  const auto& gpus = std::get<CountersEvent>(events[0].body).gpus;
  ASSERT_EQ(gpus.size(), 1u);
  EXPECT_EQ(gpus[0].unit_id, "gpu/3");
}

TEST(GpuprobeReplay, GreetsAsSimulatedAndMeasuresNothing) {
  WireRequest request;
  request.id = 1;
  const Ran served = run("printf '%s\\n' '" + encode(request) + "' | " + kProgram + kReplay);
  const auto events = events_of(served.out);
  ASSERT_EQ(events.size(), 3u) << served.err;
  EXPECT_TRUE(std::get<HelloEvent>(events[0].body).simulated);
  const Ran measured = run(kProgram + kReplay + " case memory.copy --param bytes=1048576");
  EXPECT_EQ(measured.exit, 2) << measured.err;
  EXPECT_NE(measured.err.find("a replay has nothing to measure"), std::string::npos);
}

TEST(GpuprobeReplay, ItsLibraryAloneIsRefused) {
  const Ran ran = run(kProgram + " --libs " GA_NVML_FAKE " facts --json");
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_NE(ran.out.find("a replay's library, not NVIDIA's"), std::string::npos) << ran.out;
}

// The limit of core dumps of a worker that waits for requests.
std::string dump_limit(const std::string& options) {
  const std::string limits = "grep -o 'core file size *[a-z0-9]*' /proc/$!/limits";
  return run("sleep 2 | " + kProgram + options + " >/dev/null 2>&1 & sleep 1; " + limits).out;
}

TEST(Gpuprobe, WithABmcsPasswordLeavesNoCoreDump) {
  const std::string with = dump_limit(" --bmc /nowhere"), without = dump_limit("");
  if (without == with) GTEST_SKIP() << "this machine allows none anyway: " << without;
  EXPECT_EQ(with, "core file size        0\n");
}

// A record is a machine's: one of a replay would pass for real.
TEST(GpuprobeReplay, IsNotRecorded) {
  const std::string folder =
      (std::filesystem::temp_directory_path() / ("record-" + std::to_string(getpid()))).string();
  const Ran ran = run(kProgram + kReplay + " facts --json --record " + folder);
  EXPECT_EQ(ran.exit, 2);
  EXPECT_NE(ran.err.find("--record and --replay exclude each other"), std::string::npos) << ran.err;
  EXPECT_FALSE(std::filesystem::exists(folder));
}

}  // namespace
}  // namespace ga
