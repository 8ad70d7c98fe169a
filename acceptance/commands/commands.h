// The commands of gpuaccept: options in, exit code out. Each prints its answer on stdout and its
// complaints on stderr; gpuaccept.cpp only parses the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ga {

struct RunOptions {
  std::string profile;  // file or built-in name; empty: chosen from the scenario's name
  std::string level = "standard";
  std::string out = "gpuaccept-out";
  std::string key, libs, bmc;
  std::string challenge;  // of the buyer
  std::string buyer;      // whose key it must be signed with; empty: its signature is not checked
  std::string scenario;   // file or built-in name; implies the simulator
  double time_scale = 0.01;
  std::optional<std::int64_t> boot_ns;  // when the simulated node was started anew, on our clock
  std::string replay;  // folder of a recorded node that gpuprobe plays: the run is simulated
  std::string worker;  // program to use instead of gpuprobe: the run is simulated
  std::string inject;  // --inject-unsafe
  std::vector<std::string> gates;
  bool resume = false;
  bool plan = false;
  std::string manifest, node_name;
};
int run_command(const RunOptions& options);

struct VerifyOptions {
  std::vector<std::string> files;
  std::string trust, buyer, profile;
  std::string require = "accepted";
  bool json = false;
};
int verify_command(const VerifyOptions& options);

struct RenderOptions {
  std::string file, to = "text", lang = "en", output;
};
int render_command(const RenderOptions& options);

int diff_command(const std::string& a, const std::string& b);
int explain_command(const std::string& gate_or_code);
int list_command(const std::string& what, bool as_me);  // gates profiles cases scenarios
int keygen_command(const std::string& out);

// Of gpuaudit.
struct ChallengeOptions {
  std::string key;  // of the buyer
  std::string slot, csp, node;
  std::string profile;  // file or built-in name
  std::string level = "standard";
  std::string not_before;             // UTC; empty: now
  std::optional<std::int64_t> hours;  // of the window; two days, at level soak beyond the soak
  std::vector<std::string> programs;  // files, or SHA-256; empty: gpuaccept and gpuprobe beside it
  std::vector<std::string> serials;   // of the GPUs
  std::string output;
};
int challenge_issue_command(const ChallengeOptions& options);
int challenge_show_command(const std::string& file, const std::string& buyer);

}  // namespace ga
