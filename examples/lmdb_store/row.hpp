// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What a store keeps, as bytes: one row of a database of keys and values.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <shearline/credential/audit_event.hpp>
#include <shearline/store/change.hpp>

namespace acme {

using namespace shearline;  // a store names some thirty types of the library

// The fields of each type, in the order in which they are stored. To store others, count `row::version` up.
inline auto fields(handle& of) { return std::tie(of.value); }
inline auto fields(metadata::value_type& of) { return std::tie(of.first, of.second); }
inline auto fields(stored_digest& of) { return std::tie(of.pepper, of.mac, of.hash); }
inline auto fields(sealed_text& of) { return std::tie(of.sealing_key, of.nonce, of.box); }
inline auto fields(keyring_check& of) { return std::tie(of.kind, of.number, of.check); }
inline auto fields(change& of) { return std::tie(of.sequence, of.tag, of.kind, of.credential, of.version, of.at); }
inline auto fields(credential_view& of) { return std::tie(of.about, of.keys); }
inline auto fields(idempotency_entry& of) {
    return std::tie(of.token, of.arguments, of.credential, of.handle, of.created_at, of.expires_at);
}
inline auto fields(audit_event& of) {
    return std::tie(of.sequence, of.at, of.actor, of.action, of.tenant, of.credential, of.handle, of.source_address,
                    of.reason);
}
inline auto fields(credential& of) {
    return std::tie(of.id, of.tenant, of.name, of.scopes, of.metadata, of.not_before, of.expires_at, of.suspended,
                    of.generation, of.version, of.created_at, of.revoked_at);
}
inline auto fields(record& of) {
    return std::tie(of.format, of.handle, of.credential, of.generation, of.state, of.digest, of.created_at,
                    of.retires_at, of.revoked_at, of.last_used_at, of.uses, of.sealed);
}

// The enumerators that may be stored begin with 1. A state that the library does not know would be valid to it.
inline bool is_known(key_kind of) { return of >= key_kind::pepper && of <= key_kind::sealing; }
inline bool is_known(key_state of) { return of >= key_state::pending && of <= key_state::revoked; }
inline bool is_known(change_kind of) { return of >= change_kind::issued && of <= change_kind::resumed; }

/// The bytes of a row: a number has 8, in the order of this machine, and a text has its length before it. The same code
/// writes and reads, so that the two cannot differ. `good` is false after a value that cannot be stored, and after
/// bytes that nobody wrote, whatever they are.
struct row {
    static constexpr std::uint64_t version = 1;

    std::string bytes{};
    bool reads = false;
    bool good = true;
    std::size_t next = 0;  // to be read

    template <typename T>
    row& pass(T& value) {
        if constexpr (requires { fields(value); }) {
            std::apply([this](auto&... each) { (pass(each), ...); }, fields(value));
        } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
            auto number = static_cast<std::uint64_t>(value);
            pass_bytes(&number, sizeof number);
            value = static_cast<T>(number);
            good = good && static_cast<std::uint64_t>(value) == number;
            if constexpr (std::is_enum_v<T>) good = good && is_known(value);
        } else if constexpr (std::same_as<T, timestamp>) {
            std::int64_t ms = to_unix_ms(value);
            pass(ms);
            value = from_unix_ms(ms);
        } else if constexpr (requires { T::parse(std::string_view{}); }) {  // a credential_id or a hash_name
            std::string text{text_of(value)};
            const auto read = T::parse(pass(text).good ? text : "");
            good = good && read;
            if (good) value = *read;
        } else if constexpr (requires { value.has_value(); }) {
            bool there = value.has_value();
            if (pass(there).good && there) pass(reads ? value.emplace() : *value);
        } else {  // a text, a vector or an array
            std::size_t size = value.size();
            pass(size);
            if constexpr (requires { value.resize(size); }) {
                if (reads) value.resize(good && size <= bytes.size() ? size : 0);
            }
            good = good && size == value.size();
            if constexpr (sizeof(value[0]) == 1) {
                pass_bytes(value.data(), value.size());
            } else {
                for (auto& each : value) pass(each);
            }
        }
        return *this;
    }

private:
    void pass_bytes(void* at, std::size_t size) {
        if (!reads) bytes.append(static_cast<const char*>(at), size);
        good = good && size <= bytes.size() - next;
        if (good && reads && size != 0) std::memcpy(at, bytes.data() + next, size);
        if (good) next += size;
    }
    static std::string text_of(const credential_id& id) { return id.to_string(); }
    static std::string_view text_of(const hash_name& hash) { return hash.view(); }
};

}  // namespace acme
