#include "acceptance/gates/delivery.h"

#include <algorithm>
#include <set>
#include <utility>

#include "acceptance/gates/facts.h"

namespace ga {
namespace {

bool names(const ManifestExcerpt& manifest, const std::string& node) {
  return std::any_of(manifest.entries.begin(), manifest.entries.end(),
                     [&](const ManifestRow& row) { return row.node == node; });
}

std::set<std::string> nodes_of(const ManifestExcerpt& manifest, const std::string& serial) {
  std::set<std::string> nodes;
  for (const ManifestRow& row : manifest.entries) {
    if (row.serial == serial) nodes.insert(row.node);
  }
  return nodes;
}

}  // namespace

std::optional<Finding> judge_delivery(std::string_view gate, const Evidence& evidence) {
  if (!evidence.manifest) return std::nullopt;
  const ManifestExcerpt& manifest = *evidence.manifest;
  const KnownText& name = evidence.facts.node.name;
  if (auto no = fact_absent(gate, "manifest", "name", name)) return no;
  if (!names(manifest, *name)) {
    return found(gate, "manifest", "identity.inventory.manifest_node_unknown",
                 fmt::format("none of {} rows names node {}", manifest.rows, *name));
  }
  std::set<std::string> here;
  for (const GpuFacts& gpu : evidence.facts.gpus) {
    const std::string field = "serial of " + gpu.unit_id;
    if (auto no = fact_absent(gate, "manifest", field, gpu.serial)) return no;
    here.insert(*gpu.serial);
  }
  std::vector<std::string> missing;
  std::size_t delivered = 0;
  for (const ManifestRow& row : manifest.entries) {
    if (row.node != *name) continue;
    ++delivered;
    if (!here.contains(row.serial)) missing.push_back(row.serial);
  }
  const std::string text = fmt::format("{} of {} serial numbers of node {} are here",
                                       delivered - missing.size(), delivered, *name);
  if (missing.empty()) {
    return passed(gate, "manifest", fmt::format("{}, manifest {:.12}", text, manifest.sha256));
  }
  // As many GPUs of other nodes as are missing: they were put into the wrong nodes, none is lost.
  const auto strangers = std::count_if(here.begin(), here.end(), [&](const std::string& serial) {
    const std::set<std::string> nodes = nodes_of(manifest, serial);
    return !nodes.empty() && !nodes.contains(*name);
  });
  const bool exchanged = static_cast<std::size_t>(strangers) >= missing.size();
  return found(
      gate, "manifest",
      exchanged ? "identity.inventory.manifest_swapped" : "identity.inventory.manifest_missing",
      fmt::format("{}; not {}", text, fmt::join(missing, ", ")));
}

std::optional<Finding> judge_delivered(std::string_view gate, const Evidence& evidence,
                                       const GpuFacts& gpu) {
  if (!evidence.manifest || !gpu.serial) return std::nullopt;
  const std::set<std::string> nodes = nodes_of(*evidence.manifest, *gpu.serial);
  const std::string text =
      fmt::format("serial number {}: node {}", *gpu.serial, fmt::join(nodes, ", "));
  if (nodes.empty()) {
    return found(gate, gpu.unit_id, "identity.inventory.manifest_extra",
                 fmt::format("serial number {} is not in the manifest", *gpu.serial));
  }
  if (nodes.size() > 1) {
    return found(gate, gpu.unit_id, "identity.inventory.manifest_duplicate", text);
  }
  const KnownText& name = evidence.facts.node.name;
  // Where the manifest does not know this node's name, nothing is known to be swapped.
  const bool known = name && names(*evidence.manifest, *name);
  if (!known || nodes.contains(*name)) return std::nullopt;
  return found(gate, gpu.unit_id, "identity.inventory.manifest_swapped",
               fmt::format("{}, and this is {}", text, *name));
}

}  // namespace ga
