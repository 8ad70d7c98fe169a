// NodeFacts: the node as its driver, its kernel and CUDA describe it.
#pragma once

#include "reports/model/known.h"

namespace ga {

struct NodeFacts {
  KnownText name;            // --node-name, else the host name
  KnownText boot_id;         // /proc/sys/kernel/random/boot_id
  KnownText kernel_release;  // uname
  KnownText driver_version;  // NVML
  KnownText driver_branch;   // NVML: "r580_00"
  KnownText nvml_version;
  KnownText kernel_module;          // /proc/driver/nvidia/version: "open", "proprietary"
  KnownText kernel_module_version;  // the same: of the module that is loaded
  KnownInt cuda_driver_version;     // 13000 for 13.0, from the CUDA runtime
  KnownText cc_mode;                // confidential computing: "off", "on", "devtools"
  KnownText cc_multi_gpu;           // "none", "protected_pcie", "nvle"
  // How many GPUs each source sees. identity.inventory wants them equal.
  KnownInt gpus_nvml;
  KnownInt gpus_cuda;
  KnownInt gpus_proc;   // /proc/driver/nvidia/gpus
  KnownInt gpus_pci;    // /sys/bus/pci: vendor 10de, class 0302 or 0300
  KnownText profilers;  // running programs that hold GPU counters; "" is none

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("name", self.name);
    f("boot_id", self.boot_id);
    f("kernel_release", self.kernel_release);
    f("driver_version", self.driver_version);
    f("driver_branch", self.driver_branch);
    f("nvml_version", self.nvml_version);
    f("kernel_module", self.kernel_module);
    f("kernel_module_version", self.kernel_module_version);
    f("cuda_driver_version", self.cuda_driver_version);
    f("cc_mode", self.cc_mode);
    f("cc_multi_gpu", self.cc_multi_gpu);
    f("gpus_nvml", self.gpus_nvml);
    f("gpus_cuda", self.gpus_cuda);
    f("gpus_proc", self.gpus_proc);
    f("gpus_pci", self.gpus_pci);
    f("profilers", self.profilers);
  }
  friend bool operator==(const NodeFacts&, const NodeFacts&) = default;
};

}  // namespace ga
