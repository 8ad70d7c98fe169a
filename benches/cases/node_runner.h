// NodeRunner: what CaseRunner is for one GPU, for the cases that span all GPUs of a node: timed and
// checked blocks, set-ups kept between calls. One runner to a process; one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "benches/cases/case_runner.h"

namespace ga {

class NodeRunner {
 public:
  explicit NodeRunner(RunnerOptions options);  // touches no GPU and loads nothing
  ~NodeRunner();
  NodeRunner(const NodeRunner&) = delete;
  NodeRunner& operator=(const NodeRunner&) = delete;

  // As CaseRunner::run(), on request.gpus, at least two. `read` answers for all of them. Further
  // codes of a CaseEnd: "peer.refused", "multicast.refused", "nccl.refused".
  CaseEnd run(const CaseRequest& request, const ReadDevice& read,
              const std::function<void(const BlockResult&)>& emit,
              const std::function<bool()>& stop);

  std::vector<Library> libraries() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ga
