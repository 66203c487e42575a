// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The keyring: numbered peppers and sealing keys in one private file, and the subkeys that are made from them.
// Depends on keyring/file.hpp and posix/private_file.hpp; never on a store.
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
#include <shearline/keyring/file.hpp>
#include <shearline/posix/private_file.hpp>
#include <shearline/result.hpp>
#include <shearline/secret/entropy.hpp>
#include <shearline/secret/secret_bytes.hpp>

namespace shearline::inline v0_1 {

/// The secrets of the server side, apart from the database: who has only one of the two can make no key.
///
/// An immutable value: the `with…` functions return another one, which takes effect for others once it is saved and
/// opened. Copies are cheap and share the keys, which lie in guarded memory. Any number of threads may read one.
///
/// The file is text, a line for each key (see keyring/file.hpp), with mode 0600. A backup of it belongs where no backup
/// of the database is. Losing it loses every key that was made under it.
class keyring {
public:
    /// What may be known of a key. `check` tells two keys of one number apart.
    struct entry_info {
        std::uint32_t number;
        key_status status;
        check_bytes check;

        friend bool operator==(const entry_info&, const entry_info&) = default;
    };

    /// Makes a file with a first pepper and a first sealing key, whole or not at all.
    ///
    /// Errors, each naming the file: `conflict` where there is something of that name (of several processes that try,
    /// one succeeds); `permission_denied`; `not_found` where the folder is missing; `unavailable` on a full disk.
    static result<keyring> create(const std::string& path) {
        keys fresh;
        for (const key_kind kind : detail::keyring_file::kinds) {
            if (auto added = add_key(fresh, kind); !added) return std::move(added).error();
        }
        auto text = detail::keyring_file::print(fresh);
        if (!text) return std::move(text).error();
        if (auto made = detail::create_private_file(path, text->reveal(unsafe_reveal)); !made)
            return std::move(made).error();
        return keyring{std::move(fresh)};
    }

    /// Reads the file of a keyring.
    ///
    /// Errors, each naming the file and none quoting it: `not_found`; `permission_denied` where anybody but its owner
    /// may touch it, or it belongs neither to us nor to root; `corrupt`, with the line; `wrong_version`; `unavailable`.
    static result<keyring> open(const std::string& path) {
        auto text = detail::read_private_file(path, detail::keyring_file::max_bytes);
        if (!text) return std::move(text).error();
        auto read = detail::keyring_file::parse(text->reveal(unsafe_reveal), path);
        if (!read) return std::move(read).error();
        return keyring{*std::move(read)};
    }

    /// Reads the file, or makes it where there is none. Errors: those of both.
    static result<keyring> open_or_create(const std::string& path) {
        auto opened = open(path);
        if (opened || opened.error().code() != errc::not_found) return opened;
        auto created = create(path);
        if (created || created.error().code() != errc::conflict) return created;
        return open(path);  // another process made it meanwhile
    }

    /// Writes the file, atomically and durably, or leaves it as it was; makes it where there is none.
    ///
    /// Errors, each naming the file: `conflict` where the file has moved on since this keyring was read from it (a
    /// newer key, a later status) or is another keyring's: open it again, and repeat the change; those of `open` for
    /// what is there, which is never overwritten unread; `unavailable` on a full disk; `in_doubt` where the change was
    /// made, but may not outlive a power cut.
    [[nodiscard]] result<void> save(const std::string& path) const {
        auto text = detail::keyring_file::print(*m_keys);
        if (!text) return std::move(text).error();
        const std::string_view content = text->reveal(unsafe_reveal);
        auto saved =
            detail::replace_private_file(path, detail::keyring_file::max_bytes, content, [&](std::string_view old) {
                const auto there = detail::keyring_file::parse(old, path);
                if (!there) return result<void>{there.error()};
                return continues(*there, path);
            });
        if (saved || saved.error().code() != errc::not_found) return saved;
        return detail::create_private_file(path, content);
    }

    /// With a new current pepper; the one until now is retired. Digests made under that one still verify.
    /// Errors: `unavailable` where the system gives no entropy or guarded memory.
    [[nodiscard]] result<keyring> with_new_pepper() const { return with_new(key_kind::pepper); }

    /// With a new current sealing key; the one until now is retired. Texts sealed under that one still open.
    /// Errors: as `with_new_pepper`.
    [[nodiscard]] result<keyring> with_new_sealing_key() const { return with_new(key_kind::sealing); }

    /// Without a retired pepper: every API key whose digest was made under it, and not since renewed, is dead for good.
    /// Errors: `not_found` for a number that was never given; `illegal_state` for the current one, or a dropped one.
    [[nodiscard]] result<keyring> without_pepper(std::uint32_t number) const {
        return without(key_kind::pepper, number);
    }

    /// Without a retired sealing key: the texts sealed under it cannot be shown again. Errors: as `without_pepper`.
    [[nodiscard]] result<keyring> without_sealing_key(std::uint32_t number) const {
        return without(key_kind::sealing, number);
    }

    /// Every pepper there was, by number; the last is the current one.
    [[nodiscard]] std::vector<entry_info> peppers() const { return infos(key_kind::pepper); }
    /// Every sealing key there was, by number; the last is the current one.
    [[nodiscard]] std::vector<entry_info> sealing_keys() const { return infos(key_kind::sealing); }

    [[nodiscard]] std::uint32_t current_pepper() const noexcept { return m_keys->peppers.back().number; }
    [[nodiscard]] std::uint32_t current_sealing_key() const noexcept { return m_keys->sealing_keys.back().number; }

    /// Whether every key lies in locked memory; if not, keys may reach swap (see `guarded`).
    [[nodiscard]] bool locked() const noexcept {
        for (const key_kind kind : detail::keyring_file::kinds) {
            for (const auto& one : m_keys->of(kind)) {
                if (one.key && !one.key->locked()) return false;
            }
        }
        return true;
    }

    /// The key that a pepper or a sealing key gives for one purpose in one format and environment: HMAC-SHA256 over
    /// their labels. Nothing uses a master key itself, so that what serves one purpose serves no other. Constant-time
    /// in the master key.
    ///
    /// `hash` is the name of the hash that the subkey is for, where one purpose can have several (see `digester`).
    ///
    /// Errors: `not_found` for a number that this keyring never had; `illegal_state` for a dropped one.
    [[nodiscard]] result<secret_bytes<32>> subkey(key_kind kind, std::uint32_t number, std::string_view purpose,
                                                  std::string_view format, environment env,
                                                  std::string_view hash = {}) const {
        const auto& all = m_keys->of(kind);
        if (number == 0 || number > all.size()) return error{errc::not_found, "no " + name(kind, number)};
        const auto& key = all[number - 1].key;
        if (!key) return error{errc::illegal_state, name(kind, number) + " was dropped"};
        hash_context what{"shearline keyring subkey"};
        what.text(to_string(kind)).number(number).text(purpose).text(format).number(static_cast<std::uint64_t>(env));
        if (!hash.empty()) what.text(hash);
        return detail::keyring_file::derive(key->reveal(unsafe_reveal), what);
    }

private:
    using keys = detail::keyring_file::contents;

    explicit keyring(keys content) : m_keys{std::make_shared<const keys>(std::move(content))} {}

    static std::string name(key_kind kind, std::uint32_t number) {
        return (kind == key_kind::pepper ? "pepper " : "sealing key ") + std::to_string(number);
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

    [[nodiscard]] result<keyring> with_new(key_kind kind) const {
        keys next = *m_keys;
        if (auto added = add_key(next, kind); !added) return std::move(added).error();
        return keyring{std::move(next)};
    }

    [[nodiscard]] result<keyring> without(key_kind kind, std::uint32_t number) const {
        keys next = *m_keys;
        auto& all = next.of(kind);
        if (number == 0 || number > all.size()) return error{errc::not_found, "no " + name(kind, number)};
        auto& gone = all[number - 1];
        if (gone.status == key_status::current) {
            return error{errc::illegal_state, name(kind, number) + " is the current one; make a new one first"};
        }
        if (gone.status == key_status::dropped) {
            return error{errc::illegal_state, name(kind, number) + " was dropped before"};
        }
        gone.status = key_status::dropped;
        gone.key.reset();
        return keyring{std::move(next)};
    }

    [[nodiscard]] std::vector<entry_info> infos(key_kind kind) const {
        std::vector<entry_info> all;
        for (const auto& one : m_keys->of(kind)) all.push_back({one.number, one.status, one.check});
        return all;
    }

    /// Whether this keyring is `older` with later changes: no key of it is lost, and none comes back.
    [[nodiscard]] result<void> continues(const keys& older, const std::string& path) const {
        for (const key_kind kind : detail::keyring_file::kinds) {
            const auto& ours = m_keys->of(kind);
            for (const auto& theirs : older.of(kind)) {
                if (theirs.number > ours.size() || theirs.status > ours[theirs.number - 1].status ||
                    !constant_time_equal<sizeof(check_bytes)>(theirs.check, ours[theirs.number - 1].check)) {
                    return error{errc::conflict, path + ": holds another " + name(kind, theirs.number) +
                                                     " than this keyring, or a later state of it; open it again"};
                }
            }
        }
        return {};
    }

    std::shared_ptr<const keys> m_keys;
};

}  // namespace shearline::inline v0_1
