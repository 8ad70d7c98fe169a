#include "acceptance/node/pci.h"

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "reports/model/digest.h"

namespace ga {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kNoCounters = "the kernel shows no AER counters of this device";

// "32.0 GT/s PCIe" -> 5
KnownInt generation(const std::string& path) {
  constexpr std::array<std::pair<std::string_view, int>, 6> kRates{
      {{"2.5", 1}, {"5", 2}, {"8", 3}, {"16", 4}, {"32", 5}, {"64", 6}}};
  const KnownText line = one_line(path);
  if (!line) return KnownInt::missing(line.absent);
  std::string_view rate = std::string_view(*line).substr(0, line.value->find(' '));
  if (rate.ends_with(".0")) rate.remove_suffix(2);
  for (const auto& [text, gen] : kRates) {
    if (rate == text && line.value->find("GT/s") != std::string::npos) return gen;
  }
  return KnownInt::missing(path + ": " + line.value->substr(0, 40));
}

// The kernel writes 0 where there is no link and 255 where the device does not answer.
KnownInt lanes(const std::string& path) {
  const KnownInt width = one_number(path);
  if (width && (*width < 1 || *width > 32)) {
    return KnownInt::missing(path + ": " + std::to_string(*width));
  }
  return width;
}

// "RxErr 0 ... TOTAL_ERR_COR 3" -> 3
KnownInt aer_total(const std::string& path, std::string_view label) {
  if (!exists(path)) return KnownInt::missing(std::string(kNoCounters));
  const auto text = read_file(path, kSmallFile);
  if (!text) return KnownInt::missing(text.error().what());
  const KnownText value = labelled(*text, label);
  if (!value) return KnownInt::missing(path + ": " + value.absent);
  const auto count = to_int(*value);
  if (!count || *count < 0) return KnownInt::missing(path + ": " + value.value->substr(0, 40));
  return *count;
}

unsigned byte_at(const std::string& bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}
unsigned word_at(const std::string& bytes, std::size_t at) {
  return byte_at(bytes, at) | byte_at(bytes, at + 1) << 8;
}

// Where an extended capability begins in a configuration space, 0 for nowhere. PCI Express base
// specification 7.6.3: identifier in bits 0-15 of each header, the next one in bits 20-31.
std::size_t extended_capability(const std::string& config, unsigned wanted) {
  constexpr std::size_t kFirst = 0x100, kMost = 96;
  std::size_t at = kFirst;
  for (std::size_t i = 0; i < kMost && at >= kFirst && at + 8 <= config.size(); ++i) {
    const unsigned id = word_at(config, at), rest = word_at(config, at + 2);
    if (id == wanted) return at;
    at = rest >> 4 & ~std::size_t{3};
  }
  return 0;
}

// The ACS controls that are on, by the names that lspci uses.
KnownText acs_of(const std::string& device) {
  constexpr std::size_t kPublic = 64, kHeaderType = 0x0e;  // bytes that every user may read
  constexpr unsigned kAcs = 0x000d;
  constexpr std::array<std::string_view, 7> kControls{
      "SrcValid", "TransBlk", "ReqRedir", "CmpltRedir", "UpstreamFwd", "EgressCtrl", "DirectTrans"};
  const auto config = read_file(device + "/config", kSmallFile);
  if (!config) return KnownText::missing(config.error().what());
  if (config->size() < kPublic) return KnownText::missing(device + "/config is too short");
  if ((byte_at(*config, kHeaderType) & 0x7f) != 1) return KnownText::missing("not a bridge");
  if (config->size() <= kPublic) {
    return KnownText::missing("the configuration space is shown to root only");
  }
  // Extended capabilities begin here, and an empty header is zero; all ones are no answer.
  constexpr std::size_t kExtended = 0x100;
  if (config->size() < kExtended + 4) {
    return KnownText::missing("no extended configuration space is shown");
  }
  if (word_at(*config, kExtended) == 0xFFFF && word_at(*config, kExtended + 2) == 0xFFFF) {
    return KnownText::missing("the extended configuration space does not answer");
  }
  const std::size_t at = extended_capability(*config, kAcs);
  const unsigned control = at == 0 ? 0 : word_at(*config, at + 6);
  std::string names;
  for (std::size_t bit = 0; bit < kControls.size(); ++bit) {
    if ((control >> bit & 1) == 0) continue;
    names += (names.empty() ? "" : ",") + std::string(kControls[bit]);
  }
  return names.empty() ? std::string("none") : names;
}

PciHop hop_at(const std::string& device, const std::string& address) {
  const PciLink link = pci_link(device);
  PciHop hop;
  hop.address = address;
  hop.gen_current = link.gen_current;
  hop.gen_max = link.gen_max;
  hop.width_current = link.width_current;
  hop.width_max = link.width_max;
  hop.aer_correctable = aer_total(device + "/aer_dev_correctable", "TOTAL_ERR_COR");
  hop.aer_nonfatal = aer_total(device + "/aer_dev_nonfatal", "TOTAL_ERR_NONFATAL");
  hop.aer_fatal = aer_total(device + "/aer_dev_fatal", "TOTAL_ERR_FATAL");
  hop.acs = acs_of(device);
  return hop;
}

// "0000:1b:00.0", and no host bridge such as "pci0000:15".
bool is_address(std::string_view name) {
  const std::size_t dot = name.rfind('.'), colon = name.find(':');
  return !name.starts_with("pci") && dot != std::string_view::npos && dot + 2 == name.size() &&
         colon != std::string_view::npos && name.find(':', colon + 1) != std::string_view::npos;
}

KnownInt sum(const KnownList<PciHop>& path, KnownInt PciHop::*field) {
  if (!path) return KnownInt::missing(path.absent);
  if (path.value->empty()) return KnownInt::missing("no device on the path");
  std::int64_t total = 0;
  for (const PciHop& hop : *path) {
    const KnownInt& count = hop.*field;
    const bool optional = &hop != &path.value->front() && count.absent == kNoCounters;
    if (!count && !optional) return KnownInt::missing(*hop.address + ": " + count.absent);
    if (count) total += *count;
  }
  return total;
}

}  // namespace

PciLink pci_link(const std::string& device) {
  return {.gen_current = generation(device + "/current_link_speed"),
          .gen_max = generation(device + "/max_link_speed"),
          .width_current = lanes(device + "/current_link_width"),
          .width_max = lanes(device + "/max_link_width")};
}

KnownText pci_address_behind(const std::string& link) {
  std::error_code ec;
  const fs::path target = fs::canonical(link, ec);
  if (ec) return KnownText::missing(link + ": " + ec.message());
  const std::string name = target.filename().string();
  if (!is_address(name)) return KnownText::missing(link + " leads to no PCI device");
  return name;
}

KnownList<PciHop> pci_path(const Roots& roots, const std::string& address) {
  using Path = KnownList<PciHop>;
  std::error_code ec;
  const std::string link = roots.sys + "/bus/pci/devices/" + address;
  fs::path at = fs::canonical(link, ec);
  if (ec) return Path::missing(link + ": " + ec.message());
  std::vector<PciHop> hops;
  for (; is_address(at.filename().string()); at = at.parent_path()) {
    hops.push_back(hop_at(at.string(), at.filename().string()));
  }
  // Above the root port stands the host bridge; without it something of the path was not seen.
  if (!at.filename().string().starts_with("pci")) {
    return Path::missing(link + " does not lead to below a host bridge");
  }
  return hops;
}

PciLink narrowest_link(const Roots& roots, const std::string& address) {
  const KnownList<PciHop> path = pci_path(roots, address);
  const auto lowest = [&](KnownInt PciHop::*field) {
    if (!path) return KnownInt::missing(path.absent);
    KnownInt least = KnownInt::missing("no device on the path");
    for (const PciHop& hop : *path) {
      const KnownInt& value = hop.*field;
      if (!value) return KnownInt::missing(*hop.address + ": " + value.absent);
      if (!least || *value < *least) least = value;
    }
    return least;
  };
  return {.gen_current = lowest(&PciHop::gen_current),
          .gen_max = lowest(&PciHop::gen_max),
          .width_current = lowest(&PciHop::width_current),
          .width_max = lowest(&PciHop::width_max)};
}

KnownText iommu_of(const Roots& roots, const std::string& address) {
  const std::string device = roots.sys + "/bus/pci/devices/" + address;
  if (address.empty()) return KnownText::missing("nobody knows its PCI address");
  if (!exists(device)) return KnownText::missing(device + " is not there");
  if (!exists(device + "/iommu_group")) return std::string("none");
  return one_line(device + "/iommu_group/type");
}

AerTotals aer_of(const KnownList<PciHop>& path) {
  return {.correctable = sum(path, &PciHop::aer_correctable),
          .nonfatal = sum(path, &PciHop::aer_nonfatal),
          .fatal = sum(path, &PciHop::aer_fatal)};
}

}  // namespace ga
