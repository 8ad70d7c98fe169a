// The numbers of backend.h against cuDNN's own header, where the toolkit has it: compiling is the
// test.
#include "kernels/baselines/cudnn/backend.h"

#if __has_include(<cudnn_graph.h>)
#include <cudnn_graph.h>

namespace ga {

static_assert(int(cudnn::kPointwise) == CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
static_assert(int(cudnn::kEngine) == CUDNN_BACKEND_ENGINE_DESCRIPTOR);
static_assert(int(cudnn::kEngineConfig) == CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
static_assert(int(cudnn::kHeuristics) == CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
static_assert(int(cudnn::kExecutionPlan) == CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
static_assert(int(cudnn::kKnobChoice) == CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR);
static_assert(int(cudnn::kPointwiseOperation) == CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
static_assert(int(cudnn::kReshapeOperation) == CUDNN_BACKEND_OPERATION_RESHAPE_DESCRIPTOR);
static_assert(int(cudnn::kGraph) == CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
static_assert(int(cudnn::kVariantPack) == CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
static_assert(int(cudnn::kTensor) == CUDNN_BACKEND_TENSOR_DESCRIPTOR);
static_assert(int(cudnn::kMatmul) == CUDNN_BACKEND_MATMUL_DESCRIPTOR);
static_assert(int(cudnn::kMatmulOperation) == CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR);
static_assert(int(cudnn::kReduction) == CUDNN_BACKEND_REDUCTION_DESCRIPTOR);
static_assert(int(cudnn::kReductionOperation) == CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR);
static_assert(int(cudnn::kDeviceProperties) == CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);

static_assert(int(cudnn::kPointwiseMode) == CUDNN_ATTR_POINTWISE_MODE);
static_assert(int(cudnn::kPointwisePrecision) == CUDNN_ATTR_POINTWISE_MATH_PREC);
static_assert(int(cudnn::kPointwiseAxis) == CUDNN_ATTR_POINTWISE_AXIS);
static_assert(int(cudnn::kHeuristicsMode) == CUDNN_ATTR_ENGINEHEUR_MODE);
static_assert(int(cudnn::kHeuristicsGraph) == CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH);
static_assert(int(cudnn::kHeuristicsResults) == CUDNN_ATTR_ENGINEHEUR_RESULTS);
static_assert(int(cudnn::kHeuristicsDevice) == CUDNN_ATTR_ENGINEHEUR_DEVICEPROP);
static_assert(int(cudnn::kConfigEngine) == CUDNN_ATTR_ENGINECFG_ENGINE);
static_assert(int(cudnn::kConfigKnobs) == CUDNN_ATTR_ENGINECFG_KNOB_CHOICES);
static_assert(int(cudnn::kPlanConfig) == CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG);
static_assert(int(cudnn::kPlanWorkspace) == CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
static_assert(int(cudnn::kPlanDevice) == CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP);
static_assert(int(cudnn::kKnobType) == CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE);
static_assert(int(cudnn::kKnobValue) == CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE);
static_assert(int(cudnn::kPointwiseOf) == CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR);
static_assert(int(cudnn::kPointwiseX) == CUDNN_ATTR_OPERATION_POINTWISE_XDESC);
static_assert(int(cudnn::kPointwiseB) == CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
static_assert(int(cudnn::kPointwiseY) == CUDNN_ATTR_OPERATION_POINTWISE_YDESC);
static_assert(int(cudnn::kPointwiseT) == CUDNN_ATTR_OPERATION_POINTWISE_TDESC);
static_assert(int(cudnn::kGraphHandle) == CUDNN_ATTR_OPERATIONGRAPH_HANDLE);
static_assert(int(cudnn::kGraphOperations) == CUDNN_ATTR_OPERATIONGRAPH_OPS);
static_assert(int(cudnn::kTensorAlignment) == CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT);
static_assert(int(cudnn::kTensorType) == CUDNN_ATTR_TENSOR_DATA_TYPE);
static_assert(int(cudnn::kTensorDimensions) == CUDNN_ATTR_TENSOR_DIMENSIONS);
static_assert(int(cudnn::kTensorStrides) == CUDNN_ATTR_TENSOR_STRIDES);
static_assert(int(cudnn::kTensorId) == CUDNN_ATTR_TENSOR_UNIQUE_ID);
static_assert(int(cudnn::kTensorVirtual) == CUDNN_ATTR_TENSOR_IS_VIRTUAL);
static_assert(int(cudnn::kTensorByValue) == CUDNN_ATTR_TENSOR_IS_BY_VALUE);
static_assert(int(cudnn::kPackIds) == CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
static_assert(int(cudnn::kPackPointers) == CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
static_assert(int(cudnn::kPackWorkspace) == CUDNN_ATTR_VARIANT_PACK_WORKSPACE);
static_assert(int(cudnn::kEngineIndex) == CUDNN_ATTR_ENGINE_GLOBAL_INDEX);
static_assert(int(cudnn::kEngineNumericalNotes) == CUDNN_ATTR_ENGINE_NUMERICAL_NOTE);
static_assert(int(cudnn::kMatmulPrecision) == CUDNN_ATTR_MATMUL_COMP_TYPE);
static_assert(int(cudnn::kMatmulA) == CUDNN_ATTR_OPERATION_MATMUL_ADESC);
static_assert(int(cudnn::kMatmulB) == CUDNN_ATTR_OPERATION_MATMUL_BDESC);
static_assert(int(cudnn::kMatmulC) == CUDNN_ATTR_OPERATION_MATMUL_CDESC);
static_assert(int(cudnn::kMatmulOf) == CUDNN_ATTR_OPERATION_MATMUL_DESC);
static_assert(int(cudnn::kReductionOperator) == CUDNN_ATTR_REDUCTION_OPERATOR);
static_assert(int(cudnn::kReductionPrecision) == CUDNN_ATTR_REDUCTION_COMP_TYPE);
static_assert(int(cudnn::kReductionX) == CUDNN_ATTR_OPERATION_REDUCTION_XDESC);
static_assert(int(cudnn::kReductionY) == CUDNN_ATTR_OPERATION_REDUCTION_YDESC);
static_assert(int(cudnn::kReductionOf) == CUDNN_ATTR_OPERATION_REDUCTION_DESC);
static_assert(int(cudnn::kReshapeX) == CUDNN_ATTR_OPERATION_RESHAPE_XDESC);
static_assert(int(cudnn::kReshapeY) == CUDNN_ATTR_OPERATION_RESHAPE_YDESC);
static_assert(int(cudnn::kDeviceJson) == CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION);

static_assert(int(cudnn::kHandleType) == CUDNN_TYPE_HANDLE);
static_assert(int(cudnn::kDataTypeType) == CUDNN_TYPE_DATA_TYPE);
static_assert(int(cudnn::kBoolType) == CUDNN_TYPE_BOOLEAN);
static_assert(int(cudnn::kInt64Type) == CUDNN_TYPE_INT64);
static_assert(int(cudnn::kPointerType) == CUDNN_TYPE_VOID_PTR);
static_assert(int(cudnn::kHeuristicsModeType) == CUDNN_TYPE_HEUR_MODE);
static_assert(int(cudnn::kKnobTypeType) == CUDNN_TYPE_KNOB_TYPE);
static_assert(int(cudnn::kNumericalNoteType) == CUDNN_TYPE_NUMERICAL_NOTE);
static_assert(int(cudnn::kPointwiseModeType) == CUDNN_TYPE_POINTWISE_MODE);
static_assert(int(cudnn::kDescriptorType) == CUDNN_TYPE_BACKEND_DESCRIPTOR);
static_assert(int(cudnn::kReductionOperatorType) == CUDNN_TYPE_REDUCTION_OPERATOR_TYPE);
static_assert(int(cudnn::kCharType) == CUDNN_TYPE_CHAR);

static_assert(int(cudnn::kFloat) == CUDNN_DATA_FLOAT && int(cudnn::kHalf) == CUDNN_DATA_HALF);
static_assert(int(cudnn::kInt32) == CUDNN_DATA_INT32);
static_assert(int(cudnn::kBfloat16) == CUDNN_DATA_BFLOAT16);
static_assert(int(cudnn::kBoolean) == CUDNN_DATA_BOOLEAN);
static_assert(int(cudnn::kAdd) == CUDNN_POINTWISE_ADD && int(cudnn::kMul) == CUDNN_POINTWISE_MUL);
static_assert(int(cudnn::kDiv) == CUDNN_POINTWISE_DIV && int(cudnn::kSub) == CUDNN_POINTWISE_SUB);
static_assert(int(cudnn::kExp) == CUDNN_POINTWISE_EXP && int(cudnn::kLog) == CUDNN_POINTWISE_LOG);
static_assert(int(cudnn::kCompareGe) == CUDNN_POINTWISE_CMP_GE);
static_assert(int(cudnn::kGenIndex) == CUDNN_POINTWISE_GEN_INDEX);
static_assert(int(cudnn::kSelect) == CUDNN_POINTWISE_BINARY_SELECT);
static_assert(int(cudnn::kSum) == CUDNN_REDUCE_TENSOR_ADD);
static_assert(int(cudnn::kMax) == CUDNN_REDUCE_TENSOR_MAX);
static_assert(int(cudnn::kFallback) == CUDNN_HEUR_MODE_FALLBACK);
static_assert(int(cudnn::kModeA) == CUDNN_HEUR_MODE_A);
static_assert(cudnn::kNondeterministic == CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC);

}  // namespace ga

#endif
