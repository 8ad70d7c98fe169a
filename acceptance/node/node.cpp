#include "acceptance/node/node.h"

#include <algorithm>
#include <utility>

#include "acceptance/node/bmc.h"
#include "acceptance/node/driver_module.h"
#include "acceptance/node/https.h"
#include "acceptance/node/pci.h"
#include "acceptance/node/record.h"
#include "acceptance/node/record_host.h"
#include "acceptance/node/unit_names.h"

namespace ga {

namespace {

constexpr std::int64_t kMostNamed = 100;  // processes of one GPU that are listed by name

// The same reason in every field, for a source that did not answer at all.
template <class Subject>
void all_absent(Subject& subject, const std::string& reason) {
  Subject::visit_fields(subject, [&](const char*, auto& field) {
    field = std::remove_reference_t<decltype(field)>::missing(reason);
  });
}

// Addresses that the kernel knows and that no unit has claimed.
std::vector<std::string> unclaimed(std::vector<std::string> known,
                                   const std::vector<std::string>& claimed) {
  std::erase_if(known, [&](const std::string& address) {
    return std::find(claimed.begin(), claimed.end(), address) != claimed.end();
  });
  return known;
}

template <class Gpu>
const Gpu* at(const Known<std::vector<Gpu>>& list, const std::string& address) {
  if (!list || address.empty()) return nullptr;
  for (const Gpu& gpu : *list) {
    if (gpu.address == address) return &gpu;
  }
  return nullptr;
}

template <class Gpu>
std::string not_listed(const Known<std::vector<Gpu>>& list, const char* by) {
  return list ? "not listed by " + std::string(by) : list.absent;
}

template <class Gpu>
KnownInt size_of(const Known<std::vector<Gpu>>& list) {
  if (!list) return KnownInt::missing(list.absent);
  return static_cast<std::int64_t>(list.value->size());
}

void add_cuda_facts(const CudaView& view, Facts& facts, const std::vector<std::string>& addresses) {
  facts.node.cuda_driver_version = view.driver_version;
  facts.node.gpus_cuda = size_of(view.gpus);
  for (std::size_t i = 0; i < facts.gpus.size(); ++i) {
    GpuFacts& gpu = facts.gpus[i];
    const CudaGpu* seen = at(view.gpus, addresses[i]);
    const std::string why = not_listed(view.gpus, "CUDA");
    gpu.cuda_uuid = seen ? KnownText(seen->uuid) : KnownText::missing(why);
    gpu.sm_count = seen ? KnownInt(seen->sm_count) : KnownInt::missing(why);
  }
}

}  // namespace

Node::Node(NodeOptions options) : options_(std::move(options)) {
  if (options_.replay.empty()) return;
  const std::string& folder = options_.replay;
  options_.roots = {
      .sys = folder + "/sys", .proc = folder + "/proc", .dev = folder + "/dev", .top = folder};
  options_.host = replayed_calls(folder);
}

void Node::open() {
  if (nvml_) return;
  nvml_.emplace(
      Nvml::open(options_.places, options_.replay, options_.transcript, options_.in_flight));
  find_units();
}

std::optional<Error> Node::nvml_missing() {
  open();
  if (*nvml_) return std::nullopt;
  return nvml_->error();
}

void Node::find_units() {
  if (!*nvml_) {
    nvml_count_ = KnownInt::missing(nvml_->error().what());
    find_units_without_nvml(nvml_->error().what());
    return;
  }
  const Nvml& nvml = **nvml_;
  const auto gpus = nvml.gpus();
  nvml_count_ = size_of(gpus);
  if (!gpus) {
    find_units_without_nvml(gpus.absent);
    return;
  }
  std::vector<std::string> claimed;
  for (const Nvml::Gpu& gpu : *gpus) {
    Unit unit{.unit_id = {}, .address = {}, .uuid = nvml.uuid(gpu), .gpu = gpu};
    if (const KnownText address = nvml.pci_bus_id(gpu); address) {
      unit.address = *address;
      claimed.push_back(*address);
    }
    units_.push_back(std::move(unit));
  }
  // A GPU that fell off the bus cannot say where it was. If the kernel knows just as many addresses
  // that nobody claims, it was there: the others keep their numbers.
  const std::vector<std::string> rest = unclaimed(gpu_addresses(options_.roots), claimed);
  std::vector<Unit*> nameless;
  for (Unit& unit : units_) {
    if (unit.address.empty()) nameless.push_back(&unit);
  }
  if (rest.size() == nameless.size()) {
    for (std::size_t i = 0; i < rest.size(); ++i) nameless[i]->address = rest[i];
  }
  number_units();
}

void Node::find_units_without_nvml(const std::string& reason) {
  const auto bus = pci_gpus(options_.roots);
  if (bus) {
    for (const PciGpu& gpu : *bus) {
      units_.push_back({.unit_id = {},
                        .address = gpu.address,
                        .uuid = KnownText::missing(reason),
                        .gpu = {.handle = nullptr, .lost = reason}});
    }
  }
  number_units();
}

void Node::number_units() {
  std::stable_sort(units_.begin(), units_.end(), [](const Unit& a, const Unit& b) {
    if (a.address.empty() || b.address.empty()) return !a.address.empty() && b.address.empty();
    return comes_before(a.address, b.address);
  });
  std::vector<std::string> addresses;
  for (const Unit& unit : units_) addresses.push_back(unit.address);
  const std::vector<std::string> ids = unit_ids(gpu_addresses(options_.roots), addresses);
  for (std::size_t i = 0; i < units_.size(); ++i) {
    units_[i].unit_id = ids[i];
    if (!addresses[i].empty()) names_.emplace(addresses[i], ids[i]);
  }
  // Now, while the ports of a GPU that falls off later are still there.
  name_ports(options_.roots, names_);
}

bool Node::wanted(const Unit& unit) const {
  const auto& allowed = options_.gpus;
  if (allowed.empty()) return true;
  return unit.uuid && std::find(allowed.begin(), allowed.end(), *unit.uuid) != allowed.end();
}

void Node::add_processes(const Unit& unit, GpuFacts& facts) const {
  const auto pids = (*nvml_)->processes(unit.gpu);
  if (!pids) {
    facts.processes = KnownInt::missing(pids.absent);
    facts.process_list = KnownText::missing(pids.absent);
    return;
  }
  std::int64_t others = 0;
  std::string list;
  for (const std::int64_t pid : *pids) {
    if (is_family(options_.roots, options_.family, pid)) continue;
    ++others;
    if (others > kMostNamed) continue;
    list += (list.empty() ? "" : ", ") + process_label(options_.roots, pid);
  }
  if (others > kMostNamed) list += ", ...";
  facts.processes = others;
  facts.process_list = list;
}

void Node::read_gpu(const Unit& unit, GpuFacts& facts) const {
  if (!*nvml_) return;
  (*nvml_)->read_facts(unit.gpu, facts);
  add_processes(unit, facts);
}

void Node::add_host_facts(Facts& facts) const {
  const Roots& roots = options_.roots;
  NodeFacts& node = facts.node;
  node.name = options_.node_name.empty() ? host_name(roots) : KnownText(options_.node_name);
  node.boot_id = boot_id(roots);
  node.kernel_release = kernel_release(roots);
  node.profilers = running_profilers(roots);
  const DriverModule module = driver_module(roots);
  node.kernel_module = module.kind;
  node.kernel_module_version = module.version;
  const auto bus = pci_gpus(roots);
  const auto driver = proc_gpus(roots);
  node.gpus_pci = size_of(bus);
  node.gpus_proc = size_of(driver);
  std::size_t i = 0;
  for (const Unit& unit : units_) {
    if (!wanted(unit)) continue;
    GpuFacts& gpu = facts.gpus[i++];
    gpu.iommu = iommu_of(roots, unit.address);
    gpu.pci_path = pci_path(roots, unit.address);
    const PciGpu* on_bus = at(bus, unit.address);
    const std::string no_bus = not_listed(bus, "the PCI bus");
    gpu.sysfs_pci_device = on_bus ? on_bus->device : KnownText::missing(no_bus);
    gpu.numa_node = on_bus ? on_bus->numa_node : KnownInt::missing(no_bus);
    const ProcGpu* in_driver = at(driver, unit.address);
    const KnownText no_driver = KnownText::missing(not_listed(driver, "the driver"));
    gpu.proc_uuid = in_driver ? in_driver->uuid : no_driver;
    gpu.proc_vbios = in_driver ? in_driver->vbios : no_driver;
  }
}

BmcFacts Node::read_bmc(const BmcSoFar& so_far) {
  if (!options_.replay.empty()) return replayed_bmc(options_.replay);
  if (options_.bmc.empty()) return no_bmc("no --bmc file was given");
  const auto access = read_bmc_file(options_.bmc);
  if (!access) return no_bmc(access.error().what());
  auto https = Https::open(*access, {});
  if (!https) return no_bmc(https.error().what());
  if (auto library = https->library()) curl_ = *std::move(library);
  return bmc_facts([&](const std::string& path) { return https->get(path); }, so_far);
}

Facts Node::facts(const AskCuda& ask_cuda, const SoFar& so_far) {
  Facts facts;
  all_absent(facts.node, kNotRead);
  all_absent(facts.host, kNotRead);
  all_absent(facts.bmc, kNotRead);
  const auto tell = [&] {
    if (so_far) so_far(facts);
  };
  tell();
  open();
  const std::string reason = *nvml_ ? kNotRead : nvml_->error().what();
  all_absent(facts.node, reason);
  std::vector<const Unit*> units;
  for (const Unit& unit : units_) {
    if (!wanted(unit)) continue;
    units.push_back(&unit);
    GpuFacts& gpu = facts.gpus.emplace_back();
    all_absent(gpu, reason);
    gpu.unit_id = unit.unit_id;
    gpu.uuid = unit.uuid;
  }
  // The kernel's files first: they are at hand whatever NVML does.
  add_host_facts(facts);
  facts.host = host_facts(options_.roots, options_.host);
  facts.node.gpus_nvml = nvml_count_;
  tell();
  if (*nvml_) (*nvml_)->read_facts(facts.node);
  std::vector<std::string> addresses;
  for (std::size_t i = 0; i < units.size(); ++i) {
    read_gpu(*units[i], facts.gpus[i]);
    addresses.push_back(units[i]->address);
    tell();
  }
  add_cuda_facts(ask_cuda ? ask_cuda() : CudaView{}, facts, addresses);
  tell();
  // Last: a slow one takes nothing else with it.
  facts.bmc = read_bmc([&](const BmcFacts& bmc) {
    facts.bmc = bmc;
    tell();
  });
  return facts;
}

Status Node::record(const std::string& folder) {
  if (!options_.transcript) return Error(ErrorCode::internal, "nothing was taken down");
  const Facts read = facts({});
  if (*nvml_ && !counters({})) return Error(ErrorCode::environment, "no counters were read");
  GA_CHECK(write_record(folder, options_.roots, *options_.transcript, read));
  return write_host_record(folder, options_.roots, options_.host, read);
}

Result<std::vector<GpuCounters>> Node::counters(const std::vector<std::string>& uuids) {
  open();
  std::vector<GpuCounters> all;
  std::vector<std::string> found;
  for (const Unit& unit : units_) {
    const bool named =
        unit.uuid && std::find(uuids.begin(), uuids.end(), *unit.uuid) != uuids.end();
    if (!wanted(unit) || (!uuids.empty() && !named)) continue;
    if (named) found.push_back(*unit.uuid);
    GpuCounters counters;
    if (*nvml_) {
      counters = (*nvml_)->read_counters(unit.gpu);
    } else {
      all_absent(counters, nvml_->error().what());
    }
    const AerTotals aer = aer_of(pci_path(options_.roots, unit.address));
    counters.aer_correctable = aer.correctable;
    counters.aer_nonfatal = aer.nonfatal;
    counters.aer_fatal = aer.fatal;
    counters.unit_id = unit.unit_id;
    all.push_back(std::move(counters));
  }
  for (const std::string& uuid : uuids) {
    if (std::find(found.begin(), found.end(), uuid) != found.end()) continue;
    return Error(ErrorCode::environment, "no GPU answers to " + uuid);
  }
  return all;
}

NodeReading Node::reading() {
  open();
  NodeReading reading{.counters = node_counters(options_.roots), .log = {}};
  KernelHistory history = kernel_history(options_.roots, options_.host.run);
  reading.counters.boot_id = boot_id(options_.roots);
  reading.counters.kernel_log = history.source;
  reading.counters.kernel_log_first_ns = history.first_ns;
  reading.counters.kernel_log_last_ns = history.last_ns;
  reading.log = thinned(std::move(history.events));
  name_units(names_, reading.log);
  return reading;
}

std::vector<std::string> Node::uuids() {
  open();
  std::vector<std::string> uuids;
  for (const Unit& unit : units_) {
    if (wanted(unit) && unit.uuid) uuids.push_back(*unit.uuid);
  }
  return uuids;
}

GpuReading Node::now(const std::string& uuid) {
  open();
  std::string reason = "no GPU answers to " + uuid;
  if (*nvml_) {
    for (const Unit& unit : units_) {
      if (unit.uuid && *unit.uuid == uuid) return (*nvml_)->read_now(unit.gpu);
    }
  } else {
    reason = nvml_->error().what();
  }
  const KnownInt none = KnownInt::missing(reason);
  return {.clock_mhz = none,
          .power_mw = none,
          .temp_mc = none,
          .throttle = none,
          .memory_temp_mc = none};
}

PciLink Node::link_now(const std::string& uuid) {
  open();
  for (const Unit& unit : units_) {
    if (unit.uuid && *unit.uuid == uuid) return narrowest_link(options_.roots, unit.address);
  }
  const KnownInt none = KnownInt::missing("no GPU answers to " + uuid);
  return {.gen_current = none, .gen_max = none, .width_current = none, .width_max = none};
}

KnownInt Node::links_up_now(const std::string& uuid) {
  open();
  for (const Unit& unit : units_) {
    if (*nvml_ && unit.uuid && *unit.uuid == uuid) return (*nvml_)->read_links_up(unit.gpu);
  }
  return KnownInt::missing("no GPU answers to " + uuid);
}

std::vector<Library> Node::libraries() const {
  std::vector<Library> libraries;
  if (nvml_ && *nvml_) libraries.push_back((*nvml_)->library());
  if (curl_) libraries.push_back(*curl_);
  return libraries;
}

}  // namespace ga
