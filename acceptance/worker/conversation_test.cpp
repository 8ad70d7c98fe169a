// What a worker may say when, and what it may not.
#include "acceptance/worker/conversation.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

class Talk {
 public:
  // The next event in sequence; empty when accepted, else the complaint.
  std::string say(std::int64_t id, decltype(WireEvent::body) body) {
    return say_at(seq_++, id, std::move(body));
  }
  std::string say_at(std::int64_t seq, std::int64_t id, decltype(WireEvent::body) body) {
    const auto event = conversation.accept(encode(WireEvent{id, seq, 5, std::move(body)}));
    return event ? "" : event.error().what();
  }
  Talk& greeted() {
    EXPECT_EQ(say(0, HelloEvent{.program = "gpusim", .version = "1"}), "");
    return *this;
  }
  Talk& asked(Verb verb, std::int64_t blocks = 0, std::int64_t first = 0) {
    Question question;
    question.request.id = 7;
    question.request.verb = verb;
    question.request.blocks = blocks;
    question.request.first_block = first;
    conversation.ask(std::move(question));
    return *this;
  }

  Conversation conversation;

 private:
  std::int64_t seq_ = 0;
};

SampleEvent sample(std::int64_t block, std::string discard = "") {
  return {.block = block, .unit = "flops", .value = 1, .discard = std::move(discard)};
}
CheckEvent check(std::int64_t block) { return {block, {.kind = "exact"}}; }

bool names(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Conversation, AcceptsAnAnswerInOrder) {
  Talk talk;
  talk.greeted().asked(Verb::case_, 2, 11);
  EXPECT_EQ(talk.say(7, sample(11)), "");
  EXPECT_EQ(talk.say(7, check(11)), "");
  EXPECT_EQ(talk.say(7, sample(12)), "");
  EXPECT_EQ(talk.say(7, check(12)), "");
  EXPECT_EQ(talk.conversation.state(), Conversation::State::asked);
  EXPECT_EQ(talk.say(7, DoneEvent{}), "");
  EXPECT_EQ(talk.conversation.state(), Conversation::State::idle);
}

TEST(Conversation, ADiscardedBlockMayLackItsCheck) {
  Talk talk;
  talk.greeted().asked(Verb::case_, 2);
  EXPECT_EQ(talk.say(7, sample(0, "no_clock_reading")), "");
  EXPECT_EQ(talk.say(7, sample(1, "no_clock_reading")), "");
  EXPECT_EQ(talk.say(7, check(1)), "");
  EXPECT_NE(talk.say(7, check(1)), "");
}

TEST(Conversation, AnErrorEndsARequestAndNotTheWorker) {
  Talk talk;
  talk.greeted().asked(Verb::case_, 1);
  EXPECT_EQ(talk.say(7, ErrorEvent{"case.unknown", "x"}), "");
  EXPECT_EQ(talk.conversation.state(), Conversation::State::idle);
}

TEST(Conversation, RefusesAnEventOutOfPlace) {
  EXPECT_TRUE(names(Talk().say(7, DoneEvent{}), "before the hello"));
  EXPECT_TRUE(names(Talk().greeted().say(7, DoneEvent{}), "nobody asked"));
  EXPECT_TRUE(names(Talk().greeted().say(0, HelloEvent{}), "second hello"));
  EXPECT_TRUE(names(Talk().greeted().asked(Verb::facts).say(8, DoneEvent{}), "request 8"));
  EXPECT_TRUE(names(Talk().greeted().asked(Verb::facts).say(7, DoneEvent{}), "without an answer"));
  EXPECT_TRUE(names(Talk().greeted().asked(Verb::facts).say(7, CountersEvent{}), "not asked for"));
  EXPECT_TRUE(names(Talk().greeted().asked(Verb::case_, 1).say(7, TelemetryEvent{}), "kind"));
  EXPECT_TRUE(names(Talk().greeted().say_at(5, 0, HelloEvent{}), "event 5 where 1"));
  EXPECT_TRUE(names(Talk().say(3, HelloEvent{}), "number of a request"));
}

TEST(Conversation, RefusesBlocksThatDoNotFit) {
  EXPECT_TRUE(names(Talk().greeted().asked(Verb::case_, 1).say(7, sample(1)), "0 was due"));
  EXPECT_TRUE(names(Talk().greeted().asked(Verb::case_, 1).say(7, check(0)), "not due"));
  EXPECT_TRUE(names(Talk().greeted().asked(Verb::case_, 1).say(7, DoneEvent{}), "0 of 1 blocks"));
  Talk unchecked;
  unchecked.greeted().asked(Verb::case_, 1);
  EXPECT_EQ(unchecked.say(7, sample(0)), "");
  EXPECT_TRUE(names(unchecked.say(7, DoneEvent{}), "unchecked"));
  Talk more;
  more.greeted().asked(Verb::case_, 1);
  EXPECT_EQ(more.say(7, sample(0)), "");
  EXPECT_EQ(more.say(7, check(0)), "");
  EXPECT_TRUE(names(more.say(7, sample(1)), "more samples"));
}

TEST(Conversation, RefusesAnotherUnitThanThatOfTheSeries) {
  Talk talk;
  talk.greeted();
  Question question;
  question.request.id = 7;
  question.request.verb = Verb::case_;
  question.request.blocks = 1;
  question.unit = "bytes_per_s";
  talk.conversation.ask(question);
  EXPECT_TRUE(names(talk.say(7, sample(0)), "bytes_per_s"));
}

TEST(Conversation, RefusesCountersAndTelemetryOfAnotherGpu) {
  Talk talk;
  talk.greeted();
  Question question;
  question.request.id = 7;
  question.request.verb = Verb::events;
  question.counters_of = "gpu/3";
  talk.conversation.ask(question);
  CountersEvent counters;
  counters.gpus.resize(1);
  counters.gpus[0].unit_id = "gpu/2";
  EXPECT_TRUE(names(talk.say(7, counters), "gpu/3 was asked"));

  Talk watcher;
  watcher.greeted();
  Question watch;
  watch.request.id = 7;
  watch.request.verb = Verb::watch;
  watch.request.gpus = {"GPU-a"};
  watcher.conversation.ask(watch);
  TelemetryEvent telemetry;
  telemetry.gpu = "GPU-a";
  EXPECT_EQ(watcher.say(7, telemetry), "");
  telemetry.gpu = "GPU-b";
  EXPECT_TRUE(names(watcher.say(7, telemetry), "GPU-b"));
}

TEST(Conversation, AFollowerOfTheLogSaysNothingElse) {
  const auto said = [](decltype(WireEvent::body) body) {
    return Talk().greeted().asked(Verb::log).say(7, body);
  };
  EXPECT_EQ(said(CountersEvent{}), "");
  CountersEvent line;
  line.log = {{.t_ns = 1, .source = "kmsg", .gpu = "gpu/0", .code = "xid.79", .text = "x"}};
  EXPECT_EQ(said(line), "");
  CountersEvent counters;
  counters.gpus.resize(1);
  EXPECT_TRUE(names(said(counters), "was not asked for"));
  CountersEvent node;
  node.node = NodeCounters{};
  EXPECT_TRUE(names(said(node), "was not asked for"));
  EXPECT_TRUE(names(said(TelemetryEvent{}), "was not asked for"));
}

TEST(Conversation, RefusesUnitsThatAreNotNumberedInOrder) {
  FactsEvent facts;
  facts.facts.gpus.resize(1);
  facts.facts.gpus[0].unit_id = "gpu/1";
  EXPECT_TRUE(names(Talk().greeted().asked(Verb::facts).say(7, facts), "gpu/0 was due"));
}

TEST(Conversation, HearsNothingAfterABreach) {
  Talk talk;
  EXPECT_FALSE(talk.conversation.accept("rubbish"));
  EXPECT_EQ(talk.conversation.state(), Conversation::State::broken);
  EXPECT_FALSE(talk.conversation.accept(encode(WireEvent{0, 0, 5, HelloEvent{}})));
}

}  // namespace
}  // namespace ga
