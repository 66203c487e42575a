// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Binds a store to the keyring of its records: a wrong keyring, an older copy of it or an edited row is an error.
// Depends on keyring.hpp, store/row_prover.hpp and store/change.hpp; never on one store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/digest/stored_digest.hpp>
#include <shearline/format/alphabet.hpp>
#include <shearline/keyring.hpp>
#include <shearline/secret/compare.hpp>
#include <shearline/secret/entropy.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/row_prover.hpp>

namespace shearline::inline v0_1::detail {

using hexadecimal = basic_alphabet<"0123456789abcdef">;

/// One key of a keyring, as the identity of a store describes it.
struct described_key {
    key_kind kind = key_kind::pepper;
    std::uint32_t number = 0;
    std::optional<key_status> status{};  ///< none in a store of before proofs
    check_bytes check{};
};

/// What the identity of a store says of a keyring: `version N`, then a line `KIND NUMBER STATUS CHECK` for each key. (A
/// template, as `check_continues` is, so that only who binds a store pays for its compilation.)
template <typename Keyring>
[[nodiscard]] std::string describe(const Keyring& ring) {
    std::string text = "version " + std::to_string(ring.version()) + '\n';
    const auto put = [&text](key_kind kind, const auto& all) {
        for (const auto& one : all) {
            text.append(to_string(kind)).append(" ").append(std::to_string(one.number)).append(" ");
            text.append(to_string(one.status)).append(" ");
            for (const std::byte each : one.check) {
                text += hexadecimal::encode(std::to_integer<std::uint8_t>(each >> 4U));
                text += hexadecimal::encode(std::to_integer<std::uint8_t>(each & std::byte{0x0f}));
            }
            text += '\n';
        }
    };
    put(key_kind::pepper, ring.peppers());
    put(key_kind::sealing, ring.sealing_keys());
    put(key_kind::proof, ring.proof_keys());
    return text;
}

/// Reads the first line of what `describe` writes, and leaves the others. False for another text.
[[nodiscard]] inline bool read_version(std::string_view& rest, std::uint64_t& version) {
    std::string_view line = keyring_file::take(rest, '\n');
    if (keyring_file::take(line, ' ') != "version") return false;
    const auto number = read_key_number(line);
    version = number.value_or(0);
    return number || line == "0";
}

/// Reads the line of one key, and leaves those behind it; the keys of a store of before proofs have the status `-`.
/// False for another text.
[[nodiscard]] inline bool read_key(std::string_view& rest, described_key& key) {
    using keyring_file::take;
    std::string_view line = take(rest, '\n');
    const std::string_view kind = take(line, ' ');
    const auto number = read_key_number(take(line, ' '));
    const std::string_view status = take(line, ' ');
    bool known = false;
    for (const key_kind one : keyring_file::kinds) {
        if (to_string(one) != kind) continue;
        key.kind = one;
        known = true;
    }
    key.number = number.value_or(0);
    key.status.reset();
    for (const key_status one : {key_status::current, key_status::retired, key_status::dropped})
        if (to_string(one) == status) key.status = one;
    if (!known || !number || (!key.status && status != "-") || line.size() != 2 * key.check.size()) return false;
    for (std::size_t i = 0; i < key.check.size(); ++i) {
        const unsigned high = hexadecimal::decode(line[2 * i]);
        const unsigned low = hexadecimal::decode(line[2 * i + 1]);
        if (((high | low) & 0x80U) != 0) return false;
        key.check[i] = static_cast<std::byte>((high << 4U) | low);
    }
    return true;
}

[[nodiscard]] inline error wrong_keyring(std::string_view why) { return {errc::wrong_keyring, std::string{why}}; }

/// Whether a keyring is the one that a store's identity describes, or a later one of it. `wrong_keyring` says why not:
/// the file belongs to another keyring, or is an older copy, in which a dropped key may be alive.
template <typename Keyring>
[[nodiscard]] result<void> check_continues(const Keyring& ring, std::string_view described) {
    const auto edited = [] {
        return wrong_keyring("what the store says of its keyring was edited: restore the store from a backup");
    };
    std::uint64_t version = 0;
    if (!read_version(described, version)) return edited();
    for (described_key stored{}; !described.empty();) {
        if (!read_key(described, stored)) return edited();
        const std::string name = keyring_file::name_of(stored.kind, stored.number);
        const auto all = stored.kind == key_kind::pepper    ? ring.peppers()
                         : stored.kind == key_kind::sealing ? ring.sealing_keys()
                                                            : ring.proof_keys();
        if (stored.number > all.size())
            return wrong_keyring("the keyring lacks " + name +
                                 ", which the store was used with: it is an older copy, or another keyring");
        const auto& here = all[stored.number - 1];
        if (!constant_time_equal<sizeof(check_bytes)>(here.check, stored.check))
            return wrong_keyring(name +
                                 " of this keyring is not the one of the store's records: use the store's own keyring");
        if (stored.status && here.status < *stored.status)
            return wrong_keyring("the keyring is an older copy: " + name + " was " +
                                 std::string{to_string(*stored.status)} +
                                 " since, as the store knows; use the newer file");
    }
    if (ring.version() < version)
        return wrong_keyring("the keyring is an older copy than the one that the store was used with last: use that");
    return {};
}

/// `illegal_state` if a row is proved with this proof key: without it, its credential would be refused for good, and by
/// the row about the keyring the whole store.
template <typename Transaction>
[[nodiscard]] result<void> check_proof_unused(Transaction& tx, std::uint32_t number) {
    auto used = tx.is_proof_key_used(number);
    if (!used) return std::move(used).error();
    auto known = tx.identity();
    if (!known) return std::move(known).error();
    if (!*used && !(*known && (**known).proof.key == number)) return {};
    return error{errc::illegal_state, "rows of the store are proved with " +
                                          keyring_file::name_of(key_kind::proof, number) +
                                          ": keep it in the keyring, and call `reprove` first"};
}

/// The identity of a store for a keyring, proved.
template <typename Hash>
[[nodiscard]] result<store_identity> identity_for(const keyring& ring, const store_id& id) {
    auto prover = row_prover<Hash>::make(ring, id);
    if (!prover) return std::move(prover).error();
    store_identity made{id, describe(ring), {}};
    made.proof = prover->of(made);
    return made;
}

[[nodiscard]] inline result<store_id> new_store_id() {
    store_id id{};
    if (auto filled = fill_object(id); !filled) return std::move(filled).error();
    return id;
}

/// Whether a store's identity is proved, and this keyring is the one that it describes or a later one.
template <typename Hash>
[[nodiscard]] result<void> check_identity(const store_identity& stored, const keyring& ring) {
    if (ring.proof_keys().empty())
        return wrong_keyring(
            "the keyring is an older copy, or another one: the store is proved, and it has no proof key");
    auto prover = row_prover<Hash>::make(ring, stored.id);
    if (!prover) return std::move(prover).error();
    const auto keys = ring.proof_keys();
    if (stored.proof.key > keys.size())
        return wrong_keyring("the keyring lacks " + keyring_file::name_of(key_kind::proof, stored.proof.key) +
                             ", which proves the store: it is an older copy, or another keyring");
    if (!prover->is_proved(stored)) {
        if (auto same = check_continues(ring, stored.keyring); !same) return same;
        if (stored.proof.key != 0 && keys[stored.proof.key - 1].status == key_status::dropped)
            return wrong_keyring("the store is proved with " +
                                 keyring_file::name_of(key_kind::proof, stored.proof.key) +
                                 ", which this keyring has dropped: it is an older copy of the store; open it with the "
                                 "keyring of that time");
        return wrong_keyring(
            "the store's row about its keyring is not the one that this library wrote with this "
            "keyring: the row was edited, or the keyring is another one; restore the right one");
    }
    return check_continues(ring, stored.keyring);
}

[[nodiscard]] inline error not_proved(const keyring& ring) {
    return ring.may_prove_stores()
               ? error{errc::wrong_keyring,
                       "the store has rows from before they were proved: call `prove_store` once, which vouches for "
                       "what the store holds now"}
               : error{
                     errc::wrong_keyring,
                     "the store has rows, and no proof of its keyring: the proof was deleted, or the store belongs to "
                     "another keyring; restore it from a backup"};
}

/// Compares a keyring with the identity of the store; brings the identity up to date for a later keyring, and makes one
/// for a new store. Returns the identity. `wrong_keyring` says what is wrong: the keyring file, or the row.
template <typename Hash, typename Transaction>
[[nodiscard]] result<store_identity> bind_keyring(Transaction& tx, const keyring& ring) {
    auto known = tx.identity();
    if (!known) return std::move(known).error();
    auto head = tx.head();
    if (!head) return std::move(head).error();
    const bool is_new = head->sequence == 0 && (!*known || (**known).proof.key == 0);
    if (!is_new && (!*known || (**known).proof.key == 0)) return not_proved(ring);
    if (!is_new) {
        if (auto good = check_identity<Hash>(**known, ring); !good) return std::move(good).error();
        if ((**known).keyring == describe(ring)) return **std::move(known);
    }
    for (const auto& one : ring.proof_keys())
        if (one.status == key_status::dropped)
            if (auto unused = check_proof_unused(tx, one.number); !unused) return std::move(unused).error();
    auto id = is_new ? new_store_id() : result<store_id>{(**known).id};
    if (!id) return std::move(id).error();
    auto made = identity_for<Hash>(ring, *id);
    if (!made) return made;
    if (auto done = tx.put(*made); !done) return std::move(done).error();
    return made;
}

}  // namespace shearline::inline v0_1::detail
