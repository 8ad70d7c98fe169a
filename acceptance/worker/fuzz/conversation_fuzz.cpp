// A worker that says anything at all, line by line: each line is taken or breaks the conversation,
// and a broken one hears nothing more.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "acceptance/worker/conversation.h"
#include "acceptance/worker/lines.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ga::LineBuffer lines(ga::kMaxWireLine);
  lines.feed({reinterpret_cast<const char*>(data), size});
  ga::Conversation conversation;
  bool broken = false;
  while (auto line = lines.next()) {
    if (conversation.state() == ga::Conversation::State::idle) {
      ga::Question question;
      question.request.id = 1;
      question.request.verb = ga::Verb::case_;
      question.request.blocks = 2;
      conversation.ask(std::move(question));
    }
    const bool taken = static_cast<bool>(conversation.accept(*line));
    if (taken && broken) std::abort();
    broken = broken || !taken;
    if (broken != (conversation.state() == ga::Conversation::State::broken)) std::abort();
  }
  return 0;
}
