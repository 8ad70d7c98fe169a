#include "kernels/testing/gpu.h"

#include <cstdio>
#include <cstdlib>

#include "kernels/runtime/device.h"

namespace ga::testing {
namespace {

class NeedsGpu : public ::testing::Environment {
 public:
  void SetUp() override {
    const Result<int> count = device_count();
    if (count && *count > 0) return;
    std::printf("skipped: %s\n", count ? "no GPU is visible" : count.error().what().c_str());
    std::exit(77);
  }
};

// GoogleTest owns it from here on.
const ::testing::Environment* const registered =
    ::testing::AddGlobalTestEnvironment(new NeedsGpu);  // NOLINT

}  // namespace
}  // namespace ga::testing
