// The table of Xids and SXids: that it reads, that each line finds its row, and that its page is
// its own. Run this program with --update to write docs/xid-table.md anew.
#include "acceptance/core/xid_table.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "reports/model/digest.h"

namespace ga {
namespace {

bool& updating() {
  static bool update = false;
  return update;
}

XidRow row_of(const std::string& code, const std::string& text) {
  const auto row =
      classify(xid_table(), {.t_ns = 0, .source = "kmsg", .gpu = "", .code = code, .text = text});
  EXPECT_TRUE(row) << code;
  return row.value_or(XidRow{});
}

// A finding takes its blame from the row: what rejects must not be excused as a setting or a site.
TEST(XidTable, WhatFailsIsTheHardwares) {
  for (const XidRow& row : xid_table()) {
    if (row.action != XidAction::return_part && row.action != XidAction::fabric) continue;
    EXPECT_TRUE(row.blame == Blame::gpu || row.blame == Blame::node) << row.code << " " << row.name;
  }
}

TEST(XidTable, ThePageIsMadeFromTheData) {
  const std::string path = std::string(GA_SOURCE_DIR) + "/docs/xid-table.md";
  const std::string page = xid_table_page(xid_table());
  if (updating()) std::ofstream(path) << page;
  const auto kept = read_file(path);
  ASSERT_TRUE(kept) << kept.error().what();
  EXPECT_EQ(page, *kept) << "if this is meant, run xid_table_test --update";
}

TEST(XidTable, WhatMustNeverPassIsNotTolerated) {
  for (const char* code :
       {"xid.48",     "xid.62",     "xid.63",    "xid.64",  "xid.74",  "xid.79",  "xid.92",
        "xid.94",     "xid.95",     "xid.119",   "xid.120", "xid.140", "xid.143", "xid.144",
        "xid.145",    "xid.146",    "xid.147",   "xid.148", "xid.149", "xid.150", "xid.155",
        "xid.156",    "xid.163",    "xid.165",   "xid.167", "xid.168", "xid.171", "xid.172",
        "sxid.20034", "sxid.12020", "sxid.22003"}) {
    const XidRow row = row_of(code, "NVRM: Xid (PCI:0000:05:00): n, x");
    EXPECT_FALSE(row.tolerated) << code;
    EXPECT_NE(row.blame, Blame::none) << code;
    EXPECT_NE(row.name, "not in the table") << code;
  }
}

TEST(XidTable, AnUnknownCodeIsNotTolerated) {
  for (const char* code : {"xid.999", "xid.unreadable", "xid.1", "sxid.1", "sxid.unreadable"}) {
    const XidRow row = row_of(code, "");
    EXPECT_FALSE(row.tolerated) << code;
    EXPECT_EQ(row.action, XidAction::investigate);
    EXPECT_EQ(row.name, "not in the table");
  }
  EXPECT_EQ(row_of("sxid.1", "").blame, Blame::node);
  EXPECT_FALSE(classify(
      xid_table(), {.t_ns = 0, .source = "kmsg", .gpu = "", .code = "nic.link_up", .text = ""}));
}

TEST(XidTable, Xid154IsJudgedByTheActionItCarries) {
  const auto to = [](const std::string& what) {
    return row_of("xid.154",
                  "NVRM: Xid (PCI:0009:01:00): 154, GPU recovery action changed from "
                  "0x1 (GPU Reset Required) to " +
                      what);
  };
  EXPECT_TRUE(to("0x0 (None)").tolerated);
  EXPECT_EQ(to("0x1 (GPU Reset Required)").action, XidAction::restart);
  EXPECT_EQ(to("0x2 (Node Reboot Required)").blame, Blame::node);
  EXPECT_EQ(to("0x3 (Drain P2P)").action, XidAction::fabric);
  EXPECT_EQ(to("0x4 (Drain and Reset)").action, XidAction::restart);
  EXPECT_EQ(to("0x9 (Something new)").action, XidAction::investigate);
  EXPECT_FALSE(to("0x9 (Something new)").tolerated);
  EXPECT_FALSE(to("").tolerated);
  EXPECT_FALSE(row_of("xid.154", "to 0x0 (None)").tolerated);
}

TEST(XidTable, ReadsTheDetailOfAnNvlinkXid) {
  const XidDetail detail = detail_of(
      "NVRM: Xid (PCI:0018:01:00): 149, pid=12, name=python3, NETIR_LINK_EVT Fatal XC0 i0 Link 08 "
      "(0x004505c6 0x00000002 0x00000000 0x00000000)");
  EXPECT_EQ(detail.unit, "NETIR_LINK_EVT");
  EXPECT_EQ(detail.severity, "fatal");
  EXPECT_EQ(detail.sub, 4);
  EXPECT_EQ(detail.status, 2);
  EXPECT_FALSE(detail.recovery);
  for (const char* text : {"", "149, X Fatal XC0 i0 Link", ", X Link (", ", X Link 1 (0x1",
                           ", X Link 1 (zz 0x1)", "Link (0x1 0x2)"}) {
    EXPECT_FALSE(detail_of(text).status) << text;
  }
}

TEST(XidTable, ACorrectedNvlinkErrorIsToleratedOnlyWhereTheLineSaysSo) {
  const auto line = [](const char* severity, const char* status) {
    return std::string("NVRM: Xid (PCI:0000:05:00): 145, RLW_REMAP ") + severity +
           " XC0 i0 Link 03 (0x00000082 " + status + " 0x0)";
  };
  EXPECT_TRUE(row_of("xid.145", line("Nonfatal", "0x00000100")).tolerated);
  EXPECT_FALSE(row_of("xid.145", line("Fatal", "0x00000100")).tolerated);
  EXPECT_FALSE(row_of("xid.145", line("odd", "0x00000100")).tolerated);
  EXPECT_EQ(row_of("xid.145", line("Nonfatal", "0x00000004")).action, XidAction::investigate);
  EXPECT_EQ(row_of("xid.145", line("Fatal", "0x00000040")).action, XidAction::fabric);
  EXPECT_EQ(row_of("xid.145", line("Nonfatal", "0x00000300")).action, XidAction::fabric);
}

TEST(XidTable, ACorrectedSwitchErrorIsToleratedOnlyWhereTheLineSaysSo) {
  const std::string head = "nvidia-nvswitch0: SXid (PCI:0000:a9:00.0): 11012, ";
  EXPECT_TRUE(row_of("sxid.11012", head + "Non-fatal, Link 30 single bit").tolerated);
  EXPECT_FALSE(row_of("sxid.11012", head + "Fatal, Link 30 single bit").tolerated);
  EXPECT_FALSE(row_of("sxid.11012", head).tolerated);
}

TEST(XidTable, RefusesATableThatIsNotOne) {
  const std::string head = "code,when,name,blame,action,tolerated,source\n";
  EXPECT_TRUE(parse_xid_table(head + "xid.79,,lost,gpu,return,no,catalogue\n"));
  for (const char* rows :
       {"xid.79,lost,gpu,return,no,catalogue", "79,,lost,gpu,return,no,catalogue",
        "xid.x,,lost,gpu,return,no,catalogue", "xid.,,lost,gpu,return,no,catalogue",
        "xid.79,,lost,gpu,replace,no,catalogue", "xid.79,,lost,vendor,return,no,catalogue",
        "xid.79,,lost,gpu,return,maybe,catalogue", "xid.79,,lost,gpu,return,yes,catalogue",
        "xid.79,,lost,gpu,ignore,no,catalogue", "xid.79,,,gpu,return,no,catalogue",
        "xid.79,,lost,gpu,return,no,", "xid.79,when,lost,gpu,return,no,catalogue",
        "xid.79,sub=x,lost,gpu,return,no,catalogue", "xid.79,severity=odd,lost,gpu,return,no,c",
        "xid.79,sub=1 sub=2,lost,gpu,return,no,catalogue",
        "xid.79,sub=1,lost,gpu,return,no,catalogue",
        "xid.79,,lost,gpu,return,no,catalogue\nxid.79,,lost,gpu,return,no,catalogue", "\n\n"}) {
    EXPECT_FALSE(parse_xid_table(head + rows)) << rows;
  }
  EXPECT_FALSE(parse_xid_table(""));
  EXPECT_FALSE(parse_xid_table("code,name\n"));
}

}  // namespace
}  // namespace ga

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  ga::updating() = argc > 1 && std::strcmp(argv[1], "--update") == 0;
  return RUN_ALL_TESTS();
}
