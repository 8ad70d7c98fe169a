#include "reports/model/error.h"

#include <utility>

namespace ga {

Error::Error(ErrorCode code, std::string what, Location at)
    : code_(code), what_(std::move(what)), at_(at) {}

Error Error::hinted(std::string hint) && {
  hint_ = std::move(hint);
  return std::move(*this);
}

Error Error::with(const std::string& context) && {
  what_ = context + ": " + what_;
  return std::move(*this);
}

std::string Error::str() const {
  return what_ + " (" + at_.file + ":" + std::to_string(at_.line) + ")";
}

}  // namespace ga
