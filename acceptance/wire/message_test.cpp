// Every message survives a round trip in one byte form; every malformed line is refused by name.
#include "acceptance/wire/message.h"

#include <gtest/gtest.h>

namespace ga {
namespace {

WireRequest case_request() {
  WireRequest request;
  request.id = 7;
  request.verb = Verb::case_;
  request.case_id = "memory.copy";
  request.params = {{"bytes", 4096}, {"seed", -3}};
  request.gpus = {"GPU-aa"};
  request.start_at_ns = 10;
  request.deadline_ns = 900;
  request.blocks = 2;
  request.first_block = 11;
  request.block_ns = 400;
  request.seed = -3;
  return request;
}

const char* const kCaseLine =
    R"({"v":1,"id":7,"verb":"case","case":"memory.copy","params":{"bytes":4096,"seed":-3},)"
    R"("gpus":["GPU-aa"],"start_at_ns":10,"deadline_ns":900,"blocks":2,"first_block":11,)"
    R"("block_ns":400,"seed":-3})";

WireEvent event_of(decltype(WireEvent::body) body) { return {3, 4, 5, std::move(body)}; }

SampleEvent sample() {
  return {.block = 11,
          .unit = "bytes_per_s",
          .value = 4'000'000'000'000,
          .elapsed_ns = 400'000'000,
          .clock_mhz = 1980,
          .power_mw = 500'000,
          .temp_mc = 55'000,
          .throttle = 4,
          .discard = ""};
}

// The line with one piece replaced.
std::string spoiled(std::string line, const std::string& from, const std::string& to) {
  const auto at = line.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) line.replace(at, from.size(), to);
  return line;
}

std::string why(const Result<WireRequest>& result) { return result ? "" : result.error().what(); }
std::string why(const Result<WireEvent>& result) { return result ? "" : result.error().what(); }

bool names(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(WireRequest, HasOneByteForm) {
  EXPECT_EQ(encode(case_request()), kCaseLine);
  const auto read = decode_request(kCaseLine);
  ASSERT_TRUE(read) << why(read);
  EXPECT_EQ(*read, case_request());
}

TEST(WireRequest, EveryVerbSurvivesARoundTrip) {
  for (const Verb verb : {Verb::facts, Verb::events, Verb::watch, Verb::log}) {
    WireRequest request;
    request.id = 1;
    request.verb = verb;
    const auto read = decode_request(encode(request));
    ASSERT_TRUE(read) << why(read);
    EXPECT_EQ(*read, request);
  }
}

TEST(WireRequest, RefusesWhatItDoesNotKnowByName) {
  const std::string line = kCaseLine;
  const auto reason = [&](const std::string& from, const std::string& to) {
    return why(decode_request(spoiled(line, from, to)));
  };
  EXPECT_TRUE(names(reason(R"("block_ns":400)", R"("block_ns":400,"extra":1)"), "extra"));
  EXPECT_TRUE(names(reason(R"("v":1)", R"("v":2)"), "version 2"));
  EXPECT_TRUE(names(reason(R"("verb":"case")", R"("verb":"melt")"), "melt"));
  EXPECT_TRUE(names(reason(R"("bytes":4096)", R"("bytes":"4096")"), "bytes"));
  EXPECT_TRUE(names(reason(R"(["GPU-aa"])", R"([1])"), "gpus"));
  EXPECT_TRUE(names(reason(R"("blocks":2)", R"("blocks":0)"), "blocks"));
  EXPECT_TRUE(names(reason(R"("blocks":2)", R"("blocks":-2)"), "blocks"));
  EXPECT_TRUE(names(reason(R"("blocks":2,)", ""), "blocks"));
  EXPECT_TRUE(names(reason(R"("case":"memory.copy")", R"("case":"")"), "case"));
  EXPECT_TRUE(names(reason(R"("verb":"case")", R"("verb":"facts")"), "case"));
  EXPECT_FALSE(reason(R"("block_ns":400)", R"("block_ns":0.4)").empty());
  EXPECT_FALSE(reason(R"("block_ns":400)", R"("block_ns":null)").empty());
}

TEST(WireEvent, EveryTypeSurvivesARoundTrip) {
  HelloEvent hello;
  hello.program = "gpusim";
  hello.version = "0.1.0";
  hello.simulated = true;
  hello.pid = 42;
  hello.libraries = {{"libnvidia-ml.so.1", "/usr/lib/x", "580.1", std::string(64, 'a')}};
  FactsEvent facts;
  facts.facts.node.name = std::string("node-1");
  facts.facts.gpus.resize(1);
  facts.facts.gpus[0].unit_id = "gpu/0";
  CountersEvent counters;
  counters.gpus.resize(1);
  counters.gpus[0].unit_id = "gpu/0";
  counters.gpus[0].pcie_replays = 3;
  counters.log = {{9, "kmsg", "GPU-aa", "xid.79", "fallen off the bus"}};
  TelemetryEvent telemetry;
  telemetry.gpu = "GPU-aa";
  telemetry.clock_mhz = 1980;
  telemetry.power_mw = KnownInt::missing("not supported");
  telemetry.temp_mc = -1000;
  telemetry.throttle = 0;
  TelemetryEvent with_memory = telemetry;
  with_memory.memory_temp_mc = 71'000;
  TelemetryEvent without_memory = telemetry;
  without_memory.memory_temp_mc = KnownInt::missing("not supported");
  CheckEvent check;
  check.block = 11;
  check.check.kind = "pattern";
  for (const WireEvent& event :
       {event_of(hello), event_of(facts), event_of(counters), event_of(telemetry),
        event_of(with_memory), event_of(without_memory), event_of(sample()), event_of(check),
        event_of(DoneEvent{hello.libraries}),
        event_of(ErrorEvent{"device.fault", "cudaErrorIllegalAddress"})}) {
    const std::string line = encode(event);
    const auto read = decode_event(line);
    ASSERT_TRUE(read) << line << ": " << why(read);
    EXPECT_EQ(*read, event) << line;
    EXPECT_EQ(encode(*read), line);
  }
}

TEST(WireEvent, ASampleOfACopyCarriesItsLink) {
  SampleEvent copy = sample();
  copy.link_gen = 3;
  copy.link_width = 16;
  const std::string line = encode(event_of(copy));
  EXPECT_TRUE(names(line, R"("link_gen":3,"link_width":16)")) << line;
  const auto read = decode_event(line);
  ASSERT_TRUE(read) << why(read);
  EXPECT_EQ(*read, event_of(copy));
  EXPECT_TRUE(
      names(why(decode_event(spoiled(line, R"("link_gen":3)", R"("link_gen":-3)"))), "link_gen"));
}

TEST(WireEvent, ASampleOfAMemoryCaseCarriesItsTemperature) {
  SampleEvent copy = sample();
  copy.memory_temp_mc = 71'000;
  const std::string line = encode(event_of(copy));
  EXPECT_TRUE(names(line, R"("memory_temp_mc":71000)")) << line;
  const auto read = decode_event(line);
  ASSERT_TRUE(read) << why(read);
  EXPECT_EQ(*read, event_of(copy));
  EXPECT_TRUE(names(why(decode_event(spoiled(line, "71000", "-71000"))), "memory_temp_mc"));
}

TEST(WireEvent, ASampleOfAWholeNodeCarriesACellForEachPart) {
  SampleEvent pairs = sample();
  pairs.cells = {0, 371, 370, 0};
  pairs.active_links = {18, -1};
  const std::string line = encode(event_of(pairs));
  EXPECT_TRUE(names(line, R"("cells":[0,371,370,0],"active_links":[18,-1])")) << line;
  const auto read = decode_event(line);
  ASSERT_TRUE(read) << why(read);
  EXPECT_EQ(*read, event_of(pairs));
  for (const char* bad : {"[]", "7", "[\"x\"]"}) {
    const auto refused = why(decode_event(spoiled(line, "[18,-1]", bad)));
    EXPECT_TRUE(names(refused, "active_links")) << bad << ": " << refused;
  }
}

TEST(WireEvent, RefusesWhatItDoesNotKnowByName) {
  const std::string line = encode(event_of(sample()));
  const auto reason = [&](const std::string& from, const std::string& to) {
    return why(decode_event(spoiled(line, from, to)));
  };
  EXPECT_TRUE(names(reason(R"("type":"sample")", R"("type":"banana")"), "banana"));
  EXPECT_TRUE(names(reason(R"("block":11)", R"("block":11,"more":1)"), "more"));
  EXPECT_TRUE(names(reason(R"("block":11)", R"("block":-1)"), "block"));
  EXPECT_TRUE(names(reason(R"("value":4000000000000)", R"("value":-1)"), "value"));
  EXPECT_TRUE(names(reason(R"("discard":"")", R"("discard":"slow")"), "slow"));
  EXPECT_TRUE(names(reason(R"("id":3,)", ""), "id"));
  EXPECT_TRUE(names(reason(R"("t_ns":5)", R"("t_ns":"5")"), "t_ns"));
  EXPECT_FALSE(reason(R"("value":4000000000000)", R"("value":NaN)").empty());
}

TEST(WireEvent, AMissingReadingSaysWhy) {
  TelemetryEvent telemetry;
  telemetry.gpu = "GPU-aa";
  const std::string line = encode(event_of(telemetry));
  EXPECT_FALSE(decode_event(spoiled(line, R"({"absent":"not asked"})", R"({})")));
  EXPECT_FALSE(decode_event(spoiled(line, R"({"absent":"not asked"})", R"("hot")")));
}

TEST(WireEvent, EveryPieceOfALineIsRefused) {
  const std::string line = encode(event_of(sample()));
  for (std::size_t length = 0; length < line.size(); ++length) {
    EXPECT_FALSE(decode_event(std::string_view(line).substr(0, length))) << length;
  }
}

TEST(WireEvent, RefusesALineThatIsTooLong) {
  const std::string line(kMaxWireLine + 1, ' ');
  EXPECT_TRUE(names(why(decode_event(line)), "at most"));
}

TEST(WireEvent, AComplaintIsAProtocolError) {
  const auto read = decode_event("[]");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), ErrorCode::protocol);
  EXPECT_EQ(decode_event("").error().code(), ErrorCode::protocol);
}

}  // namespace
}  // namespace ga
