// What every command says, and how: the answer on stdout, everything for people on stderr.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "reports/model/error.h"
#include "reports/model/result.h"

namespace ga {

// Exit codes that a command can end with before there is a decision.
inline constexpr int kExitUsage = 2;
inline constexpr int kExitInternal = 4;
inline constexpr int kExitUnverified = 6;

// Of what was asked for: ends with kExitUsage.
inline Error usage(std::string what) { return Error(ErrorCode::usage, std::move(what)); }

// "gpuaccept: error: ...", with the name of the program that runs, and, where there is one,
// "gpuaccept: hint: ...", on stderr.
void complain(const Error& error);
void warn(std::string_view text);  // "gpuaccept: warning: ..."
void note(std::string_view text);  // "gpuaccept: ..."

// complain(), and the exit code that the error's kind means.
int fail(const Error& error);

// The answer, on stdout. Returns 0, or kExitInternal when it could not be written.
[[nodiscard]] int answer(std::string_view text);

// Written to a temporary name beside it and renamed, so that no half file is ever seen.
Status write_whole_file(const std::string& path, std::string_view bytes);

}  // namespace ga
