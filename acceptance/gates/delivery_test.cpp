// The manifest: what is here against what was delivered.
#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit_machine.h"

namespace ga {
namespace {

class Delivery : public MachineGateTest {
 protected:
  Delivery() : MachineGateTest(kIdentityInventory) {
    evidence.facts.node.name = KnownText("n1");
    ManifestExcerpt manifest{.sha256 = std::string(64, 'a'), .rows = 1000, .entries = {}};
    for (const GpuFacts& one : evidence.facts.gpus) {
      manifest.entries.push_back({"n1", *one.serial});
    }
    evidence.manifest = manifest;
  }
  std::vector<ManifestRow>& rows() { return evidence.manifest->entries; }
};

TEST_F(Delivery, PassesWhatWasDeliveredHere) {
  expect_at("manifest", Verdict::pass, "");
  EXPECT_EQ(on("manifest").reason,
            "4 of 4 serial numbers of node n1 are here, manifest aaaaaaaaaaaa");
}

TEST_F(Delivery, WithoutAManifestNothingIsSaidOfIt) {
  evidence.manifest.reset();
  EXPECT_EQ(on("manifest").code, "no finding");
  expect_all(Verdict::pass, "");
}

TEST_F(Delivery, FailsASerialThatIsNotHere) {
  rows().push_back({"n1", "gone"});
  expect_at("manifest", Verdict::fail, "identity.inventory.manifest_missing");
  EXPECT_EQ(on("manifest").blame, Blame::node);
  EXPECT_NE(on("manifest").reason.find("not gone"), std::string::npos) << on("manifest").reason;
}

TEST_F(Delivery, FailsASerialThatTheManifestDoesNotHave) {
  rows().erase(rows().begin() + 1);
  expect_at("gpu/1", Verdict::fail, "identity.inventory.manifest_extra");
}

TEST_F(Delivery, FailsASerialOfAnotherNode) {
  rows()[1].node = "n2";
  expect_at("gpu/1", Verdict::fail, "identity.inventory.manifest_swapped");
  EXPECT_EQ(on_gpu1().blame, Blame::config);
  EXPECT_NE(on_gpu1().reason.find("node n2, and this is n1"), std::string::npos);
}

// Two nodes exchanged a GPU: none is lost, so the configuration is wrong and the hardware is not.
TEST_F(Delivery, GpusThatChangedPlacesAreNotMissing) {
  rows()[1].node = "n2";
  rows().push_back({"n1", "1650000000099"});
  for (const char* unit : {"gpu/1", "manifest"}) {
    EXPECT_EQ(on(unit).code, "identity.inventory.manifest_swapped") << unit;
    EXPECT_EQ(on(unit).blame, Blame::config) << unit;
  }
  rows().push_back({"n1", "1650000000098"});  // and this one is nowhere
  EXPECT_EQ(on("manifest").code, "identity.inventory.manifest_missing");
}

TEST_F(Delivery, FailsASerialThatTwoNodesHave) {
  rows().push_back({"n2", rows()[1].serial});
  expect_at("gpu/1", Verdict::fail, "identity.inventory.manifest_duplicate");
}

// Another name of the node is no reason to call eight GPUs swapped.
TEST_F(Delivery, ANodeThatTheManifestDoesNotKnowIsNotMeasured) {
  evidence.facts.node.name = KnownText("localhost");
  expect_at("manifest", Verdict::not_measured, "identity.inventory.manifest_node_unknown");
  evidence.facts.node.name = KnownText::missing("no host name");
  expect_at("manifest", Verdict::not_measured, "fact.absent");
}

TEST_F(Delivery, NeverPassesAnAbsentSerial) {
  gpu().serial = KnownText::missing("Unknown Error");
  EXPECT_EQ(on("manifest").code, "fact.absent");
  EXPECT_EQ(on_gpu1().code, "fact.absent");
}

}  // namespace
}  // namespace ga
