// A secret that is no secret: its private half is public, here. It signs test data and golden
// files, and nobody must ever trust it.
#pragma once

namespace ga::testing {

inline constexpr const char* kTestKeyPem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/F8xiM3OHSlK4mRT\n"
    "L+7xmuwEpdJtGLIF0wM42H68KzehRANCAAQfKVophvptYWFY9P+noaCyiE20SRP2\n"
    "zz0prCQEIT4J7i0EzNKUz8UdsAEBUq9xB0htu5g3Pe2ngvc1bzlrSNUo\n"
    "-----END PRIVATE KEY-----\n";

}  // namespace ga::testing
