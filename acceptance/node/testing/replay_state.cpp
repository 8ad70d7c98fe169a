#include "acceptance/node/testing/replay_state.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace ga::nvml {

namespace {

ReplayState::Answer parsed(const std::string& text) {
  if (text == "hang") {
    for (;;) pause();
  }
  if (text == "crash") std::abort();
  if (text == "unset") return {kSuccess, false, ""};
  if (text.size() > 1 && text[0] == '!') return {std::atoi(text.c_str() + 1), false, ""};
  return {kSuccess, true, text};
}

// The same key with one of its arguments replaced by *, for each of them.
std::vector<std::string> with_stars(const std::string& key) {
  std::vector<std::string> keys{key};
  const std::size_t open = key.find('(');
  if (open == std::string::npos) return keys;
  for (std::size_t from = open + 1; from < key.size() - 1;) {
    const std::size_t to = std::min(key.find(',', from), key.size() - 1);
    keys.push_back(key.substr(0, from) + "*" + key.substr(to));
    from = to + 1;
  }
  // A field without a scope is also the field of link 0.
  if (key.starts_with("field(") && key.find(',') == std::string::npos) {
    keys.push_back(key.substr(0, key.size() - 1) + ",*)");
  }
  return keys;
}

bool is_header(const std::string& line) {
  return line.starts_with("origin ") || line.starts_with("source ");
}

}  // namespace

bool ReplayState::open(const std::string& folder) {
  *this = {};
  std::ifstream file(folder + "/nvml.state");
  std::string line;
  if (!std::getline(file, line) || line != "format 1") return false;
  Section* section = &node_;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#' || is_header(line)) continue;
    if (line == "[every gpu]") {
      section = &every_;
    } else if (line == "[gpu]") {
      section = &gpus_.emplace_back();
    } else if (line == "lost") {
      (*section)[line] = "";
    } else {
      const std::size_t equals = line.find(") =");
      if (equals == std::string::npos) return false;
      const std::size_t value = line.find_first_not_of(' ', equals + 3);
      (*section)[line.substr(0, equals + 1)] =
          value == std::string::npos ? std::string() : line.substr(value);
    }
  }
  return true;
}

ReplayState::Answer ReplayState::node(const std::string& key) const {
  const auto it = node_.find(key);
  return it == node_.end() ? Answer{} : parsed(it->second);
}

ReplayState::Answer ReplayState::gpu(Device device, const std::string& key) const {
  const auto index = reinterpret_cast<std::uintptr_t>(device) - 1;
  if (index >= gpus_.size()) return {kInvalidArgument, false, ""};
  const Section* sections[] = {&gpus_[index], &every_};
  for (const Section* section : sections) {
    // A GPU that is lost answers nothing, whatever else is written of it.
    if (section->contains("lost")) return {kGpuIsLost, false, ""};
  }
  for (const Section* section : sections) {
    for (const std::string& form : with_stars(key)) {
      if (const auto it = section->find(form); it != section->end()) return parsed(it->second);
    }
  }
  return {};
}

WordReader::WordReader(const std::string& words) {
  std::istringstream stream(words);
  for (std::string word; stream >> word;) words_.push_back(word);
}

std::string WordReader::next() {
  if (at_ < words_.size()) return words_[at_++];
  short_ = true;
  return {};
}

long long WordReader::number() {
  const std::string word = next();
  if (short_) return 0;
  char* end = nullptr;
  const bool negative = word.starts_with('-');
  const long long value = negative ? std::strtoll(word.c_str(), &end, 0)
                                   : static_cast<long long>(std::strtoull(word.c_str(), &end, 0));
  if (*end != '\0') short_ = true;
  return value;
}

void WordReader::bytes(unsigned char* out, std::size_t count) {
  const std::string word = next();
  if (word.size() != 2 * count) {
    short_ = true;
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = static_cast<unsigned char>(std::strtoul(word.substr(2 * i, 2).c_str(), nullptr, 16));
  }
}

void WordReader::text(char* out, std::size_t length) {
  const std::string word = next();
  if (word.size() + 1 > length) {
    short_ = true;
    return;
  }
  std::memcpy(out, word.c_str(), word.size() + 1);
}

std::vector<long long> WordReader::rest() {
  std::vector<long long> values;
  while (at_ < words_.size()) values.push_back(number());
  return values;
}

Return copy_text(const ReplayState::Answer& answer, char* buffer, std::size_t length) {
  if (answer.code != kSuccess || !answer.filled) return answer.code;
  if (answer.words.size() + 1 > length) return kInsufficientSize;
  std::memcpy(buffer, answer.words.c_str(), answer.words.size() + 1);
  return kSuccess;
}

void fill_field(const ReplayState::Answer& answer, FieldValue& field) {
  field.result = answer.code;
  if (answer.code != kSuccess || !answer.filled) return;
  std::istringstream words(answer.words);
  std::string type, value;
  words >> type >> value;
  const unsigned long long bits = std::strtoull(value.c_str(), nullptr, 0);
  if (type == "u64" || type == "ulong") {
    field.type = type == "u64" ? ValueType::u64 : ValueType::ulong;
    field.value.u64 = bits;
  } else if (type == "u32") {
    field.type = ValueType::u32;
    field.value.u32 = static_cast<unsigned>(bits);
  } else if (type == "u16") {
    field.type = ValueType::u16;
    field.value.u16 = static_cast<unsigned short>(bits);
  } else if (type == "s64" || type == "s32") {
    const long long number = std::strtoll(value.c_str(), nullptr, 0);
    field.type = type == "s64" ? ValueType::s64 : ValueType::s32;
    field.value.s64 = number;
    if (type == "s32") field.value.s32 = static_cast<int>(number);
  } else if (type == "f64") {
    field.type = ValueType::f64;
    field.value.f64 = std::strtod(value.c_str(), nullptr);
  } else {
    field.type = static_cast<ValueType>(77);  // one that no header knows
  }
}

}  // namespace ga::nvml
