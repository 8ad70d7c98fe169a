// The Hopper kernel's launcher, for attention_bwd.cu alone.
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/attention/attention_bwd_args.h"
#include "kernels/runtime/device.h"
#include "reports/model/result.h"

namespace ga {

// Why the Hopper kernel cannot run these arguments there, for people; "" if it can.
const char* attention_bwd_sm90_refuses(const AttentionBackward& args, const DeviceShape& device);

// Preconditions: attention_bwd() has checked the arguments, nothing is refused, and the workspace
// has the rows' values.
Status attention_bwd_sm90_launch(const AttentionBackward& args, const DeviceShape& device,
                                 cudaStream_t stream);

}  // namespace ga
