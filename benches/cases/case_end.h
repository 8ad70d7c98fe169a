// How the runners say what became of a request, and add the checks of a case up.
#pragma once

#include "benches/cases/case_runner.h"
#include "kernels/runtime/error.h"
#include "reports/model/error.h"

namespace ga {

inline std::string to_line(const Error& error) {
  return error.hint().empty() ? error.what() : error.what() + "; " + error.hint();
}

// After one of these the process does not work any more; a GPU's fault or silence poisons it.
inline bool is_lost(const Error& error) {
  return error.code() == ErrorCode::device || error.code() == ErrorCode::timeout;
}

inline CaseEnd end_with(const char* code, const Error& error) {
  return {.code = code, .text = to_line(error), .worker_lost = false};
}

inline CaseEnd end_of_setup(const Error& error) {
  if (out_of_memory(error)) return end_with("memory.too_small", error);
  if (is_lost(error)) return {"device.fault", to_line(error), true};
  if (error.code() == ErrorCode::usage) return end_with("params.bad", error);
  return end_with("library.missing", error);
}

inline void merge(const Check& from, Check& into) {
  into.wrong += from.wrong;
  if (from.wrong > 0 && !into.first) into.first = from.first;
  if (from.wrong > 0 && into.got == into.expected) into.got = from.got;
}

}  // namespace ga
