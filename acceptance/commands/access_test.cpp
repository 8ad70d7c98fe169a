#include "acceptance/commands/access.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

Access everything() {
  return {.probe = true, .driver = true, .device = true, .root = true, .driver_version = "580.1"};
}

TEST(Access, NamesTheFirstThingThatIsMissing) {
  EXPECT_EQ(access_text(everything(), "hbm.bandwidth"), "ready, driver 580.1");
  Access access = everything();
  access.device = false;
  EXPECT_NE(access_text(access, "hbm.bandwidth").find("container"), std::string::npos);
  access.root = false;
  EXPECT_NE(access_text(access, "hbm.bandwidth").find("for this user"), std::string::npos);
  access.driver = false;
  EXPECT_NE(access_text(access, "hbm.bandwidth").find("no NVIDIA driver"), std::string::npos);
  access.probe = false;
  EXPECT_NE(access_text(access, "hbm.bandwidth").find("gpuprobe"), std::string::npos);
}

TEST(Access, SaysWhatOnlyRootSees) {
  Access access = everything();
  access.root = false;
  EXPECT_NE(access_text(access, "config.idle").find("not named"), std::string::npos);
  EXPECT_EQ(access_text(access, "pcie.h2d"), "ready, driver 580.1");
}

}  // namespace
}  // namespace ga
