#include "benches/harness/sampler.h"

#include <utility>

namespace ga {

Sampler::Sampler(ReadDevice read, std::chrono::milliseconds interval) : read_(std::move(read)) {
  if (read_) thread_ = std::thread([this, interval] { work(interval); });
}

Sampler::~Sampler() { (void)stop(); }  // what was read is not wanted any more

std::vector<DeviceReading> Sampler::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  return std::exchange(readings_, {});
}

void Sampler::work(std::chrono::milliseconds interval) {
  std::unique_lock lock(mutex_);
  do {
    lock.unlock();
    DeviceReading reading = read_();
    lock.lock();
    readings_.push_back(std::move(reading));
  } while (!wake_.wait_for(lock, interval, [this] { return stopping_; }));
}

}  // namespace ga
