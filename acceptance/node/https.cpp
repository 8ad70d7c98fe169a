#include "acceptance/node/https.h"

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <utility>

#include "kernels/loader/loader.h"

namespace ga {

namespace {

constexpr std::int64_t kMaxPath = 1024;

struct Functions {
  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_easy_init) init = nullptr;
  decltype(&::curl_easy_setopt) set = nullptr;
  decltype(&::curl_easy_perform) perform = nullptr;
  decltype(&::curl_easy_getinfo) info = nullptr;
  decltype(&::curl_easy_strerror) strerror = nullptr;
  decltype(&::curl_easy_cleanup) cleanup = nullptr;
  decltype(&::curl_version_info) version = nullptr;
};

template <class F>
Status find(const SharedLibrary& library, const char* name, F*& function) {
  GA_TRY(function, library.function<F>(name));
  return Ok{};
}

Result<Functions> functions_of(const SharedLibrary& library) {
  Functions f;
  GA_CHECK(find(library, "curl_global_init", f.global_init));
  GA_CHECK(find(library, "curl_easy_init", f.init));
  GA_CHECK(find(library, "curl_easy_setopt", f.set));
  GA_CHECK(find(library, "curl_easy_perform", f.perform));
  GA_CHECK(find(library, "curl_easy_getinfo", f.info));
  GA_CHECK(find(library, "curl_easy_strerror", f.strerror));
  GA_CHECK(find(library, "curl_easy_cleanup", f.cleanup));
  GA_CHECK(find(library, "curl_version_info", f.version));
  return f;
}

std::int64_t now_ms() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::milliseconds(1);
}

// libcurl wants the digest in base64, after "sha256//".
std::string pin_of(const std::string& hex) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto digit = [](char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
  };
  std::string pin = "sha256//";
  unsigned bits = 0;
  int held = 0;
  for (const char c : hex) {
    bits = bits << 4 | digit(c);
    held += 4;
    if (held < 6) continue;
    held -= 6;
    pin += kAlphabet[bits >> held & 63];
  }
  pin += kAlphabet[bits << (6 - held) & 63];  // 256 bits leave four
  return pin + "=";
}

struct Body {
  std::string text;
  std::size_t most = 0;
  bool too_long = false;
};

std::size_t take(char* data, std::size_t size, std::size_t count, void* to) {
  Body& body = *static_cast<Body*>(to);
  if (body.text.size() + size * count > body.most) {
    body.too_long = true;
    return 0;  // ends the transfer
  }
  body.text.append(data, size * count);
  return size * count;
}

}  // namespace

struct Https::State {
  State(SharedLibrary opened, const Functions& functions, BmcAccess to, const HttpsLimits& bounds)
      : library(std::move(opened)), f(functions), access(std::move(to)), limits(bounds) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (handle != nullptr) f.cleanup(handle);
  }

  bool prepare();
  bool no_other_authority();

  SharedLibrary library;
  Functions f;
  BmcAccess access;
  HttpsLimits limits;
  CURL* handle = nullptr;
  std::int64_t until_ms = 0;
  Body body;
};

// What holds for every request. False where this libcurl does not know an option: then nothing may
// be sent.
bool Https::State::prepare() {
  const auto text = [&](CURLoption option, const std::string& value) {
    return f.set(handle, option, value.c_str()) == CURLE_OK;
  };
  const auto number = [&](CURLoption option, long value) {
    return f.set(handle, option, value) == CURLE_OK;
  };
  bool good = text(CURLOPT_USERNAME, access.user) && text(CURLOPT_PASSWORD, access.password) &&
              number(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC)) &&
              number(CURLOPT_FOLLOWLOCATION, 0) && number(CURLOPT_NOSIGNAL, 1) &&
              number(CURLOPT_HTTPGET, 1) && number(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2) &&
              number(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect_ms)) &&
              text(CURLOPT_PROXY, "") && f.set(handle, CURLOPT_WRITEFUNCTION, &take) == CURLE_OK &&
              f.set(handle, CURLOPT_WRITEDATA, static_cast<void*>(&body)) == CURLE_OK;
  if (access.ca_file.empty()) {
    // The key itself is known; who signed the certificate, and for which name, is then of no use.
    good = good && number(CURLOPT_SSL_VERIFYPEER, 0) && number(CURLOPT_SSL_VERIFYHOST, 0) &&
           text(CURLOPT_PINNEDPUBLICKEY, pin_of(access.public_key_sha256));
  } else {
    good = good && number(CURLOPT_SSL_VERIFYPEER, 1) && number(CURLOPT_SSL_VERIFYHOST, 2) &&
           text(CURLOPT_CAINFO, access.ca_file) && no_other_authority();
  }
  return good;
}

// Beside the file libcurl would trust the system's folder of authorities.
bool Https::State::no_other_authority() {
  const CURLcode code = f.set(handle, CURLOPT_CAPATH, static_cast<char*>(nullptr));
  return code == CURLE_OK || code == CURLE_NOT_BUILT_IN;  // then there is no folder
}

Result<Https> Https::open(const BmcAccess& access, const HttpsLimits& limits) {
  constexpr std::array<std::string_view, 2> kNames{"libcurl.so.4", "libcurl-gnutls.so.4"};
  auto library = SharedLibrary::open(kNames, LibraryPlaces{});
  if (!library) return std::move(library).error().hinted("install libcurl 4, or leave out --bmc");
  GA_TRY(const Functions f, functions_of(*library));
  auto state = std::make_shared<State>(*library, f, access, limits);
  if (f.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return Error(ErrorCode::environment, "libcurl does not start");
  }
  state->handle = f.init();
  if (state->handle == nullptr || !state->prepare()) {
    return Error(ErrorCode::environment, "libcurl refuses an option that is needed");
  }
  state->until_ms = now_ms() + limits.total_ms;
  return Https(std::move(state));
}

Result<std::string> Https::get(const std::string& path) {
  State& s = *state_;
  const std::int64_t left_ms = std::min(s.limits.answer_ms, s.until_ms - now_ms());
  if (left_ms <= 0) return Error(ErrorCode::timeout, path + ": the time for the BMC is used up");
  if (path.size() > kMaxPath) return Error(ErrorCode::protocol, "a path that is too long");
  const std::string url = "https://" + s.access.address + path;
  s.body = {.text = {}, .most = s.limits.answer_bytes, .too_long = false};
  if (s.f.set(s.handle, CURLOPT_URL, url.c_str()) != CURLE_OK ||
      s.f.set(s.handle, CURLOPT_TIMEOUT_MS, static_cast<long>(left_ms)) != CURLE_OK) {
    return Error(ErrorCode::environment, path + ": libcurl refuses the request");
  }
  const CURLcode code = s.f.perform(s.handle);
  if (s.body.too_long) return Error(ErrorCode::protocol, path + ": the answer is too long");
  if (code != CURLE_OK) return Error(ErrorCode::io, path + ": " + s.f.strerror(code));
  long status = 0;
  if (s.f.info(s.handle, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status != 200) {
    return Error(ErrorCode::io, path + ": HTTP status " + std::to_string(status));
  }
  return std::move(s.body.text);
}

Result<Library> Https::library() const {
  const curl_version_info_data* version = state_->f.version(CURLVERSION_NOW);
  return state_->library.describe(version == nullptr ? "" : version->version);
}

}  // namespace ga
