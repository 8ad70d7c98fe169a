// For tests only: our strict readers for whoever is not written in C++. Reads lines "FORMAT JSON"
// from stdin and answers each with "ok" or "refused: REASON".
#include <algorithm>
#include <iostream>
#include <map>
#include <string>

#include "acceptance/wire/message.h"
#include "reports/codec/evidence_codec.h"
#include "reports/codec/report_codec.h"
#include "reports/seal/challenge.h"

namespace ga {
namespace {

Result<Facts> facts_from_text(std::string_view text) {
  GA_TRY(const Json json, parse_json(text));
  return facts_from_json(json, "facts");
}

template <class T>
std::string answer(const Result<T>& read) {
  std::string out = read ? "ok" : "refused: " + read.error().what();
  std::replace(out.begin(), out.end(), '\n', '?');
  return out;
}

const std::map<std::string, std::string (*)(std::string_view), std::less<>> kReaders{
    {"report", [](std::string_view text) { return answer(report_from_payload(text)); }},
    {"challenge", [](std::string_view text) { return answer(challenge_from_payload(text)); }},
    {"request", [](std::string_view text) { return answer(decode_request(text)); }},
    {"event", [](std::string_view text) { return answer(decode_event(text)); }},
    {"facts", [](std::string_view text) { return answer(facts_from_text(text)); }},
};

}  // namespace
}  // namespace ga

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t space = line.find(' ');
    const auto reader = ga::kReaders.find(line.substr(0, space));
    if (space == std::string::npos || reader == ga::kReaders.end()) {
      std::cerr << "read_as: error: no reader for this line\n";
      return 2;
    }
    std::cout << reader->second(std::string_view(line).substr(space + 1)) << '\n';
  }
  return 0;
}
