// Counters of the node around the GPUs, read together with theirs. Only differences are judged.
#pragma once

#include "reports/model/known.h"

namespace ga {

// Of one network port.
struct NicCounters {
  KnownText port;  // "mlx5_0/1"
  KnownInt link_downed, link_error_recovery, symbol_errors, receive_errors, receive_remote_errors,
      transmit_discards, local_integrity_errors, buffer_overruns;

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("port", self.port);
    f("link_downed", self.link_downed);
    f("link_error_recovery", self.link_error_recovery);
    f("symbol_errors", self.symbol_errors);
    f("receive_errors", self.receive_errors);
    f("receive_remote_errors", self.receive_remote_errors);
    f("transmit_discards", self.transmit_discards);
    f("local_integrity_errors", self.local_integrity_errors);
    f("buffer_overruns", self.buffer_overruns);
  }
  friend bool operator==(const NicCounters&, const NicCounters&) = default;
};

struct NodeCounters {
  KnownText boot_id;  // the counters of two boots have no difference
  KnownInt edac_corrected, edac_uncorrected;
  // The kernel's log was read up to here: "kmsg" or "journal", or why it was not. Times are those
  // of the log, since boot: what was said before the first is not known, what comes after the last
  // is new.
  KnownText kernel_log;
  KnownInt kernel_log_first_ns, kernel_log_last_ns;
  KnownList<NicCounters> nics;

  template <class Self, class F>
  static void visit_fields(Self& self, F&& f) {
    f("boot_id", self.boot_id);
    f("edac_corrected", self.edac_corrected);
    f("edac_uncorrected", self.edac_uncorrected);
    f("kernel_log", self.kernel_log);
    f("kernel_log_first_ns", self.kernel_log_first_ns);
    f("kernel_log_last_ns", self.kernel_log_last_ns);
    f("nics", self.nics);
  }
  friend bool operator==(const NodeCounters&, const NodeCounters&) = default;
};

}  // namespace ga
