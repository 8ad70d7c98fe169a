// Reads of members that are bounded as well as typed: names, texts, digests, words, counts, lists.
//
// A refusal is kept in the Fields, which names the path; the value returned with it is empty.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "reports/codec/fields.h"

namespace ga {

inline constexpr std::size_t kMaxName = 256;      // bytes of an identifier or a version
inline constexpr std::size_t kMaxText = 4096;     // bytes of a sentence, a log line, a fact, a path
inline constexpr std::size_t kMaxList = 1 << 16;  // entries of any array
inline constexpr std::size_t kMaxCells = 8192;    // parts of a case: 64 GPUs in pairs, twice

// Printable ASCII, at most kMaxName bytes; may be empty.
std::string read_name(Fields& fields, std::string_view key);
// The same where the key may be left out, which reads as ""; an empty one has another form then.
std::string read_present_name(Fields& fields, std::string_view key);
// Printable ASCII, at most kMaxText bytes: a file's path.
std::string read_path(Fields& fields, std::string_view key);
// UTF-8 of at most kMaxText bytes.
std::string read_text(Fields& fields, std::string_view key);
// 64 lower-case hexadecimal digits; `read_digest_or_none` also takes "".
std::string read_digest(Fields& fields, std::string_view key);
std::string read_digest_or_none(Fields& fields, std::string_view key);
// At least zero.
std::int64_t read_count(Fields& fields, std::string_view key);
std::vector<std::int64_t> read_counts(Fields& fields, std::string_view key);
// Left out where there is none: never an empty list.
std::optional<std::int64_t> read_present_count(Fields& fields, std::string_view key);
std::vector<std::int64_t> read_present_counts(Fields& fields, std::string_view key);
std::vector<std::int64_t> read_integers(Fields& fields, std::string_view key);
// One of `words`; the refusal lists them.
std::string read_word(Fields& fields, std::string_view key,
                      std::initializer_list<std::string_view> words);
// An array of names or of texts.
std::vector<std::string> read_names(Fields& fields, std::string_view key);
std::vector<std::string> read_texts(Fields& fields, std::string_view key);

// The length of the UTF-8 character at the start of `text`, or 0 where there is none.
std::size_t utf8_length(std::string_view text);
bool is_printable_ascii(std::string_view text);
bool is_digest(std::string_view text);

// What may be written as a name, a fact or a text: bytes that are not printable ASCII become '?'
// and the rest is cut at the bound. A machine's strings are not ours to trust, and a report that
// its own reader refuses helps nobody.
std::string as_name(std::string_view text);
std::string as_fact(std::string_view text);  // the same, up to kMaxText: facts and paths
// Bytes that are no UTF-8 become '?'; the end is cut at a character, at most kMaxText bytes.
std::string as_text(std::string_view text);

template <class T, class Write>
Json list_to_json(const std::vector<T>& list, Write&& write) {
  JsonArray out;
  out.reserve(list.size());
  for (const T& entry : list) out.push_back(write(entry));
  return out;
}

template <class T>
Json list_to_json(const std::vector<T>& list) {
  return list_to_json(list, [](const T& entry) { return to_json(entry); });
}

// A required array, each element through `read(element, path)`.
template <class T, class Read>
Result<std::vector<T>> read_list(Fields& fields, std::string_view key, Read&& read) {
  const JsonArray& array = fields.array(key);
  std::vector<T> out;
  if (array.size() > kMaxList) {
    fields.refuse(key, fmt::format("more than {} entries", kMaxList));
    return out;
  }
  out.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    GA_TRY(T entry, read(array[i], fmt::format("{}.{}[{}]", fields.path(), key, i)));
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace ga
