// Solo: the same series once more, with every other GPU idle. A GPU that is slow among all the
// others and not by itself waits for its host.
#pragma once

#include "acceptance/core/gate.h"

namespace ga {

Request alone_series(Request together);
// Of a power-capped load: after all that takes turns, so that no other GPU cools between its
// blocks.
Request solo_series(const Request& together);

// Whether the complete series of a power-capped load looks like a GPU that its host does not feed,
// and the node has others that it may be fed beside. Looks at the samples and their readings alone:
// what next() asks must not depend on how a worker ended later.
bool looks_starved(const Order& order, const Evidence& evidence, const Request& together);

}  // namespace ga
