// A management controller: by a tree of resources in memory, and over TLS against a service on
// 127.0.0.1 that is well, wrong, slow or rude.
#include "acceptance/node/bmc.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "acceptance/node/command.h"
#include "acceptance/node/https.h"
#include "acceptance/node/redfish.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

namespace fs = std::filesystem;

const std::string kTree = std::string(GA_SOURCE_DIR) + "/acceptance/node/testing/redfish_tree.json";

Json tree() {
  const auto text = read_file(kTree);
  EXPECT_TRUE(text);
  auto json = parse_foreign_json(*text);
  EXPECT_TRUE(json);
  return *std::move(json);
}

// Answers from a tree; `spoil` may change it first.
BmcFacts read_tree(const std::function<void(Json&)>& spoil = {}) {
  Json all = tree();
  if (spoil) spoil(all);
  return bmc_facts([&](const std::string& path) -> Result<std::string> {
    const Json* resource = all.find(path);
    if (resource == nullptr) return Error(ErrorCode::io, path + ": HTTP status 404");
    return dump(*resource);
  });
}

void remove(Json& tree, const std::string& path) {
  std::erase_if(tree.as_object(), [&](const JsonMember& member) { return member.first == path; });
}

Json& resource(Json& tree, const std::string& path) {
  for (auto& [name, value] : tree.as_object()) {
    if (name == path) return value;
  }
  ADD_FAILURE() << path;
  return tree;
}

TEST(BmcFacts, AreReadByTheServicesOwnLinks) {
  const BmcFacts facts = read_tree();
  BmcFacts::visit_fields(facts, [](const char* name, const auto& fact) {
    EXPECT_TRUE(fact) << name << ": " << fact.absent;
  });
  EXPECT_EQ(*facts.redfish_version, "1.17.0");
  EXPECT_EQ(*facts.manager_firmware, "1.5.2");
  EXPECT_EQ(*facts.system_serial, "S100");  // not the GPU board's
  EXPECT_EQ(*facts.system_health, "Warning");
  EXPECT_EQ(*facts.chassis_serial, "C200");
  EXPECT_EQ(*facts.inlet_mc, 24'250);  // the hotter one
  EXPECT_EQ(*facts.node_power_mw, 5'120'400);
  EXPECT_EQ(*facts.power_redundancy, "OK");
  EXPECT_EQ(*facts.fan_redundancy, "Warning");
  ASSERT_EQ((*facts.psus).size(), 2u);
  EXPECT_EQ(*(*facts.psus)[0].output_mw, 853'500);
  EXPECT_EQ(*(*facts.psus)[0].input_mv, 229'800);
  EXPECT_EQ(*(*facts.psus)[1].health, "Critical");
  EXPECT_FALSE((*facts.psus)[1].output_mw);
  EXPECT_EQ(*(*facts.fans)[0].speed_rpm, 9800);
  EXPECT_EQ(*(*facts.fans)[0].speed_percent, 62);
  EXPECT_EQ(*(*facts.leaks)[0].detector, "OK");
  EXPECT_EQ(*(*facts.firmware)[0].version, "1.5.2");
  ASSERT_EQ((*facts.events).size(), 2u);  // over both pages, newest last
  EXPECT_EQ(*(*facts.events)[0].id, "1");
  EXPECT_EQ(*(*facts.events)[1].message, "PSU 3 lost input ??");
}

TEST(BmcFacts, OfAnOlderServiceComeFromPowerAndThermal) {
  const BmcFacts facts = read_tree([](Json& all) {
    Json chassis;
    chassis.add("Id", "1").add("Power", Json().add("@odata.id", "/redfish/v1/Power"));
    chassis.add("Thermal", Json().add("@odata.id", "/redfish/v1/Thermal"));
    resource(all, "/redfish/v1/Chassis/1") = chassis;
    all.add("/redfish/v1/Power",
            *parse_foreign_json(R"({"PowerControl": [{"PowerConsumedWatts": 900}],
                "PowerSupplies": [{"Name": "PS1", "LastPowerOutputWatts": 450,
                                   "LineInputVoltage": 230}, {"Name": "PS2"}],
                "Redundancy": [{"Status": {"State": "Disabled", "Health": "OK"}}]})"));
    all.add("/redfish/v1/Thermal",
            *parse_foreign_json(R"({"Fans": [{"FanName": "F", "Reading": 8000,
                "ReadingUnits": "RPM"}], "Temperatures": [{"Name": "Inlet Temp",
                "ReadingCelsius": 22}, {"Name": "CPU", "ReadingCelsius": 70}]})"));
  });
  EXPECT_EQ(*facts.node_power_mw, 900'000);
  ASSERT_EQ((*facts.psus).size(), 2u);
  EXPECT_EQ(*(*facts.psus)[0].output_mw, 450'000);
  EXPECT_EQ(*facts.power_redundancy, "Disabled");
  EXPECT_EQ(*(*facts.fans)[0].name, "F");
  EXPECT_EQ(*(*facts.fans)[0].speed_rpm, 8000);
  EXPECT_EQ(*facts.inlet_mc, 22'000);
  EXPECT_EQ(facts.leaks.absent, "the BMC has no leak detector");
}

TEST(BmcFacts, WhatIsNotThereIsAbsentAndTheRestIsRead) {
  const std::string at = "/redfish/v1/";
  for (const char* gone : {"Managers", "Systems", "Chassis", "UpdateService"}) {
    const BmcFacts facts = read_tree([&](Json& all) { remove(all, at + gone); });
    EXPECT_TRUE(facts.redfish_version) << gone;
    int known = 0;
    BmcFacts::visit_fields(facts, [&](const char*, const auto& fact) { known += fact ? 1 : 0; });
    EXPECT_GT(known, 5) << gone;
    EXPECT_LT(known, 17) << gone;
  }
  EXPECT_FALSE(read_tree([&](Json& all) { remove(all, at + "Chassis"); }).psus);
  EXPECT_FALSE(read_tree([&](Json& all) { remove(all, at); }).redfish_version);
}

TEST(BmcFacts, AListThatFailedInPartIsAbsent) {
  const std::string supplies = "/redfish/v1/Chassis/1/PowerSubsystem/PowerSupplies";
  EXPECT_FALSE(read_tree([&](Json& all) { remove(all, supplies + "/1"); }).psus);
  EXPECT_FALSE(read_tree([&](Json& all) { remove(all, supplies); }).psus);
  const std::string leaks = "/redfish/v1/Chassis/1/ThermalSubsystem/LeakDetection/LeakDetectors";
  EXPECT_FALSE(read_tree([&](Json& all) { remove(all, leaks + "/0"); }).leaks);
  const std::string fans = "/redfish/v1/Chassis/1/ThermalSubsystem/Fans";
  EXPECT_FALSE(read_tree([&](Json& all) { remove(all, fans + "/1"); }).fans);
}

TEST(BmcFacts, ALinkThatLeadsElsewhereIsNotFollowed) {
  for (const char* path : {"https://evil/redfish/v1", "/redfish/v1/../../etc/passwd", "/etc/passwd",
                           "/redfish/v1/a b", "/redfish/v1/\n"}) {
    const BmcFacts facts = read_tree([&](Json& all) {
      resource(all, "/redfish/v1/Managers") =
          Json().add("Members", JsonArray{Json().add("@odata.id", path)});
    });
    EXPECT_FALSE(facts.manager_model) << path;
  }
}

TEST(BmcFacts, ACircleOfPagesEnds) {
  const BmcFacts facts = read_tree([](Json& all) {
    const std::string entries = "/redfish/v1/Systems/1/LogServices/SEL/Entries";
    Json page;
    page.add("Members", JsonArray{Json().add("Id", "1").add("Created", "x")});
    page.add("Members@odata.nextLink", entries);
    resource(all, entries) = page;
  });
  EXPECT_FALSE(facts.events);
}

TEST(BmcFacts, ACircleOfEmptyPagesEnds) {
  const BmcFacts facts = read_tree([](Json& all) {
    const std::string entries = "/redfish/v1/Systems/1/LogServices/SEL/Entries";
    Json page;
    page.add("Members", JsonArray{}).add("Members@odata.nextLink", entries);
    resource(all, entries) = page;
  });
  EXPECT_EQ(facts.events.absent,
            "/redfish/v1/Systems/1/LogServices/SEL/Entries: pages that lead in a circle");
}

TEST(BmcFacts, WhatIsLinkedAndCannotBeReadIsLost) {
  const std::string at = "/redfish/v1/Chassis/1/";
  BmcFacts facts = read_tree([&](Json& all) { remove(all, at + "PowerSubsystem"); });
  EXPECT_NE(facts.psus.absent.find("404"), std::string::npos) << facts.psus.absent;
  EXPECT_FALSE(facts.power_redundancy);
  EXPECT_TRUE(facts.fans);
  facts = read_tree([&](Json& all) { remove(all, at + "ThermalSubsystem"); });
  for (const std::string& reason : {facts.fans.absent, facts.leaks.absent,
                                    facts.fan_redundancy.absent, facts.inlet_mc.absent}) {
    EXPECT_NE(reason.find("404"), std::string::npos) << reason;
  }
  facts = read_tree([&](Json& all) { remove(all, at + "ThermalSubsystem/LeakDetection"); });
  EXPECT_NE(facts.leaks.absent.find("404"), std::string::npos) << facts.leaks.absent;
}

// A second chassis that says all is well, after one of which a part could not be read.
void add_chassis(Json& all, const std::string& id) {
  const std::string path = "/redfish/v1/Chassis/" + id;
  for (auto& [name, value] : resource(all, "/redfish/v1/Chassis").as_object()) {
    if (name == "Members") value.as_array().push_back(Json().add("@odata.id", path));
  }
  all.add(path, Json().add("Id", id).add("Power", Json().add("@odata.id", path + "/Power")));
  all.add(path + "/Power", *parse_foreign_json(R"({"PowerSupplies": [{"Name": "PS9"}],
                                  "Redundancy": [{"Status": {"Health": "OK"}}]})"));
}

TEST(BmcFacts, AnotherChassisDoesNotMendWhatIsLost) {
  const BmcFacts facts = read_tree([](Json& all) {
    add_chassis(all, "2");
    const std::string group = R"({"PowerSupplyRedundancy": [{"Status": {}}],
        "PowerSupplies": {"@odata.id": "/redfish/v1/nowhere"}})";
    resource(all, "/redfish/v1/Chassis/1/PowerSubsystem") = *parse_foreign_json(group);
  });
  EXPECT_FALSE(facts.psus);
  EXPECT_EQ(facts.power_redundancy.absent, "the BMC does not say Status.Health");
}

TEST(BmcFacts, ListsOfMoreChassisThanAreReadAreAbsent) {
  const BmcFacts facts = read_tree([](Json& all) {
    for (int i = 0; i < 40; ++i) add_chassis(all, "more" + std::to_string(i));
  });
  EXPECT_EQ(facts.psus.absent, "the BMC has more chassis than are read");
  EXPECT_FALSE(facts.fans);
  EXPECT_EQ(*facts.chassis_serial, "C200");
}

TEST(BmcFacts, AreToldTopicByTopic) {
  std::vector<BmcFacts> told;
  const Json all = tree();
  bmc_facts([&](const std::string& path) -> Result<std::string> { return dump(*all.find(path)); },
            [&](const BmcFacts& facts) { told.push_back(facts); });
  ASSERT_EQ(told.size(), 5u);
  EXPECT_TRUE(told[1].manager_model);
  EXPECT_EQ(told[1].psus.absent, kNotReadYet);
  EXPECT_TRUE(told[3].psus);
  EXPECT_EQ(told[4].events.absent, kNotReadYet);
}

TEST(Redfish, ReadsABoundedNumberOfBytes) {
  const std::string body = "{\"a\": \"" + std::string(std::size_t{4} << 20, 'x') + "\"}";
  int fetched = 0;
  const Fetch fetch = [&](const std::string&) -> Result<std::string> {
    ++fetched;
    return body;
  };
  Redfish redfish(fetch);
  int read = 0;
  for (int i = 0; i < 30; ++i) read += redfish.get("/redfish/v1/" + std::to_string(i)) ? 1 : 0;
  EXPECT_EQ(read, 15);
  EXPECT_EQ(fetched, 16);
  EXPECT_EQ(redfish.get("/redfish/v1/29").error().what(),
            "/redfish/v1/29: the BMC says more than is read");
}

TEST(BmcFacts, OddTypesAreAbsent) {
  const BmcFacts facts = read_tree([](Json& all) {
    resource(all, "/redfish/v1/Chassis/1/EnvironmentMetrics") =
        Json().add("PowerWatts", Json().add("Reading", "a lot"));
    resource(all, "/redfish/v1/Systems") = Json().add("Members", "none");
    resource(all, "/redfish/v1/UpdateService/FirmwareInventory/BMC") = JsonArray{};
  });
  EXPECT_FALSE(facts.node_power_mw);
  EXPECT_FALSE(facts.system_serial);
  EXPECT_FALSE(facts.firmware);
}

class BmcFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "bmc-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
    const std::string path = (folder_ / name).string();
    std::ofstream(path) << text;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }

  fs::path folder_;
};

using BmcFile = BmcFolder;
const std::string kLogin = "address = \"10.0.0.17\"\nuser = \"reader\"\npassword = \"secret\"\n";
const std::string kPin = "public_key_sha256 = \"" + std::string(64, 'a') + "\"\n";

TEST_F(BmcFile, IsReadWithOneWayToCheckTheCertificate) {
  const auto pinned = read_bmc_file(write("a", kLogin + kPin));
  ASSERT_TRUE(pinned) << pinned.error().what();
  EXPECT_EQ(pinned->address, "10.0.0.17");
  EXPECT_EQ(pinned->password, "secret");
  EXPECT_TRUE(read_bmc_file(write("b", kLogin + "ca_file = \"/ca.pem\"\n")));
}

TEST_F(BmcFile, IsRefusedWhenItIsLooseOrWrong) {
  EXPECT_FALSE(read_bmc_file(write("a", kLogin + kPin, 0640)));
  EXPECT_FALSE(read_bmc_file(write("a", kLogin + kPin, 0604)));
  EXPECT_FALSE(read_bmc_file((folder_ / "none").string()));
  for (const std::string& text :
       {kLogin, kLogin + kPin + "ca_file = \"/ca.pem\"\n", kLogin + kPin + "port = 1\n",
        kLogin + "public_key_sha256 = \"AA\"\n", std::string("address = \"\"\n") + kPin,
        "address = \"a/b\"\nuser = \"u\"\npassword = \"p\"\n" + kPin,
        "address = \"u@h\"\nuser = \"u\"\npassword = \"p\"\n" + kPin, std::string("not toml")}) {
    const auto read = read_bmc_file(write("c", text));
    EXPECT_FALSE(read) << text;
    if (read) continue;
    EXPECT_EQ(read.error().what().find("secret"), std::string::npos);
  }
}

// A service with a certificate of its own, made by openssl.
class BmcService : public BmcFolder {
 protected:
  void SetUp() override {
    BmcFolder::SetUp();
    run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
        "/CN=bmc -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem");
    run("openssl x509 -in cert.pem -pubkey -noout | openssl pkey -pubin -outform der | "
        "sha256sum | cut -c1-64 > pin");
    pin_ = read_file((folder_ / "pin").string())->substr(0, 64);
  }
  void TearDown() override {
    stop();
    BmcFolder::TearDown();
  }
  void run(const std::string& command) const {
    const std::string line = "cd " + folder_.string() + " && (" + command + ") 2>/dev/null";
    ASSERT_EQ(std::system(line.c_str()), 0) << command;
  }

  // How to reach a service in that mode, with its key pinned.
  BmcAccess start(const std::string& mode) {
    int in[2], out[2];
    EXPECT_EQ(::pipe(in) + ::pipe(out), 0);
    const std::string script =
        std::string(GA_SOURCE_DIR) + "/acceptance/node/testing/bmc_server.py";
    const std::string key = (folder_ / "key.pem").string(), cert = (folder_ / "cert.pem").string();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      ::close(in[1]);
      ::execlp("python3", "python3", script.c_str(), "--key", key.c_str(), "--cert", cert.c_str(),
               "--tree", kTree.c_str(), "--mode", mode.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    char port[16] = {};
    EXPECT_GT(::read(out[0], port, sizeof port - 1), 0);
    ::close(out[0]);
    const std::string number = std::to_string(std::atoi(port));
    return {.address = "127.0.0.1:" + number,
            .user = "reader",
            .password = "secret",
            .ca_file = {},
            .public_key_sha256 = pin_};
  }
  // The service's exit status: 3 when somebody tried to write.
  int stop() {
    if (pid_ <= 0) return -1;
    ::close(input_);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  static Result<std::string> root(const BmcAccess& access, const HttpsLimits& limits = {}) {
    auto https = Https::open(access, limits);
    if (!https) return std::move(https).error();
    return https->get("/redfish/v1/");
  }

  std::string pin_;
  pid_t pid_ = -1;
  int input_ = -1;
};

TEST_F(BmcService, IsReadOverOneConnectionAndNeverWrittenTo) {
  const BmcAccess access = start("good");
  auto https = Https::open(access, {});
  ASSERT_TRUE(https) << https.error().what();
  const BmcFacts facts = bmc_facts([&](const std::string& path) { return https->get(path); });
  EXPECT_EQ(*facts.system_serial, "S100");
  EXPECT_EQ((*facts.psus).size(), 2u);
  const auto library = https->library();
  ASSERT_TRUE(library);
  EXPECT_NE(library->name.find("libcurl"), std::string::npos);
  EXPECT_EQ(library->sha256.size(), 64u);
  EXPECT_EQ(stop(), 0);
}

TEST_F(BmcService, IsCheckedByTheAuthorityToo) {
  BmcAccess access = start("good");
  access.public_key_sha256.clear();
  access.ca_file = (folder_ / "cert.pem").string();
  EXPECT_TRUE(root(access)) << root(access).error().what();
  BmcAccess named = access;  // the certificate is for another name
  named.address = "localhost" + access.address.substr(access.address.find(':'));
  EXPECT_FALSE(root(named));
  run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
      "/CN=other -keyout other.key -out other.pem");
  access.ca_file = (folder_ / "other.pem").string();
  EXPECT_FALSE(root(access));
  access.ca_file = (folder_ / "none.pem").string();
  EXPECT_FALSE(root(access));
}

TEST_F(BmcService, WithAnotherKeyIsNotSpokenTo) {
  BmcAccess access = start("good");
  access.public_key_sha256 = std::string(64, '0');
  const auto body = root(access);
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().what().find("secret"), std::string::npos);
}

TEST_F(BmcService, RefusesAWrongPassword) {
  BmcAccess access = start("good");
  access.password = "wrong";
  const auto body = root(access);
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().what(), "/redfish/v1/: HTTP status 401");
  EXPECT_FALSE(bmc_facts([&](const std::string&) { return root(access); }).redfish_version);
}

TEST_F(BmcService, ThatHangsIsGivenUp) {
  const BmcAccess access = start("hang");
  EXPECT_FALSE(root(access, {.connect_ms = 1000, .answer_ms = 300, .total_ms = 5000}));
  auto https = Https::open(access, {.connect_ms = 1000, .answer_ms = 300, .total_ms = 400});
  ASSERT_TRUE(https);
  EXPECT_FALSE(https->get("/redfish/v1/"));
  EXPECT_FALSE(https->get("/redfish/v1/"));
  const auto third = https->get("/redfish/v1/");
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code(), ErrorCode::timeout);
  ::kill(pid_, SIGKILL);
}

TEST_F(BmcService, ThatCutsItsAnswerIsNotRead) { EXPECT_FALSE(root(start("truncate"))); }

TEST_F(BmcService, ThatSaysTooMuchIsNotRead) {
  const auto body = root(start("huge"));
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().what(), "/redfish/v1/: the answer is too long");
}

TEST_F(BmcService, ThatSendsElsewhereIsNotFollowed) {
  const auto body = root(start("redirect"));
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().what(), "/redfish/v1/: HTTP status 301");
}

TEST_F(BmcService, ThatSpeaksNoJsonLeavesEveryFieldAbsent) {
  const BmcAccess access = start("garbage");
  auto https = Https::open(access, {});
  ASSERT_TRUE(https);
  const BmcFacts facts = bmc_facts([&](const std::string& path) { return https->get(path); });
  BmcFacts::visit_fields(facts,
                         [](const char* name, const auto& fact) { EXPECT_FALSE(fact) << name; });
  EXPECT_NE(facts.psus.absent.find("no JSON"), std::string::npos) << facts.psus.absent;
}

TEST_F(BmcService, NobodyListensOn) {
  BmcAccess access = start("good");
  stop();
  EXPECT_FALSE(root(access));
}

}  // namespace
}  // namespace ga
