# House build rules: every target is made by ga_library, ga_program or ga_test.

add_library(ga_options INTERFACE)
target_include_directories(ga_options INTERFACE ${PROJECT_SOURCE_DIR})
# A compile feature and not CMAKE_CXX_STANDARD: CMake 3.25 would hand that on to nvcc and refuse it.
target_compile_features(ga_options INTERFACE cxx_std_20)
target_compile_options(ga_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wconversion;-Wshadow;-Wnon-virtual-dtor;-Wno-psabi>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${GA_WERROR}>>:-Werror>
  $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20;-lineinfo;-Xcompiler=-Wall,-Wextra>
  $<$<AND:$<COMPILE_LANGUAGE:CUDA>,$<BOOL:${GA_WERROR}>>:-Werror=all-warnings>)
# Inside a precompiled header GCC takes libstdc++ for our code and warns of what cannot happen. The
# release preset has these warnings.
if(NOT CMAKE_DISABLE_PRECOMPILE_HEADERS AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  target_compile_options(ga_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-array-bounds;-Wno-stringop-overread;-Wno-stringop-overflow;-Wno-restrict>)
endif()
# GCC 12 at -O3 takes text + std::string for a copy that overlaps itself (GCC bug 105651, mended in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(ga_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()
# Debian has no static fmt, and the programs must not need libfmt.so: its bodies are compiled once.
# Another major version declares other bodies; header-only is slower to compile and always right.
if(fmt_VERSION VERSION_LESS 10)
  add_library(ga_fmt STATIC ${PROJECT_SOURCE_DIR}/scripts/cmake/fmt_impl.cpp)
  target_compile_features(ga_fmt PRIVATE cxx_std_20)
  target_link_libraries(ga_options INTERFACE ga_fmt)
else()
  target_link_libraries(ga_options INTERFACE fmt::fmt-header-only)
endif()

# What is compiled to be looked at and hardly run takes the compiler's shortest way.
set(GA_UNOPTIMISED $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CONFIG:RelWithDebInfo,Release>>:-O0;-g0>)

# Headers that nearly every file reads, parsed once for code and once for tests: half of the time that
# a small file takes to compile. The presets release and fuzz do without, which proves that each file
# names what it uses.
set(GA_COMMON_HEADERS <algorithm> <array> <cstdint> <functional> <map> <optional> <set> <span> <string>
  <string_view> <utility> <variant> <vector> <fmt/format.h>
  ${PROJECT_SOURCE_DIR}/reports/model/report.h ${PROJECT_SOURCE_DIR}/reports/model/result.h)
function(ga_precompile name)
  add_library(${name} OBJECT ${PROJECT_SOURCE_DIR}/scripts/cmake/common_headers.cpp)
  target_link_libraries(${name} PRIVATE ga_options)
  target_precompile_headers(${name} PRIVATE ${GA_COMMON_HEADERS} ${ARGN})
endfunction()
ga_precompile(ga_code_headers)
if(BUILD_TESTING)
  find_package(GTest REQUIRED)
  ga_precompile(ga_test_headers <gtest/gtest.h>)
  target_link_libraries(ga_test_headers PRIVATE GTest::gtest)
  target_compile_options(ga_test_headers PRIVATE ${GA_UNOPTIMISED})
endif()

# Half of what a file costs is templates of the same structs: several are compiled as one. The presets
# without precompiled headers compile each alone.
function(ga_together name)
  if(NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
    set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
  endif()
endfunction()

# ga_library(name SOURCES ... HEADERS ... DEPS ... [TOGETHER])
# TOGETHER: no two of its files use one name for different things, as gates and cases do.
# Each header in HEADERS is compiled alone, included twice: it must be self-contained. The target
# `headers` does that for all of them; CI builds it, `scripts/test` has no time for it.
add_custom_target(headers)
function(ga_library name)
  cmake_parse_arguments(A "TOGETHER" "" "SOURCES;HEADERS;DEPS" ${ARGN})
  if(A_SOURCES)
    add_library(${name} STATIC ${A_SOURCES})
    target_link_libraries(${name} PUBLIC ga_options ${A_DEPS})
    target_precompile_headers(${name} REUSE_FROM ga_code_headers)
    if(A_TOGETHER)
      ga_together(${name})
    endif()
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ga_options ${A_DEPS})
  endif()
  set(units)
  foreach(header IN LISTS A_HEADERS)
    string(MAKE_C_IDENTIFIER ${header} id)
    set(unit ${CMAKE_CURRENT_BINARY_DIR}/self_contained/${id}.cpp)
    file(CONFIGURE OUTPUT ${unit} CONTENT "#include \"${header}\"\n#include \"${header}\"\n")
    list(APPEND units ${unit})
  endforeach()
  if(units)
    add_library(${name}_headers OBJECT EXCLUDE_FROM_ALL ${units})
    add_dependencies(headers ${name}_headers)
    target_link_libraries(${name}_headers PRIVATE ${name})
    target_compile_options(${name}_headers PRIVATE ${GA_UNOPTIMISED})
  endif()
endfunction()

# ga_program(name SOURCES ... DEPS ...)
function(ga_program name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE ga_options ${A_DEPS})
  target_precompile_headers(${name} REUSE_FROM ga_code_headers)
  # A node brings glibc and the driver, and nothing else. Sanitizers need the shared runtime.
  if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/scripts/cmake/arc4random.cpp)
    target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc)
  endif()
endfunction()

# ga_test(name SOURCES ... DEPS ... [GPU] [OPTIMISED] [ALONE] [LABEL unit|cli|golden|lint] [TIMEOUT seconds])
# A GPU test has label "gpu", runs one at a time, and exits with 77 where there is no GPU. OPTIMISED
# is for a test whose own code does long computations, ALONE for files whose helpers share names.
function(ga_test name)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(A "GPU;OPTIMISED;ALONE" "LABEL;TIMEOUT" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  if(A_OPTIMISED)
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-O2;-g0>)
  else()
    target_compile_options(${name} PRIVATE ${GA_UNOPTIMISED})
    target_precompile_headers(${name} REUSE_FROM ga_test_headers)
    if(NOT A_ALONE)
      ga_together(${name})
    endif()
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE ga_options ${A_DEPS} GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    GA_SOURCE_DIR="${PROJECT_SOURCE_DIR}" GA_BIN_DIR="${CMAKE_BINARY_DIR}/bin")
  if(NOT A_LABEL)
    set(A_LABEL unit)
  endif()
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 300)  # against what hangs; a busy machine is slow
  endif()
  add_test(NAME ${name} COMMAND ${name})
  if(A_GPU)
    set_tests_properties(${name} PROPERTIES LABELS gpu RESOURCE_LOCK gpu0 TIMEOUT 300)
    if(NOT GA_REQUIRE_GPU)
      set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77)
    endif()
  else()
    set_tests_properties(${name} PROPERTIES LABELS ${A_LABEL} TIMEOUT ${A_TIMEOUT})
  endif()
endfunction()
