// What the launcher of the attention backward refuses, on any machine.
#include "kernels/attention/attention_bwd.h"

#include <gtest/gtest.h>

#include <string>

namespace {

TEST(AttentionBackward, LauncherRefusesWhatACallCannotBe) {
  alignas(16) char memory[32] = {};
  void* const data = memory;
  auto* const floats = reinterpret_cast<float*>(memory);
  const ga::AttentionBackward good{.q = data,
                                   .k = data,
                                   .v = data,
                                   .o = data,
                                   .lse = floats,
                                   .d_o = data,
                                   .d_q = data,
                                   .d_k = data,
                                   .d_v = data,
                                   .workspace = data,
                                   .scale = 1};
  const auto refuses = [&](auto change, const char* part) {
    ga::AttentionBackward args = good;
    change(args);
    const ga::Status status = ga::attention_bwd(args, nullptr);
    ASSERT_FALSE(status) << part;
    EXPECT_EQ(status.error().code(), ga::ErrorCode::usage);
    EXPECT_NE(status.error().what().find(part), std::string::npos) << status.error().what();
  };
  refuses([](auto& a) { a.q = nullptr; }, "backward: q");
  refuses([](auto& a) { a.k = nullptr; }, "backward: k");
  refuses([](auto& a) { a.v = nullptr; }, "backward: v");
  refuses([](auto& a) { a.o = nullptr; }, "backward: o");
  refuses([](auto& a) { a.lse = nullptr; }, "backward: lse");
  refuses([](auto& a) { a.d_o = nullptr; }, "backward: dO");
  refuses([](auto& a) { a.d_q = nullptr; }, "backward: dQ");
  refuses([](auto& a) { a.d_k = nullptr; }, "backward: dK");
  refuses([](auto& a) { a.d_v = nullptr; }, "backward: dV");
  refuses([](auto& a) { a.workspace = nullptr; }, "workspace");
  refuses([&](auto& a) { a.d_v = memory + 8; }, "aligned to 16");
  refuses([](auto& a) { a.scale = 0; }, "scale");
  refuses([](auto& a) { a.shape.dim = 96; }, "dim");
  refuses([](auto& a) { a.shape.kv_heads = 2; }, "kv_heads");
  refuses([](auto& a) { a.shape.type = ga::ElementType::fp32; }, "bf16");
}

}  // namespace
