// Probe: the answers of the real worker to each verb. It has no CUDA: the main that has it hands in
// what CUDA sees and how a case is run, and a test hands in something else.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "acceptance/node/node.h"
#include "acceptance/wire/serve.h"
#include "benches/cases/case_runner.h"

namespace ga {

using RunCase = std::function<CaseEnd(const CaseRequest&, const ReadDevice&,
                                      const std::function<void(const BlockResult&)>&,
                                      const std::function<bool()>&)>;

struct ProbeParts {
  NodeOptions node;
  AskCuda ask_cuda;
  RunCase run_case;
  std::function<std::vector<Library>()> case_libraries;
  // Facts that stand still for so long are sent as far as they are read: NVML hangs.
  std::chrono::milliseconds most_silence = std::chrono::seconds(40);
};

class Probe {
 public:
  explicit Probe(ProbeParts parts);

  Answer facts(const WireRequest& request, Turn& turn);
  Answer events(const WireRequest& request, Turn& turn);
  // A reading of each GPU ten times a second, until nobody listens.
  Answer watch(const WireRequest& request, Turn& turn);
  // What the kernel's log says from now on, and a sign of life each second. Does not touch NVML,
  // which may hang with a GPU.
  Answer log(const WireRequest& request, Turn& turn);
  Answer run_case(const WireRequest& request, Turn& turn);

  // Writes the node as a folder to play; see docs/replay.md.
  Status record(const std::string& folder) { return node_->record(folder); }

  // These five as a service. The probe outlives it.
  Service service(HelloEvent hello);

 private:
  std::optional<Answer> refused(const WireRequest& request) const;
  std::vector<std::string> gpus_of(const WireRequest& request);
  DeviceReading read_one(const std::string& gpu, const std::string& case_id);
  // Of several GPUs the lowest clock, the highest power and temperature, and the reasons of all.
  DeviceReading read_all(const std::vector<std::string>& gpus, const std::string& case_id);

  std::vector<std::string> allowed_;
  AskCuda ask_cuda_;
  RunCase run_case_;
  std::function<std::vector<Library>()> case_libraries_;
  std::chrono::milliseconds most_silence_;
  std::shared_ptr<CallInFlight> in_flight_;
  std::shared_ptr<Node> node_;  // shared with a reader that NVML does not let go
};

}  // namespace ga
