// The special members of the long structs, compiled once.
#include "reports/model/report.h"

namespace ga {

GpuFacts::GpuFacts() = default;
GpuFacts::GpuFacts(const GpuFacts&) = default;
GpuFacts::GpuFacts(GpuFacts&&) noexcept = default;
GpuFacts& GpuFacts::operator=(const GpuFacts&) = default;
GpuFacts& GpuFacts::operator=(GpuFacts&&) noexcept = default;
GpuFacts::~GpuFacts() = default;
bool operator==(const GpuFacts&, const GpuFacts&) = default;

Facts::Facts() = default;
Facts::Facts(const Facts&) = default;
Facts::Facts(Facts&&) noexcept = default;
Facts& Facts::operator=(const Facts&) = default;
Facts& Facts::operator=(Facts&&) noexcept = default;
Facts::~Facts() = default;
bool operator==(const Facts&, const Facts&) = default;

GpuCounters::GpuCounters() = default;
GpuCounters::GpuCounters(const GpuCounters&) = default;
GpuCounters::GpuCounters(GpuCounters&&) noexcept = default;
GpuCounters& GpuCounters::operator=(const GpuCounters&) = default;
GpuCounters& GpuCounters::operator=(GpuCounters&&) noexcept = default;
GpuCounters::~GpuCounters() = default;
bool operator==(const GpuCounters&, const GpuCounters&) = default;

Evidence::Evidence() = default;
Evidence::Evidence(const Evidence&) = default;
Evidence::Evidence(Evidence&&) noexcept = default;
Evidence& Evidence::operator=(const Evidence&) = default;
Evidence& Evidence::operator=(Evidence&&) noexcept = default;
Evidence::~Evidence() = default;
bool operator==(const Evidence&, const Evidence&) = default;

}  // namespace ga
