#include "kernels/runtime/tensor_map.h"

#include <cuda.h>
#include <cudaTypedefs.h>

#include <cstring>
#include <string>

#include "kernels/runtime/device.h"

namespace ga {
namespace {

static_assert(sizeof(TensorMap) == sizeof(CUtensorMap) &&
              alignof(TensorMap) == alignof(CUtensorMap));

CUtensorMapDataType data_type(ElementType element) {
  switch (element) {
    case ElementType::bf16:
      return CU_TENSOR_MAP_DATA_TYPE_BFLOAT16;
    case ElementType::fp16:
      return CU_TENSOR_MAP_DATA_TYPE_FLOAT16;
    case ElementType::fp8:
    case ElementType::int8:
      return CU_TENSOR_MAP_DATA_TYPE_UINT8;
    case ElementType::int32:
      return CU_TENSOR_MAP_DATA_TYPE_INT32;
    case ElementType::fp64:
      return CU_TENSOR_MAP_DATA_TYPE_FLOAT64;
    case ElementType::tf32:  // its low bits are not read, and need no rounding on the way
    case ElementType::fp32:
      break;
  }
  return CU_TENSOR_MAP_DATA_TYPE_FLOAT32;
}

}  // namespace

Result<TensorMap> encode_tensor_map(const TensorMapShape& shape) {
  if (const char* fault = tensor_map_fault(shape)) {
    return Error(ErrorCode::usage, std::string("tensor map: ") + fault);
  }
  if (!tensor_map_aligned(shape.data)) {
    return Error(ErrorCode::usage, "tensor map: address is no multiple of 16 bytes");
  }
  // Looked up once: three maps are encoded for each launch.
  static const Result<void*> entry = driver_entry("cuTensorMapEncodeTiled", 12000);
  if (!entry) return entry.error();
  const auto encode = reinterpret_cast<PFN_cuTensorMapEncodeTiled_v12000>(*entry);
  const cuuint64_t sizes[2] = {shape.cols, shape.rows};
  const cuuint64_t pitches[1] = {shape.pitch_bytes};
  const cuuint32_t box[2] = {shape.box_cols, shape.box_rows};
  const cuuint32_t every[2] = {1, 1};
  CUtensorMap map{};
  // The driver takes the address of what it will read as not const.
  void* const data = const_cast<void*>(shape.data);
  const CUresult result =
      encode(&map, data_type(shape.element), 2, data, sizes, pitches, box, every,
             CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
             CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  if (result != CUDA_SUCCESS) {
    return Error(ErrorCode::device,
                 "cuTensorMapEncodeTiled: CUresult " + std::to_string(static_cast<int>(result)));
  }
  TensorMap encoded{};
  std::memcpy(&encoded, &map, sizeof encoded);
  return encoded;
}

}  // namespace ga
