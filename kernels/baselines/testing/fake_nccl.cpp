// A library with NCCL's entry points, declared by hand a second time: it records each call and
// answers what the test wrote. Nothing is summed.
#include "kernels/baselines/testing/fake_nccl.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace {

ga::FakeNccl& fake() {
  static ga::FakeNccl one;
  return one;
}

struct Id {
  char internal[128];
};

int answer(int result, std::string call) {
  fake().calls.push_back(std::move(call));
  return result;
}

// Communicators are small numbers, so that a test can read which one was used.
void* comm(int rank) { return reinterpret_cast<void*>(static_cast<std::uintptr_t>(rank + 1)); }
std::string text_of(const void* handle) {
  return std::to_string(reinterpret_cast<std::uintptr_t>(handle));
}

}  // namespace

extern "C" {

ga::FakeNccl* ga_fake_nccl() { return &fake(); }

int ncclGetVersion(int* version) {
  *version = fake().version;
  return 0;
}

const char* ncclGetErrorString(int code) {
  switch (code) {
    case 1:
      return "unhandled cuda error (run with NCCL_DEBUG=INFO for details)";
    case 2:
      return "unhandled system error (run with NCCL_DEBUG=INFO for details)";
    case 4:
      return "invalid argument (run with NCCL_DEBUG=WARN for details)";
    case 5:
      return "invalid usage (run with NCCL_DEBUG=WARN for details)";
    case 6:
      return "remote process exited or there was a network error";
    default:
      return "unknown result code";
  }
}

const char* ncclGetLastError(void*) { return fake().last_error.c_str(); }

int ncclGetUniqueId(Id* id) {
  for (char& c : id->internal) c = 'u';
  return answer(fake().unique_id, "id");
}

int ncclCommInitRank(void** made, int ranks, Id id, int rank) {
  *made = comm(rank);
  return answer(fake().init, "init " + std::to_string(rank) + " of " + std::to_string(ranks) +
                                 " id " + id.internal[0] + id.internal[127]);
}

int ncclCommInitAll(void** made, int ranks, const int* devices) {
  std::string text = "init all";
  for (int i = 0; i < ranks; ++i) {
    made[i] = comm(i);
    text += " " + std::to_string(devices[i]);
  }
  return answer(fake().init, text);
}

int ncclAllReduce(const void* in, void* out, std::size_t count, int type, int op, void* of,
                  void* stream) {
  return answer(fake().all_reduce, "all_reduce " + text_of(in) + " -> " + text_of(out) + " count " +
                                       std::to_string(count) + " type " + std::to_string(type) +
                                       " op " + std::to_string(op) + " comm " + text_of(of) +
                                       " stream " + text_of(stream));
}

int ncclCommGetAsyncError(void* of, int* error) {
  *error = fake().late_error;
  return answer(fake().async_error, "async " + text_of(of));
}

int ncclCommAbort(void* of) { return answer(fake().end, "abort " + text_of(of)); }
int ncclCommDestroy(void* of) { return answer(fake().end, "destroy " + text_of(of)); }

}  // extern "C"
