// How a test tells the fake cuDNN what to answer, and asks what it was called with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ga {

struct FakeEngine {
  std::int64_t index = 0;
  std::vector<std::pair<int, std::int64_t>> knobs;
  std::vector<int> notes;
  int plan = 0;  // the result of finalizing a plan of it
};

struct FakeCudnn {
  std::size_t version = 91900;
  int create = 0, finalize_graph = 0, execute = 0;  // results
  std::string last_error;
  std::map<int, std::vector<FakeEngine>> offers;  // by heuristic mode
  std::size_t withheld = 0;                       // of each, by the check as they are handed over
  std::int64_t workspace = 4096;
  // A line for each call that changes something: what was finalized with all that was set, in the
  // order of finalizing; "#3" is the third descriptor that was made.
  std::vector<std::string> calls;
  std::size_t alive = 0;  // descriptors
};

// The function of this name in the library gives the one that it uses.
using FakeCudnnState = FakeCudnn*();
inline constexpr const char* kFakeCudnnState = "ga_fake_cudnn";

}  // namespace ga
