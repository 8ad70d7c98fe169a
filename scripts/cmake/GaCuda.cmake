# CUDA for the whole tree: finds nvcc without any environment, machine code only, strict ptxas.

# Where scripts/bootstrap left nvcc, or where a toolkit usually stands, with no environment set.
if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
  find_program(GA_NVCC nvcc
    HINTS ${CUDAToolkit_ROOT}/bin ${PROJECT_SOURCE_DIR}/.deps/cuda/bin
    PATHS /usr/local/cuda/bin)
  if(NOT GA_NVCC)
    message(FATAL_ERROR "no nvcc found: run scripts/bootstrap, or configure with --preset host")
  endif()
  set(CMAKE_CUDA_COMPILER ${GA_NVCC} CACHE FILEPATH "CUDA compiler")
endif()

set(CMAKE_CUDA_ARCHITECTURES ${GA_CUDA_ARCHS})
set(CMAKE_CUDA_RUNTIME_LIBRARY Static)
# NVIDIA's wheels keep their libraries in lib/, while nvcc looks in lib64/: the first link is
# CMake's own trial.
if(NOT CUDAToolkit_ROOT AND CMAKE_CUDA_COMPILER)
  get_filename_component(ga_nvcc_real ${CMAKE_CUDA_COMPILER} REALPATH)
  get_filename_component(ga_nvcc_bin ${ga_nvcc_real} DIRECTORY)
  get_filename_component(CUDAToolkit_ROOT ${ga_nvcc_bin} DIRECTORY)
endif()
if(CUDAToolkit_ROOT AND NOT EXISTS ${CUDAToolkit_ROOT}/lib64 AND EXISTS ${CUDAToolkit_ROOT}/lib)
  string(APPEND CMAKE_CUDA_FLAGS_INIT " -L${CUDAToolkit_ROOT}/lib")
endif()

enable_language(CUDA)
# CMake 3.25 does not know that nvcc takes C++20 (3.26 does); the option itself is in ga_options.
if(CMAKE_CUDA_COMPILER_ID STREQUAL "NVIDIA" AND NOT DEFINED CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
  set(CMAKE_CUDA20_COMPILE_FEATURES "cuda_std_20")
  list(APPEND CMAKE_CUDA_COMPILE_FEATURES cuda_std_20)
endif()
find_package(CUDAToolkit 13.0 REQUIRED)

# ptxas reports lost performance as information, with exit status 0: the launcher makes it an error.
set(CMAKE_CUDA_COMPILER_LAUNCHER ${PROJECT_SOURCE_DIR}/scripts/strict-nvcc.sh)
# For kernel files: a spill, or an array that is indexed at run time, is an error.
set(GA_CUDA_NO_LOCAL_MEMORY
  "-Xptxas=--warn-on-spills,--warn-on-local-memory-usage,--warning-as-error")
