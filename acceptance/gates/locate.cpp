#include "acceptance/gates/locate.h"

#include <algorithm>
#include <set>
#include <utility>

namespace ga {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
// Of pairs that each stand alone; more are no pairs but the node.
constexpr std::size_t kMostPairs = 2;

// Which cells are bad, and by how much; cells that do not count are not bad.
struct Marks {
  std::size_t n = 0;
  bool diagonal = false;
  std::vector<std::int64_t> lost = {};  // parts per million
  // A cell alone is bad above `cell`; a line is where each of its cells is above `line`.
  std::int64_t cell = 0, line = 0;

  bool counts(std::size_t from, std::size_t to) const { return diagonal || from != to; }
  std::int64_t at(std::size_t from, std::size_t to) const { return lost[from * n + to]; }
  bool bad(std::size_t from, std::size_t to) const {
    return counts(from, to) && at(from, to) > cell;
  }
};

// A row (sends) or a column.
struct Line {
  bool sends = true;
  std::size_t gpu = 0;
  bool holds(std::size_t from, std::size_t to) const { return gpu == (sends ? from : to); }
};

std::pair<std::size_t, std::size_t> cell_of(const Line& line, std::size_t other) {
  return line.sends ? std::pair{line.gpu, other} : std::pair{other, line.gpu};
}

// No wider than a number of parts per million needs to be.
std::int64_t lost_ppm(std::int64_t rate, std::int64_t reference) {
  constexpr double kMost = 1e12;
  const double share = static_cast<double>(rate) * 1e6 / static_cast<double>(reference);
  return kMillion - static_cast<std::int64_t>(std::min(share, kMost));
}

std::vector<std::int64_t> off_diagonal(const Square& square) {
  std::vector<std::int64_t> cells;
  for (std::size_t from = 0; from < square.n; ++from) {
    for (std::size_t to = 0; to < square.n; ++to) {
      if (from != to) cells.push_back(square.at(from, to));
    }
  }
  return cells;
}

// Lines that may be bad: every cell is.
std::vector<Line> candidates_of(const Marks& marks) {
  std::vector<Line> lines;
  for (const bool sends : {true, false}) {
    for (std::size_t gpu = 0; gpu < marks.n; ++gpu) {
      const Line line{sends, gpu};
      bool all = true;
      for (std::size_t other = 0; other < marks.n; ++other) {
        const auto [from, to] = cell_of(line, other);
        if (marks.counts(from, to)) all = all && marks.at(from, to) > marks.line;
      }
      if (all) lines.push_back(line);
    }
  }
  return lines;
}

// The line's loss by the middle of those of its cells that no other candidate holds; 0 where they
// do not accuse it: fewer than two.
std::int64_t own_loss(const Marks& marks, const std::vector<Line>& candidates, const Line& line) {
  std::vector<std::int64_t> own;
  for (std::size_t other = 0; other < marks.n; ++other) {
    const auto [from, to] = cell_of(line, other);
    if (!marks.counts(from, to)) continue;
    const bool shared =
        std::any_of(candidates.begin(), candidates.end(), [&, f = from, t = to](const Line& one) {
          const bool same = one.sends == line.sends && one.gpu == line.gpu;
          return !same && one.holds(f, t);
        });
    if (!shared) own.push_back(marks.at(from, to));
  }
  if (own.size() < 2) return 0;
  std::sort(own.begin(), own.end());
  return own[(own.size() - 1) / 2];
}

// Rows and columns of one GPU become the GPU.
std::vector<Suspect> named_lines(const Marks& marks, std::vector<Line>& named) {
  const std::vector<Line> candidates = candidates_of(marks);
  std::vector<Suspect> suspects;
  for (const Line& line : candidates) {
    const std::int64_t lost = own_loss(marks, candidates, line);
    if (lost == 0) continue;
    named.push_back(line);
    const auto known = std::find_if(suspects.begin(), suspects.end(),
                                    [&](const Suspect& one) { return one.gpu == line.gpu; });
    if (known == suspects.end()) {
      suspects.push_back({line.sends ? Part::egress : Part::ingress, line.gpu, line.gpu, lost});
    } else {
      known->part = Part::gpu;
      known->lost_ppm = std::max(known->lost_ppm, lost);
    }
  }
  return suspects;
}

// What no named line explains: a pair or two, else the node.
void add_rest(const Marks& marks, const std::vector<Line>& named, std::vector<Suspect>& suspects) {
  std::set<std::pair<std::size_t, std::size_t>> pairs;
  std::int64_t worst = 0;
  std::vector<Suspect> rest;
  for (std::size_t from = 0; from < marks.n; ++from) {
    for (std::size_t to = 0; to < marks.n; ++to) {
      const bool explained = std::any_of(named.begin(), named.end(),
                                         [&](const Line& line) { return line.holds(from, to); });
      if (!marks.bad(from, to) || explained) continue;
      worst = std::max(worst, marks.at(from, to));
      if (!pairs.insert(std::minmax(from, to)).second) continue;
      const auto [low, high] = std::minmax(from, to);
      rest.push_back({low == high ? Part::gpu : Part::pair, low, high, marks.at(from, to)});
    }
  }
  if (rest.size() > kMostPairs) rest = {{Part::node, 0, 0, worst}};
  suspects.insert(suspects.end(), rest.begin(), rest.end());
}

std::vector<Suspect> explain(const Marks& marks) {
  std::vector<Line> named;
  std::vector<Suspect> suspects = named_lines(marks, named);
  add_rest(marks, named, suspects);
  return suspects;
}

bool is_share(std::int64_t lost, std::int64_t switches) {
  return switches > 1 && std::abs(lost - kMillion / switches) <= kSharePpm;
}

// Two GPUs or more that lost one switch's share each way have lost the switch, not themselves. More
// than half of the GPUs, by whatever, are not each at fault.
void join_gpus(std::size_t n, const LocateTerms& terms, std::vector<Suspect>& suspects) {
  const auto at_share = [&](const Suspect& one) {
    return one.part == Part::gpu && is_share(one.lost_ppm, terms.switches);
  };
  const auto of_gpu = [](const Suspect& one) {
    return one.part == Part::gpu || one.part == Part::egress || one.part == Part::ingress;
  };
  const auto join = [&](const auto& which, Part part) {
    std::int64_t lost = 0;
    for (const Suspect& one : suspects) {
      if (which(one)) lost = std::max(lost, one.lost_ppm);
    }
    std::erase_if(suspects, which);
    suspects.push_back({part, 0, 0, lost});
  };
  if (std::count_if(suspects.begin(), suspects.end(), at_share) >= 2) join(at_share, Part::fabric);
  const auto many = std::count_if(suspects.begin(), suspects.end(), of_gpu);
  if (static_cast<std::size_t>(many) * 2 > n) join(of_gpu, Part::node);
}

}  // namespace

std::int64_t reference_rate(const Square& rates) {
  std::vector<std::int64_t> cells = off_diagonal(rates);
  if (cells.empty()) return 0;
  const auto at = cells.begin() + static_cast<std::ptrdiff_t>(cells.size() * 9 / 10);
  std::nth_element(cells.begin(), at, cells.end());
  return *at;
}

std::vector<Suspect> locate_low(const Square& rates, const LocateTerms& terms) {
  const std::int64_t reference = reference_rate(rates);
  if (rates.n < 2 || reference <= 0) return {};
  Marks marks{.n = rates.n, .cell = kUnevenCellPpm, .line = kUnevenPpm};
  marks.lost.reserve(rates.cells.size());
  std::int64_t fastest = 0;
  for (std::size_t i = 0; i < rates.n * rates.n; ++i) {
    const bool is_pair = i / rates.n != i % rates.n;
    marks.lost.push_back(is_pair ? lost_ppm(rates.cells[i], reference) : 0);
    if (is_pair) fastest = std::max(fastest, rates.cells[i]);
  }
  std::vector<Suspect> suspects = explain(marks);
  join_gpus(rates.n, terms, suspects);
  // A few pairs far above all others: then it is the others that are low. All alike are low only
  // against what is expected; by how much they may be is not for here, but a switch's share is
  // known.
  const std::int64_t of_most = lost_ppm(reference, fastest);
  const std::int64_t of_all = terms.expected > 0 ? lost_ppm(reference, terms.expected) : 0;
  if (is_share(of_all, terms.switches)) {
    suspects.push_back({Part::fabric, 0, 0, of_all});
  } else if (of_most > 2 * kUnevenPpm) {
    const bool fabric = is_share(of_most, terms.switches);
    suspects.push_back({fabric ? Part::fabric : Part::node, 0, 0, of_most});
  }
  return suspects;
}

std::vector<Suspect> locate_wrong(const Square& counts) {
  Marks marks{.n = counts.n, .diagonal = true};
  std::set<std::size_t> finders, makers;
  std::size_t bad = 0;
  for (std::size_t i = 0; i < counts.n * counts.n; ++i) {
    marks.lost.push_back(counts.cells[i] > 0 ? 1 : 0);
    if (counts.cells[i] <= 0) continue;
    ++bad;
    finders.insert(i / counts.n);
    makers.insert(i % counts.n);
  }
  std::vector<Suspect> suspects;
  // Errors are rare events: a line need not be whole where all of them lie in it.
  if (bad >= 2 && makers.size() == 1) {
    suspects.push_back({Part::egress, *makers.begin(), *makers.begin(), 0});
  } else if (bad >= 2 && finders.size() == 1) {
    suspects.push_back({Part::ingress, *finders.begin(), *finders.begin(), 0});
  } else {
    suspects = explain(marks);
    // A row is what is found on a GPU, and a column what it made: not what it sends and receives.
    for (Suspect& one : suspects) {
      if (one.part == Part::egress) {
        one.part = Part::ingress;
      } else if (one.part == Part::ingress) {
        one.part = Part::egress;
      }
      one.lost_ppm = 0;
    }
    join_gpus(counts.n, {}, suspects);
  }
  return suspects;
}

}  // namespace ga
