// PowerBench: products of several formats in turn, on random data, each checked as the rates of
// gemm.<type>.own are. The body of power.mixed, and with one format and a rhythm of power.pulse.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "benches/cases/gemm_random.h"

namespace ga {

class PowerBench final : public Bench {
 public:
  // With a rhythm a sample counts launches, else it is the operations of all products a second.
  static Result<std::unique_ptr<Bench>> make(std::span<const GemmShape> shapes,
                                             std::optional<Rhythm> rhythm, std::uint64_t seed,
                                             const CaseContext& context);
  static std::int64_t device_bytes(std::span<const GemmShape> shapes, const CaseContext& context);

  std::int64_t sets() const override { return static_cast<std::int64_t>(round_.size()); }
  Status poison(const Turn& turn, cudaStream_t stream) override;
  Status launch(const Turn& turn, cudaStream_t stream) override;
  Status check(const Turn& turn, cudaStream_t stream) override;
  Status collect(std::int64_t slots, Check& total) override;
  Check begin() override;
  Inject output(const Turn& turn) const override;
  std::int64_t value(const BlockTiming& timing) const override;
  std::string algorithm() const override;
  std::optional<Rhythm> rhythm() const override { return rhythm_; }

 private:
  explicit PowerBench(std::optional<Rhythm> rhythm) : rhythm_(rhythm) {}
  // One format's part in a round.
  struct Format {
    std::unique_ptr<RandomGemmBench> bench;
    double flops = 0;  // of one product
    Check found;       // in this block
  };
  struct Place {
    std::size_t format = 0;
    std::int64_t set = 0;
  };
  const Place& place(const Turn& turn) const { return round_[static_cast<std::size_t>(turn.set)]; }
  Turn inner(const Turn& turn) const;
  std::string digest(std::string Check::*side) const;

  std::optional<Rhythm> rhythm_;
  std::vector<Format> formats_;
  std::vector<Place> round_;  // which product stands where in a round
};

}  // namespace ga
