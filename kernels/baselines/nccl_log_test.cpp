// Lines as the format strings of NCCL 2.27.3, 2.28.9, 2.29.7 and 2.30.7 make them.
#include "kernels/baselines/nccl_log.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

// What stands before each message, the same in these versions.
std::string info(const std::string& message) {
  return "node-17:4242:4310 [0] NCCL INFO " + message + "\n";
}
std::string warning(const std::string& message) {
  return "\n[2026-07-01 12:00:00] node-17:4242:4310 [3] transport/nvls.cc:285 NCCL WARN " +
         message + "\n";
}

std::string reduce(const std::string& bytes, const std::string& how) {
  return info("AllReduce: " + bytes + " Bytes -> " + how);
}

std::string first_call(const std::string& text) {
  const NcclLog log = parse_nccl_log(text);
  return log.calls.empty() ? "none" : nccl_algorithm("2.28.9", log.calls.front());
}

TEST(NcclLog, ReadsEachAlgorithm) {
  EXPECT_EQ(first_call(reduce("8589934592", "Algo NVLS proto SIMPLE channel{Lo..Hi}={0..15}")),
            "nccl 2.28.9 nvls simple 16ch");
  EXPECT_EQ(first_call(reduce("1024", "Algo RING proto LL channel{Lo..Hi}={0..0}")),
            "nccl 2.28.9 ring ll 1ch");
  EXPECT_EQ(first_call(reduce("1024", "Algo TREE proto LL128 channel{Lo..Hi}={4..7}")),
            "nccl 2.28.9 tree ll128 4ch");
  EXPECT_EQ(first_call(reduce("1024", "Algo NVLS_TREE proto SIMPLE channel{Lo..Hi}={0..1}")),
            "nccl 2.28.9 nvls_tree simple 2ch");
}

TEST(NcclLog, ReadsKernelsOnWindows) {
  EXPECT_EQ(first_call(info("AllReduce [Symmetric]: 8192 Bytes -> Kernel AllReduce_AGxLL_R "
                            "nchannels 4 nthreads 512")),  // 2.27.3
            "nccl 2.28.9 symmetric allreduce_agxll_r 4ch");
  EXPECT_EQ(first_call(info("AllReduce [Symmetric]: 8192 Bytes -> Kernel AllReduce_AGxLL_R "
                            "nchannels 4 nthreads 512 nWorks 1")),  // from 2.28.9 on
            "nccl 2.28.9 symmetric allreduce_agxll_r 4ch");
}

TEST(NcclLog, PassesOverWhatIsNotWhole) {
  for (const char* how : {"Algo NVLS proto SIMPLE channel{Lo..Hi}={0..15", "Algo NVLS proto SIMPLE",
                          "Algo NVLS proto SIMPLE channel{Lo..Hi}={0..15} and more",
                          "Algo  proto SIMPLE channel{Lo..Hi}={0..15}",
                          "Algo Unknown proto SIMPLE channel{Lo..Hi}={0..15}",
                          "Algo NVLS proto SIMPLE channel{Lo..Hi}={3..2}",
                          "Algo NVLS proto SIMPLE channel{Lo..Hi}={-1..2}",
                          "Algo NVLS proto SIMPLE channel{Lo..Hi}={0..99999999999999999999}",
                          "Algo 5 proto 2 time 3.100000"}) {
    EXPECT_EQ(first_call(reduce("1024", how)), "none") << how;
  }
  const std::string good = "Algo NVLS proto SIMPLE channel{Lo..Hi}={0..15}";
  EXPECT_EQ(first_call(reduce("-1024", good)), "none");
  EXPECT_EQ(first_call(reduce("99999999999999999999", good)), "none");
  EXPECT_EQ(first_call("AllReduce: 1024 Bytes -> " + good + "\n"), "none");
  EXPECT_EQ(first_call(info("AllGather: 1024 Bytes -> " + good)), "none");
}

TEST(NcclLog, FindsTheCallsOfASizeAmongOtherLines) {
  const std::string nvls = reduce("1048576", "Algo NVLS proto SIMPLE channel{Lo..Hi}={0..15}");
  const NcclLog log = parse_nccl_log(
      "NCCL version 2.28.9+cuda13.0\n" + info("NCCL_ALGO set by environment to NVLS") +
      info("  Algorithm   |                            Tree ") +
      info("NVLS multicast support is available on dev 0 (NVLS_NCHANNELS 16)") +
      std::string("\0\xff junk\n", 8) + nvls +
      reduce("8", "Algo RING proto LL channel{Lo..Hi}={0..0}") + nvls);
  EXPECT_TRUE(log.nvls_refused.empty()) << log.nvls_refused;
  ASSERT_EQ(log.calls.size(), 2u);
  const auto call = nccl_call(log, 1048576);
  ASSERT_TRUE(call);
  EXPECT_EQ(call->times, 2);
  EXPECT_EQ(nccl_algorithm("2.28.9", *call), "nccl 2.28.9 nvls simple 16ch");
}

TEST(NcclLog, NoCallOfASizeAndTwoKindsOfItAreErrors) {
  const NcclLog log = parse_nccl_log(reduce("8", "Algo RING proto LL channel{Lo..Hi}={0..0}") +
                                     reduce("8", "Algo TREE proto LL channel{Lo..Hi}={0..0}"));
  const auto none = nccl_call(log, 16);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().what(), "NCCL's log tells of no all-reduce of 16 bytes");
  const auto two = nccl_call(log, 8);
  ASSERT_FALSE(two);
  EXPECT_EQ(two.error().what(),
            "NCCL ran all-reduces of 8 bytes in 2 ways: ring ll 1ch and tree ll 1ch");
}

std::string refused(const std::string& text) { return parse_nccl_log(text).nvls_refused; }

TEST(NcclLog, TellsWhyNvlsIsRefused) {
  // Up to 2.28: goes on without.
  EXPECT_TRUE(refused(info("Failed to bind NVLink SHARP (NVLS) Multicast memory of size 2097152 : "
                           "CUDA error 401 'the operation cannot be performed in the present "
                           "state'. Proceeding without NVLS support."))
                  .ends_with("Proceeding without NVLS support."));
  // From 2.29 on, and where it was demanded: an error.
  EXPECT_TRUE(refused(warning("Failed to bind NVLink SHARP (NVLS) Multicast memory of size 2097152 "
                              ": CUDA error 401 'x'.\nThis is usually caused by a system or "
                              "configuration error in the Fabric Manager or NVSwitches."))
                  .starts_with("Failed to bind NVLink SHARP"));
  // 2.27 to 2.29, then 2.30.
  EXPECT_FALSE(
      refused(info("NVLS multicast support is not available on dev 0 (NVLS_NCHANNELS 0)")).empty());
  EXPECT_FALSE(refused(info("NVLS multicast support is not available on dev 0")).empty());
  const std::string demanded =
      "o algorithm/protocol available for function AllReduce with datatype ncclBfloat16. "
      "NCCL_ALGO was set to NVLS.";
  EXPECT_FALSE(refused(warning("Error : n" + demanded)).empty());  // up to 2.29
  EXPECT_FALSE(refused(warning("N" + demanded)).empty());          // 2.30
  EXPECT_TRUE(refused(warning("No algorithm/protocol available for function AllReduce with "
                              "datatype ncclBfloat16. NCCL_ALGO was set to Tree."))
                  .empty());
}

TEST(NcclLog, AMissingFileIsNamed) {
  const auto log = read_nccl_log("/nonexistent/nccl.log");
  ASSERT_FALSE(log);
  EXPECT_NE(log.error().what().find("/nonexistent/nccl.log"), std::string::npos);
}

}  // namespace
}  // namespace ga
