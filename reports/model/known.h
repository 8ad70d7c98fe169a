// Known: a fact, which is a value or absent with the reason that its source gave. Nothing is
// defaulted: a counter that could not be read is not zero.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace ga {

template <class T>
struct Known {
  std::optional<T> value = {};
  std::string absent = "not asked";  // the reason, meaningful only when there is no value

  Known() = default;
  Known(T v) : value(std::move(v)), absent() {}  // implicit: a value is a known fact
  static Known missing(std::string reason) {
    Known k;
    k.absent = std::move(reason);
    return k;
  }
  explicit operator bool() const { return value.has_value(); }
  const T& operator*() const { return *value; }
  friend bool operator==(const Known&, const Known&) = default;
};

using KnownInt = Known<std::int64_t>;  // in the unit that the field's name ends with
using KnownText = Known<std::string>;  // printable ASCII
using KnownFlag = Known<bool>;
// Entries are structs whose fields are facts too and are named by a visit_fields() of their own.
// The list is absent as a whole where its source does not say how many there are.
template <class Entry>
using KnownList = Known<std::vector<Entry>>;

template <class T>
struct IsKnownList : std::false_type {};
template <class Entry>
struct IsKnownList<KnownList<Entry>> : std::true_type {};
template <class T>
inline constexpr bool kIsKnownList = IsKnownList<std::remove_cvref_t<T>>::value;

}  // namespace ga
