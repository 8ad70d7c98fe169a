#include "acceptance/commands/run_setup.h"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "acceptance/commands/console.h"
#include "acceptance/commands/run_build.h"
#include "acceptance/commands/run_challenge.h"
#include "acceptance/gates/gates.h"
#include "acceptance/profiles/builtin.h"
#include "acceptance/sim/scenario.h"
#include "acceptance/sim/scenarios.h"
#include "acceptance/worker/pool.h"
#include "reports/codec/json.h"
#include "reports/model/digest.h"
#include "reports/model/injection.h"

namespace ga {
namespace {

namespace fs = std::filesystem;

constexpr double kSlowestScale = 1000;

Status check_options(const RunOptions& options) {
  if (!options.buyer.empty() && options.challenge.empty()) {
    return usage("--buyer is the key of a challenge, and there is none")
        .hinted("name the buyer's challenge with --challenge, or leave --buyer out");
  }
  if (!(options.time_scale > 0) || !(options.time_scale <= kSlowestScale)) {
    return usage(
        fmt::format("--time-scale {} is not between 0 and {}", options.time_scale, kSlowestScale));
  }
  if (const auto injection = parse_injection(options.inject); !injection) {
    return usage(fmt::format("--inject-unsafe {} is not known", options.inject))
        .hinted("one of: " + injection_words());
  }
  if (!options.bmc.empty() && (!options.scenario.empty() || !options.replay.empty())) {
    return usage("--bmc is the way to a real node's BMC, and this is a rehearsal")
        .hinted("leave it out");
  }
  if (options.boot_ns && options.scenario.empty()) {
    return usage("--simulated-boot is of a simulated node, and there is no --scenario")
        .hinted("name the scenario of the first session with --scenario, or leave it out");
  }
  if (options.boot_ns && (*options.boot_ns < 1 || *options.boot_ns > monotonic_ns())) {
    return usage(fmt::format("--simulated-boot {} is no moment of the past on the monotonic clock",
                             *options.boot_ns))
        .hinted(
            "in nanoseconds, from 1 to now: python3 -c 'import time; "
            "print(time.monotonic_ns())'");
  }
  if (!options.replay.empty() && !options.scenario.empty()) {
    return usage("--replay and --scenario are two nodes").hinted("name one of them");
  }
  if (!options.worker.empty() || !options.scenario.empty() || !options.profile.empty()) return Ok{};
  return usage("nothing says what was ordered")
      .hinted("--profile NAME for this node, or --scenario NAME to rehearse");
}

Status choose_gates(const RunOptions& options, RunSetup& setup) {
  std::vector<std::string> wanted;
  for (const std::string& name : options.gates) {
    if (find_gate(name) == nullptr) {
      return usage(fmt::format("--gates: there is no gate '{}'", name))
          .hinted("gpuaccept list gates");
    }
    wanted.push_back(name);
  }
  for (const Gate& gate : all_gates()) {
    const bool chosen =
        wanted.empty() || std::find(wanted.begin(), wanted.end(), gate.id) != wanted.end();
    if (chosen) {
      setup.gates.push_back(gate);
    } else if (setup.profile.requires_gate(gate.id)) {
      setup.partial = true;
    }
  }
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  setup.identity.gates = std::move(wanted);
  return Ok{};
}

Status read_manifest(const std::string& path, RunSetup& setup) {
  if (path.empty()) return Ok{};
  auto text = read_file(path);
  if (!text) {
    return std::move(text)
        .error()
        .with("--manifest")
        .hinted("docs/manifest-format.md has the form");
  }
  GA_TRY(setup.manifest, parse_manifest(*text, path));
  setup.identity.manifest = setup.manifest->sha256;
  return Ok{};
}

// The scenario as the worker is told it, and its name without folder and ending.
struct ChosenScenario {
  std::string argument, name, sha256;
};

Result<ChosenScenario> choose_scenario(const std::string& wanted) {
  if (const Embedded* builtin = find_embedded(builtin_scenarios(), wanted)) {
    return ChosenScenario{wanted, wanted, sha256_hex(builtin->text)};
  }
  auto digest = sha256_file(wanted);
  if (!digest) {
    return usage(fmt::format("--scenario: '{}' is neither a built-in scenario nor a file", wanted))
        .hinted("gpuaccept list scenarios");
  }
  // The worker reads it too; what it would refuse is refused before anything is written.
  GA_TRY(const Scenario scenario, load_scenario(wanted));
  std::error_code ignored;
  return ChosenScenario{fs::absolute(wanted, ignored).string(), scenario.name, *digest};
}

Result<std::string> worker_program(const RunOptions& options) {
  if (!options.worker.empty()) {
    std::error_code ignored;
    return fs::absolute(options.worker, ignored).string();
  }
  const std::string program = own_folder() + (options.scenario.empty() ? "/gpuprobe" : "/gpusim");
  if (::access(program.c_str(), X_OK) == 0) return program;
  return usage(fmt::format("there is no worker '{}'", program))
      .hinted(options.scenario.empty()
                  ? "build with CUDA (GA_CUDA=ON), or rehearse with --scenario healthy-h200"
                  : "build the target gpusim, or name a worker with --worker");
}

// A replay is known by the digest of its answers, as a scenario is.
Status choose_replay(const std::string& folder, RunSetup& setup) {
  std::error_code ignored;
  const fs::path absolute = fs::canonical(folder, ignored);
  auto digest = sha256_file((absolute / "nvml.state").string());
  if (ignored || !digest) {
    return usage(fmt::format("--replay: '{}' is no recorded node", folder))
        .hinted("gpuprobe facts --record DIR makes one");
  }
  setup.identity.scenario = fmt::format("replay {} {}", absolute.filename().string(), *digest);
  setup.worker.insert(setup.worker.end(), {"--replay", absolute.string()});
  return Ok{};
}

Status choose_worker(const RunOptions& options, const ChosenScenario& scenario, RunSetup& setup) {
  if (options.plan) {  // starts nothing, so that it can be made where there is no worker
    setup.scale = scenario.argument.empty() ? 1 : options.time_scale;
    setup.own_clocks = !scenario.argument.empty();
    return Ok{};
  }
  GA_TRY(const std::string program, worker_program(options));
  GA_TRY(const std::string digest, sha256_file(program));
  GA_TRY(const std::string own, sha256_file("/proc/self/exe"));
  const bool real = options.scenario.empty() && options.worker.empty() && options.replay.empty() &&
                    !built_worker_digest().empty() && digest == built_worker_digest();
  setup.simulated = !real;
  setup.worker = {program};
  if (!scenario.argument.empty()) {
    setup.scale = options.time_scale;
    setup.own_clocks = true;
    setup.worker.insert(setup.worker.end(), {"--scenario", scenario.argument, "--time-scale",
                                             fmt::format("{}", options.time_scale)});
    if (options.boot_ns) {
      setup.worker.insert(setup.worker.end(), {"--boot", fmt::format("{}", *options.boot_ns)});
    }
    setup.identity.scenario = fmt::format("{} {}", scenario.name, scenario.sha256);
  }
  if (!options.replay.empty()) GA_CHECK(choose_replay(options.replay, setup));
  if (!options.libs.empty()) setup.worker.insert(setup.worker.end(), {"--libs", options.libs});
  if (!options.bmc.empty()) {
    std::error_code ignored;
    if (::access(options.bmc.c_str(), R_OK) != 0) {
      return usage(fmt::format("--bmc: '{}' cannot be read", options.bmc));
    }
    setup.node_worker = {"--bmc", fs::absolute(options.bmc, ignored).string()};
  }
  if (!options.inject.empty()) {
    setup.worker.insert(setup.worker.end(), {"--inject-unsafe", options.inject});
  }
  setup.identity.worker = {digest, real, !real, options.inject};
  setup.identity.programs = {{"gpuaccept", own}, {fs::path(program).filename().string(), digest}};
  return Ok{};
}

}  // namespace

Status check_uptime(std::int64_t since_boot_ns) {
  constexpr std::int64_t kNsPerDay = std::int64_t{86'400} * 1'000'000'000;
  constexpr std::int64_t kLongestRunDays = 4;  // of level soak, after a memory event
  if (since_boot_ns <= kMaxJsonInteger - kLongestRunDays * kNsPerDay) return Ok{};
  return usage(fmt::format("this machine has been up for {} days, and a report carries times of at "
                           "most {} days since boot",
                           since_boot_ns / kNsPerDay, kMaxJsonInteger / kNsPerDay))
      .hinted("restart the machine, and run again");
}

Result<RunSetup> prepare_run(const RunOptions& options) {
  GA_CHECK(check_options(options));
  if (!options.plan) GA_CHECK(check_uptime(monotonic_ns()));
  RunSetup setup;
  setup.options = options;
  const auto level = level_from_word(options.level);
  if (!level) return usage(fmt::format("--level {} is not quick, standard or soak", options.level));
  setup.level = *level;
  ChosenScenario scenario;
  if (!options.scenario.empty()) {
    GA_TRY(scenario, choose_scenario(options.scenario));
  }
  if (options.profile.empty() && scenario.name.empty()) {
    return usage("--worker without --profile: nothing says what was ordered")
        .hinted("gpuaccept list profiles");
  }
  const std::string profile =
      options.profile.empty() ? std::string(profile_of_scenario(scenario.name)) : options.profile;
  GA_TRY(setup.profile, load_profile(profile, gate_ids()));
  if (setup.level == Level::soak && !setup.profile.requires_gate(kSoakGate)) {
    return usage(fmt::format("--level soak: profile {} does not require {}, so nothing is soaked",
                             setup.profile.name, kSoakGate))
        .hinted(fmt::format("--level standard, or a profile that has {} in `required`", kSoakGate));
  }
  GA_CHECK(choose_gates(options, setup));
  GA_CHECK(read_manifest(options.manifest, setup));
  GA_CHECK(choose_worker(options, scenario, setup));
  GA_CHECK(choose_challenge(setup));
  OpenEntry& identity = setup.identity;
  identity.boot_id = boot_id();
  if (options.boot_ns) identity.boot_id += fmt::format("+{}", *options.boot_ns);
  identity.version = built_version();
  identity.commit = built_commit();
  identity.profile = {setup.profile.name, setup.profile.version, setup.profile.sha256};
  identity.level = to_word(setup.level);
  identity.libs = options.libs;
  identity.node_name = options.node_name;
  return setup;
}

Evidence RunSetup::with_manifest(Evidence evidence) const {
  if (manifest) evidence.manifest = excerpt_of(*manifest, evidence.facts);
  return evidence;
}

Result<SigningKey> signing_key(const RunOptions& options) {
  return options.key.empty() ? SigningKey::generate() : SigningKey::load(options.key);
}

std::string difference_of(const OpenEntry& before, const OpenEntry& now) {
  if (before.programs != now.programs) return "the programs are others (by digest)";
  if (!(before.worker == now.worker)) return "the worker is another, or its --inject-unsafe is";
  if (!(before.profile == now.profile)) {
    return fmt::format("the profile was {} {}", before.profile.name, before.profile.version);
  }
  if (before.level != now.level) return fmt::format("the level was {}", before.level);
  if (before.scenario != now.scenario) return "the scenario was another";
  if (before.gates != now.gates) return "--gates was another";
  if (before.libs != now.libs) return "--libs was another";
  if (before.node_name != now.node_name) return "--node-name was another";
  if (before.manifest != now.manifest) return "--manifest was another";
  if (before.challenge != now.challenge) return "--challenge was another";
  return "";
}

std::string boot_id() {
  auto text = read_file("/proc/sys/kernel/random/boot_id");
  if (!text) return "unknown";
  while (!text->empty() && text->back() == '\n') text->pop_back();
  return *std::move(text);
}

std::string utc_now() { return utc_at(::time(nullptr)); }

std::string utc_at(std::int64_t unix_s) {
  const time_t at = unix_s;
  tm parts{};
  ::gmtime_r(&at, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string own_folder() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  return failed ? "." : program.parent_path().string();
}

}  // namespace ga
