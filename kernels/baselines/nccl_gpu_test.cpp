// NCCL on one GPU: one rank, which copies; and two ranks of one GPU where the version can (from
// 2.30.3 on, NCCL_MULTI_RANK_GPU_ENABLE). Skipped, in words, where no libnccl.so.2 is found.
#include <array>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "kernels/baselines/nccl.h"
#include "kernels/baselines/nccl_environment.h"
#include "kernels/baselines/nccl_log.h"
#include "kernels/runtime/stream.h"
#include "kernels/testing/gpu.h"

namespace ga {
namespace {

using testing::must;
using testing::must_ok;

constexpr std::size_t kCount = 100'003;

std::vector<float> numbers(float first) {
  std::vector<float> all(kCount);
  for (std::size_t i = 0; i < kCount; ++i) all[i] = first + static_cast<float>(i % 251);
  return all;
}

std::vector<float> host(const DeviceBuffer<float>& device) {
  std::vector<float> all(device.size());
  must_ok(copy_to_host(std::span<float>(all), static_cast<const float*>(device.data())));
  return all;
}

// One process, one environment: it is made ready once, for both tests.
const std::string& log_file() {
  static const std::string path = ::testing::TempDir() + "nccl_gpu_test.log";
  return path;
}

Result<Nccl> load() {
  GA_CHECK(prepare_nccl({.log_file = log_file()}));
  setenv("NCCL_MULTI_RANK_GPU_ENABLE", "1", 1);  // older versions do not know it
  return Nccl::load(library_places(""));
}

TEST(NcclGpu, OneRankCopies) {
  const auto nccl = load();
  if (!nccl) GTEST_SKIP() << nccl.error().what();
  auto ranks = must(nccl->init_all(std::array{0}));
  ASSERT_EQ(ranks.size(), 1u);
  const Stream stream = must(Stream::make());
  const auto in = testing::to_device(numbers(1));
  const auto out = must(DeviceBuffer<float>::make(kCount));
  must_ok(ranks[0].all_reduce(in.data(), out.data(), kCount, ElementType::fp32, stream.get()));
  must_ok(stream.synchronize());
  must_ok(ranks[0].async_error());
  EXPECT_EQ(host(out), numbers(1));
  must_ok(ranks[0].close());
  EXPECT_TRUE(read_nccl_log(log_file()));
}

TEST(NcclGpu, TwoRanksOfOneGpuAdd) {
  const auto nccl = load();
  if (!nccl) GTEST_SKIP() << nccl.error().what();
  auto ranks = nccl->init_all(std::array{0, 0});
  if (!ranks && nccl->version() < "2.30.3") GTEST_SKIP() << ranks.error().what();
  ASSERT_TRUE(ranks) << ranks.error().what();
  std::vector<Stream> streams;
  std::vector<DeviceBuffer<float>> data;
  for (std::size_t r = 0; r < 2; ++r) {
    streams.push_back(must(Stream::make()));
    data.push_back(testing::to_device(numbers(static_cast<float>(r + 1))));
  }
  std::vector<std::thread> threads;
  for (std::size_t r = 0; r < 2; ++r) {
    threads.emplace_back([&, r] {
      must_ok((*ranks)[r].all_reduce(data[r].data(), data[r].data(), kCount, ElementType::fp32,
                                     streams[r].get()));
      must_ok(streams[r].synchronize());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<float> sum = numbers(1);
  const std::vector<float> other = numbers(2);
  for (std::size_t i = 0; i < kCount; ++i) sum[i] += other[i];
  EXPECT_EQ(host(data[0]), sum);
  EXPECT_EQ(host(data[1]), sum);
  const auto call = nccl_call(must(read_nccl_log(log_file())), kCount * sizeof(float));
  EXPECT_TRUE(call) << call.error().what();
}

}  // namespace
}  // namespace ga
