#include "acceptance/node/nics.h"

#include <charconv>
#include <cmath>
#include <functional>

#include "acceptance/node/pci.h"

namespace ga {

namespace {

// "4: ACTIVE" -> "ACTIVE"
KnownText word_after_number(const std::string& path) {
  KnownText line = one_line(path);
  if (!line) return line;
  const std::size_t colon = line.value->find(": ");
  if (colon == std::string::npos || !to_int(line.value->substr(0, colon))) {
    return KnownText::missing(path + ": " + line.value->substr(0, 40));
  }
  return line.value->substr(colon + 2);
}

// "400 Gb/sec (4X NDR)" -> 400000
KnownInt rate_mbps(const std::string& path) {
  constexpr double kMbPerGb = 1000, kMost = 1e6;
  const KnownText line = one_line(path);
  if (!line) return KnownInt::missing(line.absent);
  double gb = 0;
  const char* end = line.value->data() + line.value->size();
  const auto [stop, ec] = std::from_chars(line.value->data(), end, gb);
  const bool unit =
      std::string_view(stop, static_cast<std::size_t>(end - stop)).starts_with(" Gb/sec");
  if (ec != std::errc() || !unit || !(gb >= 0 && gb <= kMost)) {
    return KnownInt::missing(path + ": " + line.value->substr(0, 40));
  }
  return std::llround(gb * kMbPerGb);
}

// Calls f(adapter's directory, port's directory, "mlx5_0/1") for each port, in order.
KnownText for_ports(
    const Roots& roots,
    const std::function<void(const std::string&, const std::string&, const std::string&)>& f) {
  const std::string all = roots.sys + "/class/infiniband";
  const auto adapters = names_in(all);
  if (!adapters) return KnownText::missing(adapters.absent);
  for (const std::string& adapter : *adapters) {
    const std::string device = all + "/" + adapter;
    const auto ports = names_in(device + "/ports");
    if (!ports) return KnownText::missing(ports.absent);
    for (const std::string& port : *ports) {
      f(device, device + "/ports/" + port, adapter + "/" + port);
    }
  }
  return std::string();
}

NicPort port_of(const std::string& device, const std::string& at, const std::string& name) {
  const PciLink link = pci_link(device + "/device");
  NicPort port;
  port.port = name;
  port.pci_address = pci_address_behind(device + "/device");
  port.link_layer = one_line(at + "/link_layer");
  port.state = word_after_number(at + "/state");
  port.phys_state = word_after_number(at + "/phys_state");
  port.rate_mbps = rate_mbps(at + "/rate");
  port.part = one_line(device + "/hca_type");
  port.board_id = one_line(device + "/board_id");
  port.firmware = one_line(device + "/fw_ver");
  port.node_guid = one_line(device + "/node_guid");
  port.numa_node = one_number(device + "/device/numa_node");
  if (port.numa_node && *port.numa_node < 0) {
    port.numa_node = KnownInt::missing("the system names no NUMA node");
  }
  port.gen_current = link.gen_current;
  port.gen_max = link.gen_max;
  port.width_current = link.width_current;
  port.width_max = link.width_max;
  return port;
}

NicCounters counters_of(const std::string& at, const std::string& name) {
  const auto count = [&](const char* file) { return one_number(at + "/counters/" + file); };
  NicCounters counters;
  counters.port = name;
  counters.link_downed = count("link_downed");
  counters.link_error_recovery = count("link_error_recovery");
  counters.symbol_errors = count("symbol_error");
  counters.receive_errors = count("port_rcv_errors");
  counters.receive_remote_errors = count("port_rcv_remote_physical_errors");
  counters.transmit_discards = count("port_xmit_discards");
  counters.local_integrity_errors = count("local_link_integrity_errors");
  counters.buffer_overruns = count("excessive_buffer_overrun_errors");
  return counters;
}

}  // namespace

KnownList<NicPort> nic_ports(const Roots& roots) {
  std::vector<NicPort> ports;
  const KnownText read = for_ports(
      roots, [&](const std::string& device, const std::string& at, const std::string& name) {
        ports.push_back(port_of(device, at, name));
      });
  if (!read) return KnownList<NicPort>::missing(read.absent);
  return ports;
}

KnownList<NicCounters> nic_counters(const Roots& roots) {
  std::vector<NicCounters> ports;
  const KnownText read =
      for_ports(roots, [&](const std::string&, const std::string& at, const std::string& name) {
        ports.push_back(counters_of(at, name));
      });
  if (!read) return KnownList<NicCounters>::missing(read.absent);
  return ports;
}

}  // namespace ga
