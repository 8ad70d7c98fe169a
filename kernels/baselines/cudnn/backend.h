// What is used of cuDNN's backend interface: its functions, the numbers of its descriptors and
// attributes, and a descriptor that ends itself. For the other files of this folder.
//
// cuDNN's headers come with the library, 0.7 GB of wheels where the toolkit has none, so what is
// used is declared here: facts of the binary interface of version 9, the same in 9.10 and 9.19. Its
// enumerations are passed as int. Where the headers are there, a test holds the numbers to them.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "kernels/loader/loader.h"
#include "reports/model/result.h"

namespace ga::cudnn {

enum Kind : int {
  kPointwise = 0,
  kEngine = 2,
  kEngineConfig = 3,
  kHeuristics = 4,
  kExecutionPlan = 5,
  kKnobChoice = 7,
  kPointwiseOperation = 13,
  kGraph = 15,
  kVariantPack = 16,
  kTensor = 17,
  kMatmul = 18,
  kMatmulOperation = 19,
  kReduction = 21,
  kReductionOperation = 22,
  kReshapeOperation = 31,
  kDeviceProperties = 38,
};

enum Attribute : int {
  kPointwiseMode = 0,
  kPointwisePrecision = 1,
  kPointwiseAxis = 9,
  kHeuristicsMode = 200,
  kHeuristicsGraph = 201,
  kHeuristicsResults = 202,
  kHeuristicsDevice = 204,
  kConfigEngine = 300,
  kConfigKnobs = 302,
  kPlanConfig = 401,
  kPlanWorkspace = 402,
  kPlanDevice = 407,
  kKnobType = 600,
  kKnobValue = 601,
  kPointwiseOf = 750,
  kPointwiseX = 751,
  kPointwiseB = 752,
  kPointwiseY = 753,
  kPointwiseT = 758,
  kGraphHandle = 800,
  kGraphOperations = 801,
  kTensorAlignment = 900,
  kTensorType = 901,
  kTensorDimensions = 902,
  kTensorStrides = 903,
  kTensorId = 906,
  kTensorVirtual = 907,
  kTensorByValue = 908,
  kPackIds = 1000,
  kPackPointers = 1001,
  kPackWorkspace = 1003,
  kEngineIndex = 1301,
  kEngineNumericalNotes = 1303,
  kMatmulPrecision = 1500,
  kMatmulA = 1520,
  kMatmulB = 1521,
  kMatmulC = 1522,
  kMatmulOf = 1523,
  kReductionOperator = 1600,
  kReductionPrecision = 1601,
  kReductionX = 1610,
  kReductionY = 1611,
  kReductionOf = 1612,
  kReshapeX = 2200,
  kReshapeY = 2201,
  kDeviceJson = 2702,
};

// Of the values of an attribute.
enum Type : int {
  kHandleType = 0,
  kDataTypeType = 1,
  kBoolType = 2,
  kInt64Type = 3,
  kPointerType = 6,
  kHeuristicsModeType = 8,
  kKnobTypeType = 9,
  kNumericalNoteType = 11,
  kPointwiseModeType = 14,
  kDescriptorType = 15,
  kReductionOperatorType = 18,
  kCharType = 24,
};

enum DataType : int { kFloat = 0, kHalf = 2, kInt32 = 4, kBfloat16 = 9, kBoolean = 11 };
enum PointwiseMode : int {
  kAdd = 0,
  kMul = 1,
  kDiv = 6,
  kSub = 9,
  kExp = 13,
  kLog = 15,
  kCompareGe = 303,
  kGenIndex = 501,
  kSelect = 601,
};
enum ReductionMode : int { kSum = 0, kMax = 3 };
enum HeuristicsMode : int { kFallback = 2, kModeA = 3 };
inline constexpr int kNondeterministic = 4;  // a numerical note

using Handle = void*;
using Raw = void*;  // a descriptor

struct Functions {
  std::size_t (*version)();
  const char* (*error_string)(int);
  void (*last_error)(char*, std::size_t);
  int (*create)(Handle*);
  int (*destroy)(Handle);
  int (*set_stream)(Handle, cudaStream_t);
  int (*create_descriptor)(int, Raw*);
  int (*destroy_descriptor)(Raw);
  int (*set)(Raw, int, int, std::int64_t, const void*);
  int (*get)(Raw, int, int, std::int64_t, std::int64_t*, void*);
  int (*finalize)(Raw);
  int (*execute)(Handle, Raw, Raw);
};
Result<Functions> take_functions(const SharedLibrary& library);

// The library's own words for `code`, in one line, with the remedy where it is known.
Status status_of(const Functions& f, int code, const std::string& call, Location at = here());

class Descriptor {
 public:
  static Result<Descriptor> make(const Functions& f, Kind kind);

  template <class T>
  Status set(Attribute attribute, Type type, T value) {
    return set_all(attribute, type, std::span<const T>(&value, 1));
  }
  template <class T>
  Status set_all(Attribute attribute, Type type, std::span<const T> values) {
    return set_raw(attribute, type, static_cast<std::int64_t>(values.size()), values.data());
  }
  Status finalize(const char* what);

  // Reads at most values.size() elements and says how many there were. Of descriptors, `values` are
  // some that were made, and which the library fills.
  template <class T>
  Result<std::int64_t> get(Attribute attribute, Type type, std::span<T> values) const {
    return get_raw(attribute, type, static_cast<std::int64_t>(values.size()), values.data());
  }

  Raw raw() const { return raw_.get(); }

 private:
  struct Closer {
    int (*destroy)(Raw) = nullptr;
    void operator()(void* raw) const {
      (void)destroy(raw);  // teardown: nothing useful can be done with an error
    }
  };
  Descriptor(const Functions& f, Raw raw) : f_(&f), raw_(raw, {f.destroy_descriptor}) {}
  Status set_raw(Attribute attribute, Type type, std::int64_t count, const void* values);
  Result<std::int64_t> get_raw(Attribute attribute, Type type, std::int64_t count,
                               void* values) const;

  const Functions* f_;
  std::unique_ptr<void, Closer> raw_;
};

}  // namespace ga::cudnn
