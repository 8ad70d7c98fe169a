#include <gtest/gtest.h>

#include <array>

#include "acceptance/core/judge.h"

namespace ga {
namespace {

Profile profile_of(ProfileKind kind, ProfileStatus status) {
  Profile profile;
  profile.kind = kind;
  profile.status = status;
  profile.accept_level = Level::standard;
  profile.challenged = true;
  profile.required = {"a"};
  return profile;
}

Finding finding_of(Verdict verdict, Blame blame = Blame::none) {
  Finding finding;
  finding.gate = "a";
  finding.verdict = verdict;
  finding.blame = blame;
  return finding;
}

const Profile kFinal = profile_of(ProfileKind::acceptance, ProfileStatus::final);
const Standing kSound{.real_worker = true, .injected = false, .challenged = true};

std::string word(const Profile& profile, Standing standing, std::vector<Finding> findings,
                 Level level = Level::standard) {
  return decide({profile, level}, standing, findings).word;
}

TEST(Decide, AcceptsOnlyWhenEverythingHolds) {
  const std::vector<Finding> pass{finding_of(Verdict::pass)};
  EXPECT_EQ(word(kFinal, kSound, pass), "accepted");
  EXPECT_EQ(word(kFinal, kSound, pass, Level::quick), "screened");
  auto unbound = kSound;
  unbound.challenged = false;
  EXPECT_EQ(word(kFinal, unbound, pass), "screened");
  EXPECT_EQ(word(profile_of(ProfileKind::acceptance, ProfileStatus::draft), kSound, pass),
            "screened");
  EXPECT_EQ(word(profile_of(ProfileKind::ci, ProfileStatus::final), unbound, pass), "passed");
}

TEST(Decide, LevelSoakWithoutTheSoakIsNoLevel) {
  auto soaked = finding_of(Verdict::pass);
  soaked.gate = kSoakGate;
  const std::vector<Finding> all{finding_of(Verdict::pass), soaked};
  for (const auto kind : {ProfileKind::acceptance, ProfileKind::ci}) {
    Profile profile = profile_of(kind, ProfileStatus::final);
    EXPECT_EQ(decide({profile, Level::soak}, kSound, all),
              (Decision{"inconclusive", "not_measured"}));
    EXPECT_EQ(word(profile, {}, all, Level::soak), "inconclusive");  // nor rehearsed
    profile.required.emplace_back(kSoakGate);
    EXPECT_EQ(word(profile, kSound, all, Level::soak),
              kind == ProfileKind::ci ? "passed" : "accepted");
    EXPECT_EQ(word(profile, kSound, {finding_of(Verdict::pass)}, Level::soak), "inconclusive");
  }
}

TEST(Decide, WhatIsLeftToStandardIsMissedThereAndNotAtQuick) {
  Profile profile = kFinal;
  profile.required = {"a", "b"};
  profile.skip_at_quick = {"b"};
  const std::vector<Finding> pass{finding_of(Verdict::pass)};  // of a
  EXPECT_EQ(word(profile, kSound, pass, Level::quick), "screened");
  EXPECT_EQ(word(profile, kSound, pass, Level::standard), "inconclusive");
  EXPECT_EQ(word(profile, kSound, pass, Level::soak), "inconclusive");
}

TEST(Decide, OnlyRehearsesWithoutARealWorkerOrWithAnInjectedFault) {
  const std::vector<Finding> pass{finding_of(Verdict::pass)};
  auto simulated = kSound;
  simulated.real_worker = false;
  EXPECT_EQ(word(kFinal, simulated, pass), "rehearsed");
  auto injected = kSound;
  injected.injected = true;
  EXPECT_EQ(word(kFinal, injected, pass), "rehearsed");
}

TEST(Decide, RejectsForHardwareBeforeConfiguration) {
  const std::vector<Finding> both{finding_of(Verdict::fail, Blame::config),
                                  finding_of(Verdict::fail, Blame::gpu)};
  EXPECT_EQ(decide({kFinal, Level::quick}, kSound, both), (Decision{"rejected", "hardware"}));
  const std::vector<Finding> site{finding_of(Verdict::fail, Blame::site)};
  EXPECT_EQ(decide({kFinal, Level::quick}, kSound, site), (Decision{"rejected", "site"}));
  const std::vector<Finding> config{finding_of(Verdict::fail, Blame::config), site[0]};
  EXPECT_EQ(decide({kFinal, Level::quick}, kSound, config), (Decision{"rejected", "config"}));
}

TEST(Decide, AFailOutweighsWhatWasNotMeasured) {
  EXPECT_EQ(word(kFinal, kSound,
                 {finding_of(Verdict::not_measured), finding_of(Verdict::fail, Blame::node)}),
            "rejected");
}

TEST(Decide, WhatWasNotMeasuredIsInconclusive) {
  EXPECT_EQ(decide({kFinal, Level::standard}, kSound,
                   std::array{finding_of(Verdict::pass), finding_of(Verdict::not_measured)}),
            (Decision{"inconclusive", "not_measured"}));
  EXPECT_EQ(decide({kFinal, Level::standard}, kSound, std::array{finding_of(Verdict::borderline)}),
            (Decision{"inconclusive", "borderline"}));
}

TEST(Decide, ARequiredGateWithoutAFindingIsNotMeasured) {
  EXPECT_EQ(word(kFinal, kSound, {}), "inconclusive");
  auto silent = finding_of(Verdict::not_applicable);
  EXPECT_EQ(word(kFinal, kSound, {silent}), "inconclusive");
}

TEST(Decide, AnInterruptedRunNamesItsCauseAndStillRejects) {
  auto interrupted = kSound;
  interrupted.interrupted = true;
  EXPECT_EQ(
      decide({kFinal, Level::quick}, interrupted, std::array{finding_of(Verdict::not_measured)}),
      (Decision{"inconclusive", "interrupted"}));
  EXPECT_EQ(word(kFinal, interrupted, {finding_of(Verdict::fail, Blame::gpu)}), "rejected");
}

TEST(ExitCode, FollowsTheDecision) {
  for (const char* good : {"accepted", "screened", "passed"}) EXPECT_EQ(exit_code({good, ""}), 0);
  EXPECT_EQ(exit_code({"rejected", "hardware"}), 1);
  EXPECT_EQ(exit_code({"rejected", "config"}), 5);
  EXPECT_EQ(exit_code({"rejected", "site"}), 5);
  for (const char* open : {"rehearsed", "inconclusive", "", "anything"}) {
    EXPECT_EQ(exit_code({open, ""}), 3) << open;
  }
}

TEST(Reaches, OrdersTheWordsAsPublished) {
  EXPECT_TRUE(reaches("accepted", "screened"));
  EXPECT_TRUE(reaches("screened", "rehearsed"));
  EXPECT_TRUE(reaches("passed", "rehearsed"));
  EXPECT_FALSE(reaches("screened", "accepted"));
  EXPECT_FALSE(reaches("passed", "screened"));
  EXPECT_FALSE(reaches("accepted", "passed"));
  EXPECT_FALSE(reaches("rejected", "rejected"));
  EXPECT_FALSE(reaches("inconclusive", "rehearsed"));
}

}  // namespace
}  // namespace ga
