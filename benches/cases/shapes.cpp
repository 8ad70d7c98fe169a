#include "benches/cases/shapes.h"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

namespace ga {
namespace {

constexpr std::int64_t kMaxSide = 65536;

Error refuse(const std::string& file, int line, const std::string& why) {
  return Error(ErrorCode::parse, fmt::format("{}:{}: {}", file, line, why))
      .hinted("one shape a line: m n k [name], each side from 1 to 65536");
}

bool read_side(const std::string& word, std::int64_t& to) {
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, to);
  return error == std::errc() && stop == end && to >= 1 && to <= kMaxSide;
}

Result<NamedShape> parse_line(const std::vector<std::string>& words, const std::string& file,
                              int line) {
  if (words.size() < 3 || words.size() > 4) {
    return refuse(file, line, fmt::format("{} words", words.size()));
  }
  NamedShape shape;
  std::int64_t* const sides[] = {&shape.m, &shape.n, &shape.k};
  for (std::size_t i = 0; i < 3; ++i) {
    if (!read_side(words[i], *sides[i])) {
      return refuse(file, line, fmt::format("'{}' is no side of a matrix", words[i]));
    }
  }
  shape.name = words.size() == 4 ? words[3] : fmt::format("{}x{}x{}", shape.m, shape.n, shape.k);
  return shape;
}

}  // namespace

// The layers are those of a 70-billion-parameter model (hidden 8192, feed-forward 28672, grouped
// keys) and of an 8-billion one (4096, 14336), on 8192, 4096 and 128 tokens.
std::vector<NamedShape> default_shapes() {
  return {{"square-1024", 1024, 1024, 1024},
          {"square-2048", 2048, 2048, 2048},
          {"square-4096", 4096, 4096, 4096},
          {"square-8192", 8192, 8192, 8192},
          {"square-16384", 16384, 16384, 16384},
          {"70b-qkv", 8192, 10240, 8192},
          {"70b-up", 8192, 28672, 8192},
          {"70b-down", 8192, 8192, 28672},
          {"8b-up", 4096, 14336, 4096},
          {"8b-down", 4096, 4096, 14336},
          {"70b-qkv-128-tokens", 128, 10240, 8192}};
}

std::vector<NamedAttention> default_attentions(ElementType type) {
  struct Series {
    std::int64_t heads, kv_heads, dim;
    std::vector<std::int64_t> thousands;
  };
  const Series all[] = {
      {32, 8, 128, {1, 2, 4, 8, 16, 32}}, {32, 8, 64, {1, 4, 16}}, {16, 16, 128, {8}}};
  std::vector<NamedAttention> shapes;
  for (const Series& series : all) {
    for (const AttentionMask mask : {AttentionMask::causal, AttentionMask::full}) {
      for (const std::int64_t thousand : series.thousands) {
        const std::int64_t seq = thousand * 1024;
        shapes.push_back(
            {.name = fmt::format("h{}-kv{} d{} {} {}k", series.heads, series.kv_heads, series.dim,
                                 mask == AttentionMask::causal ? "causal" : "full", thousand),
             .shape = {.batch = kAttentionTokens / seq,
                       .heads = series.heads,
                       .kv_heads = series.kv_heads,
                       .seq_q = seq,
                       .seq_kv = seq,
                       .dim = series.dim,
                       .mask = mask,
                       .type = type}});
      }
    }
  }
  return shapes;
}

Result<std::vector<NamedShape>> parse_shapes(std::string_view text, const std::string& file) {
  std::vector<NamedShape> shapes;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::istringstream fields(line.substr(0, line.find('#')));
    std::vector<std::string> words;
    for (std::string word; fields >> word;) words.push_back(word);
    if (words.empty()) continue;
    GA_TRY(NamedShape shape, parse_line(words, file, number));
    shapes.push_back(std::move(shape));
  }
  if (shapes.empty()) return refuse(file, 1, "no shape");
  return shapes;
}

}  // namespace ga
