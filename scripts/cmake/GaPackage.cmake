# The bundle: one relocatable tarball that runs on a node with nothing but the driver.
# Nothing is stripped or patched at install: the digest of gpuprobe is what makes a worker real.
include(GNUInstallDirs)
set(programs gpuaccept gpusim gpuaudit)
if(GA_CUDA)
  list(APPEND programs gpuprobe all_reduce_perf)
endif()
install(TARGETS ${programs} RUNTIME DESTINATION bin)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/acceptance/profiles/ DESTINATION share/gpuaccept/profiles
  FILES_MATCHING PATTERN "*.toml")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/acceptance/sim/scenarios/
  DESTINATION share/gpuaccept/scenarios FILES_MATCHING PATTERN "*.toml")
install(DIRECTORY ${PROJECT_SOURCE_DIR}/reports/schema/ DESTINATION share/gpuaccept/schema
  FILES_MATCHING PATTERN "*.schema.json" PATTERN "testing" EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION share/doc/gpuaccept
  FILES_MATCHING PATTERN "*.md" PATTERN "*.png" PATTERN "*.svg")
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/LICENSE
  ${PROJECT_SOURCE_DIR}/CHANGELOG.md DESTINATION share/doc/gpuaccept)
# The last of all: what is in the bundle, by digest. `sha256sum --check SHA256SUMS` in its folder.
install(CODE [[
  set(top "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
  file(GLOB_RECURSE files LIST_DIRECTORIES FALSE RELATIVE "${top}" "${top}/*")
  list(REMOVE_ITEM files SHA256SUMS)
  list(SORT files)
  set(sums "")
  foreach(name IN LISTS files)
    file(SHA256 "${top}/${name}" sum)
    string(APPEND sums "${sum}  ${name}\n")
  endforeach()
  file(WRITE "${top}/SHA256SUMS" "${sums}")
]])

set(CPACK_GENERATOR TGZ)
set(CPACK_PACKAGE_NAME gpuaccept)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_FILE_NAME gpuaccept-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_INCLUDE_TOPLEVEL_DIRECTORY ON)
set(CPACK_STRIP_FILES OFF)
set(CPACK_VERBATIM_VARIABLES ON)
include(CPack)

if(BUILD_TESTING)
  add_test(NAME bundle_test
    COMMAND bash ${PROJECT_SOURCE_DIR}/scripts/tests/bundle_test.sh ${CMAKE_BINARY_DIR}
            ${CMAKE_CPACK_COMMAND})
  set_tests_properties(bundle_test PROPERTIES LABELS cli TIMEOUT 300 SKIP_RETURN_CODE 77)
endif()
