// Test kit: a healthy node on paper. A test takes it whole and spoils one thing.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "acceptance/core/floor.h"
#include "acceptance/core/gate.h"

namespace ga {

// Every gate but those that a challenge alone, or level soak alone, asks for.
std::span<const Gate> gates_of_a_profile();

// Four GPUs, all of these required, every speed gate with a calibrated floor.
Profile test_profile();

// One sample of one block.
using Machine = std::function<std::int64_t(const Request&, std::size_t block)>;
std::int64_t healthy_sample(const Request& request, std::size_t block);

// Facts, counters and warm-up of a healthy node; no series.
Evidence healthy_facts(const Order& order);

// Changes the cells of one block of a case that spans GPUs.
using Cells = std::vector<std::int64_t>;
using CellChange = std::function<void(const Request&, std::size_t block, Cells& cells)>;

// What a block of such a case has beside its sample, sound: cells whose slowest is the sample, the
// links that were active, and which algorithm ran. The sample follows a change of the cells.
void add_node_block(const Order& order, const Request& request, const CellChange& change,
                    Measurement& series);

// Gives next() what it asks for until it asks for nothing, or for 50 rounds; returns the rounds.
int play(std::span<const Gate> gates, const Order& order, Evidence& evidence,
         const Machine& machine, const CellChange& change = {});

class GateTest : public ::testing::Test {
 protected:
  explicit GateTest(const Gate& gate) : gate_(gate), profile(test_profile()) { measure(); }

  // Measures everything anew, after a change of profile, level or machine.
  void measure();
  // Measures what is still asked for.
  void measure_on();
  Order order() const { return {profile, level, nonce}; }
  Finding on(std::string_view unit) const;
  Finding on_gpu1() const { return on("gpu/1"); }
  // Verdict and code of gpu/1; the other units must still pass.
  void expect(Verdict verdict, std::string_view code) const;
  void expect_all(Verdict verdict, std::string_view code) const;
  GpuFacts& gpu(std::size_t index = 1) { return evidence.facts.gpus[index]; }
  // Verdict and code of that unit.
  void expect_on(std::string_view unit, Verdict verdict, std::string_view code) const;
  // The series of that case on that unit; the last of them, which is hot or alone.
  Measurement& series(std::string_view case_id, std::string_view unit = "gpu/1");
  // From now on `unit` runs this case at so many parts per million of the healthy rate.
  void slow_down(std::string_view case_id, std::string_view unit, std::int64_t ppm);
  // The same rate in every block of the series.
  void set_samples(Measurement& series, std::int64_t value);
  // Spoils what every measuring gate must notice, one thing after the other.
  void expect_unsound_never_passes(std::string_view case_id, std::string_view unit = "gpu/1");

  const Gate& gate_;
  Profile profile;
  Level level = Level::standard;
  std::string nonce;  // of a challenge
  Machine machine = healthy_sample;
  CellChange cells;
  Evidence evidence;
};

}  // namespace ga
