// LineBuffer: pieces of a pipe in, whole lines out. A line that is too long is never held whole.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ga {

class LineBuffer {
 public:
  explicit LineBuffer(std::size_t longest) : longest_(longest) {}

  void feed(std::string_view piece) {
    // Whoever always stops in the middle of a line never empties it.
    if (start_ > kMostTaken) {
      buffer_.erase(0, start_);
      searched_ -= start_;
      start_ = 0;
    }
    buffer_.append(piece);
  }
  std::size_t held() const { return buffer_.size(); }  // bytes, taken ones too

  // The next whole line without its newline; nothing while it is incomplete or overlong.
  std::optional<std::string> next() {
    const std::size_t end = buffer_.find('\n', searched_);
    if (end == std::string::npos) {
      searched_ = buffer_.size();
      return std::nullopt;
    }
    if (end - start_ > longest_) return std::nullopt;
    std::string line = buffer_.substr(start_, end - start_);
    start_ = searched_ = end + 1;
    if (start_ == buffer_.size()) {
      buffer_.clear();
      start_ = searched_ = 0;
    }
    return line;
  }

  // The line at hand is longer than allowed.
  bool overlong() const {
    const std::size_t end = buffer_.find('\n', start_);
    return (end == std::string::npos ? buffer_.size() : end) - start_ > longest_;
  }
  bool has_rest() const { return start_ < buffer_.size(); }

 private:
  static constexpr std::size_t kMostTaken = std::size_t{64} << 10;
  std::size_t longest_;
  std::string buffer_;
  std::size_t start_ = 0, searched_ = 0;
};

}  // namespace ga
