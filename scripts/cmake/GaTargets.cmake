# House build rules: every target is made by ga_library, ga_program or ga_test.

add_library(ga_options INTERFACE)
target_include_directories(ga_options INTERFACE ${PROJECT_SOURCE_DIR})
# A compile feature and not CMAKE_CXX_STANDARD: CMake 3.25 would hand that on to nvcc and refuse it.
target_compile_features(ga_options INTERFACE cxx_std_20)
target_compile_options(ga_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wconversion;-Wshadow;-Wnon-virtual-dtor>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${GA_WERROR}>>:-Werror>
  $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20;-lineinfo;-Xcompiler=-Wall,-Wextra>
  $<$<AND:$<COMPILE_LANGUAGE:CUDA>,$<BOOL:${GA_WERROR}>>:-Werror=all-warnings>)
# Debian has no static fmt; header-only keeps the programs free of libfmt.so.
target_link_libraries(ga_options INTERFACE fmt::fmt-header-only)

# ga_library(name SOURCES ... HEADERS ... DEPS ...)
# Each header in HEADERS is compiled alone, included twice: it must be self-contained.
function(ga_library name)
  cmake_parse_arguments(A "" "" "SOURCES;HEADERS;DEPS" ${ARGN})
  if(A_SOURCES)
    add_library(${name} STATIC ${A_SOURCES})
    target_link_libraries(${name} PUBLIC ga_options ${A_DEPS})
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
    add_library(${name}_headers OBJECT ${units})
    target_link_libraries(${name}_headers PRIVATE ${name})
  endif()
endfunction()

# ga_program(name SOURCES ... DEPS ...)
function(ga_program name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE ga_options ${A_DEPS})
  # A node brings glibc and the driver, and nothing else. Sanitizers need the shared runtime.
  if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc)
  endif()
endfunction()

# ga_test(name SOURCES ... DEPS ... [GPU] [LABEL unit|cli|golden|lint] [TIMEOUT seconds])
# A GPU test has label "gpu", runs one at a time, and exits with 77 where there is no GPU.
function(ga_test name)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(A "GPU" "LABEL;TIMEOUT" "SOURCES;DEPS" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(${name} ${A_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE ga_options ${A_DEPS} GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    GA_SOURCE_DIR="${PROJECT_SOURCE_DIR}" GA_BIN_DIR="${CMAKE_BINARY_DIR}/bin")
  if(NOT A_LABEL)
    set(A_LABEL unit)
  endif()
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 60)
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
