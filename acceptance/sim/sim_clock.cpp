#include "acceptance/sim/sim_clock.h"

#include <cmath>
#include <utility>

namespace ga {

SimClock::SimClock(double scale, std::function<std::int64_t()> wall_ns)
    : scale_(scale), wall_ns_(std::move(wall_ns)), base_ns_(wall_ns_()) {}

std::int64_t SimClock::flowing_ns() const {
  if (!flows_ || !(scale_ > 0)) return base_ns_;
  const auto passed = static_cast<double>(wall_ns_() - flows_since_);
  return base_ns_ + std::llround(passed / scale_);
}

std::int64_t SimClock::now_ns() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return flowing_ns();
}

std::int64_t SimClock::wall_ns_until(std::int64_t t_ns) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (t_ns <= base_ns_) return 0;
  const std::int64_t now = flowing_ns();
  if (t_ns <= now || !(scale_ > 0)) {
    base_ns_ = t_ns;
    flows_ = false;
    return 0;
  }
  if (!flows_) {
    flows_ = true;
    flows_since_ = wall_ns_();
  }
  return std::llround(static_cast<double>(t_ns - now) * scale_) + 1;
}

void SimClock::hold() {
  const std::lock_guard<std::mutex> lock(mutex_);
  base_ns_ = flowing_ns();
  flows_ = false;
}

ServeClock SimClock::as_serve_clock() {
  return {.now_ns = [this] { return now_ns(); },
          .wall_ns_until = [this](std::int64_t t_ns) { return wall_ns_until(t_ns); }};
}

}  // namespace ga
