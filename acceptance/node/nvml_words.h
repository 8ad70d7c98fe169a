// One call of NVML as a line of text, "nvmlDeviceGetClockInfo(1) = 345": the recorder writes it and
// the fake library of the tests answers from it. docs/replay.md describes the form.
//
// In the brackets stands what is asked for, without the GPU and without the lengths of texts;
// behind the sign what the library filled in, or !CODE where it failed.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "acceptance/node/nvml_api.h"

namespace ga::nvml {

inline void key_words(std::string&) {}
template <class A, class... Rest>
void key_words(std::string& key, A argument, Rest... rest) {
  if constexpr (std::is_same_v<A, char*>) return;  // only its length can follow
  if constexpr (std::is_integral_v<A> || std::is_enum_v<A>) {
    if (!key.ends_with('(')) key += ',';
    key += std::to_string(static_cast<long long>(argument));
  }
  key_words(key, rest...);
}

template <class... A>
std::string call_key(std::string_view symbol, A... arguments) {
  std::string key(symbol);
  key += '(';
  // A driver's branch comes with a length too.
  if constexpr (!(std::is_same_v<A, DriverBranch*> || ...)) key_words(key, arguments...);
  return key + ')';
}

inline std::string field_key(unsigned field, unsigned scope) {
  return "field(" + std::to_string(field) + (scope == 0 ? "" : "," + std::to_string(scope)) + ")";
}

// Gathers what was filled in.
class WordWriter {
 public:
  template <class T>
  void operator()(const T& value) {
    if constexpr (std::is_arithmetic_v<T>) {
      add(std::to_string(value));
    } else if constexpr (std::is_same_v<std::remove_extent_t<T>, unsigned char>) {
      std::string hex;
      for (const unsigned char byte : value) {
        hex += "0123456789abcdef"[byte >> 4];
        hex += "0123456789abcdef"[byte & 15];
      }
      add(hex);
    } else {
      add(std::string(value, strnlen(value, sizeof(T))));
    }
  }
  void add(const std::string& word) { text_ += (text_.empty() ? "" : " ") + word; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

template <class W>
void output(W& w, unsigned* value) {
  w(*value);
}
template <class W>
void output(W& w, unsigned long long* value) {
  w(*value);
}
template <class W, class Struct>
requires std::is_class_v<Struct>
void output(W& w, Struct* value) { each_word(w, *value); }

inline void write_outputs(WordWriter&) {}
template <class A, class... Rest>
void write_outputs(WordWriter& writer, A argument, Rest... rest) {
  if constexpr (std::is_same_v<A, char*>) {
    std::size_t length = kGspVersionBytes;
    if constexpr (sizeof...(rest) > 0) length = std::min({static_cast<std::size_t>(rest)...});
    writer.add(std::string(argument, strnlen(argument, length)));
  } else {
    if constexpr (std::is_pointer_v<A>) output(writer, argument);
    write_outputs(writer, rest...);
  }
}

inline std::string field_text(const FieldValue& field) {
  switch (field.type) {
    case ValueType::f64:
      return "f64 " + std::to_string(field.value.f64);
    case ValueType::u32:
      return "u32 " + std::to_string(field.value.u32);
    case ValueType::ulong:
      return "ulong " + std::to_string(field.value.ulong);
    case ValueType::u64:
      return "u64 " + std::to_string(field.value.u64);
    case ValueType::s64:
      return "s64 " + std::to_string(field.value.s64);
    case ValueType::s32:
      return "s32 " + std::to_string(field.value.s32);
    case ValueType::u16:
      return "u16 " + std::to_string(field.value.u16);
  }
  return "other 0";
}

}  // namespace ga::nvml
