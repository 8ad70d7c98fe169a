# ga_fuzz(name SOURCES ... DEPS ... [CORPUS folder] [MAX_LEN bytes])
#
# `SOURCES` define LLVMFuzzerTestOneInput, which aborts when what it promises does not hold.
# `CORPUS` (default: corpus/<name> beside the CMakeLists.txt) holds small seed files.
#   GA_FUZZ=ON (preset "fuzz", clang): a libFuzzer program in <build>/fuzz, built by target `fuzz`,
#     and a test with label "fuzz" that runs it for GA_FUZZ_SECONDS.
#   otherwise: a unit test that replays every seed through the same function, any compiler.
# To run one longer: <build>/fuzz/NAME -max_total_time=600 NEW_CORPUS CORPUS

set(GA_FUZZ_SECONDS 5 CACHE STRING "How long the test of one fuzz target runs")
set(GA_FUZZ_SEED 0 CACHE STRING "Where its random inputs begin; 0: elsewhere at each run")
if(GA_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "GA_FUZZ needs clang: use `cmake --preset fuzz`")
  endif()
  # Every library is instrumented for coverage, and only the fuzz programs bring libFuzzer's main.
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_custom_target(fuzz)
endif()

function(ga_fuzz name)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(A "" "CORPUS;MAX_LEN" "SOURCES;DEPS" ${ARGN})
  if(NOT A_CORPUS)
    set(A_CORPUS ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
  endif()
  if(NOT A_MAX_LEN)
    set(A_MAX_LEN 4096)
  endif()
  if(GA_FUZZ)
    add_executable(${name} ${A_SOURCES})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
    target_link_libraries(${name} PRIVATE ga_options ${A_DEPS})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzz ${name})
    set(found ${CMAKE_BINARY_DIR}/fuzz/corpus/${name})
    file(MAKE_DIRECTORY ${found})
    add_test(NAME ${name} COMMAND ${name} -max_total_time=${GA_FUZZ_SECONDS} -seed=${GA_FUZZ_SEED}
      -timeout=10 -rss_limit_mb=2048 -max_len=${A_MAX_LEN} -print_final_stats=1 ${found} ${A_CORPUS})
    math(EXPR limit "${GA_FUZZ_SECONDS} + 60")
    set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT ${limit})
  else()
    add_executable(${name}_replay ${A_SOURCES} ${PROJECT_SOURCE_DIR}/scripts/cmake/fuzz_replay.cpp)
    set_target_properties(${name}_replay PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    target_link_libraries(${name}_replay PRIVATE ga_options ${A_DEPS})
    add_test(NAME ${name}_replay COMMAND ${name}_replay ${A_CORPUS})
    set_tests_properties(${name}_replay PROPERTIES LABELS unit TIMEOUT 300)
  endif()
endfunction()
