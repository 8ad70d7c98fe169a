// BMC: the node's management controller, asked over Redfish and HTTPS. Only GET requests are made.
#pragma once

#include <functional>
#include <string>

#include "reports/model/facts_bmc.h"
#include "reports/model/result.h"

namespace ga {

// How to reach it, from a file that only its owner may read. docs/bmc.md has an example.
struct BmcAccess {
  std::string address;  // "10.0.0.17" or "bmc.example:8443"
  std::string user, password;
  // One of the two: whom the certificate must come from, or the SHA-256 of its public key
  // (SubjectPublicKeyInfo, DER) in 64 hexadecimal digits.
  std::string ca_file, public_key_sha256;
};
Result<BmcAccess> read_bmc_file(const std::string& path);

// The body of the answer to GET PATH, or why there is none. PATH begins with "/redfish/v1".
using Fetch = std::function<Result<std::string>(const std::string& path)>;

// What is not read yet says so.
inline constexpr const char* kNotReadYet = "not read yet";

// Follows the service's own links from its root. What it does not have is absent, and says so; a
// part that fails does not take the others with it.
// `so_far` is told after each topic.
using BmcSoFar = std::function<void(const BmcFacts&)>;
BmcFacts bmc_facts(const Fetch& fetch, const BmcSoFar& so_far = {});

// From the resources in a recorded folder's bmc.json, {path: resource}.
BmcFacts replayed_bmc(const std::string& folder);

// Every field absent for one reason.
BmcFacts no_bmc(const std::string& reason);

}  // namespace ga
