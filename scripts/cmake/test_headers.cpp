// Precompiles the headers of the tests; see GaTargets.cmake.
