// gpubench and all_reduce_perf from outside: what they print and how they exit.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "benches/cases/case_table.h"

namespace ga {
namespace {

struct Ran {
  int exit = -1;
  std::string output;  // stdout and stderr together
};

Ran run(const std::string& program, const std::string& arguments) {
  const std::string command = std::string(GA_BIN_DIR) + "/" + program + " " + arguments + " 2>&1";
  Ran ran;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return ran;
  char piece[4096];
  while (std::fgets(piece, sizeof piece, pipe) != nullptr) ran.output += piece;
  const int status = pclose(pipe);
  if (WIFEXITED(status)) ran.exit = WEXITSTATUS(status);
  return ran;
}

Ran gpubench(const std::string& arguments) { return run("gpubench", arguments); }

bool has_driver() { return std::filesystem::exists("/proc/driver/nvidia/version"); }

TEST(GpubenchCli, ListsEveryCaseWithItsParameters) {
  const Ran ran = gpubench("--list");
  EXPECT_EQ(ran.exit, 0);
  for (const CaseInfo& info : all_cases()) {
    EXPECT_NE(("\n" + ran.output).find("\n" + std::string(info.id) + " "), std::string::npos)
        << info.id;
    EXPECT_NE(ran.output.find(info.description), std::string::npos) << info.id;
  }
  EXPECT_NE(ran.output.find("seed = 1"), std::string::npos);
}

TEST(GpubenchCli, HelpEndsWithAnExample) {
  const Ran ran = gpubench("--help");
  EXPECT_EQ(ran.exit, 0);
  EXPECT_NE(ran.output.find("Example:\n  gpubench --compare gemm"), std::string::npos);
}

TEST(GpubenchCli, UsageErrorsExitWith2) {
  EXPECT_EQ(gpubench("--no-such-flag").exit, 2);
  EXPECT_EQ(gpubench("--compare convolution").exit, 2);
  EXPECT_EQ(gpubench("--compare attention --type fp8").exit, 2);
  EXPECT_EQ(gpubench("--compare attention --shapes /dev/null").exit, 2);
  EXPECT_EQ(gpubench("--compare attention-bwd --type tf32").exit, 2);
  EXPECT_EQ(gpubench("--compare gemm --alternations 29").exit, 2);
  EXPECT_EQ(gpubench("--compare gemm --type fp4").exit, 2);
}

TEST(GpubenchCli, ComparesEveryTypeOfGemm) {
  if (has_driver()) GTEST_SKIP() << "there is a driver";
  for (const GemmType& type : kGemmTypes) {
    EXPECT_EQ(gpubench("--compare gemm --type " + std::string(type.name)).exit, 1) << type.name;
  }
  EXPECT_EQ(gpubench("--compare gemm --type both").exit, 1);
  EXPECT_EQ(gpubench("--compare tiles --type all").exit, 1);
}

TEST(GpubenchCli, ABadShapeFileIsNamedBeforeAnyGpuIsAsked) {
  const std::string path = testing::TempDir() + "gpubench_cli_shapes.txt";
  std::ofstream(path) << "128 128\n";
  const Ran ran = gpubench("--compare gemm --shapes " + path);
  std::filesystem::remove(path);
  EXPECT_EQ(ran.exit, 2);
  EXPECT_NE(ran.output.find(path + ":1: 2 words"), std::string::npos) << ran.output;
}

TEST(GpubenchCli, WithoutAGpuItFailsAndSaysWhy) {
  if (has_driver()) GTEST_SKIP() << "there is a driver";
  for (const char* arguments : {"", "--compare gemm", "--compare memory", "--compare attention",
                                "--compare attention-bwd"}) {
    const Ran ran = gpubench(arguments);
    EXPECT_EQ(ran.exit, 1) << arguments;
    EXPECT_TRUE(ran.output.starts_with("gpubench: error: ")) << ran.output;
  }
}

TEST(AllReducePerfCli, WithoutAGpuItSaysWhatIsMissingAndPrintsNoTable) {
  if (has_driver()) GTEST_SKIP() << "there is a driver";
  for (const char* arguments : {"", "-g 8 -b 8 -e 8G -f 2", "--own", "--variant nvls"}) {
    const Ran ran = run("all_reduce_perf", arguments);
    EXPECT_EQ(ran.exit, 2) << arguments;
    EXPECT_TRUE(ran.output.starts_with("all_reduce_perf: error: no NVIDIA driver")) << ran.output;
    EXPECT_EQ(ran.output.find("busbw"), std::string::npos) << ran.output;
  }
}

TEST(AllReducePerfCli, RefusesFlagsThatItDoesNotHave) {
  const Ran ran = run("all_reduce_perf", "-R 2");
  EXPECT_EQ(ran.exit, 255);
  EXPECT_NE(ran.output.find("-R 2 is not supported"), std::string::npos) << ran.output;
}

}  // namespace
}  // namespace ga
