// Links of GPUs as an engineer reads them: those that are alike on one line, errors by name.
#pragma once

#include <string>
#include <vector>

#include "acceptance/node/fact_words.h"
#include "reports/model/facts.h"

namespace ga {

// A line or more for each GPU, or for all where they say the same.
std::string links_text(const std::vector<GpuFacts>& gpus, Notes& notes);

}  // namespace ga
