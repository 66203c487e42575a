// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The keys of a keyring, and the text of its file: one line for each key, with its check value; then its stores.
// Depends on digest/ and secret/; never on the disk.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/digest/base64.hpp>
#include <shearline/digest/hash_context.hpp>
#include <shearline/digest/hmac_sha256.hpp>
#include <shearline/digest/key_kind.hpp>
#include <shearline/digest/row_proof.hpp>
#include <shearline/digest/stored_digest.hpp>
#include <shearline/error.hpp>
#include <shearline/result.hpp>
#include <shearline/secret/compare.hpp>
#include <shearline/secret/guarded.hpp>
#include <shearline/secret/secret_bytes.hpp>
#include <shearline/secret/secret_text.hpp>

namespace shearline::inline v0_1::detail::keyring_file {

using master_key = std::array<std::byte, 32>;

struct entry {
    std::uint32_t number;
    key_status status;
    check_bytes check;
    std::shared_ptr<const guarded<master_key>> key;  // none if dropped
};

inline constexpr std::array kinds{key_kind::pepper, key_kind::sealing, key_kind::proof};

struct contents {
    std::array<std::vector<entry>, kinds.size()> keys;  // numbered from 1 without a gap; only the last is current
    bool may_prove_stores = false;                      // it was made before there were proofs: see `prove_store`
    std::vector<store_id> stores;                       // that were proved by `prove_store`

    [[nodiscard]] std::vector<entry>& of(key_kind kind) { return keys[static_cast<std::size_t>(kind) - 1]; }
    [[nodiscard]] const std::vector<entry>& of(key_kind kind) const { return keys[static_cast<std::size_t>(kind) - 1]; }
    [[nodiscard]] bool has_proved(const store_id& store) const {
        for (const store_id& one : stores)
            if (one == store) return true;
        return false;
    }
    /// Made by the first version, and not used by a later one yet.
    [[nodiscard]] bool is_of_version_1() const { return of(key_kind::proof).empty(); }
};

inline constexpr std::string_view title = "shearline keyring ";
inline constexpr std::string_view may_prove_stores_line = "stores unproved";
inline constexpr std::string_view store_word = "store";
inline constexpr std::size_t max_bytes = 256 * 1024;  // some 3,000 keys: a new one each month for more than a century
inline constexpr std::size_t check_chars = base64_chars(sizeof(check_bytes));
inline constexpr std::size_t key_chars = base64_chars(sizeof(master_key));
inline constexpr std::size_t store_chars = base64_chars(sizeof(store_id));

/// The name of a key in errors.
inline std::string name_of(key_kind kind, std::uint32_t number) {
    return (kind == key_kind::sealing ? "sealing key "
            : kind == key_kind::proof ? "proof key "
                                      : "pepper ") +
           std::to_string(number);
}

/// HMAC-SHA256 of a context under a master key: gives subkeys and check values.
inline secret_bytes<32> derive(std::span<const std::byte, 32> key, const hash_context& what) {
    hmac_sha256::key_state state = hmac_sha256::prepare(key);
    const wipe_on_exit wipe_state{state};
    digest_bytes derived = hmac_sha256::mac(state, what.bytes());
    const wipe_on_exit wipe_derived{derived};
    return secret_bytes<32>::copy_of(derived);
}

/// A key in guarded memory, with its check value: the first 8 bytes of HMAC(key, context of kind and number). (This and
/// what reads and writes the file are templates, so that only who opens or changes a keyring pays for their
/// compilation.)
template <typename Entry = entry>
result<Entry> make_entry(key_kind kind, std::uint32_t number, key_status status, std::span<const std::byte, 32> key) {
    auto kept = guarded<master_key>::make([key] {
        master_key copy;
        for (std::size_t i = 0; i < copy.size(); ++i) copy[i] = key[i];
        return copy;
    });
    if (!kept) return std::move(kept).error();
    hash_context what{"shearline keyring check"};
    what.text(to_string(kind)).number(number);
    const secret_bytes<32> derived = derive(key, what);
    Entry made{number, status, {}, std::make_shared<const guarded<master_key>>(*std::move(kept))};
    for (std::size_t i = 0; i < made.check.size(); ++i) made.check[i] = derived.reveal(unsafe_reveal)[i];
    return made;
}

/// The text of the file, in memory that is wiped: of version 1 for a keyring without proof keys. `invalid_argument` if
/// it would be longer than `max_bytes`, or if there are proved stores and no proof key.
template <typename Contents>
result<secret_text> print(const Contents& keys) {
    if (keys.is_of_version_1() && !keys.stores.empty())  // there is no line for them: nothing could read the file again
        return error{errc::invalid_argument, "a keyring without a proof key has proved no store: give it one first"};
    const std::string_view version = keys.is_of_version_1() ? "1" : "2";
    std::size_t chars = title.size() + version.size() + 1;
    for (const key_kind kind : kinds) {
        for (const entry& one : keys.of(kind)) {
            chars += to_string(kind).size() + std::to_string(one.number).size() + to_string(one.status).size() +
                     check_chars + 4 + (one.key ? key_chars + 1 : 0);
        }
    }
    if (!keys.is_of_version_1() && keys.may_prove_stores) chars += may_prove_stores_line.size() + 1;
    chars += keys.stores.size() * (store_word.size() + store_chars + 2);
    if (chars > max_bytes) return error{errc::invalid_argument, "the keyring is full: its file is limited to 256 KiB"};

    secret_text text = secret_text::with_chars(chars);
    std::span<char> rest = text.reveal_mutable(unsafe_reveal);
    const auto put = [&rest](std::string_view field, char end) {
        field.copy(rest.data(), field.size());
        rest[field.size()] = end;
        rest = rest.subspan(field.size() + 1);
    };
    put(title.substr(0, title.size() - 1), ' ');
    put(version, '\n');
    std::array<char, key_chars + 1> spelled;
    const wipe_on_exit wipe{spelled};
    for (const key_kind kind : kinds) {
        for (const entry& one : keys.of(kind)) {
            put(to_string(kind), ' ');
            put(std::to_string(one.number), ' ');
            put(to_string(one.status), ' ');
            to_base64<sizeof(check_bytes)>(one.check, std::span{spelled}.first<check_chars + 1>());
            put({spelled.data(), check_chars}, one.key ? ' ' : '\n');
            if (!one.key) continue;
            to_base64<sizeof(master_key)>(one.key->reveal(unsafe_reveal), spelled);
            put({spelled.data(), key_chars}, '\n');
        }
    }
    if (!keys.is_of_version_1() && keys.may_prove_stores) put(may_prove_stores_line, '\n');
    for (const store_id& one : keys.stores) {
        put(store_word, ' ');
        to_base64<sizeof(store_id)>(one, std::span{spelled}.first<store_chars + 1>());
        put({spelled.data(), store_chars}, '\n');
    }
    return text;
}

/// Takes the front of `rest` up to `end`, and `end` itself; all of it if there is no `end`.
inline std::string_view take(std::string_view& rest, char end) noexcept {
    const std::string_view taken = rest.substr(0, rest.find(end));
    rest.remove_prefix(taken.size() == rest.size() ? taken.size() : taken.size() + 1);
    return taken;
}

inline error corrupt(std::string_view what) { return {errc::corrupt, std::string{what}}; }

/// Reads a line that says something about stores. The error has no line number.
template <typename Contents>
result<void> parse_store_line(std::string_view line, Contents& keys) {
    if (line == may_prove_stores_line) {
        if (keys.may_prove_stores || !keys.stores.empty()) return corrupt("the line is misplaced or repeated");
        keys.may_prove_stores = true;
        return {};
    }
    store_id read{};
    if (take(line, ' ') != store_word || !from_base64<sizeof(store_id)>(line, read))
        return corrupt("the line must be '" + std::string{may_prove_stores_line} +
                       "', or 'store' and an id of 22 characters of base64");
    if (keys.has_proved(read)) return corrupt("the store is repeated");
    keys.stores.push_back(read);
    return {};
}

/// Reads one line, and adds its key to those of the lines before; the first `known` kinds may come. The error has no
/// line number, and quotes nothing.
template <typename Contents>
result<void> parse_line(std::string_view line, Contents& keys, std::size_t known) {
    const std::string_view whole = line;
    const std::string_view kind_word = take(line, ' ');
    const std::string_view number_word = take(line, ' ');
    const std::string_view status_word = take(line, ' ');
    const std::string_view check_word = take(line, ' ');

    if (known == kinds.size() && kind_word.starts_with(store_word)) return parse_store_line(whole, keys);
    std::size_t place = 0;
    while (place < known && to_string(kinds[place]) != kind_word) ++place;
    if (place == known)
        return corrupt(known == kinds.size() ? "the line must begin with 'pepper', 'sealing', 'proof' or 'store'"
                                             : "the line must begin with 'pepper' or 'sealing'");
    const key_kind kind = kinds[place];
    for (std::size_t later = place + 1; later < known; ++later)
        if (!keys.of(kinds[later]).empty()) return corrupt("a key must not come after one of a later kind");
    if (keys.may_prove_stores || !keys.stores.empty()) return corrupt("a key must not come after a line about stores");
    std::vector<entry>& before = keys.of(kind);
    if (!before.empty() && before.back().status == key_status::current) {
        return corrupt("a key must not come after the current one of its kind");
    }
    if (read_key_number(number_word) != before.size() + 1) {
        return corrupt("numbers must go up from 1 without a gap; a line is missing, repeated or misplaced");
    }
    entry read{static_cast<std::uint32_t>(before.size() + 1), key_status::current, {}, nullptr};
    while (to_string(read.status) != status_word) {
        if (read.status == key_status::dropped) {
            return corrupt("the status must be 'current', 'retired' or 'dropped'");
        }
        read.status = static_cast<key_status>(static_cast<std::uint8_t>(read.status) + 1);
    }
    if (!from_base64<sizeof(check_bytes)>(check_word, read.check)) {
        return corrupt("the check value is not 11 characters of base64");
    }
    if (read.status == key_status::dropped) {
        if (!line.empty()) return corrupt("a dropped key must have nothing after its check value");
        before.push_back(std::move(read));
        return {};
    }
    secret_bytes<32> key;
    if (!from_base64<sizeof(master_key)>(line, key.reveal_mutable(unsafe_reveal))) {
        return corrupt("the key is not 43 characters of base64");
    }
    auto made = make_entry(kind, read.number, read.status, key.reveal(unsafe_reveal));
    if (!made) return std::move(made).error();
    if (!constant_time_equal<sizeof(check_bytes)>(made->check, read.check)) {
        return corrupt("the key does not match its check value; one of them was changed");
    }
    before.push_back(*std::move(made));
    return {};
}

/// Reads the spelling that `print` writes, and no other. Errors, which name `path` and the line and never quote it:
/// `wrong_version`, `corrupt`, or `unavailable` if there is no guarded memory.
template <typename Contents = contents>
result<Contents> parse(std::string_view text, const std::string& path) {
    std::size_t line_number = 0;
    const auto here = [&](const error& what) {
        return error{what.code(), path + ": line " + std::to_string(line_number) + ": " + what.context()};
    };
    Contents keys;
    std::size_t known = kinds.size();
    while (!text.empty()) {
        ++line_number;
        if (text.find('\n') == std::string_view::npos) return here(corrupt("the line has no end; the file was cut"));
        const std::string_view line = take(text, '\n');
        if (line_number > 1) {
            if (auto read = parse_line(line, keys, known); !read) return here(read.error());
        } else if (!line.starts_with(title) || !read_key_number(line.substr(title.size()))) {
            return here(corrupt("this is not the first line of a keyring"));
        } else if (const std::string_view version = line.substr(title.size()); version == "1") {
            known = 2;  // there were no proofs
        } else if (version != "2") {
            return here(
                {errc::wrong_version, "written by another version of this library; this one reads versions 1 and 2"});
        }
    }
    ++line_number;
    if (line_number == 1) return here(corrupt("the file is empty"));
    for (std::size_t i = 0; i < known; ++i) {
        const key_kind kind = kinds[i];
        if (keys.of(kind).empty() || keys.of(kind).back().status != key_status::current) {
            return here(
                corrupt("the file ends without a current key of the kind '" + std::string{to_string(kind)} + "'"));
        }
    }
    if (keys.is_of_version_1()) keys.may_prove_stores = true;
    return keys;
}

}  // namespace shearline::inline v0_1::detail::keyring_file
