// A made-up report for the tests of renderings: two GPUs, one slow, one thing not measured.
#pragma once

#include "reports/render/render.h"

namespace ga {

Report example_report();
// The judgement of it: rejected for hardware.
Shown example_shown();

}  // namespace ga
