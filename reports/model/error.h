// Error: what went wrong, in the words of whoever has to mend it, and where it was noticed.
//
// Made where the failure is seen; context is added on the way up with with(). Only a main prints.
#pragma once

#include <string>

namespace ga {

// By what the caller does next: usage and parse are the user's input, environment is the machine,
// device is a GPU, protocol is a worker that broke the wire format.
enum class ErrorCode { usage, io, parse, environment, device, timeout, protocol, internal };

struct Location {
  const char* file;
  int line;
};

// Not std::source_location: clang 14, the oldest front end that reads this code, rejects it.
constexpr Location here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  return {file, line};
}

class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string what, Location at = here());

  ErrorCode code() const { return code_; }
  const std::string& what() const { return what_; }

  // What the user does about it, one line, printed after "hint: ". Empty when there is none.
  const std::string& hint() const { return hint_; }
  Error hinted(std::string hint) &&;

  // Prefixes "context: ". The location stays where the failure was seen.
  Error with(const std::string& context) &&;

  // "what (file:line)", for logs.
  std::string str() const;

 private:
  ErrorCode code_;
  std::string what_;
  std::string hint_;
  Location at_;
};

}  // namespace ga
