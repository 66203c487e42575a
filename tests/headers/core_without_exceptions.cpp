// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The core works when built with -fno-exceptions -fno-rtti: the whole life of a key. Without Boost.Test, which needs
// both.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "build this with -fno-exceptions -fno-rtti: it shows that the core needs neither"
#endif

namespace {

using keys = shearline::policies<shearline::key_format<"instance">, shearline::recoverable>;
using authority = shearline::authority<keys, shearline::memory_store>;

int failures = 0;

void expect(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    ++failures;
}

/// The value; an error is printed and ends the program.
template <typename T>
T value_of(shearline::result<T> outcome) {
    if (!outcome) {
        std::fprintf(stderr, "%s\n", outcome.error().message().c_str());
        std::exit(EXIT_FAILURE);
    }
    return *std::move(outcome);
}

/// A temporary folder, removed at the end.
struct scratch_folder {
    std::string path = std::filesystem::temp_directory_path() / "shearline-XXXXXX";

    scratch_folder() {
        if (::mkdtemp(path.data()) == nullptr) std::exit(EXIT_FAILURE);
    }
    ~scratch_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
};

void live_a_whole_life(authority& control) {
    const shearline::request_context by{.actor = "test"};
    const auto first = value_of(control.issue({.tenant = "acme", .name = "sync", .scopes = {"contacts:write"}}, by));
    const std::string old_text{first.text.reveal(shearline::unsafe_reveal)};

    const auto granted = control.verify(old_text, "contacts:write");
    expect(bool{granted} && granted.grant().tenant() == "acme", "a fresh key opens what its scopes name");
    expect(control.verify(old_text, "contacts:read").denial().reason() == shearline::reason::missing_scope,
           "a key does not open what its scopes do not name");

    std::string altered = old_text;
    altered.back() = altered.back() == '0' ? '1' : '0';
    expect(!control.verify(altered), "a mistyped key opens nothing");

    const auto second = value_of(control.rotate(first.credential, by));
    const std::string new_text{second.text.reveal(shearline::unsafe_reveal)};
    expect(control.verify(old_text).denial().reason() == shearline::reason::revoked, "a replaced key opens nothing");
    expect(bool{control.verify(new_text)}, "the key in its place opens");
    const auto shown = value_of(control.reveal(first.credential, by));
    expect(shown.reveal(shearline::unsafe_reveal) == new_text, "a recoverable key can be shown again");

    expect(bool{control.revoke(first.credential, by)}, "a credential can be revoked");
    expect(control.verify(new_text).denial().reason() == shearline::reason::revoked, "a revoked key opens nothing");
}

/// A stop_signal that is no std::stop_token.
struct stopped {
    [[nodiscard]] static bool stop_requested() { return true; }
};

void verify_from_memory(shearline::memory_store& store, const shearline::keyring& ring, authority& control) {
    const auto issued =
        value_of(control.issue({.tenant = "acme", .name = "fast", .scopes = {"contacts:write"}}, {.actor = "test"}));
    auto fast = value_of(shearline::verifier<keys, shearline::memory_store>::open(store, ring));
    auto reader = fast.new_reader();
    const auto now = shearline::coarse_clock{}.now();
    const std::string_view text = issued.text.reveal(shearline::unsafe_reveal);
    expect(bool{reader.verify(text, now, "contacts:write")}, "a verifier knows a fresh key");
    expect(value_of(fast.run(stopped{})) == 1, "a verifier that is told to stop writes the counts of uses");
}

}  // namespace

int main() {
    const scratch_folder folder;
    const auto ring = value_of(shearline::keyring::create(folder.path + "/keyring"));
    expect(shearline::keyring::create(folder.path + "/keyring").error().code() == shearline::errc::conflict,
           "what goes wrong is returned as an error");
    shearline::memory_store store;
    auto control = value_of(authority::open(store, ring));
    live_a_whole_life(control);
    verify_from_memory(store, ring, control);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
