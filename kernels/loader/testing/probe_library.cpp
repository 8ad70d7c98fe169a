// A library for the loader's tests: one function.
extern "C" int ga_probe_answer() { return 42; }
