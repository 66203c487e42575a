// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The keyring: numbered peppers, sealing keys and proof keys in one private file, and the subkeys derived from them.
// Depends on keyring/file.hpp and private_file.hpp; never on a store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/error.hpp>
#include <shearline/format/environment.hpp>
#include <shearline/fwd.hpp>
#include <shearline/keyring/file.hpp>
#include <shearline/posix/private_file.hpp>
#include <shearline/private_file.hpp>
#include <shearline/result.hpp>
#include <shearline/secret/entropy.hpp>
#include <shearline/secret/secret_bytes.hpp>

namespace shearline::inline v0_1 {

namespace detail {
struct proof_key_dropper;  // of prove_store.hpp
}

/// The secrets of the server, kept apart from the database: neither of the two alone is enough to create a valid key.
///
/// An immutable value: the `with…` functions return a new one, which others see once it is saved and they open the file
/// again. A copy is O(1) and shares the keys, which are in guarded memory. Thread-safe. `create`, `open` and `save`
/// block; each member is at most linear in the number of keys. `keyring` is the only one; it is a template so that a
/// source that only passes one on need not compile it.
///
/// The file is text with mode 0600, at most 256 KiB (some 3,000 keys), a line for each key (see keyring/file.hpp). Keep
/// its backups apart from those of the database. If it is lost, all API keys made with it are lost, too.
///
/// Example:
///     auto ring = shearline::keyring::open_or_create("keyring");
///     if (!ring) return std::move(ring).error();
///     const auto next = ring->with_new_pepper();  // keys made with the one before stay valid
///     if (!next) return next.error();
///     if (auto saved = next->save("keyring"); !saved) return saved;
template <typename Contents>
class basic_keyring {
public:
    /// The public data of a key. `check` tells apart two keys that have the same number.
    struct entry_info {
        std::uint32_t number;
        key_status status;
        check_bytes check;

        friend bool operator==(const entry_info&, const entry_info&) = default;
    };

    /// Creates the file with a first key of each kind, whole or not at all.
    ///
    /// Errors (those of the file name it): `conflict` if the path exists (of several processes that try, one succeeds);
    /// `permission_denied`; `not_found` if the folder is missing; `invalid_argument` for a path that is too long;
    /// `in_doubt` if the new file may not survive a power cut; `unavailable` if the disk is full or the system gives no
    /// entropy or guarded memory.
    static result<basic_keyring> create(const std::string& path) {
        keys fresh;
        for (const key_kind kind : detail::keyring_file::kinds) {
            if (auto added = add_key(fresh, kind); !added) return std::move(added).error();
        }
        auto text = detail::keyring_file::print(fresh);
        if (!text) return std::move(text).error();
        if (auto made = detail::create_private_file(path, text->reveal(unsafe_reveal)); !made)
            return std::move(made).error();
        return basic_keyring{std::move(fresh)};
    }

    /// Reads the file of a keyring. Its group may read it, too, if `readers` says so: for a secret volume that gives
    /// files to a group (mode 0440).
    ///
    /// Errors, which name the file, and never quote it: `not_found`; `permission_denied` if others have access, it
    /// belongs neither to this user nor to root, or it is not a regular file; `corrupt`, with the line;
    /// `wrong_version`; `unavailable` if the disk fails or there is no guarded memory.
    static result<basic_keyring> open(const std::string& path, private_to readers = private_to::owner) {
        auto text = detail::read_private_file(path, detail::keyring_file::max_bytes, readers);
        if (!text) return std::move(text).error();
        auto read = detail::keyring_file::parse<keys>(text->reveal(unsafe_reveal), path);
        if (!read) return std::move(read).error();
        return basic_keyring{*std::move(read)};
    }

    /// Reads the file, or creates it if there is none. Errors: those of `open` and `create`.
    static result<basic_keyring> open_or_create(const std::string& path) {
        auto opened = open(path);
        if (opened || opened.error().code() != errc::not_found) return opened;
        auto created = create(path);
        if (created || created.error().code() != errc::conflict) return created;
        return open(path);  // another process has created it
    }

    /// Replaces the file, atomically and durably, or leaves it unchanged; creates it if there is none.
    ///
    /// Errors (those of the file name it): `conflict` if the file was changed since this keyring was read from it (a
    /// newer key, a later status) or belongs to another keyring: open it again, and repeat the change; those of `open`,
    /// because the old file is read before it is replaced; `invalid_argument` if the text is longer than 256 KiB;
    /// `unavailable` if the disk is full; `in_doubt` if the change was made but may not survive a power cut.
    [[nodiscard]] result<void> save(const std::string& path) const {
        auto text = detail::keyring_file::print(*m_keys);
        if (!text) return std::move(text).error();
        const std::string_view content = text->reveal(unsafe_reveal);
        auto saved =
            detail::replace_private_file(path, detail::keyring_file::max_bytes, content, [&](std::string_view old) {
                const auto there = detail::keyring_file::parse<keys>(old, path);
                if (!there) return result<void>{there.error()};
                return continues(*there, path);
            });
        if (saved || saved.error().code() != errc::not_found) return saved;
        return detail::create_private_file(path, content);
    }

    /// This keyring with a new current pepper; the pepper before it is retired, and its digests still verify.
    /// Errors: `unavailable` if the system gives no entropy or guarded memory.
    [[nodiscard]] result<basic_keyring> with_new_pepper() const { return with_new(key_kind::pepper); }

    /// This keyring with a new current sealing key; the one before it is retired, and its sealed texts still open.
    /// Errors: as `with_new_pepper`.
    [[nodiscard]] result<basic_keyring> with_new_sealing_key() const { return with_new(key_kind::sealing); }

    /// This keyring with a new current proof key; rows proved with the one before it are still believed (`reprove`
    /// makes new proofs). A keyring of before proofs gets its first one. Errors: as `with_new_pepper`.
    [[nodiscard]] result<basic_keyring> with_new_proof_key() const { return with_new(key_kind::proof); }

    /// This keyring without a retired pepper: API keys whose stored digest was made with it are invalid for good.
    /// Errors: `not_found` for a number that was never used; `illegal_state` for the current pepper, or a dropped one.
    [[nodiscard]] result<basic_keyring> without_pepper(std::uint32_t number) const {
        return without(key_kind::pepper, number);
    }

    /// This keyring without a retired sealing key: texts sealed with it cannot be shown again. Errors: as
    /// `without_pepper`.
    [[nodiscard]] result<basic_keyring> without_sealing_key(std::uint32_t number) const {
        return without(key_kind::sealing, number);
    }

    /// All peppers, dropped ones too, by number from 1; the last is the current one.
    [[nodiscard]] std::vector<entry_info> peppers() const { return infos(key_kind::pepper); }
    /// All sealing keys, dropped ones too, by number from 1; the last is the current one.
    [[nodiscard]] std::vector<entry_info> sealing_keys() const { return infos(key_kind::sealing); }

    /// All proof keys, dropped ones too, by number from 1; the last is the current one. None in a keyring that was made
    /// before there were proofs, until `with_new_proof_key` or `prove_store`.
    [[nodiscard]] std::vector<entry_info> proof_keys() const { return infos(key_kind::proof); }

    /// The number of the current pepper, and of the current sealing key. O(1).
    [[nodiscard]] std::uint32_t current_pepper() const noexcept { return current(key_kind::pepper); }
    [[nodiscard]] std::uint32_t current_sealing_key() const noexcept { return current(key_kind::sealing); }

    /// How many steps this keyring has come: it grows with each change, so an older copy of the file has a lower one.
    [[nodiscard]] std::uint64_t version() const noexcept {
        std::uint64_t steps = m_keys->stores.size() + (m_keys->may_prove_stores ? 0 : 1);
        for (const key_kind kind : detail::keyring_file::kinds)
            for (const auto& one : m_keys->of(kind)) steps += static_cast<std::uint64_t>(one.status);
        return steps;
    }

    /// Whether `prove_store` may vouch for a store that has rows without proofs: in a keyring that was made before
    /// there were proofs, until it has. In any other, such a store has lost its proofs by an attack.
    [[nodiscard]] bool may_prove_stores() const noexcept { return m_keys->may_prove_stores; }
    /// The stores that `prove_store` has vouched for.
    [[nodiscard]] const std::vector<store_id>& proved_stores() const& noexcept { return m_keys->stores; }
    const std::vector<store_id>& proved_stores() const&& = delete;  // would dangle: give the owner a name

    /// This keyring, which remembers that `store` was proved with it. It proves no further store that has rows already,
    /// unless `more_follow`. For `prove_store`.
    [[nodiscard]] basic_keyring with_proved_store(const store_id& store, bool more_follow) const {
        keys next = *m_keys;
        if (!next.has_proved(store)) next.stores.push_back(store);
        next.may_prove_stores = next.may_prove_stores && more_follow;
        return basic_keyring{std::move(next)};
    }

    /// Whether all keys are in locked memory; if not, keys may be written to swap (see `guarded`).
    [[nodiscard]] bool locked() const noexcept {
        for (const key_kind kind : detail::keyring_file::kinds) {
            for (const auto& one : m_keys->of(kind)) {
                if (one.key && !one.key->locked()) return false;
            }
        }
        return true;
    }

    /// The subkey of a pepper or a sealing key for one purpose, format and environment, and for one hash if the purpose
    /// can have several (see `digester`): HMAC-SHA256 over their labels. The library uses subkeys only, so that no two
    /// purposes share a key. Constant-time in the master key.
    ///
    /// Errors: `not_found` for a number that this keyring never had; `illegal_state` for a dropped one.
    [[nodiscard]] result<secret_bytes<32>> subkey(key_kind kind, std::uint32_t number, std::string_view purpose,
                                                  std::string_view format, environment env,
                                                  std::string_view hash = {}) const {
        hash_context what = subkey_label(kind, number, purpose);
        what.text(format).number(static_cast<std::uint64_t>(env));
        if (!hash.empty()) what.text(hash);
        return derive(kind, number, what);
    }

    /// The subkey of a proof key for one purpose and one store. Errors and timing: those of `subkey`.
    [[nodiscard]] result<secret_bytes<32>> proof_subkey(std::uint32_t number, std::string_view purpose,
                                                        const store_id& store) const {
        hash_context what = subkey_label(key_kind::proof, number, purpose);
        what.bytes(store);
        return derive(key_kind::proof, number, what);
    }

private:
    friend detail::proof_key_dropper;
    using keys = Contents;

    explicit basic_keyring(keys content) : m_keys{std::make_shared<const keys>(std::move(content))} {}

    static std::string name(key_kind kind, std::uint32_t number) { return detail::keyring_file::name_of(kind, number); }

    [[nodiscard]] std::uint32_t current(key_kind kind) const noexcept { return m_keys->of(kind).back().number; }

    [[nodiscard]] static hash_context subkey_label(key_kind kind, std::uint32_t number, std::string_view purpose) {
        hash_context what{"shearline keyring subkey"};
        what.text(to_string(kind)).number(number).text(purpose);
        return what;
    }
    [[nodiscard]] result<secret_bytes<32>> derive(key_kind kind, std::uint32_t number, const hash_context& what) const {
        const auto& all = m_keys->of(kind);
        if (number == 0 || number > all.size()) return error{errc::not_found, "no " + name(kind, number)};
        const auto& key = all[number - 1].key;
        if (!key) return error{errc::illegal_state, name(kind, number) + " was dropped"};
        return detail::keyring_file::derive(key->reveal(unsafe_reveal), what);
    }

    static result<void> add_key(keys& to, key_kind kind) {
        secret_bytes<32> fresh;
        if (auto filled = system_entropy{}.fill(fresh.reveal_mutable(unsafe_reveal)); !filled) return filled;
        auto& all = to.of(kind);
        auto made = detail::keyring_file::make_entry(kind, static_cast<std::uint32_t>(all.size() + 1),
                                                     key_status::current, fresh.reveal(unsafe_reveal));
        if (!made) return std::move(made).error();
        if (!all.empty()) all.back().status = key_status::retired;
        all.push_back(*std::move(made));
        return {};
    }

    [[nodiscard]] result<basic_keyring> with_new(key_kind kind) const {
        keys next = *m_keys;
        if (auto added = add_key(next, kind); !added) return std::move(added).error();
        return basic_keyring{std::move(next)};
    }

    [[nodiscard]] result<basic_keyring> without(key_kind kind, std::uint32_t number) const {
        keys next = *m_keys;
        auto& all = next.of(kind);
        if (number == 0 || number > all.size()) return error{errc::not_found, "no " + name(kind, number)};
        auto& gone = all[number - 1];
        if (gone.status == key_status::current) {
            return error{errc::illegal_state, name(kind, number) + " is the current one; make a new one first"};
        }
        if (gone.status == key_status::dropped) {
            return error{errc::illegal_state, name(kind, number) + " is dropped already"};
        }
        gone.status = key_status::dropped;
        gone.key.reset();
        return basic_keyring{std::move(next)};
    }

    [[nodiscard]] std::vector<entry_info> infos(key_kind kind) const {
        std::vector<entry_info> all;
        for (const auto& one : m_keys->of(kind)) all.push_back({one.number, one.status, one.check});
        return all;
    }

    /// Whether this keyring is `older` with later changes: all its keys are here, and no status goes back.
    [[nodiscard]] result<void> continues(const keys& older, const std::string& path) const {
        for (const key_kind kind : detail::keyring_file::kinds) {
            const auto& ours = m_keys->of(kind);
            for (const auto& theirs : older.of(kind)) {
                if (theirs.number > ours.size() || theirs.status > ours[theirs.number - 1].status ||
                    !constant_time_equal<sizeof(check_bytes)>(theirs.check, ours[theirs.number - 1].check)) {
                    return error{errc::conflict, path + ": " + name(kind, theirs.number) +
                                                     " in it differs from this keyring's, or has a later status; open "
                                                     "the file again and repeat the change"};
                }
            }
        }
        bool forgets = m_keys->may_prove_stores && !older.may_prove_stores;
        for (const store_id& one : older.stores) forgets = forgets || !m_keys->has_proved(one);
        if (forgets)
            return error{errc::conflict, path +
                                             ": it has proved a store since; open the file again and repeat the "
                                             "change"};
        return {};
    }

    std::shared_ptr<const keys> m_keys;
};

}  // namespace shearline::inline v0_1
