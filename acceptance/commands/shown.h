// From a judgement to what the renderings show of it.
#pragma once

#include <string>
#include <vector>

#include "acceptance/core/gate.h"
#include "acceptance/core/judge.h"
#include "acceptance/core/profile.h"
#include "reports/render/render.h"

namespace ga {

// The profile's limits and the code table's words are added; report_id and key_id stay empty.
Shown shown_of(const Profile& profile, const Decision& decision, std::vector<Finding> findings,
               std::string judged_by);

// What a page shows beside that: the question of each gate, and what the judgement made of each
// series of the evidence.
void add_page_details(Shown& shown, const Order& order, const Evidence& evidence);

}  // namespace ga
