#include "acceptance/commands/run_lock.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace ga {
namespace {

TEST(RunLock, IsHeldOnceAndSaysByWhom) {
  std::string folder = ::testing::TempDir() + "lock_XXXXXX";
  const std::string path = std::string(::mkdtemp(folder.data())) + "/gpu.lock";
  {
    RunLock first;
    ASSERT_TRUE(first.take(path, "process 7"));
    RunLock second;
    const Status taken = second.take(path, "process 8");
    ASSERT_FALSE(taken);
    EXPECT_NE(taken.error().what().find("process 7"), std::string::npos);
    EXPECT_EQ(taken.error().code(), ErrorCode::usage);
  }
  RunLock third;
  EXPECT_TRUE(third.take(path, "process 9"));
}

TEST(RunLock, AFolderThatIsNotThereIsNamed) {
  RunLock lock;
  const Status taken = lock.take("/no/such/folder/gpu.lock", "x");
  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().what().find("/no/such/folder"), std::string::npos);
}

TEST(RunLock, AUuidCannotLeaveTheFolder) {
  EXPECT_EQ(gpu_lock_path("GPU-1a"), "/run/lock/gpuaccept-GPU-1a.lock");
  EXPECT_EQ(gpu_lock_path("../x"), "/run/lock/gpuaccept-___x.lock");
}

}  // namespace
}  // namespace ga
