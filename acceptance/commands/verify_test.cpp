#include "acceptance/commands/verify.h"

#include <gtest/gtest.h>

#include <functional>

#include "acceptance/commands/verify_print.h"
#include "acceptance/core/codes.h"
#include "acceptance/gates/gates.h"
#include "acceptance/profiles/builtin.h"
#include "reports/codec/report_codec.h"
#include "reports/model/digest.h"
#include "reports/seal/challenge.h"
#include "reports/seal/envelope.h"
#include "reports/seal/identity.h"

namespace ga {
namespace {

constexpr std::int64_t kBlockNs = 400'000'000;
constexpr std::int64_t kFloor = 100;

// A gate with two blocks and a floor: enough to pass, to fail and to be incomplete.
Request toy_request(std::int64_t blocks) {
  Request request;
  request.gate = "toy.speed";
  request.case_id = "memory.copy";
  request.unit_id = "gpu/0";
  request.params = {{"bytes", 8}};
  request.blocks = blocks;
  request.block_ns = kBlockNs;
  return request;
}

std::vector<Request> toy_next(const Order&, const Evidence& evidence) {
  const Measurement* series = find_series(evidence, toy_request(0));
  const std::int64_t have =
      series == nullptr ? 0 : static_cast<std::int64_t>(series->samples.size());
  if (have >= 2) return {};
  return {toy_request(2 - have)};
}

// The floor is the profile's, so that another profile judges otherwise.
std::vector<Finding> toy_judge(const Order& order, const Evidence& evidence) {
  const Measurement* series = find_series(evidence, toy_request(0));
  if (series == nullptr || series->samples.empty()) {
    return {found("toy.speed", "gpu/0", "evidence.incomplete", "no samples")};
  }
  const std::int64_t floor = order.profile.limits.empty() ? kFloor : order.profile.limits[0].value;
  if (series->samples[0] >= floor) return {passed("toy.speed", "gpu/0", "fast")};
  Finding slow = found("toy.speed", "gpu/0", "evidence.incomplete", "slow");
  slow.verdict = Verdict::fail;
  slow.blame = Blame::gpu;
  return {slow};
}

const Gate kToy{"toy.speed", "?", "?", toy_next, toy_judge};

const SigningKey& signer() {
  static const SigningKey key = *SigningKey::generate();
  return key;
}

const SigningKey& buyer() {
  static const SigningKey key = *SigningKey::generate();
  return key;
}

class Verify : public ::testing::Test {
 protected:
  Verify() {
    profile_.name = "toy";
    profile_.version = "1";
    profile_.sha256 = std::string(64, 'a');
    profile_.kind = ProfileKind::acceptance;
    profile_.status = ProfileStatus::final;
    profile_.accept_level = Level::quick;
    profile_.required = {"toy.speed"};
    report_ = sound_report({200, 200});
  }

  Report sound_report(std::vector<std::int64_t> samples) const {
    Report report;
    report.suite.version = "0.1.0";
    report.profile = {profile_.name, profile_.version, profile_.sha256};
    report.level = "quick";
    report.signer = "key";
    report.run.started = "2026-01-02T03:04:05Z";
    report.run.ended = "2026-01-02T03:05:05Z";
    report.worker.sha256 = std::string(64, 'c');
    report.worker.real = true;
    report.evidence.facts.node.name = std::string("node12");
    Measurement series;
    series.gate = "toy.speed";
    series.case_id = "memory.copy";
    series.unit_id = "gpu/0";
    series.params = {{"bytes", 8}};
    series.unit = "bytes_per_s";
    series.block_ns = kBlockNs;
    series.samples = std::move(samples);
    series.clock_mhz = series.power_mw = series.temp_mc = series.throttle =
        std::vector<std::int64_t>(series.samples.size(), 1);
    series.check = Check{.kind = "pattern", .expected = "", .got = ""};
    report.evidence.measurements = {series};
    report.subject = subjects_of(report.evidence.facts);
    claim(report, profile_);
    return report;
  }

  // Fills in what an honest run would claim.
  static void claim(Report& report, const Profile& profile) {
    const Order order{profile, *level_from_word(report.level)};
    report.claimed.findings = judge_all(std::span(&kToy, 1), order, report.evidence);
    const Decision decision = decide(order, standing_of(report), report.claimed.findings);
    report.claimed.decision = decision.word;
    report.claimed.cause = decision.cause;
  }

  static std::string sealed(const Report& report) {
    return *seal(dump(report_to_json(report)), signer());
  }

  VerifyOutcome verify_bytes(std::string_view bytes) const {
    const std::vector<PublicKey> trusted{signer().public_key()};
    return verify_report({.bytes = bytes,
                          .trusted = trusted,
                          .gates = std::span(&kToy, 1),
                          .own_profile = &profile_,
                          .buyers = buyers_});
  }
  VerifyOutcome verify(const Report& report) const { return verify_bytes(sealed(report)); }
  std::string step_of(const std::function<void(Report&)>& spoil) const {
    Report report = report_;
    spoil(report);
    const VerifyOutcome outcome = verify(report);
    if (!outcome.step.empty()) {
      EXPECT_EQ(exit_of(outcome, "rehearsed"), 6);
      EXPECT_FALSE(outcome.why.empty());
    }
    return outcome.step;
  }

  Profile profile_;
  Report report_;
  std::vector<PublicKey> buyers_;
};

TEST_F(Verify, AcceptsASoundReport) {
  const VerifyOutcome outcome = verify(report_);
  EXPECT_EQ(outcome.step, "") << outcome.why;
  EXPECT_EQ(outcome.decision, (Decision{"accepted", ""}));
  EXPECT_TRUE(outcome.compared);
  EXPECT_EQ(outcome.key_id, signer().public_key().id());
  EXPECT_EQ(outcome.report_id, sha256_hex(dump(report_to_json(report_))));
  EXPECT_EQ(exit_of(outcome, "accepted"), 0);
}

// Every step of the order, by the first thing that is wrong.

TEST_F(Verify, RefusesBytesThatAreNoEnvelope) {
  const std::string good = sealed(report_);
  for (const std::string& bytes :
       {std::string(), std::string("garbage"), good.substr(0, good.size() / 2), good + "\n",
        " " + good, std::string(kMaxEnvelope + 1, ' ')}) {
    const VerifyOutcome outcome = verify_bytes(bytes);
    EXPECT_TRUE(outcome.step == "size" || outcome.step == "form" || outcome.step == "json")
        << outcome.step;
    EXPECT_EQ(exit_of(outcome, "rehearsed"), 6);
    EXPECT_FALSE(outcome.report);
  }
  EXPECT_EQ(verify_bytes(std::string(kMaxEnvelope + 1, ' ')).step, "size");
}

TEST_F(Verify, RefusesAKeyThatIsNotTrusted) {
  const std::string bytes = *seal(dump(report_to_json(report_)), *SigningKey::generate());
  const VerifyOutcome outcome = verify_bytes(bytes);
  EXPECT_EQ(outcome.step, "key");
  EXPECT_EQ(exit_of(outcome, "rehearsed"), 6);
  EXPECT_FALSE(outcome.report);
}

TEST_F(Verify, RefusesASignatureOfOtherBytes) {
  Report other = report_;
  other.level = "soak";
  std::string bytes = sealed(other);
  const std::string good = sealed(report_);
  const std::string tail = "\",\"payloadType\"";
  bytes = bytes.substr(0, bytes.find(tail)) + good.substr(good.find(tail));
  EXPECT_EQ(verify_bytes(bytes).step, "signature");
}

TEST_F(Verify, RefusesASignedPayloadThatIsNoJson) {
  EXPECT_EQ(verify_bytes(*seal("{\"a\":1.5}", signer())).step, "payload");
  EXPECT_EQ(verify_bytes(*seal("{\"a\":1,\"a\":1}", signer())).step, "payload");
}

TEST_F(Verify, RefusesASignedPayloadThatIsNoReport) {
  EXPECT_EQ(verify_bytes(*seal("{\"a\":1}", signer())).step, "report");
  Json json = report_to_json(report_);
  json.add("extra", 1);
  EXPECT_EQ(verify_bytes(*seal(dump(json), signer())).step, "report");
}

TEST_F(Verify, RefusesASignedPayloadInAnotherForm) {
  EXPECT_EQ(verify_bytes(*seal(dump_pretty(report_to_json(report_)), signer())).step, "report");
}

TEST_F(Verify, RefusesSubjectsThatTheFactsDoNotIdentify) {
  EXPECT_EQ(step_of([](Report& report) { report.evidence.facts.node.name = std::string("other"); }),
            "subject");
}

TEST_F(Verify, RefusesOtherRules) {
  EXPECT_EQ(step_of([](Report& report) { report.rules = 2; }), "report");
}

TEST_F(Verify, RefusesAChallengeThatItCannotCheck) {
  const auto challenged = [](Report& report) {
    report.challenge = ChallengeRef{"AAAA", std::string(64, 'd')};
    report.binding = "challenged";
  };
  EXPECT_EQ(step_of(challenged), "challenge");
  buyers_ = {buyer().public_key()};
  EXPECT_EQ(step_of(challenged), "challenge");
  EXPECT_EQ(step_of([](Report& report) { report.binding = "challenged"; }), "report");
}

class ChallengedVerify : public Verify {
 protected:
  ChallengedVerify() {
    buyers_ = {buyer().public_key()};
    challenge_.slot = "slot-1";
    challenge_.csp = "csp";
    challenge_.node = "node12";
    challenge_.nonce = std::string(64, '7');
    challenge_.not_before = "2026-01-02T00:00:00Z";
    challenge_.not_after = "2026-01-03T00:00:00Z";
    challenge_.profile = "toy";
    challenge_.profile_sha256 = profile_.sha256;
    challenge_.level = "quick";
    challenge_.programs = {std::string(64, 'c')};
    report_.suite.programs = {{"gpuprobe", std::string(64, 'c')}};
  }

  // Of a report that answers the challenge, both spoiled so.
  VerifyOutcome answered(const std::function<void(Report&, Challenge&)>& spoil,
                         const SigningKey& by = buyer()) const {
    Report report = report_;
    Challenge challenge = challenge_;
    spoil(report, challenge);
    report.challenge = read_challenge(*seal_challenge(challenge, by))->ref;
    report.binding = "challenged";
    return verify(report);
  }
  std::string why(const std::function<void(Report&, Challenge&)>& spoil) const {
    const VerifyOutcome outcome = answered(spoil);
    EXPECT_EQ(exit_of(outcome, "rehearsed"), 6);
    return outcome.step == "challenge" ? outcome.why.substr(0, outcome.why.find(':')) : "";
  }

  Challenge challenge_;
};

TEST_F(ChallengedVerify, BelievesTheBuyersChallengeAlone) {
  const auto as_it_is = [](Report&, Challenge&) {};
  const VerifyOutcome good = answered(as_it_is);
  EXPECT_NE(good.step, "challenge") << good.why;
  ASSERT_TRUE(good.challenge);
  EXPECT_EQ(good.challenge->slot, "slot-1");
  const VerifyOutcome own = answered(as_it_is, signer());  // the signer's own challenge
  EXPECT_EQ(own.step, "challenge");
  EXPECT_EQ(own.why.substr(0, 15), "challenge.file:");
}

TEST_F(ChallengedVerify, RefusesByName) {
  EXPECT_EQ(why([](Report&, Challenge& c) { c.not_after = "2026-01-02T03:05:04Z"; }),
            "challenge.window");
  EXPECT_EQ(why([](Report&, Challenge& c) { c.not_before = "2026-01-02T03:04:06Z"; }),
            "challenge.window");
  EXPECT_EQ(why([](Report&, Challenge& c) { c.profile_sha256 = std::string(64, 'b'); }),
            "challenge.profile");
  EXPECT_EQ(why([](Report&, Challenge& c) { c.level = "soak"; }), "challenge.level");
  EXPECT_EQ(why([](Report& r, Challenge&) { r.suite.programs[0].sha256 = std::string(64, 'd'); }),
            "challenge.program");
  EXPECT_EQ(why([](Report&, Challenge& c) { c.node = "node13"; }), "challenge.node");
  EXPECT_EQ(why([](Report&, Challenge& c) { c.serials = {"165"}; }), "");  // no GPU in the facts
}

// The challenge itself asks for work; a report without it is not complete.
TEST_F(ChallengedVerify, WithoutTheChallengedWorkNothingIsAccepted) {
  const VerifyOutcome outcome = answered([this](Report& report, Challenge&) {
    report.claimed.decision = "inconclusive";
    report.claimed.cause = "not_measured";
  });
  EXPECT_EQ(outcome.step, "") << outcome.why;
  EXPECT_EQ(outcome.decision, (Decision{"inconclusive", "not_measured"}));
}

TEST_F(Verify, AnUnknownProfileIsInconclusive) {
  const std::string bytes = sealed(report_);
  const std::vector<PublicKey> trusted{signer().public_key()};
  const VerifyOutcome outcome =
      verify_report({.bytes = bytes, .trusted = trusted, .gates = all_gates()});
  EXPECT_EQ(outcome.step, "profile");
  EXPECT_NE(outcome.why.find("profile.unknown"), std::string::npos);
  EXPECT_EQ(exit_of(outcome, "rehearsed"), 3);
}

TEST_F(Verify, RefusesWhatWasNeverAskedFor) {
  EXPECT_EQ(step_of([](Report& report) {
              Measurement& series = report.evidence.measurements[0];
              for (auto* values : {&series.samples, &series.clock_mhz, &series.power_mw,
                                   &series.temp_mc, &series.throttle}) {
                values->push_back(300);
              }
            }),
            "asked");
  EXPECT_EQ(step_of([](Report& report) {
              report.evidence.measurements.push_back(report.evidence.measurements[0]);
              report.evidence.measurements[1].case_id = "memory.triad";
            }),
            "asked");
}

TEST_F(Verify, RefusesAClaimThatTheEvidenceDoesNotCarry) {
  EXPECT_EQ(step_of([](Report& report) { report.claimed.decision = "screened"; }), "claimed");
  EXPECT_EQ(step_of([](Report& report) { report.claimed.findings.clear(); }), "claimed");
  EXPECT_EQ(
      step_of([](Report& report) { report.claimed.findings[0].verdict = Verdict::borderline; }),
      "claimed");
  // The evidence edited, the claim kept: a slow GPU that is called fast.
  EXPECT_EQ(step_of([](Report& report) {
              report.evidence.measurements[0].samples = {50, 50};
            }),
            "claimed");
}

// What is judged, and how far.

TEST_F(Verify, RejectsByTheEvidence) {
  const VerifyOutcome outcome = verify(sound_report({50, 50}));
  EXPECT_EQ(outcome.step, "") << outcome.why;
  EXPECT_EQ(outcome.decision, (Decision{"rejected", "hardware"}));
  EXPECT_EQ(exit_of(outcome, "accepted"), 1);
  EXPECT_EQ(exit_of(outcome, "rehearsed"), 1);
}

TEST_F(Verify, AnotherProfileGivesAnotherDecision) {
  profile_.sha256 = std::string(64, 'e');
  profile_.limits.emplace_back();
  profile_.limits[0].value = 1000;
  const VerifyOutcome outcome = verify(report_);
  EXPECT_EQ(outcome.step, "") << outcome.why;
  EXPECT_FALSE(outcome.compared);
  EXPECT_EQ(outcome.decision, (Decision{"rejected", "hardware"}));
}

TEST_F(Verify, MissingMeasurementsAreInconclusive) {
  const VerifyOutcome outcome = verify(sound_report({200}));
  EXPECT_EQ(outcome.step, "") << outcome.why;
  EXPECT_EQ(outcome.decision, (Decision{"inconclusive", "not_measured"}));
  EXPECT_EQ(exit_of(outcome, "rehearsed"), 3);
}

TEST_F(Verify, AWorkerThatIsNotRealOnlyRehearses) {
  for (const auto& spoil : std::vector<std::function<void(WorkerInfo&)>>{
           [](WorkerInfo& worker) { worker.real = false; },
           [](WorkerInfo& worker) { worker.simulated = true; },
           [](WorkerInfo& worker) { worker.injected = "bitflip"; }}) {
    Report report = report_;
    spoil(report.worker);
    claim(report, profile_);
    const VerifyOutcome outcome = verify(report);
    EXPECT_EQ(outcome.decision, (Decision{"rehearsed", ""}));
    EXPECT_EQ(exit_of(outcome, "accepted"), 3);
    EXPECT_EQ(exit_of(outcome, "rehearsed"), 0);
  }
}

TEST_F(Verify, ADraftProfileScreensAtBest) {
  profile_.status = ProfileStatus::draft;
  claim(report_, profile_);
  const VerifyOutcome outcome = verify(report_);
  EXPECT_EQ(outcome.decision, (Decision{"screened", ""}));
  EXPECT_EQ(exit_of(outcome, "accepted"), 3);
  EXPECT_EQ(exit_of(outcome, "screened"), 0);
  EXPECT_EQ(exit_of(outcome, "passed"), 3);
}

TEST_F(Verify, ASelfDeclaredReportScreensWhereAChallengeIsDemanded) {
  profile_.challenged = true;
  claim(report_, profile_);
  EXPECT_EQ(verify(report_).decision, (Decision{"screened", ""}));
}

TEST_F(Verify, JudgesWithTheBuiltInProfileThatTheReportNames) {
  const Embedded& builtin = builtin_profiles().front();
  const Profile profile = *load_profile(std::string(builtin.name), gate_ids());
  report_.profile = {profile.name, profile.version, profile.sha256};
  report_.evidence.measurements.clear();
  const Order order{profile, Level::quick};
  report_.claimed.findings = judge_all(all_gates(), order, report_.evidence);
  const Decision decision = decide(order, standing_of(report_), report_.claimed.findings);
  report_.claimed.decision = decision.word;
  report_.claimed.cause = decision.cause;
  const std::string bytes = sealed(report_);
  const std::vector<PublicKey> trusted{signer().public_key()};
  const VerifyOutcome outcome =
      verify_report({.bytes = bytes, .trusted = trusted, .gates = all_gates()});
  EXPECT_EQ(outcome.step, "") << outcome.why;
  EXPECT_TRUE(outcome.compared);
  EXPECT_FALSE(outcome.own_profile);
  EXPECT_EQ(outcome.profile->sha256, profile.sha256);
  EXPECT_NE(exit_of(outcome, "rehearsed"), 0);
}

TEST(VerifyExit, TheWorstOfSeveralFilesComesFirst) {
  const std::vector<int> order{4, 2, 6, 1, 5, 3, 0};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i; j < order.size(); ++j) {
      EXPECT_EQ(worst_exit({order[j], order[i], order[j]}), order[i]);
    }
  }
  EXPECT_EQ(worst_exit({}), 0);
}

CheckedFile judged_file(const std::string& path, const std::string& node, const std::string& uuid) {
  CheckedFile file{.path = path};
  file.outcome.report = Report{};
  file.outcome.report->evidence.facts.node.name = node;
  GpuFacts gpu;
  gpu.uuid = uuid;
  file.outcome.report->evidence.facts.gpus = {gpu};
  return file;
}

TEST(VerifyDuplicates, AGpuInTwoNodesWasCountedTwice) {
  const auto found =
      duplicates_of({judged_file("a", "n1", "GPU-1"), judged_file("b", "n2", "GPU-1")});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].refused);
  EXPECT_EQ(found[0].text,
            "the same GPU is in a and in b, by UUID GPU-1, as parts of two nodes: counted twice");
}

TEST(VerifyDuplicates, TwoReportsOfOneNodeAreTwoLooksAtIt) {
  const auto found =
      duplicates_of({judged_file("a", "n1", "GPU-1"), judged_file("b", "n1", "GPU-1")});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_FALSE(found[0].refused);
  EXPECT_TRUE(
      duplicates_of({judged_file("a", "n1", "GPU-1"), judged_file("b", "n2", "GPU-2")}).empty());
}

TEST(VerifyDuplicates, AChallengeIsGoodForOneReport) {
  std::vector<CheckedFile> files{judged_file("a", "n1", "GPU-1"), judged_file("b", "n2", "GPU-2")};
  for (CheckedFile& file : files) {
    file.outcome.challenge = Challenge{};
    file.outcome.challenge->nonce = "7";
    file.outcome.report_id = file.path;
  }
  const auto found = duplicates_of(files);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].refused);
  EXPECT_EQ(found[0].text.substr(0, 17), "challenge.reused:");
  files[1].outcome.report_id = "a";  // the same report, twice
  EXPECT_TRUE(duplicates_of(files).empty());
}

}  // namespace
}  // namespace ga
