// Memory of every GPU of a team, mapped on all of them, and once more as a multicast address.
//
// One allocation a rank (cuMemCreate), each at one address that is valid on every GPU of the team.
// A multicast address reads (multimem.ld_reduce) or writes (multimem.st) the same offset of all
// ranks at once, in the NVLink switch; ordinary loads and stores there are undefined.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "kernels/runtime/team.h"
#include "reports/model/result.h"

namespace ga {

enum class Multicast {
  none,    // not asked for
  wanted,  // where the GPUs and the driver give it; else a null address and the reason
  probe  // the same, and tried with a single GPU too, of which no documentation says whether it may
};

class PeerMemory {
 public:
  PeerMemory();  // nothing
  PeerMemory(PeerMemory&& other) noexcept;
  PeerMemory& operator=(PeerMemory&& other) noexcept;
  PeerMemory(const PeerMemory&) = delete;
  PeerMemory& operator=(const PeerMemory&) = delete;
  ~PeerMemory();  // unmaps, unbinds and frees all; the GPUs must be done with it

  // At least `bytes` (1 or more) on each rank, not initialised. Refused multicast is no error.
  static Result<PeerMemory> make(const Team& team, std::size_t bytes, Multicast multicast);

  void* data(int rank) const;               // of rank 0 to team.size() - 1
  std::size_t bytes() const;                // of each rank: rounded up to the driver's granularity
  void* multicast() const;                  // null where there is none
  const std::string& no_multicast() const;  // why, in one sentence; empty where there is one

 private:
  struct State;
  explicit PeerMemory(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What an error of the driver's multicast calls (a CUresult) means, and what to do about it.
std::string multicast_reason(const char* call, int result);

}  // namespace ga
