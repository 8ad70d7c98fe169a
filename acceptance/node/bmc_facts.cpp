// BmcFacts by following a Redfish service from its root.
#include <algorithm>
#include <type_traits>
#include <utility>

#include "acceptance/node/bmc_chassis.h"
#include "reports/model/digest.h"

namespace ga {

namespace {

constexpr std::size_t kMostFirmware = 300, kMostEvents = 200;

template <class T>
Known<T> why(const Error& error) {
  return Known<T>::missing(error.what());
}

class Reader {
 public:
  explicit Reader(const Fetch& fetch) : redfish_(fetch) {}

  BmcFacts read(const BmcSoFar& so_far);

 private:
  void read_manager();
  void read_system();
  void read_firmware();
  void read_events();

  Redfish redfish_;
  Json root_;
  Json system_;
  BmcFacts facts_;
};

void Reader::read_manager() {
  const auto managers = redfish_.collection(root_, {"Managers"});
  if (!managers || managers->empty()) {
    const std::string reason = managers ? "the BMC lists no manager" : managers.error().what();
    facts_.manager_model = facts_.manager_firmware = KnownText::missing(reason);
    return;
  }
  const Json* bmc = &managers->front();
  for (const Json& manager : *managers) {
    const KnownText type = text_at(manager, {"ManagerType"});
    if (type && *type == "BMC" && !is_of_gpu_board(manager)) {
      bmc = &manager;
      break;
    }
  }
  facts_.manager_model = text_at(*bmc, {"Model"});
  facts_.manager_firmware = text_at(*bmc, {"FirmwareVersion"});
}

void Reader::read_system() {
  auto systems = redfish_.collection(root_, {"Systems"});
  std::string reason = systems ? "the BMC lists no system" : systems.error().what();
  if (systems) {
    for (Json& system : *systems) {
      if (is_of_gpu_board(system)) continue;
      system_ = std::move(system);
      reason.clear();
      break;
    }
  }
  const auto field = [&](JsonPath path) {
    return reason.empty() ? text_at(system_, path) : KnownText::missing(reason);
  };
  facts_.system_model = field({"Model"});
  facts_.system_serial = field({"SerialNumber"});
  facts_.power_state = field({"PowerState"});
  facts_.system_health = field({"Status", "HealthRollup"});
  if (!facts_.system_health) facts_.system_health = field({"Status", "Health"});
}

void Reader::read_firmware() {
  const auto service = redfish_.follow(root_, {"UpdateService"});
  const auto inventory =
      service ? redfish_.collection(*service, {"FirmwareInventory"})
              : Result<std::vector<Json>>(Error(ErrorCode::io, service.error().what()));
  if (!inventory) {
    facts_.firmware = why<std::vector<BmcFirmware>>(inventory.error());
    return;
  }
  std::vector<BmcFirmware> all;
  for (const Json& one : *inventory) {
    if (all.size() >= kMostFirmware) break;
    BmcFirmware firmware;
    firmware.id = text_at(one, {"Id"});
    firmware.version = text_at(one, {"Version"});
    all.push_back(std::move(firmware));
  }
  facts_.firmware = std::move(all);
}

// The system's event log: of its log services the one that is called so.
void Reader::read_events() {
  const auto services = redfish_.collection(system_, {"LogServices"});
  if (!services) {
    facts_.events = why<std::vector<BmcEvent>>(services.error());
    return;
  }
  const Json* log = nullptr;
  for (const char* wanted : {"SEL", "Sel", "EventLog", "Log"}) {
    for (const Json& service : *services) {
      const KnownText id = text_at(service, {"Id"});
      const bool fits = id && id.value->find(wanted) != std::string::npos;
      if (log == nullptr && fits) log = &service;
    }
  }
  if (log == nullptr) {
    facts_.events = KnownList<BmcEvent>::missing("the BMC has no event log");
    return;
  }
  const auto entries = redfish_.collection(*log, {"Entries"});
  if (!entries) {
    facts_.events = why<std::vector<BmcEvent>>(entries.error());
    return;
  }
  std::vector<BmcEvent> events;
  for (const Json& entry : *entries) {
    BmcEvent event;
    event.id = text_at(entry, {"Id"});
    event.created = text_at(entry, {"Created"});
    event.severity = text_at(entry, {"Severity"});
    event.message = text_at(entry, {"Message"});
    events.push_back(std::move(event));
  }
  std::stable_sort(events.begin(), events.end(), [](const BmcEvent& a, const BmcEvent& b) {
    return a.created.value.value_or("") < b.created.value.value_or("");
  });
  if (events.size() > kMostEvents) {
    events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(kMostEvents));
  }
  facts_.events = std::move(events);
}

BmcFacts Reader::read(const BmcSoFar& so_far) {
  const auto tell = [&] {
    if (so_far) so_far(facts_);
  };
  facts_ = no_bmc(kNotReadYet);
  auto root = redfish_.get("/redfish/v1/");
  if (!root) return no_bmc(root.error().what());
  root_ = *std::move(root);
  facts_.redfish_version = text_at(root_, {"RedfishVersion"});
  tell();
  read_manager();
  tell();
  read_system();
  tell();
  read_chassis(redfish_, root_, facts_);
  tell();
  read_firmware();
  tell();
  read_events();
  return facts_;
}

}  // namespace

BmcFacts bmc_facts(const Fetch& fetch, const BmcSoFar& so_far) {
  return Reader(fetch).read(so_far);
}

BmcFacts replayed_bmc(const std::string& folder) {
  constexpr std::size_t kMostBytes = std::size_t{16} << 20;
  const auto text = read_file(folder + "/bmc.json", kMostBytes);
  if (!text) return no_bmc("the replay has no BMC");
  const auto resources = parse_foreign_json(*text);
  if (!resources) return no_bmc("bmc.json: " + resources.error().what());
  return bmc_facts([&](const std::string& path) -> Result<std::string> {
    const Json* resource = resources->find(path);
    if (resource == nullptr) return Error(ErrorCode::io, path + ": HTTP status 404");
    return dump(*resource);
  });
}

BmcFacts no_bmc(const std::string& reason) {
  BmcFacts facts;
  BmcFacts::visit_fields(facts, [&](const char*, auto& field) {
    field = std::remove_reference_t<decltype(field)>::missing(reason);
  });
  return facts;
}

}  // namespace ga
