// The JSON file of a comparison: integers and texts only, so that no NaN can be written.
#pragma once

#include <string>
#include <vector>

#include "benches/cases/compare.h"
#include "benches/cases/comparison.h"
#include "kernels/runtime/device.h"
#include "reports/model/report.h"
#include "reports/model/result.h"

namespace ga {

struct ComparisonFile {
  DeviceInfo gpu;
  Result<CudaVersions> versions;
  std::vector<Library> libraries;
  CompareOptions options;
  std::vector<Comparison> comparisons;
};

std::string comparison_json(const ComparisonFile& file);

// Under a temporary name, then renamed.
Status write_comparisons(const std::string& path, const ComparisonFile& file);

}  // namespace ga
