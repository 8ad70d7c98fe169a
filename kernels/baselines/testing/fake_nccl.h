// How a test tells the fake NCCL what to answer, and asks what it was called with.
#pragma once

#include <string>
#include <vector>

namespace ga {

struct FakeNccl {
  int version = 22809;
  int unique_id = 0, init = 0, all_reduce = 0, async_error = 0, late_error = 0, end = 0;  // results
  std::string last_error;
  std::vector<std::string> calls;
};

// The function of this name in the library gives the one that it uses.
using FakeNcclState = FakeNccl*();
inline constexpr const char* kFakeNcclState = "ga_fake_nccl";

}  // namespace ga
