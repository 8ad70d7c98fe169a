// Tensor maps: what TMA needs to know of a matrix, encoded by the driver.
#pragma once

#include "kernels/data/tensor_map.h"
#include "reports/model/result.h"

namespace ga {

// Boxes with the 128-byte swizzle; zeros outside the matrix. `usage` where TMA cannot use it so.
Result<TensorMap> encode_tensor_map(const TensorMapShape& shape);

}  // namespace ga
