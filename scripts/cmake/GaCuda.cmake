# Finds nvcc where bootstrap left it, or where a toolkit usually stands, with no environment set.
if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
  find_program(GA_NVCC nvcc
    HINTS ${PROJECT_SOURCE_DIR}/.deps/cuda/bin
    PATHS /usr/local/cuda/bin)
  if(NOT GA_NVCC)
    message(FATAL_ERROR "no nvcc found: run scripts/bootstrap, or configure with --preset host")
  endif()
  set(CMAKE_CUDA_COMPILER ${GA_NVCC} CACHE FILEPATH "CUDA compiler")
endif()
