// The cases that span the GPUs of a node: how each is set up on a team. Names and parameters are in
// case_table.h; node_runner.h runs them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "benches/cases/case_table.h"
#include "benches/harness/team_loop.h"
#include "kernels/baselines/nccl.h"
#include "kernels/runtime/device.h"
#include "reports/model/report.h"

namespace ga {

struct NodeContext {
  Team team;
  std::unique_ptr<TeamLoop> loop;
  std::vector<DeviceInfo> devices;  // by rank
  std::string libs;                 // --libs
  Injection injection = {};
  std::optional<Nccl> nccl = {};
  int nccl_log = -1;                    // descriptor of what NCCL tells
  std::string nccl_conf = {};           // what /etc/nccl.conf adds, and nobody can take out
  std::vector<Library> libraries = {};  // loaded so far
  // Set beside an error of a set-up: the part that said no, "multicast.refused" or "nccl.refused".
  std::string refusal = {};
};

// One block as it was run.
struct NodeBlock {
  std::int64_t value = 0;       // in the case's unit
  std::int64_t elapsed_ns = 0;  // timed
  std::int64_t launches = 0;    // checked, over all GPUs
  std::vector<std::int64_t> cells = {};
  std::string algorithm = {};
  Check check = {};
  bool interrupted = false;
};

// A case set up on a team. block() runs about `block_ns` of it and checks all that it timed.
class NodeBench {
 public:
  NodeBench() = default;
  virtual ~NodeBench() = default;
  NodeBench(const NodeBench&) = delete;
  NodeBench& operator=(const NodeBench&) = delete;

  virtual Result<NodeBlock> block(std::int64_t block_ns, const Stop& stop) = 0;
};

struct NodeCase {
  std::string_view id;
  // Device memory that setup() takes on each GPU. `params` is complete.
  std::function<std::int64_t(const Params& params, const NodeContext& context)> device_bytes;
  std::function<Result<std::unique_ptr<NodeBench>>(const Params& params, std::uint64_t seed,
                                                   NodeContext& context)>
      setup;
};

const NodeCase* find_node_case(std::string_view id);

// One file each.
extern const NodeCase kNvlinkP2p, kPcieNuma;
extern const NodeCase kAllReduceOwn, kAllReduceLatency, kAllReduceExact;
extern const NodeCase kAllReduceNccl, kAllReduceNcclRing, kAllReduceNcclNvls;

}  // namespace ga
