// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The keys of a keyring, and the text of its file: one line for each key, with its check value.
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

struct contents {
    std::vector<entry> peppers;  // numbered from 1 without a gap; only the last is current
    std::vector<entry> sealing_keys;

    [[nodiscard]] std::vector<entry>& of(key_kind kind) { return kind == key_kind::pepper ? peppers : sealing_keys; }
    [[nodiscard]] const std::vector<entry>& of(key_kind kind) const {
        return kind == key_kind::pepper ? peppers : sealing_keys;
    }
};

inline constexpr std::array kinds{key_kind::pepper, key_kind::sealing};
inline constexpr std::string_view title = "shearline keyring ";
inline constexpr std::string_view version = "1";
inline constexpr std::size_t max_bytes = 256 * 1024;  // some 3,000 keys: a new one each month for more than a century
inline constexpr std::size_t check_chars = base64_chars(sizeof(check_bytes));
inline constexpr std::size_t key_chars = base64_chars(sizeof(master_key));

/// HMAC-SHA256 of a context under a master key: gives subkeys and check values.
inline secret_bytes<32> derive(std::span<const std::byte, 32> key, const hash_context& what) {
    hmac_sha256::key_state state = hmac_sha256::prepare(key);
    const wipe_on_exit wipe_state{state};
    digest_bytes derived = hmac_sha256::mac(state, what.bytes());
    const wipe_on_exit wipe_derived{derived};
    return secret_bytes<32>::copy_of(derived);
}

/// A key in guarded memory, with its check value: the first 8 bytes of HMAC(key, context of kind and number).
inline result<entry> make_entry(key_kind kind, std::uint32_t number, key_status status,
                                std::span<const std::byte, 32> key) {
    auto kept = guarded<master_key>::make([key] {
        master_key copy;
        for (std::size_t i = 0; i < copy.size(); ++i) copy[i] = key[i];
        return copy;
    });
    if (!kept) return std::move(kept).error();
    hash_context what{"shearline keyring check"};
    what.text(to_string(kind)).number(number);
    const secret_bytes<32> derived = derive(key, what);
    entry made{number, status, {}, std::make_shared<const guarded<master_key>>(*std::move(kept))};
    for (std::size_t i = 0; i < made.check.size(); ++i) made.check[i] = derived.reveal(unsafe_reveal)[i];
    return made;
}

/// The text of the file, in memory that is wiped. `invalid_argument` if it would be longer than `max_bytes`.
inline result<secret_text> print(const contents& keys) {
    std::size_t chars = title.size() + version.size() + 1;
    for (const key_kind kind : kinds) {
        for (const entry& one : keys.of(kind)) {
            chars += to_string(kind).size() + std::to_string(one.number).size() + to_string(one.status).size() +
                     check_chars + 4 + (one.key ? key_chars + 1 : 0);
        }
    }
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
    for (const key_kind kind : kinds) {
        for (const entry& one : keys.of(kind)) {
            std::array<char, key_chars + 1> spelled;
            const wipe_on_exit wipe{spelled};
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
    return text;
}

/// Takes the front of `rest` up to `end`, and `end` itself; all of it if there is no `end`.
inline std::string_view take(std::string_view& rest, char end) noexcept {
    const std::string_view taken = rest.substr(0, rest.find(end));
    rest.remove_prefix(taken.size() == rest.size() ? taken.size() : taken.size() + 1);
    return taken;
}

inline error corrupt(std::string_view what) { return {errc::corrupt, std::string{what}}; }

/// Reads one line, and adds its key to those of the lines before. The error has no line number, and quotes nothing.
inline result<void> parse_line(std::string_view line, contents& keys) {
    const std::string_view kind_word = take(line, ' ');
    const std::string_view number_word = take(line, ' ');
    const std::string_view status_word = take(line, ' ');
    const std::string_view check_word = take(line, ' ');

    const bool is_pepper = kind_word == to_string(key_kind::pepper);
    if (!is_pepper && kind_word != to_string(key_kind::sealing))
        return corrupt("the line must begin with 'pepper' or 'sealing'");
    const key_kind kind = is_pepper ? key_kind::pepper : key_kind::sealing;
    if (is_pepper && !keys.sealing_keys.empty()) return corrupt("a pepper must not come after a sealing key");
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
inline result<contents> parse(std::string_view text, const std::string& path) {
    std::size_t line_number = 0;
    const auto here = [&](const error& what) {
        return error{what.code(), path + ": line " + std::to_string(line_number) + ": " + what.context()};
    };
    contents keys;
    while (!text.empty()) {
        ++line_number;
        if (text.find('\n') == std::string_view::npos) return here(corrupt("the line has no end; the file was cut"));
        const std::string_view line = take(text, '\n');
        if (line_number > 1) {
            if (auto read = parse_line(line, keys); !read) return here(read.error());
        } else if (!line.starts_with(title) || !read_key_number(line.substr(title.size()))) {
            return here(corrupt("this is not the first line of a keyring"));
        } else if (line.substr(title.size()) != version) {
            return here({errc::wrong_version, "written by another version of this library; this one reads version 1"});
        }
    }
    ++line_number;
    if (line_number == 1) return here(corrupt("the file is empty"));
    for (const key_kind kind : kinds) {
        if (keys.of(kind).empty() || keys.of(kind).back().status != key_status::current) {
            return here(
                corrupt("the file ends without a current key of the kind '" + std::string{to_string(kind)} + "'"));
        }
    }
    return keys;
}

}  // namespace shearline::inline v0_1::detail::keyring_file
