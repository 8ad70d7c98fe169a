// How work is ended early: who is asked, how often, and that a yes holds.
#pragma once

#include <chrono>
#include <functional>
#include <utility>

namespace ga {

// Asked now and then while the device works; true ends the block as interrupted.
using Stop = std::function<bool()>;
inline constexpr std::chrono::milliseconds kStopInterval{10};

// Asks a Stop, and no more after a yes: who says it once has said it for all that is to come.
class Listener {
 public:
  explicit Listener(Stop stop) : stop_(std::move(stop)) {}

  bool ask() {
    if (heard_ || !stop_) return heard_;
    heard_ = stop_();
    next_ = Clock::now() + kStopInterval;
    return heard_;
  }
  // The same, every kStopInterval at most: for loops that look at something else too.
  bool poll() { return !heard_ && Clock::now() < next_ ? false : ask(); }
  // The answer so far.
  bool heard() const { return heard_; }

 private:
  using Clock = std::chrono::steady_clock;
  Stop stop_;
  bool heard_ = false;
  Clock::time_point next_ = Clock::now() + kStopInterval;
};

}  // namespace ga
