// A library that starts as NVML does and knows nothing else, least of all how to play a replay.
extern "C" __attribute__((visibility("default"))) int nvmlInit_v2() { return 0; }
