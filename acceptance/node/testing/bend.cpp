#include "acceptance/node/testing/bend.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <sstream>

namespace ga {

StateText StateText::parse(const std::string& text) {
  StateText state;
  std::string* section = &state.node;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line == "[every gpu]") {
      section = &state.every;
    } else if (line == "[gpu]") {
      section = &state.gpus.emplace_back();
    } else {
      *section += line + "\n";
    }
  }
  return state;
}

std::string StateText::text() const {
  std::string out = node + "[every gpu]\n" + every;
  for (const std::string& gpu : gpus) out += "[gpu]\n" + gpu;
  return out;
}

std::vector<std::string> StateText::keys(const std::string& section) {
  std::vector<std::string> keys;
  std::istringstream lines(section);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t equals = line.find(") =");
    if (equals != std::string::npos) keys.push_back(line.substr(0, equals + 1));
  }
  return keys;
}

void drop_symbol(const std::string& library, const std::string& copy, const std::string& symbol) {
  std::ifstream in(library, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  std::string text = bytes.str();
  // Its name in the table of strings: the hash still leads there, and the comparison fails.
  const std::string name = std::string(1, '\0') + symbol + std::string(1, '\0');
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    text[at + 1] = 'x';
  }
  std::ofstream(copy, std::ios::binary) << text;
}

InChild in_child(const std::function<std::string()>& work, int deadline_ms) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return {Ended::signal, "no pipe"};
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    const std::string said = work();
    for (std::size_t at = 0; at < said.size();) {
      const ssize_t put = write(ends[1], said.data() + at, said.size() - at);
      if (put <= 0) _exit(1);
      at += static_cast<std::size_t>(put);
    }
    _exit(0);
  }
  close(ends[1]);
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::milliseconds(deadline_ms);
  InChild result{Ended::itself, ""};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    pollfd ready{ends[0], POLLIN, 0};
    if (left.count() <= 0 || poll(&ready, 1, static_cast<int>(left.count())) == 0) {
      result.how = Ended::deadline;
      kill(child, SIGKILL);
      break;
    }
    std::array<char, 4096> piece{};
    const ssize_t got = read(ends[0], piece.data(), piece.size());
    if (got <= 0) break;
    result.said.append(piece.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (result.how == Ended::itself && !WIFEXITED(status)) result.how = Ended::signal;
  return result;
}

}  // namespace ga
