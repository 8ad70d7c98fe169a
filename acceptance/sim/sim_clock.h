// SimClock: the time of a simulated worker. It starts at the monotonic clock's reading, stands
// still while the simulator computes, and moves while somebody waits: `scale` wall seconds for each
// simulated one. Scale 0 jumps.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

#include "acceptance/wire/serve.h"

namespace ga {

class SimClock {
 public:
  SimClock(double scale, std::function<std::int64_t()> wall_ns);

  std::int64_t now_ns() const;
  // As ServeClock asks: how long to wait for that moment. Asking starts the waiting; when the
  // moment has come the clock reads exactly it, however late the caller woke.
  std::int64_t wall_ns_until(std::int64_t t_ns);
  // Stands still from here on, until somebody waits again.
  void hold();

  // For serve(). This clock must outlive it.
  ServeClock as_serve_clock();

 private:
  std::int64_t flowing_ns() const;

  const double scale_;
  const std::function<std::int64_t()> wall_ns_;
  mutable std::mutex mutex_;
  std::int64_t base_ns_;
  bool flows_ = false;
  std::int64_t flows_since_ = 0;  // wall
};

}  // namespace ga
