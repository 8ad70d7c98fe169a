// Sampler: reads clock, power, temperature and throttle reasons on its own thread while a block
// runs, so that launching never waits for the driver's answers.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "benches/harness/reading.h"

namespace ga {

class Sampler {
 public:
  // Starts reading: once now, and then every `interval`. Without a function it reads nothing.
  Sampler(ReadDevice read, std::chrono::milliseconds interval);
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;
  ~Sampler();

  // Ends reading and hands out what was read. `read` is not called after this.
  std::vector<DeviceReading> stop();

 private:
  void work(std::chrono::milliseconds interval);

  ReadDevice read_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::vector<DeviceReading> readings_;
  std::thread thread_;
};

}  // namespace ga
