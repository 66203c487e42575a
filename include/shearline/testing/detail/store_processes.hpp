// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// One store that several processes change at once: nothing is lost, and what a call that returned has written is read
// by all.
// Depends on concepts.hpp, testing/report.hpp and POSIX; never on one store.
#pragma once

#include <shearline/posix/requirements.hpp>

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <shearline/clock.hpp>
#include <shearline/concepts.hpp>
#include <shearline/credential/record.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/memory_store.hpp>
#include <shearline/testing/detail/has_counted.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing::detail {

/// A place whose store other processes can open by its address, which is a text.
template <typename Place>
concept shared_place = requires(Place& place, const std::string& address) {
    { place.address() } -> std::convertible_to<std::string>;
    { Place::open(address) } -> std::same_as<std::unique_ptr<typename Place::store_type>>;
};

/// A negative control: each process has a store of its own.
struct unshared_place {
    using store_type = memory_store;
    memory_store& store() { return *of; }
    static std::string address() { return "here"; }
    static std::unique_ptr<memory_store> open(const std::string&) { return std::make_unique<memory_store>(); }
    std::unique_ptr<memory_store> of = std::make_unique<memory_store>();
};

/// A child process that changes the store once it has its address. It is forked before the store is made, so it shares
/// nothing else of it.
template <typename Place>
class store_process {
public:
    static constexpr std::size_t changes = 20;

    explicit store_process(std::uint8_t number) {
        std::array<int, 2> to_child{-1, -1};
        std::array<int, 2> to_us{-1, -1};
        if (::pipe(to_child.data()) != 0 || ::pipe(to_us.data()) != 0) return;
        m_child = ::fork();
        if (m_child == 0) {
            ::close(to_child[1]);
            ::close(to_us[0]);
            const struct last_act {
                ~last_act() { ::_exit(9); }  // whatever is thrown
            } never_back;
            ::_exit(work(number, to_child[0], to_us[1]));
        }
        ::close(to_child[0]);
        ::close(to_us[1]);
        m_to = to_child[1];
        m_from = to_us[0];
    }
    store_process(const store_process&) = delete;
    store_process& operator=(const store_process&) = delete;
    ~store_process() {
        for (const int end : {m_to, m_from})
            if (end >= 0) ::close(end);
        if (m_child > 0) (void)end();
    }

    [[nodiscard]] bool is_there() const noexcept { return m_child > 0; }

    void begin(const std::string& address) { (void)!::write(m_to, address.c_str(), address.size() + 1); }
    /// The handle of the key made by its next change, once that call has returned; 0 if there are no more.
    [[nodiscard]] std::uint64_t next_key() {
        std::uint64_t made = 0;
        return ::read(m_from, &made, sizeof(made)) == static_cast<::ssize_t>(sizeof(made)) ? made : 0;
    }
    /// Waits for its end; returns whether it succeeded.
    [[nodiscard]] bool end() {
        int status = 0;
        const ::pid_t child = std::exchange(m_child, -1);
        return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }

    static credential_id shared() { return credential_id::from_random({4, 2}); }

    /// One change of the credential that all processes change, with a new key.
    template <typename Store>
    static bool change_once(Store& store, std::uint64_t number) {
        return static_cast<bool>(store.transact([&](typename Store::transaction& tx) -> result<void> {
            auto owner = tx.find(shared());
            if (!owner) return std::move(owner).error();
            if (!*owner) return error{errc::not_found, "the shared credential is missing"};
            credential changed = **owner;
            ++changed.version;
            ++changed.generation;
            auto done = tx.update(changed);
            record key;
            key.format = "instance";
            key.handle = handle{number};
            key.credential = shared();
            key.generation = changed.generation;
            key.state = key_state::active;
            key.digest.pepper = 1;
            key.created_at = from_unix_ms(1'736'942'400'000);
            if (done) done = tx.insert(key);
            change what;
            what.tag = number;
            what.kind = change_kind::rotated;
            what.credential = shared();
            what.version = changed.version;
            what.at = key.created_at;
            return done ? tx.append(what) : done;
        }));
    }

private:
    static int work(std::uint8_t number, int from, int to) {
        std::string address;
        for (char c = 0; ::read(from, &c, 1) == 1 && c != '\0';) address += c;
        if (address.empty()) return 2;
        const auto store = Place::open(address);
        for (std::size_t i = 1; i <= changes; ++i) {
            const std::uint64_t key = number * std::uint64_t{1'000} + i;
            if (!change_once(*store, key)) return 3;
            const auto view = store->look_up("instance", handle{key});
            if (!view || !*view) return 4;
            if (::write(to, &key, sizeof(key)) != static_cast<::ssize_t>(sizeof(key))) return 5;
        }
        return 0;
    }

    ::pid_t m_child = -1;
    int m_to = -1, m_from = -1;
};

/// Three child processes and this one change one store.
template <typename MakePlace>
void use_from_processes(report& seen, MakePlace& make_place) {
    using place_type = decltype(make_place());
    using process = store_process<place_type>;
    std::array<process, 3> others{process{1}, process{2}, process{3}};
    for (const process& one : others)
        if (!seen.check(one.is_there(), "a process can be started")) return;

    place_type place = make_place();
    auto& store = place.store();
    const auto there = store.transact([&](typename place_type::store_type::transaction& tx) {
        credential owner;
        owner.id = process::shared();
        owner.tenant = "acme";
        owner.name = "shared";
        owner.created_at = from_unix_ms(1'736'942'400'000);
        return tx.insert(owner);
    });
    if (!seen.check(static_cast<bool>(there), "a store takes a credential")) return;
    const std::uint64_t before = store.change_count();
    for (process& one : others) one.begin(place.address());
    std::uint64_t mine = 0;
    for (std::size_t i = 0; i < process::changes; ++i) {
        for (process& one : others) {
            const std::uint64_t key = one.next_key();
            const auto view = store.look_up("instance", handle{key});
            if (!seen.check(key != 0 && view && *view, "what another process wrote is read once its call has returned",
                            "key " + std::to_string(key)))
                return;
            // The key has the generation that its change made: an older reading of the credential has a smaller one.
            const auto owner = store.read(process::shared());
            const auto live = store.read_live(process::shared());
            const std::uint32_t least = (*view)->key.generation;
            seen.check((*view)->about.generation >= least && owner && *owner && (*owner)->about.generation >= least &&
                           live && *live && (*live)->about.generation >= least,
                       "this process rereads what it had read before another process changed it");
        }
        seen.check(process::change_once(store, ++mine), "a store can be changed while other processes change it");
    }
    for (process& one : others) seen.check(one.end(), "concurrent processes see their own changes, and none fails");
    seen.check(has_counted(store, before), "the change count moves with the changes of other processes");
    constexpr std::size_t changes = process::changes * 4;
    const auto owner = store.read(process::shared());
    seen.check(owner && *owner && (*owner)->about.version == 1 + changes, "no change of concurrent processes is lost");
    const auto feed = store.changes_after(0, changes + 1);
    if (!seen.check(feed && feed->size() == changes, "the feed has every change of concurrent processes once")) return;
    for (std::size_t i = 0; i < feed->size(); ++i)
        seen.check((*feed)[i].sequence == i + 1 && (*feed)[i].version == i + 2,
                   "the feed of concurrent processes has no gap, and is in commit order");
}

}  // namespace shearline::inline v0_1::testing::detail
