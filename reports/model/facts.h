// Facts: what a node and its GPUs say of themselves, read and never set.
//
// Every field is a value, or absent with the reason that the source gave. visit_fields() is the one
// list of fields and their order; the codec, the text form and the comparison all go through it.
// What copies, moves and compares two hundred fields is compiled once, in copies.cpp, and not in
// each file that holds a report.
#pragma once

#include <string>
#include <vector>

#include "reports/model/counters.h"
#include "reports/model/counters_node.h"
#include "reports/model/facts_bmc.h"
#include "reports/model/facts_gpu.h"
#include "reports/model/facts_host.h"
#include "reports/model/facts_link.h"
#include "reports/model/facts_node.h"
#include "reports/model/known.h"

namespace ga {

struct GpuFacts : GpuIdentity, GpuConfiguration, GpuRest, GpuMemoryHealth, GpuLinks, GpuPath {
  std::string unit_id;  // "gpu/0": position in PCI bus order

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    GpuIdentity::visit_fields(self, f);
    GpuConfiguration::visit_fields(self, f);
    GpuRest::visit_fields(self, f);
    GpuMemoryHealth::visit_fields(self, f);
    GpuLinks::visit_fields(self, f);
    GpuPath::visit_fields(self, f);
  }

  GpuFacts();
  GpuFacts(const GpuFacts&);
  GpuFacts(GpuFacts&&) noexcept;
  GpuFacts& operator=(const GpuFacts&);
  GpuFacts& operator=(GpuFacts&&) noexcept;
  ~GpuFacts();
  friend bool operator==(const GpuFacts&, const GpuFacts&);
};

struct Facts {
  NodeFacts node;
  HostFacts host;
  BmcFacts bmc;
  std::vector<GpuFacts> gpus;  // in PCI bus order; unit_id is "gpu/<index>"

  const GpuFacts* find(const std::string& unit_id) const {
    for (const GpuFacts& gpu : gpus) {
      if (gpu.unit_id == unit_id) return &gpu;
    }
    return nullptr;
  }

  Facts();
  Facts(const Facts&);
  Facts(Facts&&) noexcept;
  Facts& operator=(const Facts&);
  Facts& operator=(Facts&&) noexcept;
  ~Facts();
  friend bool operator==(const Facts&, const Facts&);
};

}  // namespace ga
