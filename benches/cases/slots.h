// Slots: where the checks of a chunk leave their reports on the device, one for each launch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "benches/harness/bench.h"
#include "kernels/runtime/buffer.h"
#include "reports/model/result.h"

namespace ga {

template <class Report>
class Slots {
 public:
  // `per_slot` reports for each of kMaxSlots launches.
  static Result<Slots> make(std::size_t per_slot = 1) {
    Slots slots;
    slots.per_slot_ = per_slot;
    GA_TRY(slots.device_,
           DeviceBuffer<Report>::make(static_cast<std::size_t>(kMaxSlots) * per_slot));
    slots.host_.resize(slots.device_.size());
    return slots;
  }

  Report* at(std::int64_t slot) const {
    return device_.data() + static_cast<std::size_t>(slot) * per_slot_;
  }

  // Zeroes one slot, in stream order.
  Status clear(std::int64_t slot, cudaStream_t stream) const {
    GA_CUDA(cudaMemsetAsync(at(slot), 0, per_slot_ * sizeof(Report), stream));
    return Ok{};
  }

  // The reports of slots 0 .. count-1, once the stream has run. Valid until the next fetch.
  Result<std::span<const Report>> fetch(std::int64_t count) {
    const std::span<Report> all(host_.data(), static_cast<std::size_t>(count) * per_slot_);
    GA_CHECK(copy_to_host(all, static_cast<const Report*>(device_.data())));
    return std::span<const Report>(all);
  }

  std::size_t bytes() const { return device_.bytes(); }

 private:
  std::size_t per_slot_ = 1;
  DeviceBuffer<Report> device_;
  std::vector<Report> host_;
};

}  // namespace ga
