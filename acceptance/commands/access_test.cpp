#include "acceptance/commands/access.h"

#include <gtest/gtest.h>

#include "acceptance/commands/privileges.h"
#include "acceptance/gates/gates.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

Access everything() {
  return {.probe = true,
          .driver = true,
          .device = true,
          .root = true,
          .kernel_log = true,
          .driver_version = "580.1"};
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
  EXPECT_EQ(access_text(access, "config.acs").substr(0, 6), "cannot");
  EXPECT_EQ(access_text(access, "host.nvme").substr(0, 6), "cannot");
  EXPECT_EQ(access_text(access, "nic.links"), "ready, driver 580.1");
}

TEST(Access, ALogThatDoesNotOpenAndABmcThatNobodyNamed) {
  Access access = everything();
  EXPECT_EQ(access_text(access, "events.xid"), "ready, driver 580.1");
  access.kernel_log = false;
  EXPECT_EQ(access_text(access, "events.xid").substr(0, 6), "cannot");
  EXPECT_EQ(access_text(everything(), "site.power").substr(0, 15), "only with --bmc");
  EXPECT_EQ(access_text(everything(), "site.cooling").substr(0, 15), "only with --bmc");
}

TEST(Privileges, EveryRowIsOnItsPageAndSaysWhatIsSoWithoutIt) {
  const auto page = read_file(std::string(GA_SOURCE_DIR) + "/docs/privileges.md");
  ASSERT_TRUE(page) << page.error().what();
  std::string plain = *page;
  std::erase(plain, '`');
  for (const FactPrivilege& row : fact_privileges()) {
    EXPECT_NE(plain.find("| " + std::string(row.facts) + " |"), std::string::npos) << row.facts;
    EXPECT_NE(plain.find(row.gate), std::string::npos) << row.gate;
    EXPECT_NE(page->find(std::string(to_word(row.needs))), std::string::npos) << row.facts;
    EXPECT_FALSE(row.without.empty());
    // Gates of events come with their own table.
    const bool known = row.gate.empty() || row.gate.starts_with("events.");
    EXPECT_TRUE(known || find_gate(row.gate) != nullptr) << row.gate;
  }
}

}  // namespace
}  // namespace ga
