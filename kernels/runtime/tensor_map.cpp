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

struct Dimensions {
  cuuint32_t count;
  cuuint64_t sizes[4];
  cuuint64_t pitches[3];  // of all but the first, in bytes
  cuuint32_t box[4];
  cuuint32_t every[4] = {1, 1, 1, 1};
};

Dimensions dimensions(const TensorMapShape& s) {
  if (!s.is_array()) {
    return {.count = 2,
            .sizes = {s.cols, s.rows},
            .pitches = {s.pitch_bytes},
            .box = {s.box_cols, s.box_rows}};
  }
  const auto size = static_cast<std::uint64_t>(element_bytes(s.element));
  return {.count = 4,
          .sizes = {s.cols, s.heads, s.rows, s.batch},
          .pitches = {s.cols * size, s.pitch_bytes, s.pitch_bytes * s.rows},
          .box = {s.box_cols, 1, s.box_rows, 1}};
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
  const Dimensions dims = dimensions(shape);
  CUtensorMap map{};
  // The driver takes the address of what it will read as not const.
  void* const data = const_cast<void*>(shape.data);
  const CUresult result =
      encode(&map, data_type(shape.element), dims.count, data, dims.sizes, dims.pitches, dims.box,
             dims.every, CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
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
