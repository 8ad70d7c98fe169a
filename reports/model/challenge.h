// Challenge: what the buyer ordered to be measured, once: where, when, on what, by which programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ga {

struct Challenge {
  std::string slot;                     // the place in the order: "2026-A/csp-alpha/node-000123"
  std::string csp;                      // who is to answer
  std::string node;                     // the node's name, as the report's facts have it
  std::vector<std::string> serials;     // of its GPUs, in any order; empty: not named
  std::string nonce;                    // 64 hexadecimal digits, never used before
  std::string not_before, not_after;    // UTC, "2026-11-22T07:19:45Z": the run lies within
  std::string profile, profile_sha256;  // what is judged by: its name, and its bytes
  std::string level;                    // the least: "quick" "standard" "soak"
  std::vector<std::string> programs;    // SHA-256 of every program that may take part
  friend bool operator==(const Challenge&, const Challenge&) = default;
};

}  // namespace ga
