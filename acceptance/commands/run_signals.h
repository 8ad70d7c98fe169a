// RunSignals: SIGINT, SIGTERM and SIGHUP as something to wait for, while this object lives.
#pragma once

#include <signal.h>

#include <string>

#include "acceptance/worker/spawn.h"
#include "reports/model/result.h"

namespace ga {

class RunSignals {
 public:
  // Also ignores SIGPIPE and SIGXFSZ, so that a full disk or a closed pipe is an error to report.
  static Result<RunSignals> watch();
  RunSignals(RunSignals&&) = default;
  ~RunSignals();

  int descriptor() const { return file_.get(); }
  // Takes what has come since; true when there was a signal.
  bool take();
  int count() const { return count_; }
  const std::string& first() const { return first_; }  // "SIGTERM"

 private:
  RunSignals() = default;
  Descriptor file_;
  sigset_t before_{};
  int count_ = 0;
  std::string first_;
};

}  // namespace ga
