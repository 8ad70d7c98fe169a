# cmake -DPROGRAM=file -DOUTPUT=file.cpp -P worker_digest.cmake; an empty PROGRAM has no digest
set(digest "")
if(PROGRAM)
  file(SHA256 ${PROGRAM} digest)
endif()
file(WRITE ${OUTPUT} "// Generated: which worker was built with this program.
#include \"acceptance/commands/run_build.h\"

namespace ga {

std::string_view built_worker_digest() { return \"${digest}\"; }

}  // namespace ga
")
