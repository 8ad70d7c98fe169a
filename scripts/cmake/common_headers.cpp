// Precompiles the headers of GaTargets.cmake.
