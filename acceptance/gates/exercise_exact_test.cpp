#include <gtest/gtest.h>

#include "acceptance/core/seed.h"
#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

constexpr std::string_view kAll[] = {"exercise.special", "exercise.shuffle", "exercise.atomic",
                                     "exercise.integer", "exercise.copy",    "exercise.l2"};
constexpr std::string_view kOther = "0123456789abcdef";

class ExerciseExact : public GateTest {
 protected:
  ExerciseExact() : GateTest(kExerciseExact) {}
  Measurement& corner(std::string_view case_id, std::int64_t hot, std::string_view unit = "gpu/1") {
    for (Measurement& m : evidence.measurements) {
      if (m.case_id == case_id && m.unit_id == unit && m.params.at("hot") == hot) return m;
    }
    ADD_FAILURE() << "no " << case_id;
    return series(case_id, unit);
  }
  // The same other digest, in both corners.
  void differ(std::string_view case_id, std::string_view unit, std::string_view got = kOther) {
    for (const std::int64_t hot : {0, 1}) corner(case_id, hot, unit).check->got = got;
  }
};

TEST_F(ExerciseExact, PassesSixExercisersColdAndHot) {
  expect_all(Verdict::pass, "");
  std::int64_t cold_ns = 0;
  Evidence nothing;
  nothing.facts = evidence.facts;
  const auto asked = kExerciseExact.next(order(), nothing);
  EXPECT_EQ(asked.size(), 4 * 2 * std::size(kAll));
  for (const Request& request : asked) {
    EXPECT_EQ(request.params.at("seed"), kConstantSeed);
    EXPECT_EQ(request.phase == Phase::hot_exact, request.params.at("hot") == 1);
    if (request.unit_id == "gpu/1" && request.phase == Phase::cold_exact) {
      cold_ns += request.blocks * request.block_ns;
    }
  }
  EXPECT_EQ(cold_ns, 3'000'000'000);
}

TEST_F(ExerciseExact, FailsOneWrongAnswerInAnyCorner) {
  for (const std::string_view case_id : kAll) {
    for (const std::int64_t hot : {0, 1}) {
      measure();
      corner(case_id, hot).check->wrong = 1;
      expect(Verdict::fail, "exercise.exact.wrong_data");
      EXPECT_NE(on_gpu1().reason.find(case_id), std::string::npos);
    }
  }
}

TEST_F(ExerciseExact, FailsADigestThatIsNotTheExpectedOne) {
  corner("exercise.atomic", 1).check->got = kOther;
  expect(Verdict::fail, "exercise.exact.wrong_data");
}

// A special function that is off within its documented error.
TEST_F(ExerciseExact, TheMostOutvoteADigestThatLooksRightByItself) {
  differ("exercise.special", "gpu/1");
  expect(Verdict::fail, "exercise.exact.outvoted");
}

// What a worker expects is its own word: the answer is computed here.
TEST_F(ExerciseExact, AnAnswerThatAWorkerCallsRightIsHeldToOurs) {
  const auto both = [&](const std::string& unit) {
    differ("exercise.l2", unit);
    for (const std::int64_t hot : {0, 1}) corner("exercise.l2", hot, unit).check->expected = kOther;
  };
  both("gpu/1");
  expect(Verdict::fail, "exercise.exact.wrong_data");
  for (const std::string& unit : ordered_units(profile)) both(unit);
  expect_all(Verdict::not_measured, "exercise.exact.unqualified");
}

TEST_F(ExerciseExact, AWorkerThatExpectsSomethingElseIsNotChecked) {
  corner("exercise.l2", 1).check->expected = kOther;
  expect(Verdict::not_measured, "data.not_checked");
  EXPECT_NE(on_gpu1().reason.find("held its data to '0123456789abcdef'"), std::string::npos)
      << on_gpu1().reason;
}

TEST_F(ExerciseExact, TheSeedOfAChallengeHasAnswersOfItsOwn) {
  const std::string before = corner("exercise.integer", 0).check->got;
  nonce = std::string(64, 'a');
  measure();
  expect_all(Verdict::pass, "");
  EXPECT_NE(corner("exercise.integer", 0).check->got, before);
}

TEST_F(ExerciseExact, AnAnswerThatIsNotTheSameTwiceIsOutvoted) {
  corner("exercise.special", 1).check->got = kOther;
  expect(Verdict::fail, "exercise.exact.outvoted");
  EXPECT_NE(on_gpu1().reason.find("cold and hot differ"), std::string::npos);
}

TEST_F(ExerciseExact, WithoutAMajorityNobodyIsAccusedAndNobodyPasses) {
  differ("exercise.special", "gpu/0");
  differ("exercise.special", "gpu/1");
  expect_all(Verdict::not_measured, "exercise.exact.no_majority");
  EXPECT_EQ(on_gpu1().blame, Blame::suite);
}

TEST_F(ExerciseExact, WrongEverywhereAccusesNoGpu) {
  for (Measurement& m : evidence.measurements) {
    if (m.case_id == "exercise.copy") m.check->wrong = 3;
  }
  expect_all(Verdict::not_measured, "exercise.exact.unqualified");
  EXPECT_EQ(on_gpu1().blame, Blame::suite);
  corner("exercise.copy", 0, "gpu/0").check->wrong = 0;
  expect_on("gpu/1", Verdict::fail, "exercise.exact.wrong_data");
}

TEST_F(ExerciseExact, ASingleGpuIsQualifiedByItsOtherCornerAndHasNoVote) {
  profile.ordered.gpus = 1;
  measure();
  expect_on("gpu/0", Verdict::pass, "");
  corner("exercise.integer", 1, "gpu/0").check->wrong = 1;
  expect_on("gpu/0", Verdict::fail, "exercise.exact.wrong_data");
  corner("exercise.integer", 0, "gpu/0").check->wrong = 1;
  expect_on("gpu/0", Verdict::not_measured, "exercise.exact.unqualified");
  measure();
  corner("exercise.special", 1, "gpu/0").check->got = kOther;
  expect_on("gpu/0", Verdict::not_measured, "exercise.exact.no_majority");
}

TEST_F(ExerciseExact, NeverPassesUnsoundEvidence) {
  for (const std::string_view case_id : kAll) expect_unsound_never_passes(case_id);
}

TEST_F(ExerciseExact, NeverPassesADigestThatIsNone) {
  for (const char* got : {"", "nan", "0123456789abcdeg", "0123456789ABCDEF", "0"}) {
    for (const std::string_view case_id : {kAll[0], kAll[1]}) {
      measure();
      Check& check = *corner(case_id, 1).check;
      check.got = got;
      expect(Verdict::not_measured, "data.not_checked");
    }
  }
}

TEST_F(ExerciseExact, NeverPassesFewerLaunchesThanOrdered) {
  set_samples(corner("exercise.l2", 0), 63);
  expect(Verdict::not_measured, "exercise.exact.too_few_launches");
  set_samples(corner("exercise.l2", 0), 64);
  expect(Verdict::pass, "");
}

}  // namespace
}  // namespace ga
