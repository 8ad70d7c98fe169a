// A library with cuDNN's entry points, declared by hand a second time: it records each descriptor
// as it is finalized and answers what the test wrote. Nothing is computed.
#include "kernels/baselines/testing/fake_cudnn.h"

#include <cstring>
#include <memory>
#include <string_view>

namespace {

ga::FakeCudnn& fake() {
  static ga::FakeCudnn one;
  return one;
}

struct Made {
  int kind = 0, number = 0;
  std::string text;  // of what was set
  std::vector<ga::FakeEngine> offered;
  ga::FakeEngine engine;
  int knob_type = 0;
  std::int64_t knob_value = 0;
  int plan = 0;
};

int made_count = 0;

std::string element(int type, const void* values, std::int64_t i) {
  const auto at = [&]<class T>(T) {
    T value;
    std::memcpy(&value,
                static_cast<const char*>(values) + static_cast<std::size_t>(i) * sizeof value,
                sizeof value);
    return value;
  };
  switch (type) {
    case 0:  // a handle, as a number
    case 6:  // a pointer
      return "p" + std::to_string(at(std::uintptr_t{}));
    case 2:
      return at(char{}) != 0 ? "yes" : "no";
    case 3:
      return std::to_string(at(std::int64_t{}));
    case 15:
      return "#" + std::to_string(at(static_cast<Made*>(nullptr))->number);
    case 24:
      return std::string(1, at(char{}));
    default:
      return std::to_string(at(int{}));
  }
}

std::string show(int type, std::int64_t count, const void* values) {
  std::string text;
  for (std::int64_t i = 0; i < count; ++i) {
    text += (i == 0 || type == 24 ? "" : ",") + element(type, values, i);
  }
  return text;
}

template <class T>
void give(void* to, std::int64_t i, T value) {
  std::memcpy(static_cast<char*>(to) + static_cast<std::size_t>(i) * sizeof value, &value,
              sizeof value);
}

Made* made_at(void* array, std::int64_t i) {
  Made* one = nullptr;
  std::memcpy(&one, static_cast<char*>(array) + static_cast<std::size_t>(i) * sizeof one,
              sizeof one);
  return one;
}

std::int64_t hand_over(const Made& from, void* array, std::int64_t wanted) {
  const auto all = static_cast<std::int64_t>(from.offered.size());
  if (wanted == 0) return all;
  const std::int64_t usable = all - static_cast<std::int64_t>(fake().withheld);
  for (std::int64_t i = 0; i < usable && i < wanted; ++i) {
    made_at(array, i)->engine = from.offered[static_cast<std::size_t>(i)];
  }
  return usable < 0 ? 0 : usable;
}

std::int64_t hand_over_knobs(const Made& from, void* array) {
  for (std::size_t i = 0; i < from.engine.knobs.size(); ++i) {
    Made* const knob = made_at(array, static_cast<std::int64_t>(i));
    knob->knob_type = from.engine.knobs[i].first;
    knob->knob_value = from.engine.knobs[i].second;
  }
  return static_cast<std::int64_t>(from.engine.knobs.size());
}

}  // namespace

extern "C" {

ga::FakeCudnn* ga_fake_cudnn() {
  made_count = 0;
  return &fake();
}

std::size_t cudnnGetVersion() { return fake().version; }
const char* cudnnGetErrorString(int code) {
  return code == 1001   ? "CUDNN_STATUS_NOT_INITIALIZED"
         : code == 2000 ? "CUDNN_STATUS_BAD_PARAM"
         : code == 3007 ? "CUDNN_STATUS_NOT_SUPPORTED_ARCH_MISMATCH"
         : code == 5000 ? "CUDNN_STATUS_EXECUTION_FAILED"
                        : "CUDNN_STATUS_OF_ANOTHER_KIND";
}
void cudnnGetLastErrorString(char* text, std::size_t size) {
  std::strncpy(text, fake().last_error.c_str(), size);
}

int cudnnCreate(void** handle) {
  *handle = reinterpret_cast<void*>(std::uintptr_t{77});
  fake().calls.emplace_back("create");
  return fake().create;
}
int cudnnDestroy(void* handle) {
  fake().calls.push_back("destroy " + element(0, &handle, 0));
  return 0;
}
int cudnnSetStream(void* handle, void* stream) {
  fake().calls.push_back("stream " + element(0, &handle, 0) + " " + element(0, &stream, 0));
  return 0;
}

int cudnnBackendCreateDescriptor(int kind, void** to) {
  auto made = std::make_unique<Made>();
  made->kind = kind;
  made->number = ++made_count;
  *to = made.release();
  ++fake().alive;
  return 0;
}
int cudnnBackendDestroyDescriptor(void* descriptor) {
  std::unique_ptr<Made> ended(static_cast<Made*>(descriptor));
  --fake().alive;
  return 0;
}

int cudnnBackendSetAttribute(void* descriptor, int attribute, int type, std::int64_t count,
                             const void* values) {
  Made* const made = static_cast<Made*>(descriptor);
  made->text += " " + std::to_string(attribute) + "=" + show(type, count, values);
  if (attribute == 200) {
    int mode = 0;
    std::memcpy(&mode, values, sizeof mode);
    made->offered = fake().offers[mode];
  }
  if (attribute == 401) made->plan = made_at(const_cast<void*>(values), 0)->engine.plan;
  return 0;
}

int cudnnBackendFinalize(void* descriptor) {
  Made* const made = static_cast<Made*>(descriptor);
  fake().calls.push_back("#" + std::to_string(made->number) + " " + std::to_string(made->kind) +
                         ":" + made->text);
  if (made->kind == 15) return fake().finalize_graph;
  return made->kind == 5 ? made->plan : 0;
}

int cudnnBackendGetAttribute(void* descriptor, int attribute, int, std::int64_t wanted,
                             std::int64_t* count, void* values) {
  Made* const made = static_cast<Made*>(descriptor);
  *count = 1;
  switch (attribute) {
    case 202:
      *count = hand_over(*made, values, wanted);
      return 0;
    case 300:
      made_at(values, 0)->engine = made->engine;
      return 0;
    case 302:
      *count = hand_over_knobs(*made, values);
      return 0;
    case 402:
      give(values, 0, fake().workspace);
      return 0;
    case 600:
      give(values, 0, made->knob_type);
      return 0;
    case 601:
      give(values, 0, made->knob_value);
      return 0;
    case 1301:
      give(values, 0, made->engine.index);
      return 0;
    case 1303:
      *count = static_cast<std::int64_t>(made->engine.notes.size());
      for (std::int64_t i = 0; i < *count; ++i) {
        give(values, i, made->engine.notes[static_cast<std::size_t>(i)]);
      }
      return 0;
    default:
      return 2000;
  }
}

int cudnnBackendExecute(void* handle, void* plan, void* pack) {
  fake().calls.push_back("execute " + element(0, &handle, 0) + " " + element(15, &plan, 0) + " " +
                         element(15, &pack, 0));
  return fake().execute;
}

}  // extern "C"
