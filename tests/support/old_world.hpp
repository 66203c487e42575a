// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A store and a keyring of before rows were proved.
#pragma once

#include <shearline/prove_store.hpp>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "shell.hpp"
#include "world.hpp"

namespace support::before_proofs {

using namespace shearline;

inline std::string content_of(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}
inline void write(const std::string& path, const std::string& content) {
    std::ofstream{path, std::ios::binary} << content;
}

/// The text of a keyring without its proof keys, as the first version wrote it.
inline std::string as_version_1(std::string text) {
    text.replace(text.find("keyring 2"), 9, "keyring 1");
    return text.substr(0, text.find("proof 1"));
}

/// What a program of before proofs has left: a keyring file of version 1, and a store whose rows have no proofs.
struct old_world : world<sqlite_store> {
    using bundle = policies<instance_format, recoverable>;
    using keys_type = authority<bundle>;

    old_world() {
        write(file, as_version_1(content_of(file)));
        forget_proofs(path);
    }
    static void forget_proofs(const std::string& of) {
        shell{of}.run(
            "UPDATE credential SET proof_key = 0, proof = zeroblob(32), metadata_digest = zeroblob(32); "
            "UPDATE keyring_check SET store = zeroblob(16), proof_key = 0, proof = zeroblob(32), keyring = 'version 0' "
            "|| "
            "char(10) || replace(substr(keyring, instr(keyring, 'pepper'), instr(keyring, 'proof') - "
            "instr(keyring, 'pepper')), 'current', '-')");
    }
    result<std::uint64_t> prove(bool answer = true, more_stores more = more_stores::none) {
        return prove_store<bundle>(
            opened.store, file, admin,
            [&](const store_vouching& about) {
                asked = about;
                return answer;
            },
            more);
    }
    bool grants() {
        auto ring_now = keyring::open(file);
        auto keys = keys_type::open(opened.store, must(std::move(ring_now)), clock);
        return keys && keys->verify(text_of(first)) && keys->verify(text_of(second));
    }

    std::string file = folder.file("keyring");
    std::string path = folder.file("keys.db");
    issued_key first = must(open<bundle>().issue(legacy_sync(), admin));
    issued_key second = must(open<bundle>().issue(legacy_sync(), admin));
    store_vouching asked{};
};

}  // namespace support::before_proofs
