// Judgement: what `verify --json` says of one report, read again, so that two judgements of one
// report by two profiles can be held side by side.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/codec/json.h"
#include "reports/model/finding.h"
#include "reports/model/result.h"

namespace ga {

struct Judgement {
  std::string report_id, decision, cause;
  std::string profile;  // name, version and SHA-256
  std::vector<Finding> findings;
};

// Nothing where the document is none of `verify --json`; an error where it is one of several files,
// or of a file that did not verify.
Result<std::optional<Judgement>> judgement_from_json(const Json& json);

// The decisions, the profiles, and each finding that has another verdict or code, with both
// reasons; "no difference\n" where there is none. Pure.
std::string difference_text(const Judgement& a, const Judgement& b);

}  // namespace ga
