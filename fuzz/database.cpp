// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A hostile database: any bytes as the file of an SQLite store, or as changes to a good one. Every call returns an
// answer or an error, and write access to the database alone cannot create a valid key. If the first byte of an input
// is even, the rest is the file. If it is odd, each six bytes after it are a position (three), a length (one) and two
// bytes that are written there alternately.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include <shearline/shearline.hpp>
#include <shearline/store/sqlite_store.hpp>
#include <shearline/testing/fuzz.hpp>
#include <shearline/testing/temporary_folder.hpp>

#include "../tests/support/must.hpp"

namespace {

using namespace shearline;
using support::must;
using bundle = policies<key_format<"instance">, recoverable>;
using authority_type = authority<bundle, sqlite_store>;

/// A good database, its keyring, and a key of the same credential that was never issued there: its digest is in another
/// database, under another keyring.
struct world {
    testing::temporary_folder folder;
    std::string path = folder.file("keys.db");
    keyring ring = must(keyring::create(folder.file("keyring")));
    std::string image;
    std::string forged;
    credential_id id;

    world() {
        {
            auto store = must(sqlite_store::open(path));
            auto keys = must(authority_type::open(store, ring));
            for (const char* name : {"first", "second", "third"}) {
                const auto made = must(keys.issue({.tenant = "acme", .name = name, .scopes = {"a:b"}}, {.actor = "a"}));
                id = made.credential;
            }
            (void)must(keys.rotate(id, {.actor = "a"}));
        }
        std::ifstream file{path, std::ios::binary};
        image.assign(std::istreambuf_iterator<char>{file}, {});
        const keyring other = must(keyring::create(folder.file("other")));
        auto store = must(sqlite_store::open(folder.file("other.db")));
        auto keys = must(authority_type::open(store, other));
        const auto made = must(keys.issue({.tenant = "acme", .name = "forged"}, {.actor = "a"}));
        forged = std::string{made.text.reveal(unsafe_reveal)};
    }

    [[nodiscard]] std::string file_of(const std::string& input) const {
        if (input.empty()) return {};
        if (static_cast<unsigned char>(input[0]) % 2 == 0) return input.substr(1);
        std::string altered = image;
        const auto byte = [&](std::size_t i) -> std::size_t { return static_cast<unsigned char>(input[i]); };
        for (std::size_t i = 1; i + 6 <= input.size(); i += 6) {
            const std::size_t at = (byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2)) % altered.size();
            for (std::size_t n = 0; n <= byte(i + 3) && at + n < altered.size(); ++n)
                altered[at + n] = input[i + 4 + n % 2];
        }
        return altered;
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const world w;
    for (const char* name : {"-wal", "-shm", "-changes"}) std::filesystem::remove(w.path + name);
    std::ofstream{w.path, std::ios::binary | std::ios::trunc} << w.file_of(std::string(data, data + size));
    std::filesystem::permissions(w.path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);

    auto store = sqlite_store::open(w.path, {.readers = 1, .check_file = false});
    if (!store) {
        testing::require(store.error().message().find(w.path) != std::string::npos, "an error names the file");
        return 0;
    }
    auto keys = authority_type::open(*store, w.ring);
    if (!keys) return 0;
    testing::require(!keys->verify(w.forged), "a key that was never issued opens nothing, whatever the database holds");
    const auto listed = keys->list({.limit = 100});
    (void)keys->audit({.limit = 100});
    (void)store->changes_after(0, 100);
    auto fast = verifier<bundle, sqlite_store>::open(*store, w.ring);
    if (fast) {
        auto reader = fast->new_reader();
        testing::require(!reader.verify(w.forged, system_clock{}.now()), "nor does it in a verifier");
    }
    for (const credential_view& view : listed ? listed->items : std::vector<credential_view>{})
        (void)keys->reveal(view.about.id, {.actor = "a"});
    (void)keys->rotate(w.id, {.actor = "a"});
    (void)keys->issue({.tenant = "acme", .name = "new"}, {.actor = "a"});
    return 0;
}
