#include "benches/cases/walked_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "benches/cases/pattern_slots.h"
#include "kernels/runtime/error.h"

namespace ga {
namespace {

constexpr std::size_t kPieceVectors = kWalkPieceBytes / sizeof(ptx::Vector);
static_assert(std::has_single_bit(kPieceVectors) && kPieceVectors % kWalkTile == 0);

std::size_t piece_count(std::size_t bytes) {
  return (bytes + kWalkPieceBytes - 1) / kWalkPieceBytes;
}

}  // namespace

Status take_chunks(std::size_t bytes, const std::function<Status(std::size_t)>& take) {
  std::size_t most = kMostChunkBytes;
  for (std::size_t missing = bytes; missing > 0;) {
    const std::size_t whole = missing / kWalkPieceBytes * kWalkPieceBytes;
    const std::size_t size = whole == 0 ? missing : std::min(most, whole);
    const Status taken = take(size);
    if (taken) {
      missing -= size;
      continue;
    }
    if (!out_of_memory(taken.error())) return taken;
    most = std::bit_floor(size - 1);
    if (most < kWalkPieceBytes) {
      return Error(taken.error())
          .with(fmt::format("{} bytes are to be walked and only {} could be had", bytes,
                            bytes - missing));
    }
  }
  return Ok{};
}

Result<WalkedMemory> WalkedMemory::make(std::size_t bytes) {
  WalkedMemory memory;
  memory.bytes_ = bytes;
  // Small things first: the region may leave no room.
  GA_TRY(memory.pieces_, DeviceBuffer<ptx::Vector*>::make(piece_count(bytes)));
  GA_TRY(memory.blocks_, DeviceBuffer<WalkReport>::make(kWalkBlocks));
  GA_TRY(memory.report_, DeviceBuffer<WalkReport>::make(1));
  std::vector<ptx::Vector*> pieces;
  GA_CHECK(take_chunks(bytes, [&](std::size_t size) -> Status {
    GA_TRY(auto chunk, DeviceBuffer<std::byte>::make(size));
    for (std::size_t at = 0; at < size; at += kWalkPieceBytes) {
      pieces.push_back(reinterpret_cast<ptx::Vector*>(chunk.data() + at));
    }
    memory.chunks_.push_back(std::move(chunk));
    return Ok{};
  }));
  GA_CHECK(copy_to_device(memory.pieces_.data(), std::span<ptx::Vector* const>(pieces)));
  return memory;
}

std::int64_t WalkedMemory::device_bytes(std::int64_t bytes) {
  const std::size_t table = piece_count(static_cast<std::size_t>(bytes)) * sizeof(ptx::Vector*);
  return bytes + static_cast<std::int64_t>(table + (kWalkBlocks + 1) * sizeof(WalkReport));
}

Status WalkedMemory::run(const WalkPass& pass, std::uint32_t number, cudaStream_t stream) const {
  return walk({.region = {.pieces = pieces_.data(),
                          .piece_shift = std::countr_zero(kPieceVectors),
                          .vectors = bytes_ / sizeof(ptx::Vector)},
               .pass = pass,
               .number = number,
               .blocks = blocks_.data(),
               .report = report_.data()},
              stream);
}

Status WalkedMemory::clear_report(cudaStream_t stream) const {
  GA_CUDA(cudaMemsetAsync(report_.data(), 0, report_.bytes(), stream));
  return Ok{};
}

Result<WalkReport> WalkedMemory::report() const {
  return fetch(static_cast<const WalkReport*>(report_.data()));
}

Inject WalkedMemory::middle() const {
  const DeviceBuffer<std::byte>& chunk = chunks_[chunks_.size() / 2];
  return plain_output(chunk.data(), chunk.bytes());
}

}  // namespace ga
