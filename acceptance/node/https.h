// Https: GET requests to one host through libcurl, which is looked for when it is first needed. The
// certificate is checked or pinned; nothing is followed, nothing of the environment is used.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "acceptance/node/bmc.h"
#include "reports/model/report.h"
#include "reports/model/result.h"

namespace ga {

struct HttpsLimits {
  std::int64_t connect_ms = 5'000, answer_ms = 10'000;  // of one request
  std::int64_t total_ms = 20'000;                       // of all: facts wait for them
  std::size_t answer_bytes = std::size_t{4} << 20;      // of one answer
};

// Keeps its connection between requests. Not for several threads.
class Https {
 public:
  // An environment error where there is no libcurl.
  static Result<Https> open(const BmcAccess& access, const HttpsLimits& limits);

  // The body of a 200. A refusal names the path and what was wrong, and never a credential.
  Result<std::string> get(const std::string& path);

  // libcurl, for the report.
  Result<Library> library() const;

 private:
  struct State;
  explicit Https(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

}  // namespace ga
