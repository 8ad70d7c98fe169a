#include "acceptance/core/profile.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "acceptance/profiles/builtin.h"

namespace ga {
namespace {

const std::vector<std::string> kGates{"hbm.bandwidth", "config.ecc"};

constexpr std::string_view kGood = R"(format = 1
name = "toy"
version = "1"
kind = "acceptance"
status = "draft"
accept_level = "standard"
binding = "challenged"
warmup_case = "gemm.bf16.cublaslt"
gross_ppm = 850_000
required = ["hbm.bandwidth"]
[ordered]
gpus = 8
pci_devices = ["10de:2335"]
part_names = ["NVIDIA H200"]
memory_bytes_min = 1
ecc = "on"
mig = "off"
power_limit_mw = 700_000
idle_memory_bytes_max = 1
clock_light_min_ppm = 990_000
sw_thermal_max_ppm = 0
[sizes]
hbm_array_bytes = 1_048_576
pcie_bytes = 1_048_576
gemm_n = 8192
exact_n = 4096
exact_launches = 64
[[floor]]
gate = "hbm.bandwidth"
case = "memory.copy"
value = 4_000
unit = "bytes_per_s"
source = "a test"
date = "2026-11-22"
units = 8
status = "published"
)";

Result<Profile> parse(std::string_view text) { return parse_profile(text, "toy.toml", kGates); }

// The good profile with one text replaced.
std::string spoiled(std::string_view from, std::string_view to) {
  std::string text(kGood);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

void expect_refusal(const std::string& text, std::string_view where, std::string_view why) {
  const auto profile = parse(text);
  ASSERT_FALSE(profile) << why;
  EXPECT_NE(profile.error().what().find(where), std::string::npos) << profile.error().what();
  EXPECT_NE(profile.error().what().find(why), std::string::npos) << profile.error().what();
}

TEST(Profile, ReadsTheLengthsOfAttentionWhereItHasThem) {
  EXPECT_EQ(parse(kGood)->sizes.attention_seq, 0);
  const auto with = parse(spoiled("gemm_n = 8192",
                                  "gemm_n = 8192\nattention_seq = 8192\n"
                                  "attention_exact_seq = 4000"));
  ASSERT_TRUE(with);
  EXPECT_EQ(with->sizes.attention_seq, 8192);
  EXPECT_EQ(with->sizes.attention_exact_seq, 4000);
  expect_refusal(spoiled("gemm_n = 8192", "gemm_n = 8192\nattention_seq = 0"),
                 "toy.toml:", "attention_seq");
}

TEST(Profile, ReadsAGoodOne) {
  const auto profile = parse(kGood);
  ASSERT_TRUE(profile) << profile.error().what();
  EXPECT_EQ(profile->ordered.gpus, 8);
  EXPECT_TRUE(profile->challenged);
  ASSERT_EQ(profile->limits.size(), 1u);
  EXPECT_EQ(profile->limits[0].value, 4000);
  EXPECT_EQ(profile->sha256.size(), 64u);
}

TEST(Profile, NamesFileAndLineOfWhatItRefuses) {
  expect_refusal(spoiled("gross_ppm = 850_000", "gros_ppm = 1\ngross_ppm = 850_000"), "toy.toml:9",
                 "unknown key 'gros_ppm'");
  expect_refusal(spoiled("value = 4_000", "value = nan"), "toy.toml:31", "must be an integer");
  expect_refusal(spoiled("value = 4_000", "value = 4_000.5"), "toy.toml:31", "must be an integer");
  expect_refusal(spoiled("value = 4_000", "value = -1"), "toy.toml:31", "outside");
  expect_refusal(spoiled("bytes_per_s", "GB/s"), "toy.toml:32", "is wrong for memory.copy");
  expect_refusal(spoiled("source = \"a test\"\n", ""), "toy.toml", "source: missing");
  expect_refusal(spoiled("\"a test\"", "\"\""), "toy.toml:33", "must not be empty");
  expect_refusal(spoiled("\"2026-11-22\"", "\"soon\""), "toy.toml:34", "must be a date");
  expect_refusal(spoiled("\"published\"", "\"guessed\""), "toy.toml:36", "'guessed' is not known");
  expect_refusal(spoiled("\"published\"", "\"calibrated\""), "toy.toml:36", "at least 59 nodes");
  expect_refusal(spoiled("[\"hbm.bandwidth\"]", "[\"hbm\"]"), "toy.toml:10", "no gate 'hbm'");
  expect_refusal(spoiled("[\"hbm.bandwidth\"]", "[]"), "toy.toml:10", "no gate is required");
  expect_refusal(spoiled("[\"hbm.bandwidth\"]", "[\"identity.freshness\"]"), "toy.toml:10",
                 "asked for by a challenge alone");
  expect_refusal(spoiled("gpus = 8", "gpus = 0"), "toy.toml:12", "outside");
  expect_refusal(spoiled("ecc = \"on\"\n", ""), "toy.toml", "must say what was ordered");
  expect_refusal(spoiled("format = 1", "format = 2"), "toy.toml:1", "only format 1");
  expect_refusal(spoiled("gate = \"hbm.bandwidth\"", "gate = \"config.ecc\""), "toy.toml:29",
                 "is not in `required`");
  expect_refusal("format = [", "toy.toml:1", "");
}

TEST(Profile, ATimeHasACeilingAndARateAFloor) {
  std::string text = spoiled("[[floor]]", "[[ceiling]]");
  expect_refusal(text, "toy.toml:32", "a ceiling is one of a time");
  const auto replace = [&](std::string_view from, std::string_view to) {
    text.replace(text.find(from), from.size(), to);
  };
  replace("memory.copy", "allreduce.latency");
  replace("bytes_per_s", "ns");
  const auto profile = parse(text);
  ASSERT_TRUE(profile) << profile.error().what();
  EXPECT_TRUE(profile->limits[0].is_ceiling);
  replace("[[ceiling]]", "[[floor]]");
  expect_refusal(text, "toy.toml:32", "a time has no floor");
}

TEST(Profile, ALimitMayBeOfOneMessageSize) {
  const auto with = [](std::string_view key) { return std::string(kGood) + std::string(key); };
  const auto profile = parse(with("key = { bytes = 8_589_934_592 }\n"));
  ASSERT_TRUE(profile) << profile.error().what();
  EXPECT_EQ(profile->limits[0].key.bytes, 8'589'934'592);
  expect_refusal(with("key = { bytes = 0 }\n"), "toy.toml:37", "outside");
  const auto banded = parse(with("key = { memory_max_mc = 85_000 }\n"));
  ASSERT_TRUE(banded) << banded.error().what();
  EXPECT_EQ(banded->limits[0].key.memory_max_mc, 85'000);
  expect_refusal(with("key = { memory_max_mc = 0 }\n"), "toy.toml:37", "outside");
}

TEST(Profile, EveryBuiltInProfileIsSound) {
  std::vector<std::string> gates{
      "identity.inventory",  "identity.firmware",  "site.power",         "site.cooling",
      "config.ecc",          "config.mig",         "config.power_limit", "config.clocks_set",
      "config.compute_mode", "config.persistence", "config.idle",        "config.numa",
      "config.acs",          "config.pcie",        "config.fabric",      "nvlink.links",
      "nic.links",           "host.memory",        "host.cpu",           "host.nvme",
      "memory.remap",        "memory.ecc",         "clock.light",        "events.throttle",
      "hbm.bandwidth",       "pcie.h2d",           "pcie.d2h",           "events.ecc",
      "events.nic",          "events.nvlink",      "events.pcie",        "events.xid",
      "nvlink.p2p",          "pcie.numa",          "allreduce.own",      "allreduce.nccl_ring",
      "allreduce.nccl_nvls", "allreduce.latency",  "allreduce.exact",    "hbm.latency",
      "hbm.pattern",         "exercise.exact",     "power.sustained",    "power.pulse",
      "thermal.resistance",  "node.uniformity",    "soak.digest"};
  for (const char* type : {"bf16", "fp16", "tf32", "fp8", "fp32", "fp64", "int8"}) {
    for (const char* kernel : {"own", "cublaslt"}) {
      gates.push_back(fmt::format("gemm.{}.{}", type, kernel));
      gates.push_back(gates.back() + ".exact");
    }
  }
  for (const char* kernel : {"own", "cudnn", "bwd.own", "bwd.cudnn"}) {
    gates.push_back(fmt::format("attention.bf16.{}", kernel));
    gates.push_back(gates.back() + ".exact");
  }
  EXPECT_EQ(builtin_profiles().size(), 3u);
  for (const Embedded& file : builtin_profiles()) {
    const auto profile = load_profile(std::string(file.name), gates);
    ASSERT_TRUE(profile) << profile.error().what();
    EXPECT_EQ(profile->name, file.name);
    EXPECT_EQ(builtin_profile_by_digest(profile->sha256), &file);
    EXPECT_EQ(profile->kind == ProfileKind::ci, profile->limits.empty());
  }
  EXPECT_EQ(builtin_profile_by_digest("00"), nullptr);
}

TEST(Profile, LeavesGatesToStandardOnlyWhereQuickDecidesNothing) {
  const auto with = [](std::string_view gates) {
    return spoiled("[\"hbm.bandwidth\"]",
                   fmt::format("[\"hbm.bandwidth\"]\nskip_at_quick = {}", gates));
  };
  const std::string good = with("[\"hbm.bandwidth\"]");
  const auto profile = parse(good);
  ASSERT_TRUE(profile) << profile.error().what();
  EXPECT_TRUE(profile->skips_at_quick("hbm.bandwidth"));
  EXPECT_FALSE(profile->skips_at_quick("config.ecc"));
  expect_refusal(with("[\"config.ecc\"]"), "toy.toml:11", "is not in `required`");
  expect_refusal(with("[\"hbm.bandwidth\", \"hbm.bandwidth\"]"), "toy.toml:11", "stands twice");
  const auto other = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  expect_refusal(other("accept_level = \"standard\"", "accept_level = \"quick\""), "toy.toml:11",
                 "level quick decides here");
  expect_refusal(other("kind = \"acceptance\"", "kind = \"ci\""), "toy.toml:11",
                 "level quick decides here");
}

TEST(Profile, RefusesAKeyWhoseLibraryLacksNameOrVersion) {
  for (const char* library :
       {"13.", "libcublasLt.so.13", "libcublasLt.so.13 ", " 13.", "libcublasLt.so.13 13. 1", ""}) {
    const std::string key =
        fmt::format("status = \"published\"\nkey = {{ library = \"{}\" }}", library);
    expect_refusal(spoiled("status = \"published\"", key), "toy.toml",
                   "library's name and its version");
  }
  const auto good =
      parse(spoiled("status = \"published\"",
                    "status = \"published\"\nkey = { library = \"libcublasLt.so.13 13.\" }"));
  ASSERT_TRUE(good) << good.error().what();
  EXPECT_EQ(good->limits[0].key.library, "libcublasLt.so.13 13.");
}

}  // namespace
}  // namespace ga
