// The Hopper kernel's launcher, for attention.cu alone.
#pragma once

#include "kernels/attention/attention.h"
#include "kernels/runtime/device.h"

namespace ga {

// Why the Hopper kernel cannot run these arguments there, for people; "" if it can.
const char* attention_sm90_refuses(const Attention& args, const DeviceShape& device);

// Preconditions: attention() has checked the arguments, and nothing is refused.
Result<AttentionPlan> attention_sm90_plan(const Attention& args, const DeviceShape& device);
Status attention_sm90_launch(const Attention& args, const AttentionPlan& plan,
                             const DeviceShape& device, cudaStream_t stream);

}  // namespace ga
