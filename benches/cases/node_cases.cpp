#include "benches/cases/node_cases.h"

namespace ga {

const NodeCase* find_node_case(std::string_view id) {
  for (const NodeCase* c :
       {&kNvlinkP2p, &kPcieNuma, &kAllReduceOwn, &kAllReduceNccl, &kAllReduceNcclRing,
        &kAllReduceNcclNvls, &kAllReduceLatency, &kAllReduceExact}) {
    if (c->id == id) return c;
  }
  return nullptr;
}

}  // namespace ga
