// Matrix descriptors and tensor maps, field by field as the PTX ISA and the driver API have them.
#include <gtest/gtest.h>

#include "kernels/data/tensor_map.h"
#include "kernels/ptx/wgmma_descriptor.h"

namespace {

using ga::ElementType;
using ga::TensorMapShape;
using ga::wgmma_advance;
using ga::wgmma_descriptor;

// Address 0x400 is 0x40 units of 16 bytes in bits 0-13; leading 16 is 1 in bits 16-29; stride 1024
// is 0x40 in bits 32-45; bits 62-63 are 1 for the 128-byte swizzle.
TEST(WgmmaDescriptor, KMajorGoldenWord) {
  EXPECT_EQ(wgmma_descriptor({.address = 0x400, .leading = 16, .stride = 1024}),
            0x4000004000010040u);
}

// 0x4400 is 0x440 units; 8192 bytes to the next 64 columns are 0x200 units, in bits 16-29.
TEST(WgmmaDescriptor, MnMajorGoldenWord) {
  EXPECT_EQ(wgmma_descriptor({.address = 0x4400, .leading = 8192, .stride = 1024}),
            0x4000004002000440u);
}

TEST(WgmmaDescriptor, EachFieldFillsItsBitsAndNoOther) {
  const std::uint64_t swizzle = std::uint64_t{1} << 62;
  EXPECT_EQ(wgmma_descriptor({.address = 0x3FFF0}), swizzle | 0x3FFFu);
  EXPECT_EQ(wgmma_descriptor({.leading = 0x3FFF0}), swizzle | 0x3FFF0000u);
  EXPECT_EQ(wgmma_descriptor({.stride = 0x3FFF0}), swizzle | 0x3FFF00000000u);
}

// 227 KiB is 232448 bytes: the last address of shared memory still fits into 18 bits.
TEST(WgmmaDescriptor, AdvancingChangesTheAddressAlone) {
  const std::uint64_t first = wgmma_descriptor({.address = 0x400, .leading = 16, .stride = 1024});
  EXPECT_EQ(wgmma_advance(first, 32), first + 2);
  EXPECT_EQ(wgmma_advance(first, 2048), first + 0x80);
  EXPECT_EQ(wgmma_advance(first, 232448 - 0x400 - 16),
            wgmma_descriptor({.address = 232448 - 16, .leading = 16, .stride = 1024}));
}

TEST(WgmmaShape, DepthIsThirtyTwoBytes) {
  EXPECT_EQ(ga::wgmma_depth(2), 16);
  EXPECT_EQ(ga::wgmma_depth(4), 8);
  EXPECT_EQ(ga::wgmma_depth(1), 32);
  EXPECT_TRUE(ga::wgmma_takes_columns(8) && ga::wgmma_takes_columns(256));
  EXPECT_FALSE(ga::wgmma_takes_columns(0) || ga::wgmma_takes_columns(12) ||
               ga::wgmma_takes_columns(264));
}

TensorMapShape good() {
  return {.data = nullptr,
          .element = ElementType::bf16,
          .cols = 1000,
          .rows = 30,
          .pitch_bytes = 2000,
          .box_cols = 64,
          .box_rows = 128};
}

TEST(TensorMapShape, TakesWhatTmaCanDo) { EXPECT_EQ(ga::tensor_map_fault(good()), nullptr); }

TEST(TensorMapShape, RefusesWhatTmaCannotDo) {
  const auto spoiled = [](auto&& spoil) {
    TensorMapShape s = good();
    spoil(s);
    return ga::tensor_map_fault(s) != nullptr;
  };
  EXPECT_TRUE(spoiled([](auto& s) { s.cols = 0; }));
  EXPECT_TRUE(spoiled([](auto& s) { s.rows = 0; }));
  EXPECT_TRUE(spoiled([](auto& s) { s.rows = (std::uint64_t{1} << 32) + 1; }));
  EXPECT_TRUE(spoiled([](auto& s) { s.pitch_bytes = 2008; }));  // no multiple of 16
  EXPECT_TRUE(spoiled([](auto& s) { s.pitch_bytes = 1984; }));  // shorter than a row
  EXPECT_TRUE(spoiled([](auto& s) { s.pitch_bytes = std::uint64_t{1} << 40; }));
  EXPECT_TRUE(spoiled([](auto& s) { s.box_rows = 257; }));
  EXPECT_TRUE(spoiled([](auto& s) { s.box_rows = 0; }));
  EXPECT_TRUE(spoiled([](auto& s) { s.box_cols = 32; }));  // 64 bytes: another swizzle
  EXPECT_TRUE(spoiled([](auto& s) { s.element = ElementType::fp32; }));
}

// Rows of 8 heads side by side: 8 x 125 elements would be the pitch, but 250 bytes are no stride.
TEST(TensorMapShape, TakesArraysOfMatricesAndRefusesOddOnes) {
  const auto fault = [](auto&& change) {
    TensorMapShape s = good();
    s.cols = 128;
    s.heads = 8;
    s.batch = 3;
    s.pitch_bytes = 2048;
    change(s);
    return ga::tensor_map_fault(s) != nullptr;
  };
  EXPECT_FALSE(fault([](auto&) {}));
  EXPECT_TRUE(fault([](auto& s) { s.batch = 0; }));
  EXPECT_TRUE(fault([](auto& s) { s.heads = 9; }));
  EXPECT_TRUE(fault([](auto& s) { s.cols = 125; }));
  EXPECT_TRUE(fault([](auto& s) { s.rows = std::uint64_t{1} << 29; }));  // 2^40 bytes to the next
}

TEST(TensorMapShape, NeedsSixteenByteAddresses) {
  alignas(16) static const char memory[32] = {};
  EXPECT_TRUE(ga::tensor_map_aligned(memory + 16));
  EXPECT_FALSE(ga::tensor_map_aligned(memory + 8));
}

}  // namespace
