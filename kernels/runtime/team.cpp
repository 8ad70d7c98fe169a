#include "kernels/runtime/team.h"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <string>

#include "kernels/runtime/device.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

std::string pair_text(int from, int to) {
  return "GPU " + std::to_string(from) + " and the memory of GPU " + std::to_string(to);
}

// Lets the current GPU, `from`, use the memory of `to`.
Status reach(int from, int to) {
  int can = 0;
  GA_CUDA(cudaDeviceCanAccessPeer(&can, from, to));
  if (can == 0) {
    return Error(ErrorCode::environment, "the driver allows no peer access")
        .hinted(
            "look at nvidia-smi topo -p2p rw: an NVLink that is down, a fabric that is not "
            "configured, IOMMU or ACS stand in the way, or it is a virtual machine");
  }
  const cudaError_t code = cudaDeviceEnablePeerAccess(to, 0);
  if (code == cudaErrorPeerAccessAlreadyEnabled) {
    (void)cudaGetLastError();  // by an earlier team: an answer, not an error for the next call
    return Ok{};
  }
  return cuda_status(code, "cudaDeviceEnablePeerAccess");
}

Status reach_all(const std::vector<int>& devices) {
  for (const int from : devices) {
    GA_CHECK(select_device(from));
    for (const int to : devices) {
      if (to == from) continue;
      if (const Status status = reach(from, to); !status) {
        return Error(status.error()).with(pair_text(from, to));
      }
    }
  }
  return Ok{};
}

}  // namespace

Result<Team> Team::make(std::span<const int> ordinals) {
  if (ordinals.empty() || ordinals.size() > static_cast<std::size_t>(kTeamMost)) {
    return Error(ErrorCode::usage,
                 "a team of " + std::to_string(ordinals.size()) + " GPUs, not of 1 to 8");
  }
  GA_TRY(const int count, device_count());
  for (const int ordinal : ordinals) {
    if (ordinal < 0 || ordinal >= count) {
      return Error(ErrorCode::usage, "no GPU " + std::to_string(ordinal) + " among the " +
                                         std::to_string(count) + " of this process");
    }
  }
  Team team;
  team.ordinals_.assign(ordinals.begin(), ordinals.end());
  int current = 0;
  GA_CUDA(cudaGetDevice(&current));
  const Status reached = reach_all(team.devices());
  GA_CHECK(select_device(current));
  GA_CHECK(reached);
  return team;
}

std::vector<int> Team::devices() const {
  std::vector<int> once;
  for (const int ordinal : ordinals_) {
    if (std::find(once.begin(), once.end(), ordinal) == once.end()) once.push_back(ordinal);
  }
  return once;
}

}  // namespace ga
