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

// Of the redundancy groups the worst health: "Critical", "Warning", "OK"; a group that is not
// enabled says its state instead.
void add_redundancy(const std::vector<Json>& groups, KnownText& worst) {
  constexpr std::array<std::string_view, 3> kRank{"OK", "Warning", "Critical"};
  const auto rank = [&](const std::string& word) {
    return std::find(kRank.begin(), kRank.end(), word) - kRank.begin();
  };
  for (const Json& group : groups) {
    const KnownText state = text_at(group, {"Status", "State"});
    KnownText health = text_at(group, {"Status", "Health"});
    if (state && *state != "Enabled") health = state;
    if (!health) {
      worst = health;
      return;
    }
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
  void note_inlet(const KnownInt& reading);

  Redfish& redfish_;
  const Json& root_;
  BmcFacts& facts_;
  std::vector<BmcPsu> psus_;
  std::vector<BmcFan> fans_;
  std::vector<BmcLeak> leaks_;
};

void Chassis::note_inlet(const KnownInt& reading) {
  // Of several sensors the hottest air is what the node breathes.
  if (reading && (!facts_.inlet_mc || *reading > *facts_.inlet_mc)) facts_.inlet_mc = reading;
}

void Chassis::read_inlet(const Json& metrics) {
  note_inlet(milli_at(metrics, {"TemperatureSummaryCelsius", "Intake", "Reading"}));
  for (const Json& reading : elements(metrics, {"TemperatureReadingsCelsius"})) {
    const KnownText context = text_at(reading, {"PhysicalContext"});
    if (context && *context == "Intake") note_inlet(milli_at(reading, {"Reading"}));
  }
}

void Chassis::read_power(const Json& chassis) {
  const auto power = redfish_.follow(chassis, {"PowerSubsystem"});
  if (!power) return;
  add_redundancy(elements(*power, {"PowerSupplyRedundancy"}), facts_.power_redundancy);
  const auto supplies = redfish_.collection(*power, {"PowerSupplies"});
  if (!supplies) {
    facts_.psus = KnownList<BmcPsu>::missing(supplies.error().what());
    return;
  }
  for (const Json& supply : *supplies) {
    BmcPsu psu = psu_of(supply);
    if (const auto metrics = redfish_.follow(supply, {"Metrics"})) {
      psu.output_mw = milli_at(*metrics, {"OutputPowerWatts", "Reading"});
      psu.input_mv = milli_at(*metrics, {"InputVoltage", "Reading"});
    }
    psus_.push_back(std::move(psu));
  }
}

void Chassis::read_thermal(const Json& chassis) {
  const auto thermal = redfish_.follow(chassis, {"ThermalSubsystem"});
  if (!thermal) return;
  add_redundancy(elements(*thermal, {"FanRedundancy"}), facts_.fan_redundancy);
  if (const auto metrics = redfish_.follow(*thermal, {"ThermalMetrics"})) read_inlet(*metrics);
  if (const auto fans = redfish_.collection(*thermal, {"Fans"})) {
    for (const Json& fan : *fans) fans_.push_back(fan_of(fan));
  }
  const auto leaks = redfish_.follow(*thermal, {"LeakDetection"});
  if (!leaks) return;
  const auto detectors = redfish_.collection(*leaks, {"LeakDetectors"});
  if (!detectors) {
    facts_.leaks = KnownList<BmcLeak>::missing(detectors.error().what());
    return;
  }
  for (const Json& detector : *detectors) {
    BmcLeak leak;
    leak.name = text_at(detector, {"Name"});
    leak.detector = text_at(detector, {"DetectorState"});
    leaks_.push_back(std::move(leak));
  }
}

void Chassis::read_old_power(const Json& power) {
  add_redundancy(elements(power, {"Redundancy"}), facts_.power_redundancy);
  for (const Json& supply : elements(power, {"PowerSupplies"})) psus_.push_back(psu_of(supply));
  for (const Json& control : elements(power, {"PowerControl"})) {
    if (facts_.node_power_mw) break;
    facts_.node_power_mw = milli_at(control, {"PowerConsumedWatts"});
  }
}

void Chassis::read_old_thermal(const Json& thermal) {
  add_redundancy(elements(thermal, {"Redundancy"}), facts_.fan_redundancy);
  for (const Json& fan : elements(thermal, {"Fans"})) fans_.push_back(fan_of(fan));
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
  const std::size_t psus = psus_.size(), fans = fans_.size();
  read_power(chassis);
  read_thermal(chassis);
  // The older resource repeats the newer one where both are there.
  if (psus_.size() == psus) {
    if (const auto power = redfish_.follow(chassis, {"Power"})) read_old_power(*power);
  }
  if (fans_.size() == fans) {
    if (const auto thermal = redfish_.follow(chassis, {"Thermal"})) read_old_thermal(*thermal);
  }
}

void Chassis::read() {
  const auto all = redfish_.collection(root_, {"Chassis"});
  const std::string reason = all ? "no chassis of the node says so" : all.error().what();
  facts_.chassis_serial = facts_.power_redundancy = facts_.fan_redundancy =
      KnownText::missing(reason);
  facts_.inlet_mc = facts_.node_power_mw = KnownInt::missing(reason);
  facts_.psus = KnownList<BmcPsu>::missing(reason);
  facts_.fans = KnownList<BmcFan>::missing(reason);
  facts_.leaks = KnownList<BmcLeak>::missing("the BMC has no leak detector");
  if (!all) {
    facts_.leaks = KnownList<BmcLeak>::missing(reason);
    return;
  }
  std::size_t read = 0;
  for (const Json& chassis : *all) {
    if (is_of_gpu_board(chassis)) continue;
    if (++read > kMostChassis) break;
    read_one_chassis(chassis);
  }
  // A list that failed in part stays absent: how many there are is not known.
  const std::string& psus_why = facts_.psus.absent;
  if (!psus_.empty() && psus_why == reason) facts_.psus = std::move(psus_);
  if (!fans_.empty()) facts_.fans = std::move(fans_);
  const bool leaks_failed = facts_.leaks.absent != "the BMC has no leak detector";
  if (!leaks_.empty() && !leaks_failed) facts_.leaks = std::move(leaks_);
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
