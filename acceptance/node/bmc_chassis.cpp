// Newer services have the *Subsystem resources, older ones Power and Thermal; a service may have
// both.
#include "acceptance/node/bmc_chassis.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ga {

namespace {

constexpr std::size_t kMostChassis = 32;

// The elements of an array of objects at that place; none where there is no such array.
std::vector<Json> elements(const Json& json, JsonPath path) {
  const Json* list = at_path(json, path);
  std::vector<Json> out;
  if (list == nullptr || !list->is_array()) return out;
  for (const Json& element : list->as_array()) {
    if (element.is_object()) out.push_back(element);
  }
  return out;
}

template <class Part>
void name_part(const Json& json, Part& part) {
  part.name = text_at(json, {"Name"});
  part.state = text_at(json, {"Status", "State"});
  part.health = text_at(json, {"Status", "Health"});
}

BmcPsu psu_of(const Json& json) {
  BmcPsu psu;
  name_part(json, psu);
  psu.model = text_at(json, {"Model"});
  psu.serial = text_at(json, {"SerialNumber"});
  psu.firmware = text_at(json, {"FirmwareVersion"});
  psu.output_mw = milli_at(json, {"PowerOutputWatts"});
  if (!psu.output_mw) psu.output_mw = milli_at(json, {"LastPowerOutputWatts"});
  psu.input_mv = milli_at(json, {"LineInputVoltage"});
  return psu;
}

BmcFan fan_of(const Json& json) {
  BmcFan fan;
  name_part(json, fan);
  if (!fan.name) fan.name = text_at(json, {"FanName"});
  fan.speed_rpm = whole_at(json, {"SpeedPercent", "SpeedRPM"});
  fan.speed_percent = whole_at(json, {"SpeedPercent", "Reading"});
  const KnownText unit = text_at(json, {"ReadingUnits"});
  if (unit && *unit == "RPM") fan.speed_rpm = whole_at(json, {"Reading"});
  if (unit && *unit == "Percent") fan.speed_percent = whole_at(json, {"Reading"});
  return fan;
}

// What is known of one thing over several resources. Once a part of it could not be read it is
// absent for good: what the others say is not all there is.
template <class Fact>
struct Gathered {
  Fact fact = {};
  std::string lost = {};  // why, or empty

  void lose(const Error& error) {
    if (lost.empty()) lost = error.what();
  }
  // `none` is the reason where nothing was found.
  Fact result(const std::string& none) && {
    if (!lost.empty()) return Fact::missing(lost);
    return fact ? std::move(fact) : Fact::missing(none);
  }
};

template <class Entry>
void append(Gathered<KnownList<Entry>>& list, Entry entry) {
  if (!list.fact) list.fact = std::vector<Entry>{};
  list.fact.value->push_back(std::move(entry));
}

// Of the redundancy groups the worst health: "Critical", "Warning", "OK"; a group that is not
// enabled says its state instead.
void add_redundancy(const std::vector<Json>& groups, Gathered<KnownText>& redundancy) {
  KnownText& worst = redundancy.fact;
  constexpr std::array<std::string_view, 3> kRank{"OK", "Warning", "Critical"};
  const auto rank = [&](const std::string& word) {
    return std::find(kRank.begin(), kRank.end(), word) - kRank.begin();
  };
  for (const Json& group : groups) {
    const KnownText state = text_at(group, {"Status", "State"});
    KnownText health = text_at(group, {"Status", "Health"});
    if (state && *state != "Enabled") health = state;
    if (!health) redundancy.lose(Error(ErrorCode::parse, health.absent));
    if (!health) return;
    // A word that is not known ranks last, and is shown.
    if (!worst || rank(*health) > rank(*worst)) worst = health;
  }
}

class Chassis {
 public:
  Chassis(Redfish& redfish, const Json& root, BmcFacts& facts)
      : redfish_(redfish), root_(root), facts_(facts) {}

  void read();

 private:
  void read_one_chassis(const Json& chassis);
  void read_power(const Json& chassis);
  void read_thermal(const Json& chassis);
  void read_old_power(const Json& power);
  void read_old_thermal(const Json& thermal);
  void read_inlet(const Json& thermal_metrics);
  void read_leaks(const Json& thermal);
  void note_inlet(const KnownInt& reading);
  void lose_power(const Error& error);
  void lose_thermal(const Error& error);
  void show(const std::string& none);

  Redfish& redfish_;
  const Json& root_;
  BmcFacts& facts_;
  Gathered<KnownList<BmcPsu>> psus_;
  Gathered<KnownList<BmcFan>> fans_;
  Gathered<KnownList<BmcLeak>> leaks_;
  Gathered<KnownText> power_redundancy_, fan_redundancy_;
  Gathered<KnownInt> inlet_;
};

void Chassis::note_inlet(const KnownInt& reading) {
  // Of several sensors the hottest air is what the node breathes.
  if (reading && (!inlet_.fact || *reading > *inlet_.fact)) inlet_.fact = reading;
}

void Chassis::lose_power(const Error& error) {
  psus_.lose(error);
  power_redundancy_.lose(error);
}

void Chassis::lose_thermal(const Error& error) {
  fans_.lose(error);
  fan_redundancy_.lose(error);
  inlet_.lose(error);
}

void Chassis::read_inlet(const Json& metrics) {
  note_inlet(milli_at(metrics, {"TemperatureSummaryCelsius", "Intake", "Reading"}));
  for (const Json& reading : elements(metrics, {"TemperatureReadingsCelsius"})) {
    const KnownText context = text_at(reading, {"PhysicalContext"});
    if (context && *context == "Intake") note_inlet(milli_at(reading, {"Reading"}));
  }
}

void Chassis::read_power(const Json& chassis) {
  if (!Redfish::has_link(chassis, {"PowerSubsystem"})) return;
  const auto power = redfish_.follow(chassis, {"PowerSubsystem"});
  if (!power) return lose_power(power.error());
  add_redundancy(elements(*power, {"PowerSupplyRedundancy"}), power_redundancy_);
  if (!Redfish::has_link(*power, {"PowerSupplies"})) return;
  const auto supplies = redfish_.collection(*power, {"PowerSupplies"});
  if (!supplies) return psus_.lose(supplies.error());
  for (const Json& supply : *supplies) {
    BmcPsu psu = psu_of(supply);
    if (const auto metrics = redfish_.follow(supply, {"Metrics"})) {
      psu.output_mw = milli_at(*metrics, {"OutputPowerWatts", "Reading"});
      psu.input_mv = milli_at(*metrics, {"InputVoltage", "Reading"});
    }
    append(psus_, std::move(psu));
  }
}

void Chassis::read_thermal(const Json& chassis) {
  if (!Redfish::has_link(chassis, {"ThermalSubsystem"})) return;
  const auto thermal = redfish_.follow(chassis, {"ThermalSubsystem"});
  if (!thermal) {
    lose_thermal(thermal.error());
    return leaks_.lose(thermal.error());
  }
  add_redundancy(elements(*thermal, {"FanRedundancy"}), fan_redundancy_);
  if (Redfish::has_link(*thermal, {"ThermalMetrics"})) {
    const auto metrics = redfish_.follow(*thermal, {"ThermalMetrics"});
    metrics ? read_inlet(*metrics) : inlet_.lose(metrics.error());
  }
  if (Redfish::has_link(*thermal, {"Fans"})) {
    const auto fans = redfish_.collection(*thermal, {"Fans"});
    if (!fans) fans_.lose(fans.error());
    for (const Json& fan : fans ? *fans : std::vector<Json>{}) append(fans_, fan_of(fan));
  }
  read_leaks(*thermal);
}

void Chassis::read_leaks(const Json& thermal) {
  if (!Redfish::has_link(thermal, {"LeakDetection"})) return;
  const auto leaks = redfish_.follow(thermal, {"LeakDetection"});
  if (!leaks) return leaks_.lose(leaks.error());
  if (!Redfish::has_link(*leaks, {"LeakDetectors"})) return;
  const auto detectors = redfish_.collection(*leaks, {"LeakDetectors"});
  if (!detectors) return leaks_.lose(detectors.error());
  for (const Json& detector : *detectors) {
    BmcLeak leak;
    leak.name = text_at(detector, {"Name"});
    leak.detector = text_at(detector, {"DetectorState"});
    append(leaks_, std::move(leak));
  }
}

void Chassis::read_old_power(const Json& power) {
  add_redundancy(elements(power, {"Redundancy"}), power_redundancy_);
  for (const Json& supply : elements(power, {"PowerSupplies"})) append(psus_, psu_of(supply));
  for (const Json& control : elements(power, {"PowerControl"})) {
    if (facts_.node_power_mw) break;
    facts_.node_power_mw = milli_at(control, {"PowerConsumedWatts"});
  }
}

void Chassis::read_old_thermal(const Json& thermal) {
  add_redundancy(elements(thermal, {"Redundancy"}), fan_redundancy_);
  for (const Json& fan : elements(thermal, {"Fans"})) append(fans_, fan_of(fan));
  for (const Json& sensor : elements(thermal, {"Temperatures"})) {
    const KnownText context = text_at(sensor, {"PhysicalContext"});
    const KnownText name = text_at(sensor, {"Name"});
    const bool inlet = (context && *context == "Intake") ||
                       (name && name.value->find("Inlet") != std::string::npos);
    if (inlet) note_inlet(milli_at(sensor, {"ReadingCelsius"}));
  }
}

void Chassis::read_one_chassis(const Json& chassis) {
  if (!facts_.chassis_serial) facts_.chassis_serial = text_at(chassis, {"SerialNumber"});
  if (!facts_.node_power_mw) {
    if (const auto metrics = redfish_.follow(chassis, {"EnvironmentMetrics"})) {
      facts_.node_power_mw = milli_at(*metrics, {"PowerWatts", "Reading"});
    }
  }
  const auto count = [](const auto& list) { return list.fact ? list.fact.value->size() : 0; };
  const std::size_t psus = count(psus_), fans = count(fans_);
  read_power(chassis);
  read_thermal(chassis);
  // The older resource repeats the newer one where both are there.
  if (count(psus_) == psus && Redfish::has_link(chassis, {"Power"})) {
    const auto power = redfish_.follow(chassis, {"Power"});
    power ? read_old_power(*power) : lose_power(power.error());
  }
  if (count(fans_) == fans && Redfish::has_link(chassis, {"Thermal"})) {
    const auto thermal = redfish_.follow(chassis, {"Thermal"});
    thermal ? read_old_thermal(*thermal) : lose_thermal(thermal.error());
  }
}

void Chassis::show(const std::string& none) {
  facts_.psus = std::move(psus_).result(none);
  facts_.fans = std::move(fans_).result(none);
  facts_.leaks = std::move(leaks_).result("the BMC has no leak detector");
  facts_.power_redundancy = std::move(power_redundancy_).result(none);
  facts_.fan_redundancy = std::move(fan_redundancy_).result(none);
  facts_.inlet_mc = std::move(inlet_).result(none);
}

void Chassis::read() {
  const auto all = redfish_.collection(root_, {"Chassis"});
  const std::string none = all ? "no chassis of the node says so" : all.error().what();
  facts_.chassis_serial = KnownText::missing(none);
  facts_.node_power_mw = KnownInt::missing(none);
  if (!all) leaks_.lose(all.error());
  std::size_t read = 0;
  for (const Json& chassis : all ? *all : std::vector<Json>{}) {
    if (is_of_gpu_board(chassis)) continue;
    if (++read > kMostChassis) {
      const Error more(ErrorCode::protocol, "the BMC has more chassis than are read");
      lose_power(more);
      lose_thermal(more);
      leaks_.lose(more);
      break;
    }
    read_one_chassis(chassis);
  }
  show(none);
}

}  // namespace

bool is_of_gpu_board(const Json& resource) {
  const KnownText id = text_at(resource, {"Id"});
  return id && id.value->starts_with("HGX");
}

void read_chassis(Redfish& redfish, const Json& root, BmcFacts& facts) {
  Chassis(redfish, root, facts).read();
}

}  // namespace ga
