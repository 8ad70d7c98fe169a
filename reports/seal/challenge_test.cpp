#include "reports/seal/challenge.h"

#include <gtest/gtest.h>

#include <functional>

#include "reports/codec/report_codec.h"
#include "reports/model/digest.h"

namespace ga {
namespace {

class ChallengeTest : public ::testing::Test {
 protected:
  ChallengeTest() {
    challenge_.slot = "2026-A/csp-alpha/node-000123";
    challenge_.csp = "csp-alpha";
    challenge_.node = "rack7-node12";
    challenge_.serials = {"165", "164"};
    challenge_.nonce = std::string(64, '7');
    challenge_.not_before = "2026-11-22T07:00:00Z";
    challenge_.not_after = "2026-11-24T07:00:00Z";
    challenge_.profile = "hgx-h200";
    challenge_.profile_sha256 = std::string(64, 'a');
    challenge_.level = "standard";
    challenge_.programs = {std::string(64, 'b'), std::string(64, 'c')};
    attempt_.node = challenge_.node;
    attempt_.profile_sha256 = challenge_.profile_sha256;
    attempt_.level = "standard";
    attempt_.programs = {{"gpuaccept", std::string(64, 'b')}, {"gpuprobe", std::string(64, 'c')}};
    attempt_.started = "2026-11-22T08:00:00Z";
    attempt_.ended = "2026-11-22T08:40:00Z";
    attempt_.serials = {"164", "165"};
  }

  const SigningKey buyer_ = *SigningKey::generate();
  const std::vector<PublicKey> buyers_{buyer_.public_key()};
  Challenge challenge_;
  ChallengedAttempt attempt_;
};

TEST_F(ChallengeTest, OpensAsItWasSealed) {
  const std::string bytes = *seal_challenge(challenge_, buyer_);
  const auto opened = open_challenge(bytes, buyers_);
  ASSERT_TRUE(opened) << opened.error().what();
  EXPECT_EQ(opened->challenge, challenge_);
  EXPECT_EQ(opened->key_id, buyer_.public_key().id());
  EXPECT_EQ(challenge_of(opened->ref, buyers_)->challenge, challenge_);
  EXPECT_EQ(read_challenge(bytes)->challenge, challenge_);
}

TEST_F(ChallengeTest, RefusesAnotherBuyersAndEveryChangedByte) {
  const std::string bytes = *seal_challenge(challenge_, buyer_);
  const std::vector<PublicKey> others{SigningKey::generate()->public_key()};
  EXPECT_FALSE(open_challenge(bytes, others));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(open_challenge(changed, buyers_)) << "byte " << i;
  }
}

TEST_F(ChallengeTest, AReportIsNoChallengeAndAChallengeNoReport) {
  const std::string report = *seal(dump(report_to_json(Report{})), buyer_);
  EXPECT_FALSE(open_challenge(report, buyers_));
  const auto opened = open_envelope(*seal_challenge(challenge_, buyer_), buyers_);
  ASSERT_TRUE(opened);
  EXPECT_FALSE(report_from_payload(opened->payload));
}

TEST_F(ChallengeTest, RefusesADigestThatIsNotTheFiles) {
  ChallengeRef ref = read_challenge(*seal_challenge(challenge_, buyer_))->ref;
  ref.sha256 = std::string(64, '0');
  EXPECT_FALSE(challenge_of(ref, buyers_));
}

TEST_F(ChallengeTest, WritesNothingThatItWouldNotRead) {
  const auto refused = [&](const std::function<void(Challenge&)>& spoil) {
    Challenge bad = challenge_;
    spoil(bad);
    return !seal_challenge(bad, buyer_);
  };
  EXPECT_TRUE(refused([](Challenge& c) { c.slot = ""; }));
  EXPECT_TRUE(refused([](Challenge& c) { c.csp = "two\nlines"; }));
  EXPECT_TRUE(refused([](Challenge& c) { c.node = "한국"; }));
  EXPECT_TRUE(refused([](Challenge& c) { c.nonce = std::string(63, '7'); }));
  EXPECT_TRUE(refused([](Challenge& c) { c.not_before = "2026-11-22"; }));
  EXPECT_TRUE(refused([](Challenge& c) { c.not_after = c.not_before; }));
  EXPECT_TRUE(refused([](Challenge& c) { c.level = "deep"; }));
  EXPECT_TRUE(refused([](Challenge& c) { c.programs.clear(); }));
  EXPECT_TRUE(refused([](Challenge& c) { c.programs = {"gpuaccept"}; }));
  EXPECT_TRUE(refused([](Challenge& c) { c.programs.resize(2000, std::string(64, 'd')); }));
}

TEST_F(ChallengeTest, AnAttemptThatFitsMisfitsNowhere) {
  EXPECT_EQ(misfit_of(challenge_, attempt_), "");
  attempt_.level = "soak";  // more than was asked for
  EXPECT_EQ(misfit_of(challenge_, attempt_), "");
  attempt_.ended.clear();  // it runs
  attempt_.serials.clear();
  EXPECT_EQ(misfit_of(challenge_, attempt_), "");
  challenge_.serials.clear();
  attempt_.serials = {"1", "2", "3"};
  EXPECT_EQ(misfit_of(challenge_, attempt_), "");
}

TEST_F(ChallengeTest, NamesTheTermThatDoesNotHold) {
  const auto term = [&](const std::function<void(ChallengedAttempt&)>& spoil) {
    ChallengedAttempt attempt = attempt_;
    spoil(attempt);
    const std::string why = misfit_of(challenge_, attempt);
    return why.substr(0, why.find(':'));
  };
  using A = ChallengedAttempt;
  EXPECT_EQ(term([](A& a) { a.started = "2026-11-22T06:59:59Z"; }), "challenge.window");
  EXPECT_EQ(term([](A& a) { a.ended = "2026-11-24T07:00:01Z"; }), "challenge.window");
  EXPECT_EQ(term([](A& a) { a.started = "2026-11-25T07:00:00Z", a.ended = ""; }),
            "challenge.window");
  EXPECT_EQ(term([](A& a) { a.started = "yesterday"; }), "challenge.window");
  EXPECT_EQ(term([](A& a) { a.ended = "2026-11-23"; }), "challenge.window");
  EXPECT_EQ(term([](A& a) { a.profile_sha256 = std::string(64, '9'); }), "challenge.profile");
  EXPECT_EQ(term([](A& a) { a.level = "quick"; }), "challenge.level");
  EXPECT_EQ(term([](A& a) { a.programs[1].sha256 = std::string(64, '9'); }), "challenge.program");
  EXPECT_EQ(term([](A& a) { a.programs.clear(); }), "challenge.program");
  EXPECT_EQ(term([](A& a) { a.node = "rack7-node13"; }), "challenge.node");
  EXPECT_EQ(term([](A& a) { a.serials[0] = "166"; }), "challenge.serial");
  EXPECT_EQ(term([](A& a) { a.serials.push_back("166"); }), "challenge.serial");
  EXPECT_EQ(term([](A& a) { a.serials[0] = ""; }), "challenge.serial");
}

TEST(Utc, IsOneFormOfATimeThatExists) {
  EXPECT_TRUE(is_utc("2024-02-29T23:59:59Z"));
  for (const char* bad :
       {"2023-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-04-31T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00+09:00", ""}) {
    EXPECT_FALSE(is_utc(bad)) << bad;
  }
}

}  // namespace
}  // namespace ga
