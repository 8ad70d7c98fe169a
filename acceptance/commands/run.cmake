# ga_run: the run command, and what the build records about itself for it.
find_library(GA_ZSTD NAMES libzstd.a REQUIRED)

# The digest of the gpuprobe that was built with this program: the one worker that counts as real.
set(worker_digest ${CMAKE_CURRENT_BINARY_DIR}/worker_digest.cpp)
set(worker_program "")
set(worker_target)
if(GA_CUDA)
  set(worker_program $<TARGET_FILE:gpuprobe>)
  set(worker_target gpuprobe)
endif()
add_custom_command(OUTPUT ${worker_digest}
  COMMAND ${CMAKE_COMMAND} "-DPROGRAM=${worker_program}" "-DOUTPUT=${worker_digest}"
          -P ${CMAKE_CURRENT_SOURCE_DIR}/worker_digest.cmake
  DEPENDS ${worker_target} ${CMAKE_CURRENT_SOURCE_DIR}/worker_digest.cmake
  COMMENT "Recording the worker's digest" VERBATIM)

# Looked at in every build, rewritten only when it changes.
set(build_commit ${CMAKE_CURRENT_BINARY_DIR}/build_commit.h)
add_custom_target(ga_build_commit BYPRODUCTS ${build_commit}
  COMMAND ${CMAKE_COMMAND} "-DSOURCE=${PROJECT_SOURCE_DIR}" "-DOUTPUT=${build_commit}"
          -P ${CMAKE_CURRENT_SOURCE_DIR}/build_commit.cmake
  COMMENT "" VERBATIM)

ga_library(ga_run TOGETHER
  SOURCES run.cpp challenge.cpp run_setup.cpp run_challenge.cpp run_build.cpp run_lock.cpp run_signals.cpp run_crew.cpp
          run_events.cpp run_schedule.cpp run_measure.cpp run_watch.cpp run_view.cpp run_screen.cpp run_session.cpp
          run_report.cpp run_telemetry.cpp run_plan.cpp ${worker_digest}
  HEADERS acceptance/commands/run_setup.h acceptance/commands/run_challenge.h
          acceptance/commands/run_build.h
          acceptance/commands/run_lock.h acceptance/commands/run_signals.h
          acceptance/commands/run_crew.h acceptance/commands/run_schedule.h
          acceptance/commands/run_measure.h acceptance/commands/run_watch.h
          acceptance/commands/run_view.h acceptance/commands/run_screen.h acceptance/commands/run_session.h
          acceptance/commands/run_report.h acceptance/commands/run_telemetry.h
          acceptance/commands/run_plan.h
  DEPS ga_commands ga_gates ga_core ga_profiles ga_journal ga_worker ga_sim ga_scenarios ga_case_table
       ga_render ga_seal ga_codec ga_model ${GA_ZSTD})
add_dependencies(ga_run ga_build_commit)
target_include_directories(ga_run PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
# The last thing that is known: nothing else waits for it.
set_source_files_properties(${worker_digest} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
set_source_files_properties(run_build.cpp PROPERTIES
  COMPILE_DEFINITIONS GA_VERSION="${PROJECT_VERSION}" OBJECT_DEPENDS ${build_commit})

ga_test(run_test
  SOURCES run_schedule_test.cpp run_lock_test.cpp run_screen_test.cpp run_setup_test.cpp
  DEPS ga_run)
if(BUILD_TESTING)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  foreach(name run_test kill_test render_test soak_test)
    add_test(NAME cli_${name}
      COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/testing/${name}.py)
    # Long enough for GA_SOAK=1, which kills 200 times.
    set_tests_properties(cli_${name} PROPERTIES LABELS cli TIMEOUT 3600 COST 200
      ENVIRONMENT "GA_BIN=${CMAKE_BINARY_DIR}/bin;PYTHONDONTWRITEBYTECODE=1")
  endforeach()
  # CI's.
  set_property(TEST cli_kill_test cli_soak_test APPEND PROPERTY LABELS long)
endif()
