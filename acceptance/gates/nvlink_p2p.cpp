// Does every GPU reach every other over NVLink as fast as ordered, and which part does not?
//
// Evidence: copies between every two GPUs, each way: by the SMs and by the copy engines, one pair
// at a time and in rounds of all GPUs at once; each block a square of rates, its data checked.
// Limit: a floor in bytes/s of the profile, for each pair, for what each GPU sends and for what it
// receives. Beside it a relative rule, which holds and never fails: a row or column 3.5 % or a pair
// 5 % below the better pairs of the same node (one of 18 links is 5.6 %).
// Naming: a row is what a GPU sends, a column what it receives, both the GPU; a single cell is a
// pair; several GPUs low by one switch's share are the switch; what else is low is the node's. No
// part is named by one measurement: the first 11 blocks and 19 more must accuse it alike.
// A rate that PCIe could carry means that the copies do not go over NVLink: the fabric is not used.
// False pass: without a floor a node that is low everywhere alike, unless by one switch's share of
// [links] copy_bytes_per_s. False fail: other work on the links.
#include "acceptance/gates/nvlink_p2p.h"

#include <utility>

#include "acceptance/core/codes.h"
#include "acceptance/core/limits.h"
#include "acceptance/gates/node_series.h"
#include "acceptance/gates/nvlink_p2p_find.h"
#include "acceptance/gates/series.h"
#include "acceptance/gates/speed.h"
#include "acceptance/gates/table.h"

namespace ga {
namespace {

NodeNeed need_of(const Order& order) { return {kP2p, order.profile.sizes.p2p_bytes, "p2p_bytes"}; }

// Quick copies by the SMs, all at once; the other engine is its repeat where that is uneven.
std::vector<P2pWay> ways_of(const Order& order, const Evidence& evidence) {
  if (order.level != Level::quick) return {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  const P2pWay first{0, 1};
  const Measurement* series = find_series(evidence, p2p_series(order, first));
  if (series == nullptr || !is_uneven(order, *series)) return {first};
  return {first, {1, 1}};
}

std::vector<Request> next(const Order& order, const Evidence& evidence) {
  std::vector<Request> requests;
  if (node_unready(need_of(order), order, evidence)) return requests;
  for (const P2pWay way : ways_of(order, evidence)) {
    const Request name = p2p_series(order, way);
    ask(requests, name, evidence, p2p_blocks(order, evidence, name));
  }
  return requests;
}

// What stands in the way of looking at a series.
std::optional<Finding> unfit(const Order& order, const Evidence& evidence, const Request& name) {
  auto state = look_at({name, "bytes_per_s", "pattern"}, evidence);
  if (state.finding) return std::move(state.finding);
  if (!is_square(order, *state.series)) return cells_malformed(name, *state.series);
  const LimitChoice choice = choose_limit(order, evidence, name);
  if (choice.limit == nullptr && choice.elsewhere) {
    return found(kP2p, kNodeUnit, "limit.no_floor_for_stack",
                 "the profile has a floor for nvlink.p2p under another key");
  }
  const std::size_t wanted = p2p_blocks(order, evidence, name);
  const std::size_t have = state.series->samples.size();
  if (have < wanted) return incomplete(name, have, wanted);
  return std::nullopt;
}

std::vector<Finding> judge(const Order& order, const Evidence& evidence) {
  if (auto unready = node_unready(need_of(order), order, evidence)) return {std::move(*unready)};
  if (!order.profile.machine.links) {
    return {found(kP2p, kNodeUnit, "profile.incomplete", "the profile has no [links]")};
  }
  // Of several reasons the worst: wrong data before what is merely absent.
  std::vector<Finding> open;
  std::vector<P2pLook> looks;
  for (const P2pWay way : ways_of(order, evidence)) {
    if (auto finding = unfit(order, evidence, p2p_series(order, way))) {
      open.push_back(std::move(*finding));
    } else {
      looks.push_back(look_at_way(order, evidence, way));
    }
  }
  if (!open.empty()) return {worst_of(std::move(open))};
  return p2p_findings(order, looks);
}

}  // namespace

const Gate kNvlinkP2p{kP2p, "Does every GPU reach every other over NVLink as fast as ordered?",
                      "모든 GPU 쌍이 NVLink를 통해 주문한 속도로 데이터를 주고받습니까?", next,
                      judge};

}  // namespace ga
