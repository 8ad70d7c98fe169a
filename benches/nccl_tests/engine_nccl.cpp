#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "benches/nccl_tests/engine.h"
#include "kernels/baselines/nccl.h"
#include "kernels/baselines/nccl_log.h"
#include "kernels/runtime/buffer.h"
#include "kernels/runtime/device.h"

namespace ga {
namespace {

class NcclEngine : public AllReduceEngine {
 public:
  NcclEngine(const PerfOptions& options, std::span<const int> ordinals, Nccl nccl,
             std::vector<NcclRank> ranks, std::string log)
      : type_(options.type),
        variant_(options.variant),
        ordinals_(ordinals.begin(), ordinals.end()),
        nccl_(std::move(nccl)),
        ranks_(std::move(ranks)),
        log_(std::move(log)) {}

  ~NcclEngine() override {
    std::error_code ec;
    if (!log_.empty()) std::filesystem::remove(log_, ec);
  }

  Status reserve(std::size_t bytes) override {
    for (const int ordinal : ordinals_) {
      GA_CHECK(select_device(ordinal));
      GA_TRY(auto in, DeviceBuffer<std::byte>::make(bytes));
      GA_TRY(auto out, DeviceBuffer<std::byte>::make(bytes));
      in_.push_back(std::move(in));
      out_.push_back(std::move(out));
    }
    return Ok{};
  }
  std::byte* in(int rank) const override { return in_[static_cast<std::size_t>(rank)].data(); }
  std::byte* out(int rank) const override { return out_[static_cast<std::size_t>(rank)].data(); }

  Status enqueue(const EngineCall& call, cudaStream_t stream) override {
    std::byte* const to = out(call.rank) + call.offset;
    const std::byte* const from = call.place == Place::in_place ? to : in(call.rank) + call.offset;
    return of(call.rank).all_reduce(from, to, call.count, type_, stream);
  }
  Status healthy(int rank) override { return of(rank).async_error(); }
  void give_up(int rank) override {
    (void)of(rank).abort();  // what made us give up is told instead
  }

  std::string nccl_version() const override { return nccl_.version(); }

  Result<std::vector<std::string>> remarks(std::span<const std::size_t> sizes) override {
    std::vector<std::string> lines{fmt::format("{} {}", nccl_.path(), nccl_.version())};
    if (!variant_) {
      lines.emplace_back(
          "NCCL with its environment as it is; --variant cleans it and tells what ran");
      return lines;
    }
    GA_TRY(const NcclLog log, read_nccl_log(log_));
    if (!log.nvls_refused.empty()) lines.push_back("NVLS: " + log.nvls_refused);
    for (const std::size_t size : sizes) {
      const auto call = nccl_call(log, static_cast<std::int64_t>(size));
      lines.push_back(
          fmt::format("{} bytes: {}", size,
                      call ? nccl_algorithm(nccl_.version(), *call) : call.error().what()));
    }
    return lines;
  }

 private:
  NcclRank& of(int rank) { return ranks_[static_cast<std::size_t>(rank)]; }

  ElementType type_;
  std::optional<NcclVariant> variant_;
  std::vector<int> ordinals_;
  Nccl nccl_;
  std::vector<DeviceBuffer<std::byte>> in_, out_;
  std::vector<NcclRank> ranks_;  // ends before the memory that it uses
  std::string log_;              // empty where NCCL's own environment holds
};

std::string log_name() {
  std::error_code ec;
  const auto folder = std::filesystem::temp_directory_path(ec);
  return fmt::format("{}/all_reduce_perf.{}.nccl.log", ec ? "/tmp" : folder.string(), getpid());
}

}  // namespace

Result<std::unique_ptr<AllReduceEngine>> make_nccl_engine(const PerfOptions& options,
                                                          std::span<const int> ordinals) {
  std::string log;
  if (options.variant) {
    log = log_name();
    GA_CHECK(prepare_nccl({.variant = *options.variant, .log_file = log}));
  }
  GA_TRY(Nccl nccl, Nccl::load(library_places(options.libs)));
  GA_TRY(std::vector<NcclRank> ranks, nccl.init_all(ordinals));
  std::unique_ptr<AllReduceEngine> made = std::make_unique<NcclEngine>(
      options, ordinals, std::move(nccl), std::move(ranks), std::move(log));
  return made;
}

}  // namespace ga
