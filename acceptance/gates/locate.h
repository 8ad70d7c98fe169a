// Locate: which part of the node explains a square of figures, one for each GPU towards each?
//
// A row is what one GPU sends, a column what one receives. Pure geometry: no gate, no profile.
// Where more than one explanation fits, the answer is a pair or the node, and never an innocent
// part alone: a GPU is named only by two cells or more that nothing else explains.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ga {

// n * n figures, [from * n + to].
struct Square {
  std::span<const std::int64_t> cells;
  std::size_t n = 0;
  std::int64_t at(std::size_t from, std::size_t to) const { return cells[from * n + to]; }
};

// egress, ingress: all that `gpu` sends or receives. gpu: both. pair: between `gpu` and `other`,
// and it may be either of them or the way. fabric: the share of one switch, and no GPU. node:
// uneven or low as a whole, and no single part fits.
enum class Part { egress, ingress, gpu, pair, fabric, node };

struct Suspect {
  Part part = Part::node;
  std::size_t gpu = 0, other = 0;  // of a pair the lower first
  std::int64_t lost_ppm = 0;       // of the rate that the better pairs reach; 0 of counts
  friend bool operator==(const Suspect&, const Suspect&) = default;
};

// A row or column is low where each of its cells lost so much: one of 18 links is 5.6 %, and sound
// nodes lie within 1.5 % of their middle. A cell alone is one of 56 and must have lost more.
inline constexpr std::int64_t kUnevenPpm = 35'000, kUnevenCellPpm = 50'000;
// How near a loss must be to one switch's share.
inline constexpr std::int64_t kSharePpm = 50'000;

struct LocateTerms {
  std::int64_t switches = 0;  // that the links of a GPU are spread over; 0: not known
  std::int64_t expected = 0;  // rate of a cell of a sound node; 0: not known
};

// The rate that nine of ten pairs do not exceed; 0 for a square of no pairs. The diagonal is not
// read. Not the median: two GPUs of four, or one switch of four GPUs, make the most cells low.
std::int64_t reference_rate(const Square& rates);

// Rates, where low is bad; the diagonal is not read. Empty: nothing is low. Rates must be positive.
std::vector<Suspect> locate_low(const Square& rates, const LocateTerms& terms);

// Counts, where any is bad, the diagonal too: found on the GPU of the row, in what the GPU of the
// column made. Part::egress is then the maker and Part::ingress the finder.
std::vector<Suspect> locate_wrong(const Square& counts);

}  // namespace ga
