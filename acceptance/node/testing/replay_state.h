// ReplayState: the file nvml.state of a replay, and the answers in it. docs/replay.md has the form.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "acceptance/node/nvml_words.h"

namespace ga::nvml {

class ReplayState {
 public:
  // Whether the file of that folder was read; a line that is none refuses the whole.
  bool open(const std::string& folder);

  std::size_t gpus() const { return gpus_.size(); }

  // An answer: a code, and words where that is a success. "unset" is a success that fills in
  // nothing. "hang" does not come back, and "crash" ends the process.
  struct Answer {
    Return code = kNotSupported;
    bool filled = false;
    std::string words;
  };
  Answer node(const std::string& key) const;
  // The exact line, else one with * in place of an argument; of the GPU, else of every GPU.
  Answer gpu(Device device, const std::string& key) const;

 private:
  using Section = std::map<std::string, std::string>;
  Section node_, every_;
  std::vector<Section> gpus_;
};

// Reads what WordWriter wrote. The first word that is missing or none makes the answer short.
class WordReader {
 public:
  explicit WordReader(const std::string& words);
  template <class T>
  void operator()(T& value) {
    if constexpr (std::is_arithmetic_v<T>) {
      value = static_cast<T>(number());
    } else if constexpr (std::is_same_v<std::remove_extent_t<T>, unsigned char>) {
      bytes(value, sizeof(value));
    } else {
      text(value, sizeof(value));
    }
  }
  bool short_of() const { return short_; }
  std::vector<long long> rest();

 private:
  std::string next();
  long long number();
  void bytes(unsigned char* out, std::size_t count);
  void text(char* out, std::size_t length);

  std::vector<std::string> words_;
  std::size_t at_ = 0;
  bool short_ = false;
};

// The library's answer about a GPU, or about the node: reads the line of `key` into the outputs.
inline void read_outputs(WordReader&) {}
template <class A, class... Rest>
void read_outputs(WordReader& reader, A argument, Rest... rest) {
  if constexpr (std::is_pointer_v<A> && !std::is_same_v<A, char*>) output(reader, argument);
  read_outputs(reader, rest...);
}

Return copy_text(const ReplayState::Answer& answer, char* buffer, std::size_t length);

template <class... A>
Return fill(const ReplayState::Answer& answer, A... arguments) {
  if (answer.code != kSuccess || !answer.filled) return answer.code;
  WordReader reader(answer.words);
  read_outputs(reader, arguments...);
  return reader.short_of() ? kUnknown : kSuccess;
}

// One field of a batch.
void fill_field(const ReplayState::Answer& answer, FieldValue& field);

}  // namespace ga::nvml
