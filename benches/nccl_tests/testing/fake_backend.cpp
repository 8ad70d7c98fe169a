#include "benches/nccl_tests/testing/fake_backend.h"

#include <fmt/format.h>

#include <cstdlib>

namespace ga {
namespace {

class FakeBackend : public AllReduceBackend {
 public:
  FakeBackend(const PerfOptions& options, int first_device, std::string fault)
      : options_(options), fault_(std::move(fault)) {
    for (int rank = 0; rank < options.ranks(); ++rank) {
      devices_.push_back({.ordinal = first_device + rank,
                          .bus = fmt::format("0000:{:02x}:00", 0x1b + 0x10 * rank),
                          .name = "NVIDIA H200",
                          .memory_bytes = std::size_t{150'000'000'000}});
    }
  }

  const std::vector<PerfDevice>& devices() const override { return devices_; }
  std::string nccl_version() const override { return options_.own ? "" : "2.28.9"; }
  Status reserve(std::int64_t bytes) override {
    reserved_ = bytes;
    return Ok{};
  }
  Status warm_up(std::int64_t, int) override { return Ok{}; }

  Result<Measured> run(std::int64_t count, Place place) override {
    const std::int64_t bytes = count * element_bytes(options_.type);
    if (bytes > reserved_) return Error(ErrorCode::internal, "more than was reserved");
    const bool last = bytes == options_.max_bytes && place == Place::in_place;
    if (fault_ == "dead" && last) return Error(ErrorCode::device, "rank 3: no answer");
    if (fault_ == "slow") return Error(ErrorCode::timeout, "rank 3 took longer than 1 s");
    const double bus_bytes =
        static_cast<double>(bytes) * 2 * (options_.ranks() - 1) / options_.ranks();
    Measured m{.time_us = 20 + bus_bytes / 480e3};
    if (fault_ == "wrong" && last) m.wrong = 3;
    return m;
  }

  Result<std::vector<std::string>> remarks() override {
    return std::vector<std::string>{"a fake: nothing was measured"};
  }

 private:
  PerfOptions options_;
  std::string fault_;
  std::vector<PerfDevice> devices_;
  std::int64_t reserved_ = 0;
};

}  // namespace

Result<std::unique_ptr<AllReduceBackend>> make_fake_backend(const PerfOptions& options,
                                                            int first_device) {
  const char* const told = std::getenv("GA_FAKE");
  const std::string fault = told == nullptr ? "" : told;
  if (fault == "none") return Error(ErrorCode::environment, "no NVIDIA driver is loaded");
  std::unique_ptr<AllReduceBackend> made =
      std::make_unique<FakeBackend>(options, first_device, fault);
  return made;
}

}  // namespace ga
