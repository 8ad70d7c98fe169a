#include "acceptance/core/limits.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

namespace ga {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

// a * b / c without losing the product; all are positive and the result fits.
std::int64_t scaled(std::int64_t a, std::int64_t b, std::int64_t c) {
  __extension__ typedef __int128 Wide;
  return static_cast<std::int64_t>(static_cast<Wide>(a) * b / c);
}

// An empty key matches anything; "580." matches its family; else the text must be equal.
bool matches(const std::string& key, const KnownText& fact) {
  if (key.empty()) return true;
  if (!fact) return false;
  return key.back() == '.' ? fact.value->starts_with(key) : *fact == key;
}

bool matches(std::int64_t key, const KnownInt& fact) { return key == 0 || (fact && *fact == key); }

// "libcublasLt.so.13 13." matches where that library ran, and in no other version.
bool matches_library(const std::string& key, const std::vector<Library>& libraries) {
  if (key.empty()) return true;
  const std::size_t space = key.find(' ');
  const std::string name = key.substr(0, space);
  const std::string version = space == std::string::npos ? "" : key.substr(space + 1);
  bool ran = false;
  for (const Library& library : libraries) {
    if (library.name != name) continue;
    if (version.empty() || !matches(version, KnownText(library.version))) return false;
    ran = true;
  }
  return ran;
}

bool applies(const LimitKey& key, const Evidence& evidence, const GpuFacts& gpu) {
  return matches(key.part_name, gpu.part_name) && matches(key.vbios, gpu.vbios) &&
         matches(key.driver, evidence.facts.node.driver_version) &&
         matches(key.power_limit_mw, gpu.power_limit_enforced_mw) &&
         matches_library(key.library, evidence.libraries);
}

bool applies(const LimitKey& key, const Evidence& evidence, const std::string& unit_id) {
  const auto fits = [&](const GpuFacts& gpu) { return applies(key, evidence, gpu); };
  const auto& gpus = evidence.facts.gpus;
  if (unit_id == kNodeUnit) return !gpus.empty() && std::all_of(gpus.begin(), gpus.end(), fits);
  const GpuFacts* gpu = evidence.facts.find(unit_id);
  return gpu != nullptr && fits(*gpu);
}

// Whether it is a limit of series of that size.
bool is_of_size(const Limit& limit, const Params& params) {
  if (limit.key.bytes == 0) return true;
  const auto bytes = params.find("bytes");
  return bytes != params.end() && bytes->second == limit.key.bytes;
}

// A band that begins at nothing and has no end comes last.
std::int64_t band_of(const Limit& limit) {
  constexpr std::int64_t kNoEnd = std::numeric_limits<std::int64_t>::max();
  return limit.key.memory_max_mc > 0 ? limit.key.memory_max_mc : kNoEnd;
}

}  // namespace

std::optional<std::size_t> unread_memory_block(const Measurement& series) {
  constexpr std::int64_t kMostMc = 200'000;  // no memory lives there
  const auto& all = series.memory_temp_mc;
  const auto unread = [](std::int64_t mc) { return mc <= 0 || mc >= kMostMc; };
  const auto first = std::find_if(all.begin(), all.end(), unread);
  if (first == all.end() && !all.empty()) return std::nullopt;
  return static_cast<std::size_t>(first - all.begin());
}

std::optional<std::int64_t> hottest_memory_mc(const Measurement& series) {
  if (unread_memory_block(series)) return std::nullopt;
  return *std::max_element(series.memory_temp_mc.begin(), series.memory_temp_mc.end());
}

LimitChoice choose_limit(const Order& order, const Evidence& evidence, const Request& name) {
  LimitChoice choice;
  const Measurement* series = find_series(evidence, name);
  const auto hottest = series == nullptr ? std::nullopt : hottest_memory_mc(*series);
  bool banded = false;
  for (const Limit& limit : order.profile.limits) {
    if (limit.gate != name.gate || limit.case_id != name.case_id) continue;
    if (!is_of_size(limit, name.params)) continue;
    choice.elsewhere = true;
    if (!applies(limit.key, evidence, name.unit_id)) continue;
    banded = banded || limit.key.memory_max_mc > 0;
    if (limit.key.memory_max_mc > 0 && !(hottest && *hottest <= band_of(limit))) continue;
    if (choice.limit == nullptr || band_of(limit) < band_of(*choice.limit)) choice.limit = &limit;
  }
  // Leaving the temperature out is no way to the floor that holds no band.
  choice.memory_unread = banded && !hottest;
  if (choice.memory_unread) choice.limit = nullptr;
  if (choice.limit != nullptr) choice.elsewhere = false;
  return choice;
}

const Ratio* find_ratio(const Profile& profile, std::string_view gate, std::string_view case_id) {
  for (const Ratio& ratio : profile.ratios) {
    if (ratio.gate == gate && ratio.case_id == case_id) return &ratio;
  }
  return nullptr;
}

bool ratio_decides(const Profile& profile) { return profile.kind == ProfileKind::ci; }

FloorTerms terms_of(const Order& order, const Limit& limit) {
  FloorTerms terms;
  terms.floor = limit.value;
  terms.gross = scaled(limit.value, order.profile.gross_ppm, kMillion);
  terms.decides = limit.status == LimitStatus::calibrated;
  terms.level = order.level;
  return terms;
}

FloorTerms terms_of(const Order& order, const Ratio& ratio, std::int64_t base) {
  FloorTerms terms;
  terms.floor = scaled(base, ratio.min_ppm, kMillion);
  terms.gross = scaled(terms.floor, order.profile.gross_ppm, kMillion);
  terms.decides = ratio_decides(order.profile);
  terms.level = order.level;
  return terms;
}

std::int64_t mirrored(std::int64_t sample, std::int64_t ceiling) {
  return sample <= 0 ? 0 : 2 * ceiling - sample;
}

std::optional<std::int64_t> pcie_link_bytes_per_s(std::int64_t generation, std::int64_t width) {
  // PCI Express base specification: 2.5, 5 GT/s with 8b/10b; 8, 16, 32 GT/s with 128b/130b; 64 GT/s
  // with 242 of 256 bytes of a flit for packets. Bytes per second and lane.
  constexpr std::array<std::int64_t, 6> kLane{250'000'000,   500'000'000,   984'615'384,
                                              1'969'230'769, 3'938'461'538, 7'562'500'000};
  if (generation < 1 || generation > static_cast<std::int64_t>(kLane.size())) return std::nullopt;
  const bool exists = width == 1 || width == 2 || width == 4 || width == 8 || width == 12 ||
                      width == 16 || width == 32;
  if (!exists) return std::nullopt;
  return kLane[static_cast<std::size_t>(generation - 1)] * width;
}

}  // namespace ga
