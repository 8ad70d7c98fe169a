// What makes each gate that counts events of a GPU say nothing, whatever its counters say.
#include <gtest/gtest.h>

#include "acceptance/gates/table.h"
#include "acceptance/gates/testkit.h"

namespace ga {
namespace {

class EventsOfAGpu : public GateTest, public ::testing::WithParamInterface<const Gate*> {
 protected:
  EventsOfAGpu() : GateTest(*GetParam()) {}
};

TEST_P(EventsOfAGpu, NeverPassesAGpuThatWasResetInTheRun) {
  evidence.before[1].energy_mj = 5'000'000;
  evidence.after[1].energy_mj = 4'000'000;
  expect(Verdict::not_measured, "events.counter_fell");
}

TEST_P(EventsOfAGpu, NeverPassesTwoBootsOfTheMachine) {
  evidence.node_after.boot_id = KnownText("another");
  expect_all(Verdict::not_measured, "events.other_boot");
  evidence.node_after.boot_id = KnownText::missing("no such file");
  expect_all(Verdict::not_measured, "events.other_boot");
}

TEST_P(EventsOfAGpu, NeverPassesWhenTheWatcherFellSilent) {
  evidence.gaps = {{"gpu/1", 0, 11'000'000'000}};
  expect(Verdict::not_measured,
         &gate_ == &kEventsThrottle ? "events.throttle.watcher_silent" : "events.watcher_silent");
  evidence.gaps = {{"node", 0, 11'000'000'000}};  // whoever follows the log sees no counters
  expect_all(Verdict::pass, "");
}

INSTANTIATE_TEST_SUITE_P(Gates, EventsOfAGpu,
                         ::testing::Values(&kEventsEcc, &kEventsNvlink, &kEventsPcie,
                                           &kEventsThrottle),
                         [](const auto& one) {
                           std::string name(one.param->id.substr(7));
                           name[0] = static_cast<char>(name[0] - 'a' + 'A');
                           return name;
                         });

}  // namespace
}  // namespace ga
