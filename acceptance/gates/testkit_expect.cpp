#include <fmt/format.h>

#include <array>
#include <limits>

#include "acceptance/gates/gates.h"
#include "acceptance/gates/testkit.h"

namespace ga {

void GateTest::measure() {
  evidence = healthy_facts(order());
  measure_on();
}

void GateTest::measure_on() { play(all_gates(), order(), evidence, machine, cells); }

Finding GateTest::on(std::string_view unit) const {
  for (const Finding& finding : gate_.judge(order(), evidence)) {
    if (finding.unit_id == unit) return finding;
  }
  Finding none;
  none.code = "no finding";
  return none;
}

void GateTest::expect(Verdict verdict, std::string_view code) const {
  const Finding finding = on_gpu1();
  EXPECT_EQ(to_word(finding.verdict), to_word(verdict)) << finding.code << ": " << finding.reason;
  EXPECT_EQ(finding.code, code) << finding.reason;
  EXPECT_EQ(finding.next_step.empty(), verdict == Verdict::pass);
  for (const std::string& unit : ordered_units(profile)) {
    if (unit == "gpu/1") continue;
    EXPECT_EQ(to_word(on(unit).verdict), "pass") << unit << " " << on(unit).reason;
  }
}

void GateTest::expect_on(std::string_view unit, Verdict verdict, std::string_view code) const {
  const Finding finding = on(unit);
  EXPECT_EQ(to_word(finding.verdict), to_word(verdict)) << finding.code << ": " << finding.reason;
  EXPECT_EQ(finding.code, code) << finding.reason;
  EXPECT_EQ(finding.next_step.empty(), verdict == Verdict::pass);
}

void GateTest::expect_all(Verdict verdict, std::string_view code) const {
  for (const std::string& unit : ordered_units(profile)) {
    EXPECT_EQ(to_word(on(unit).verdict), to_word(verdict)) << unit << " " << on(unit).reason;
    EXPECT_EQ(on(unit).code, code);
  }
}

Measurement& GateTest::series(std::string_view case_id, std::string_view unit) {
  static Measurement none;
  Measurement* last = nullptr;
  for (Measurement& series : evidence.measurements) {
    if (series.gate == gate_.id && series.case_id == case_id && series.unit_id == unit) {
      last = &series;
    }
  }
  EXPECT_NE(last, nullptr) << case_id;
  return last == nullptr ? none : *last;
}

void GateTest::slow_down(std::string_view case_id, std::string_view unit, std::int64_t ppm) {
  const Machine before = machine;
  machine = [before, slow_case = std::string(case_id), slow_unit = std::string(unit), ppm](
                const Request& request, std::size_t block) {
    const std::int64_t sample = before(request, block);
    const bool slow = request.case_id == slow_case && request.unit_id == slow_unit;
    return slow ? sample / 1000 * ppm / 1000 : sample;
  };
  measure();
}

void GateTest::set_samples(Measurement& target, std::int64_t value) {
  for (std::int64_t& sample : target.samples) sample = value;
}

void GateTest::expect_unsound_never_passes(std::string_view case_id, std::string_view unit) {
  const Evidence good = evidence;
  const auto expect_open = [&](std::string_view code) {
    if (unit != kNodeUnit) expect(Verdict::not_measured, code);
    expect_on(unit, Verdict::not_measured, code);
  };
  const auto spoiled = [&](std::string_view code, const std::function<void(Measurement&)>& spoil) {
    evidence = good;
    spoil(series(case_id, unit));
    expect_open(code);
    evidence = good;
  };
  const auto sample = [&](std::int64_t value) {
    spoiled("series.impossible", [&](Measurement& m) { m.samples[0] = value; });
  };
  spoiled("series.absent", [](Measurement& m) { m.params["other"] = 1; });
  spoiled("series.absent", [](Measurement& m) { m = Measurement{}; });
  sample(0);
  sample(-1);
  sample(std::numeric_limits<std::int64_t>::min());
  sample(std::numeric_limits<std::int64_t>::max());
  spoiled("series.impossible", [](Measurement& m) { m.clock_mhz[0] = 0; });
  spoiled("series.malformed", [](Measurement& m) { m.unit = "furlongs"; });
  spoiled("series.malformed", [](Measurement& m) { m.block_ns = 1; });
  spoiled("series.malformed", [](Measurement& m) { m.power_mw.pop_back(); });
  spoiled("data.not_checked", [](Measurement& m) { m.check.reset(); });
  spoiled("data.not_checked", [](Measurement& m) { m.check->kind = "digest"; });
  spoiled("data.not_checked", [](Measurement& m) { m.check->wrong = -1; });
  spoiled("series.discards", [](Measurement& m) {
    m.discarded = {{1, "interrupted"}, {2, "interrupted"}, {3, "no_clock_reading"}};
  });
  spoiled("series.discards", [](Measurement& m) { m.discarded = {{1, "slow"}}; });
  const bool is_one = series(case_id, unit).samples.size() == 1;
  spoiled(is_one ? "series.absent" : "evidence.incomplete", [](Measurement& m) {
    for (auto* values : {&m.samples, &m.clock_mhz, &m.power_mw, &m.temp_mc, &m.throttle,
                         &m.link_gen, &m.link_width, &m.memory_temp_mc}) {
      if (!values->empty()) values->pop_back();
    }
    for (Rows* rows : {&m.cells, &m.active_links}) {
      if (!rows->empty()) rows->pop_back();
    }
  });
  const std::string request = fmt::format("{} {}", gate_.id, case_id);
  for (const auto& [how, detail, code] :
       {std::array<std::string, 3>{"signal", "SIGSEGV", "worker.fault"},
        {"deadline", "", "worker.fault"},
        {"error", "device.fault: Xid 31", "worker.fault"},
        {"error", "library.missing: libcublasLt.so.13", "worker.library_missing"},
        {"protocol", "line 3", "worker.protocol"}}) {
    evidence = good;
    evidence.exits.push_back({fmt::format("load {}", unit), request, how, detail});
    expect_open(code);
  }
  evidence = good;
  std::erase_if(evidence.facts.gpus, [](const GpuFacts& g) { return g.unit_id == "gpu/1"; });
  expect_open("unit.absent");
  evidence = good;
}

}  // namespace ga
