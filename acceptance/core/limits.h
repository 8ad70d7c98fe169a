// Limits: which floor of the profile applies to a case on a unit, and in what terms.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "acceptance/core/floor.h"
#include "acceptance/core/gate.h"

namespace ga {

// limit: the first of the series that `name` names whose key the unit matches; the node matches
// where every GPU does. Of limits for bands of the memory's temperature the lowest band that holds
// the series; one without a band comes last. elsewhere: there are limits for this series, and none
// of them is for this stack or holds its temperature. memory_unread: there is a band for this
// stack, and a block of the series does not say how hot the memory was, so that no limit holds it.
// A key names nothing that the facts do not hold: a key with a library version never matches, since
// facts know no libraries.
struct LimitChoice {
  const Limit* limit = nullptr;
  bool elsewhere = false;
  bool memory_unread = false;
};
LimitChoice choose_limit(const Order& order, const Evidence& evidence, const Request& name);

// The hottest that the memory was in the series; nothing where a block does not say.
std::optional<std::int64_t> hottest_memory_mc(const Measurement& series);
// The first kept block that does not say, counted from 0; nothing where all do.
std::optional<std::size_t> unread_memory_block(const Measurement& series);

const Ratio* find_ratio(const Profile& profile, std::string_view gate, std::string_view case_id);

// Whether the ratio decides: in a ci profile it does, elsewhere it only warns.
bool ratio_decides(const Profile& profile);

// Of a ceiling: for samples that are mirrored() at it.
FloorTerms terms_of(const Order& order, const Limit& limit);
// `base` is what 100 % of the ratio are: 1000000 for paired samples in parts per million.
FloorTerms terms_of(const Order& order, const Ratio& ratio, std::int64_t base);

// A sample as far above its ceiling as it was below, and the other way round: the ceiling is a
// floor of such samples, and their order statistics are mirrored too. 0 for what cannot be a
// sample.
std::int64_t mirrored(std::int64_t sample, std::int64_t ceiling);

// What a PCI Express link of that generation and width carries one way after line coding, and
// before packet headers. Nothing for a generation or width that does not exist.
std::optional<std::int64_t> pcie_link_bytes_per_s(std::int64_t generation, std::int64_t width);

}  // namespace ga
