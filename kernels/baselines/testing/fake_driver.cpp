// A libcuda.so.1 that does nothing, successfully: with it cuDNN chooses engines and compiles their
// kernels where there is no driver. Those of the driver's functions that cuDNN 9.19 looks up.
#define GA_NOTHING(name) \
  extern "C" int name() { return 0; }

GA_NOTHING(cuGetErrorName)
GA_NOTHING(cuGetErrorString)
GA_NOTHING(cuCtxGetCurrent)
GA_NOTHING(cuCtxGetLimit)
GA_NOTHING(cuCtxPopCurrent)
GA_NOTHING(cuCtxPushCurrent)
GA_NOTHING(cuStreamGetCtx)
GA_NOTHING(cuDriverGetVersion)
GA_NOTHING(cuLinkCreate)
GA_NOTHING(cuLinkAddData)
GA_NOTHING(cuLinkComplete)
GA_NOTHING(cuLinkDestroy)
GA_NOTHING(cuLaunchKernel)
GA_NOTHING(cuLaunchKernelEx)
GA_NOTHING(cuLaunchCooperativeKernel)
GA_NOTHING(cuDeviceGetCount)
GA_NOTHING(cuDeviceGet)
GA_NOTHING(cuLibraryLoadData)
GA_NOTHING(cuLibraryLoadFromFile)
GA_NOTHING(cuLibraryUnload)
GA_NOTHING(cuKernelSetAttribute)
GA_NOTHING(cuKernelGetAttribute)
GA_NOTHING(cuOccupancyMaxPotentialClusterSize)

extern "C" int cuLibraryGetKernel(void** kernel, void*, const char*) {
  static int one;
  *kernel = &one;
  return 0;
}
