// What verify prints of several files: text for people, one JSON document for programs.
#pragma once

#include <string>
#include <vector>

#include "acceptance/commands/verify.h"
#include "acceptance/journal/journal.h"

namespace ga {

struct CheckedFile {
  std::string path;
  bool journal = false;
  std::string unreadable = {};  // why the file could not be read at all
  VerifyOutcome outcome = {};   // of a report
  JournalSummary summary = {};  // of a journal
  int exit = 0;
};

// By the fixed order 4, 2, 6, 1, 5, 3, 0.
int worst_exit(const std::vector<int>& exits);

// The same GPU or the same challenge in two reports of one call. Two reports of one node are two
// looks at it; the same GPU in two nodes is a GPU that was counted twice, and a challenge is good
// for one report.
struct Duplicate {
  std::string text;
  bool refused = false;
};
std::vector<Duplicate> duplicates_of(const std::vector<CheckedFile>& files);

// Failures, hints and warnings of one file, on stderr.
void say_file(const CheckedFile& file, const std::string& require);

// One report: its whole rendering. Several files: a line each, exit code first.
std::string verify_text(const std::vector<CheckedFile>& files);
std::string verify_json(const std::vector<CheckedFile>& files, int exit);

}  // namespace ga
