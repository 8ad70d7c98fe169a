#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class HostNvme : public MachineGateTest {
 protected:
  HostNvme() : MachineGateTest(kHostNvme) {}
  NvmeDrive& drive() { return (*host().nvme.value)[1]; }
  void expect_drive(Verdict verdict, std::string_view code) const {
    const Finding finding = on("nvme/nvme1");
    EXPECT_EQ(to_word(finding.verdict), to_word(verdict)) << finding.reason;
    EXPECT_EQ(finding.code, code) << finding.reason;
    EXPECT_EQ(on("node").verdict, Verdict::pass);
  }
};

TEST_F(HostNvme, PassesGoodEvidence) { expect_pass(); }

TEST_F(HostNvme, FailsFewerDrivesThanOrdered) {
  host().nvme.value->pop_back();
  expect_at("node", Verdict::fail, "host.nvme.missing");
  EXPECT_EQ(on("node").blame, Blame::node);
  host().nvme.value->clear();
  expect_at("node", Verdict::fail, "host.nvme.missing");
}

TEST_F(HostNvme, MoreDrivesThanOrderedAreFineAndMustBeSound) {
  profile.machine.nvme->drives = 1;
  expect_pass();
  drive().state = KnownText("dead");
  expect_drive(Verdict::fail, "host.nvme.not_live");
}

TEST_F(HostNvme, FailsADriveThatSaysThatItFails) {
  for (const auto field : {&NvmeDrive::critical_warning, &NvmeDrive::media_errors}) {
    measure();
    drive().*field = 1;
    drive().spare_percent = KnownInt::missing("Permission denied");
    expect_drive(Verdict::fail, "host.nvme.failing");
  }
}

TEST_F(HostNvme, FailsAWornDrive) {
  drive().spare_percent = 99;
  expect_drive(Verdict::fail, "host.nvme.worn");
  measure();
  drive().used_percent = 6;
  expect_drive(Verdict::fail, "host.nvme.worn");
  drive().used_percent = 5;
  expect_pass();
}

TEST_F(HostNvme, FailsLostLanes) {
  drive().width_current = 2;
  expect_drive(Verdict::fail, "host.nvme.narrow");
}

TEST_F(HostNvme, NeverPassesAnAbsentOrImpossibleFact) {
  for (const auto field :
       {&NvmeDrive::critical_warning, &NvmeDrive::media_errors, &NvmeDrive::spare_percent,
        &NvmeDrive::used_percent, &NvmeDrive::width_current, &NvmeDrive::width_max}) {
    measure();
    drive().*field = KnownInt::missing("Permission denied");
    expect_drive(Verdict::not_measured, "fact.absent");
    drive().*field = -1;
    expect_drive(Verdict::not_measured, "fact.impossible");
  }
  measure();
  drive().state = KnownText::missing("no such file");
  expect_drive(Verdict::not_measured, "fact.absent");
  host().nvme = KnownList<NvmeDrive>::missing("no such folder");
  expect_at("node", Verdict::not_measured, "fact.absent");
}

TEST_F(HostNvme, WithoutAnOrderNothingPasses) {
  profile.machine.nvme.reset();
  expect_at("node", Verdict::not_measured, "profile.incomplete");
}

}  // namespace
}  // namespace ga
