// Whatever stands in NCCL's log: what is read of it can be written again in NCCL's words and is
// read as the same, and every size that was found is told as one way or as several.
#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "kernels/baselines/nccl_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ga::NcclLog log = ga::parse_nccl_log({reinterpret_cast<const char*>(data), size});
  for (const ga::NcclCall& call : log.calls) {
    if (call.bytes < 0 || call.channels < 1 || call.times < 1) std::abort();
    if (call.algorithm.empty() || call.protocol.empty()) std::abort();
    const auto one = ga::nccl_call(log, call.bytes);
    if (!one && one.error().what().find(" ways: ") == std::string::npos) std::abort();
    if (call.algorithm == "symmetric") continue;
    const ga::NcclLog again = ga::parse_nccl_log(
        fmt::format("NCCL INFO AllReduce: {} Bytes -> Algo {} proto {} channel{{Lo..Hi}}={{0..{}}}",
                    call.bytes, call.algorithm, call.protocol, call.channels - 1));
    if (again.calls.size() != 1 || again.calls[0].channels != call.channels) std::abort();
  }
  return 0;
}
