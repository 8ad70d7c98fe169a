#include "acceptance/node/kernel_log.h"

#include <algorithm>
#include <optional>

#include "reports/codec/foreign_json.h"

namespace ga {

namespace {

std::string text_of(const Json& field) {
  if (field.is_string()) return field.as_string();
  if (!field.is_array()) return {};
  std::string bytes;  // journald writes what is no UTF-8 as a list of numbers
  for (const Json& byte : field.as_array()) {
    if (byte.is_int()) bytes += static_cast<char>(byte.as_int());
  }
  return bytes;
}

std::optional<std::int64_t> microseconds(const Json& line, std::string_view name) {
  const Json* field = line.find(name);
  return field != nullptr && field->is_string() ? to_int(field->as_string()) : std::nullopt;
}

std::string without_dashes(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '-'), text.end());
  return text;
}

KernelHistory without_log(const std::string& reason) {
  return {.source = KnownText::missing(reason),
          .first_ns = KnownInt::missing(reason),
          .last_ns = KnownInt::missing(reason),
          .events = {}};
}

// The whole log of this boot, or why not: half of it could hide the half that matters.
KernelHistory from_journal(const Roots& roots, const RunProgram& run, const std::string& boot_id) {
  constexpr std::int64_t kDeadlineNs = 20'000'000'000;
  constexpr std::size_t kMostBytes = std::size_t{512} << 20;
  KernelHistory history{.source = std::string("journal"),
                        .first_ns = KnownInt::missing("the journal has no line of this boot"),
                        .last_ns = KnownInt::missing("the journal has no line of this boot"),
                        .events = {}};
  LogLines lines("journal");
  std::string trouble;
  const auto take = [&](std::string_view text) {
    if (!trouble.empty()) return;
    const auto line = parse_journal_line(text);
    if (!line) {
      trouble = line.error().what();
    } else if (line->boot_id != boot_id) {
      trouble = "a line of another boot";
    } else {
      if (!history.first_ns) history.first_ns = line->t_ns;
      history.last_ns = line->t_ns;
      if (auto event = lines.take(line->t_ns, line->message)) {
        history.events.push_back(*std::move(event));
      }
    }
  };
  const Status ran =
      run({.arguments = {roots.top + "/usr/bin/journalctl", "--dmesg", "--boot", "--quiet",
                         "--no-pager", "--output=json",
                         "--output-fields=MESSAGE,_BOOT_ID,_SOURCE_MONOTONIC_TIMESTAMP"},
           .deadline_ns = kDeadlineNs,
           .most_bytes = kMostBytes},
          take);
  if (!ran) trouble = ran.error().what();
  // A boot without a single line of its kernel was not read: the caller may not see the journal.
  if (trouble.empty() && !history.first_ns) trouble = history.first_ns.absent;
  return trouble.empty() ? history : without_log("journalctl: " + trouble);
}

}  // namespace

Result<JournalLine> parse_journal_line(std::string_view text) {
  GA_TRY(const Json line, parse_foreign_json(text));
  auto us = microseconds(line, "_SOURCE_MONOTONIC_TIMESTAMP");
  if (!us) us = microseconds(line, "__MONOTONIC_TIMESTAMP");
  const Json* boot = line.find("_BOOT_ID");
  if (!us || *us < 0 || *us > kMostUs || boot == nullptr || !boot->is_string()) {
    return Error(ErrorCode::parse, "a line without its time or its boot");
  }
  // A message that is too long for the output is null, and was left out.
  const Json* message = line.find("MESSAGE");
  return JournalLine{.t_ns = *us * kNsPerUs,
                     .boot_id = boot->as_string(),
                     .message = message == nullptr ? std::string() : text_of(*message)};
}

KernelHistory kernel_history(const Roots& roots, const RunProgram& run) {
  std::string why;
  auto ring = KernelRing::open(roots);
  if (ring) {
    auto events = ring->read();
    if (events && ring->first_ns()) {
      return {.source = std::string("kmsg"),
              .first_ns = ring->first_ns(),
              .last_ns = ring->last_ns(),
              .events = *std::move(events)};
    }
    why = events ? ring->first_ns().absent : events.error().what();
  } else {
    why = ring.error().what();
  }
  const KnownText boot = one_line(roots.proc + "/sys/kernel/random/boot_id");
  KernelHistory history =
      boot ? from_journal(roots, run, without_dashes(*boot)) : without_log(boot.absent);
  return history.source ? history : without_log(why + "; " + history.source.absent);
}

}  // namespace ga
