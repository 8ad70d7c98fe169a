// Result<T>: a T or an Error. Status: success or an Error.
//
// C++20 has no std::expected and nvcc 13.0 takes no newer standard, so this one is ours, and small.
#pragma once

#include <utility>
#include <variant>

#include "reports/model/error.h"

namespace ga {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }

  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }

  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

struct Ok {};
using Status = Result<Ok>;

}  // namespace ga

// GA_TRY(auto x, f()) declares x, or returns f's Error. GA_CHECK(f()) returns f's Error, if any.
// With GA_CUDA they are the only control-flow macros of the project. Never in an unbraced if.
#define GA_TRY(decl, expr) GA_TRY_IMPL_(GA_CAT_(ga_result_, __COUNTER__), decl, expr)
#define GA_CHECK(expr)                                                               \
  do {                                                                               \
    if (auto ga_status_ = (expr); !ga_status_) return std::move(ga_status_).error(); \
  } while (false)
#define GA_TRY_IMPL_(tmp, decl, expr)      \
  auto tmp = (expr);                       \
  if (!tmp) return std::move(tmp).error(); \
  decl = *std::move(tmp)
#define GA_CAT_(a, b) GA_CAT2_(a, b)
#define GA_CAT2_(a, b) a##b
