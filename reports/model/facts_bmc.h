// What the node's management controller says over Redfish. Absent as a whole where nobody gave the
// way to it.
#pragma once

#include "reports/model/known.h"

namespace ga {

// A power supply, a fan, a leak detector: what it is called and what it says of itself.
struct BmcPsu {
  KnownText name, state, health, model, serial, firmware;  // state "Enabled", health "OK"
  KnownInt output_mw, input_mv;

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("name", self.name);
    f("state", self.state);
    f("health", self.health);
    f("model", self.model);
    f("serial", self.serial);
    f("firmware", self.firmware);
    f("output_mw", self.output_mw);
    f("input_mv", self.input_mv);
  }
  friend bool operator==(const BmcPsu&, const BmcPsu&) = default;
};

struct BmcFan {
  KnownText name, state, health;
  KnownInt speed_rpm, speed_percent;  // a fan has one of them

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("name", self.name);
    f("state", self.state);
    f("health", self.health);
    f("speed_rpm", self.speed_rpm);
    f("speed_percent", self.speed_percent);
  }
  friend bool operator==(const BmcFan&, const BmcFan&) = default;
};

struct BmcLeak {
  KnownText name, detector;  // detector "OK", "Warning", "Critical"

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("name", self.name);
    f("detector", self.detector);
  }
  friend bool operator==(const BmcLeak&, const BmcLeak&) = default;
};

struct BmcFirmware {
  KnownText id, version;

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("id", self.id);
    f("version", self.version);
  }
  friend bool operator==(const BmcFirmware&, const BmcFirmware&) = default;
};

struct BmcEvent {
  KnownText id, created, severity, message;  // created as the BMC writes it, severity "Critical"

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("id", self.id);
    f("created", self.created);
    f("severity", self.severity);
    f("message", self.message);
  }
  friend bool operator==(const BmcEvent&, const BmcEvent&) = default;
};

struct BmcFacts {
  KnownText redfish_version, manager_model, manager_firmware;
  KnownText system_model, system_serial, power_state, system_health;
  KnownText chassis_serial;
  KnownInt inlet_mc;
  KnownInt node_power_mw;
  KnownText power_redundancy, fan_redundancy;  // health of the redundancy groups, the worst of them
  KnownList<BmcPsu> psus;
  KnownList<BmcFan> fans;
  KnownList<BmcLeak> leaks;
  KnownList<BmcFirmware> firmware;
  KnownList<BmcEvent> events;  // newest last, at most 200

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("redfish_version", self.redfish_version);
    f("manager_model", self.manager_model);
    f("manager_firmware", self.manager_firmware);
    f("system_model", self.system_model);
    f("system_serial", self.system_serial);
    f("power_state", self.power_state);
    f("system_health", self.system_health);
    f("chassis_serial", self.chassis_serial);
    f("inlet_mc", self.inlet_mc);
    f("node_power_mw", self.node_power_mw);
    f("power_redundancy", self.power_redundancy);
    f("fan_redundancy", self.fan_redundancy);
    f("psus", self.psus);
    f("fans", self.fans);
    f("leaks", self.leaks);
    f("firmware", self.firmware);
    f("events", self.events);
  }
  friend bool operator==(const BmcFacts&, const BmcFacts&) = default;
};

}  // namespace ga
