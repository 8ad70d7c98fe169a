#include "kernels/baselines/nccl_environment.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>

namespace ga {
namespace {

using Lines = std::vector<std::string>;

bool has(const Lines& lines, const std::string& one) {
  return std::find(lines.begin(), lines.end(), one) != lines.end();
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "(unset)" : value;
}

NcclSetup setup(NcclVariant variant) {
  return {.variant = variant, .log_file = testing::TempDir() + "nccl_environment_test.log"};
}

// What prepare_nccl() does is done to a process, so each check has its own.
void in_a_process(const std::function<bool()>& good) {
  EXPECT_EXIT(std::_Exit(good() ? 0 : 1), testing::ExitedWithCode(0), "");
}

TEST(NcclEnvironment, TakesOutWhatIsThereAndSaysWhatItWas) {
  in_a_process([] {
    setenv("NCCL_ALGO", "Tree", 1);
    setenv("NCCL_TESTS_MIN_BW", "1", 1);
    setenv("NCCLX", "stays", 1);
    const auto made = prepare_nccl(setup(NcclVariant::standard));
    return made && made->removed == Lines{"NCCL_ALGO=Tree", "NCCL_TESTS_MIN_BW=1"} &&
           variable("NCCL_ALGO") == "(unset)" && variable("NCCLX") == "stays";
  });
}

TEST(NcclEnvironment, SetsWhatItSaysThatItSet) {
  in_a_process([] {
    const auto made = prepare_nccl(setup(NcclVariant::nvls));
    return made && made->set == nccl_variables(setup(NcclVariant::nvls)) &&
           variable("NCCL_ALGO") == "NVLS" && variable("NCCL_NVLS_ENABLE") == "1" &&
           variable("NCCL_TUNER_PLUGIN") == "none" && variable("NCCL_CONF_FILE") == "/dev/null" &&
           variable("NCCL_DEBUG_FILE") == setup(NcclVariant::nvls).log_file &&
           std::filesystem::exists(setup(NcclVariant::nvls).log_file);
  });
}

TEST(NcclEnvironment, AnotherVariantNeedsAFreshProcess) {
  in_a_process([] {
    const auto first = prepare_nccl(setup(NcclVariant::ring));
    const auto again = prepare_nccl(setup(NcclVariant::ring));
    const auto other = prepare_nccl(setup(NcclVariant::nvls));
    NcclSetup more = setup(NcclVariant::ring);
    more.ctas = 32;
    return first && again && again->set == first->set && !other &&
           other.error().code() == ErrorCode::usage &&
           other.error().what().starts_with(
               "NCCL cannot be made ready for nvls: this process was "
               "made ready for ring with 0 CTAs") &&
           !other.error().hint().empty() && !prepare_nccl(more);
  });
}

TEST(NcclEnvironment, IsTooLateOnceNcclIsLoaded) {
  in_a_process([] {
    nccl_is_loaded();
    const auto late = prepare_nccl(setup(NcclVariant::ring));
    return !late && late.error().code() == ErrorCode::usage && variable("NCCL_ALGO") == "(unset)";
  });
}

TEST(NcclEnvironment, ALogThatCannotBeWrittenIsAnErrorAndChangesNothing) {
  in_a_process([] {
    setenv("NCCL_ALGO", "Tree", 1);
    const auto none = prepare_nccl({});
    const auto bad = prepare_nccl({.log_file = "/nonexistent/nccl.log"});
    const auto few = prepare_nccl({.ctas = -1, .log_file = setup({}).log_file});
    return !none && !bad && bad.error().code() == ErrorCode::io && !few &&
           variable("NCCL_ALGO") == "Tree" && prepare_nccl(setup(NcclVariant::ring));
  });
}

TEST(NcclVariables, TellEachVariantApart) {
  const Lines standard = nccl_variables({.log_file = "/tmp/%p/log"});
  EXPECT_FALSE(has(standard, "NCCL_ALGO=Ring"));
  EXPECT_TRUE(has(standard, "NCCL_DEBUG_FILE=/tmp/%%p/log"));
  const Lines ring = nccl_variables({.variant = NcclVariant::ring, .ctas = 32, .log_file = "l"});
  EXPECT_TRUE(has(ring, "NCCL_ALGO=Ring"));
  EXPECT_TRUE(has(ring, "NCCL_NVLS_ENABLE=0"));
  EXPECT_TRUE(has(ring, "NCCL_MIN_CTAS=32"));
  EXPECT_TRUE(has(ring, "NCCL_MAX_CTAS=32"));
  for (const char* plug_in : {"TUNER", "NET", "PROFILER", "ENV", "GIN"}) {
    EXPECT_TRUE(has(standard, std::string("NCCL_") + plug_in + "_PLUGIN=none")) << plug_in;
  }
}

TEST(NcclVariant, IsReadAsItIsWritten) {
  for (const NcclVariant one : {NcclVariant::standard, NcclVariant::ring, NcclVariant::nvls}) {
    const auto read = parse_nccl_variant(to_text(one));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, one);
  }
  EXPECT_EQ(parse_nccl_variant("tree").error().code(), ErrorCode::usage);
}

TEST(NcclConf, AddsWhatIsNotSetAsNcclReadsIt) {
  const Lines set{"NCCL_ALGO=Ring", "HOME=/root"};
  EXPECT_EQ(nccl_conf_lines("# comment\n"
                            "NCCL_ALGO=Tree\n"
                            "NCCL_IB_HCA=mlx5_0=1\r\n"
                            "no assignment\n"
                            "=value\n"
                            "NCCL_IB_HCA=second\n"
                            "NCCL_DEBUG=",
                            set),
            (Lines{"NCCL_IB_HCA=mlx5_0=1", "NCCL_DEBUG="}));
  EXPECT_TRUE(nccl_conf_lines("", set).empty());
  EXPECT_TRUE(nccl_conf_lines("\n\n", set).empty());
}

}  // namespace
}  // namespace ga
