#include "benches/nccl_tests/options.h"

#include <gtest/gtest.h>

#include <sstream>

#include "benches/nccl_tests/json.h"
#include "benches/nccl_tests/table.h"
#include "benches/stats/bus_bandwidth.h"

namespace ga {
namespace {

Result<PerfOptions> parse(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return parse_perf_options(words);
}

PerfOptions good(const std::string& line) {
  const auto options = parse(line);
  EXPECT_TRUE(options) << line << ": " << options.error().what();
  return options ? *options : PerfOptions{};
}

std::string refusal(const std::string& line) {
  const auto options = parse(line);
  if (options) return "(taken)";
  EXPECT_EQ(options.error().code(), ErrorCode::usage) << line;
  return options.error().what();
}

TEST(PerfOptions, WithoutWordsAreThoseOfNcclTests) {
  const PerfOptions o = good("");
  EXPECT_EQ(o.ranks(), 1);
  EXPECT_EQ(o.min_bytes, 33554432);
  EXPECT_EQ(o.max_bytes, 33554432);
  EXPECT_EQ(o.step_bytes, 1048576);
  EXPECT_EQ(o.step_factor, 1);
  EXPECT_EQ(o.iterations, 20);
  EXPECT_EQ(o.warmups, 1);
  EXPECT_EQ(o.checks, 1);
  EXPECT_EQ(o.graph_launches, 0);
  EXPECT_EQ(o.timeout_s, 0);
  EXPECT_EQ(o.type, ElementType::fp32);
  EXPECT_EQ(o.blocking, Blocking::none);
  EXPECT_EQ(o.averaging, Averaging::mean);
  EXPECT_FALSE(o.own || o.variant || o.help);
}

TEST(PerfOptions, ReadsLettersAndLongNames) {
  const PerfOptions o =
      good("-b 8 -e 1.5G -f 2 -g 4 -t2 -n 5 -w 0 -c0 -G 3 -T 60 -d half -z 0 -a 3");
  EXPECT_EQ(o.min_bytes, 8);
  EXPECT_EQ(o.max_bytes, 1610612736);
  EXPECT_EQ(o.step_factor, 2);
  EXPECT_EQ(o.ranks(), 8);
  EXPECT_EQ(o.iterations, 5);
  EXPECT_EQ(o.warmups, 0);
  EXPECT_EQ(o.checks, 0);
  EXPECT_EQ(o.graph_launches, 3);
  EXPECT_EQ(o.timeout_s, 60);
  EXPECT_EQ(o.type, ElementType::fp16);
  EXPECT_EQ(o.averaging, Averaging::most);
  const PerfOptions l = good(
      "--minbytes 1k --maxbytes=2M --stepbytes 4K --ngpus 0x8 --nthreads 1 --iters 7 "
      "--warmup_iters 2 --check 1 --datatype bfloat16 --op sum --root 3 --blocking 0 --timeout 1 "
      "--cudagraph 0 --output_file a.json --average 0");
  EXPECT_EQ(l.min_bytes, 1024);
  EXPECT_EQ(l.max_bytes, 2097152);
  EXPECT_EQ(l.step_bytes, 4096);
  EXPECT_EQ(l.gpus, 8);
  EXPECT_EQ(l.type, ElementType::bf16);
  EXPECT_EQ(l.json, "a.json");
  EXPECT_EQ(l.averaging, Averaging::rank0);
  EXPECT_EQ(good("-z 1").blocking, Blocking::wait_and_meet);
  EXPECT_EQ(good("-z 3").blocking, Blocking::outer);
  EXPECT_TRUE(good("-h").help);
  EXPECT_TRUE(good("--own").own);
  EXPECT_EQ(good("--variant nvls").variant, NcclVariant::nvls);
  EXPECT_EQ(good("--libs /opt/nccl").libs, "/opt/nccl");
}

TEST(PerfOptions, RefusesWhatIsNoValue) {
  EXPECT_EQ(refusal("-b 8T"), "\"8T\" is no size for 'minbytes' (-b)");
  EXPECT_EQ(refusal("-b 8MB"), "\"8MB\" is no size for 'minbytes' (-b)");
  EXPECT_EQ(refusal("-e -8"), "\"-8\" is no size for 'maxbytes' (-e)");
  EXPECT_EQ(refusal("-e nan"), "\"nan\" is no size for 'maxbytes' (-e)");
  EXPECT_EQ(refusal("-e 1e300"), "\"1e300\" is no size for 'maxbytes' (-e)");
  EXPECT_EQ(refusal("-b 0"), "\"0\" is no size for 'minbytes' (-b)");
  EXPECT_EQ(refusal("-b M"), "\"M\" is no size for 'minbytes' (-b)");
  EXPECT_EQ(refusal("-g 0"), "\"0\" is no number of GPUs (-g)");
  EXPECT_EQ(refusal("-g 8x"), "\"8x\" is no number of GPUs (-g)");
  EXPECT_EQ(refusal("-g 99999999999"), "\"99999999999\" is no number of GPUs (-g)");
  EXPECT_EQ(refusal("-n 0"), "\"0\" is no number of iterations (-n)");
  EXPECT_EQ(refusal("-z 4"), "\"4\" is no blocking mode (-z)");
  EXPECT_EQ(refusal("-a 4"), "\"4\" is no way to average (-a)");
  EXPECT_EQ(refusal("-b 2M -e 1M"),
            "invalid sizes for 'minbytes' and 'maxbytes': 2097152 > 1048576");
  EXPECT_EQ(refusal("-g 64 -t 64"), "64 threads of 64 GPUs are too many");
  EXPECT_EQ(refusal("-z 3 -G 1"), "-z does not go with graphs (-G): they cannot wait within");
  EXPECT_EQ(refusal("-J out.txt"), "\"out.txt\" does not end with .json");
  EXPECT_EQ(refusal("--own --variant ring"), "--own runs our kernels, --variant is of NCCL");
  EXPECT_EQ(refusal("--variant tree"), "no variant \"tree\" of NCCL");
}

TEST(PerfOptions, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(refusal("-q"), "unknown option \"-q\"");
  EXPECT_EQ(refusal("--no_such"), "unknown option \"--no_such\"");
  EXPECT_EQ(refusal("-g"), "\"-g\" needs a value");
  EXPECT_EQ(refusal("8"), "\"8\" is no option");
  EXPECT_EQ(refusal("-o max"), "the operation \"max\" is not measured here");
  EXPECT_EQ(refusal("-d int8"), "the type \"int8\" is not measured here");
  EXPECT_EQ(refusal("-d all"), "the type \"all\" is not measured here");
}

TEST(PerfOptions, WhatIsNotBuiltIsTakenOnlyWhereItHasNoEffect) {
  for (const char* line : {"-m 1", "-N 1", "-p 0", "-y 0", "-C 0", "-S 0", "-R 0", "-x 0", "-D 0",
                           "-V 16", "-M 0", "-u 0", "-I 0", "-K 0", "--agg_iters 1"}) {
    EXPECT_TRUE(parse(line)) << line;
  }
  for (const char* line : {"-m 2", "-N 0", "-p 1", "-y 1", "-C 1", "-S 1", "-R 1", "-x 1", "-D 3",
                           "-V 8", "-M 1", "-u 1", "-I 1", "-K 1"}) {
    EXPECT_NE(refusal(line).find(std::string(line) + " is not supported: "), std::string::npos)
        << refusal(line);
  }
  EXPECT_EQ(refusal("-R 2"), "-R 2 is not supported: registered buffers");
}

std::vector<std::int64_t> sizes(const std::string& line) {
  const PerfOptions o = good(line);
  std::vector<std::int64_t> all;
  for (std::int64_t bytes = o.min_bytes; bytes != 0; bytes = next_size(o, bytes)) {
    all.push_back(bytes);
  }
  return all;
}

TEST(PerfSizes, StepByBytesOrByAFactor) {
  using Sizes = std::vector<std::int64_t>;
  EXPECT_EQ(sizes("-b 8 -e 64 -f 2"), (Sizes{8, 16, 32, 64}));
  EXPECT_EQ(sizes("-b 8 -e 63 -f 2"), (Sizes{8, 16, 32}));
  EXPECT_EQ(sizes("-b 1M -e 3M"), (Sizes{1048576, 2097152, 3145728}));
  EXPECT_EQ(sizes("-b 5 -e 12 -i 3"), (Sizes{5, 8, 11}));
  EXPECT_EQ(sizes("-b 8 -e 8"), (Sizes{8}));
  EXPECT_EQ(sizes("-b 2147483648G -e 4294967296G -f 8"), (Sizes{std::int64_t{1} << 61}));
}

TEST(PerfTable, WritesNumbersAsNcclTestsDoes) {
  EXPECT_EQ(float_text(20.5, 7), "  20.50");
  EXPECT_EQ(float_text(0, 6), "  0.00");
  EXPECT_EQ(float_text(12345.678, 7), "12345.7");
  EXPECT_EQ(float_text(1234567.4, 7), "1234567");
  EXPECT_EQ(float_text(12345678.0, 7), "1.2e+07");
  EXPECT_EQ(float_text(1234567.0, 6), " 1e+06");
}

TEST(PerfSummary, EnoughIsNineTenths) {
  PerfSummary s{.bus_gb_s = 90, .least_gb_s = 100};
  EXPECT_TRUE(s.good());
  s.bus_gb_s = 89.9;
  EXPECT_FALSE(s.good());
  s.bus_gb_s = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(s.good());
  s.least_gb_s.reset();
  EXPECT_TRUE(s.good());
  s.wrong_runs = 1;
  EXPECT_FALSE(s.good());
}

TEST(PerfJson, QuotesWhatOthersWrote) {
  PerfRecord record;
  record.arguments = {"all_reduce_perf", "a\"b\\c\n\xff"};
  const std::string json = perf_json({}, {}, record);
  EXPECT_NE(json.find(R"("args":["all_reduce_perf","a\"b\\c\u000a?"])"), std::string::npos) << json;
  EXPECT_EQ(json.find("out_of_bounds"), std::string::npos);  // it did not end
}

TEST(BusBandwidth, IsWhatNcclTestsDefines) {
  EXPECT_DOUBLE_EQ(algorithm_bandwidth(1'000'000, 1e6), 1e9);
  EXPECT_DOUBLE_EQ(bus_bandwidth(1'000'000, 1e6, 8), 1.75e9);
  EXPECT_DOUBLE_EQ(bus_bandwidth(1'000'000, 1e6, 2), 1e9);
  EXPECT_DOUBLE_EQ(bus_bandwidth(1'000'000, 1e6, 1), 0);
  EXPECT_FALSE(bus_bandwidth(1, 0, 8) >= 0);
  EXPECT_FALSE(bus_bandwidth(1, 1, 0) >= 0);
}

}  // namespace
}  // namespace ga
