// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A store that fails on request: before a commit, after one, late, or by repeating entries of the feed.
// Depends on concepts.hpp and store/change.hpp; never on one store.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/credential/audit_event.hpp>
#include <shearline/store/change.hpp>
#include <shearline/store/scan.hpp>

namespace shearline::inline v0_1::testing {

/// The fault of a `fault_store`.
enum class fault : std::uint8_t {
    none,
    before_commit,  ///< `unavailable`, and nothing was changed
    after_commit,   ///< `in_doubt`, and everything was changed
    delay,          ///< every call but `change_count` and `hears_changes` takes 2 ms longer
    duplicate,      ///< the feed repeats its last two entries
    reading,        ///< `unavailable` for every read, and for `record_usage`
};

/// Wraps a store and adds a fault to its calls. The store is borrowed. Models `key_store`; thread-safe as the store is.
///
/// Example:
///     auto without_disk = []<typename Store>(Store& store) {
///         shearline::testing::fault_store<Store> broken{store};
///         broken.have(shearline::testing::fault::reading);
///         return broken.head();  // `unavailable`, until have(fault::none)
///     };
template <typename Store>
class fault_store {
public:
    using transaction = typename Store::transaction;

    explicit fault_store(Store& of) noexcept : m_of{&of} {}

    /// Sets the fault from now on.
    void have(fault now) noexcept { m_fault.store(now, std::memory_order_release); }

    template <typename Body>
    [[nodiscard]] auto transact(Body&& body) {
        using outcome = decltype(m_of->transact(std::forward<Body>(body)));
        const fault now = current();
        if (now == fault::before_commit) {
            // The body runs, and its writes are dropped.
            const auto undone = m_of->transact([&](transaction& tx) -> outcome {
                auto done = body(tx);
                return done ? outcome{error{errc::unavailable, "the disk failed before the commit"}} : std::move(done);
            });
            return outcome{undone.error()};
        }
        outcome done = m_of->transact(std::forward<Body>(body));
        if (now == fault::after_commit && done)
            return outcome{error{errc::in_doubt, "the disk failed while it committed"}};
        return done;
    }

    [[nodiscard]] result<std::optional<key_view>> look_up(std::string_view format, const handle& key) const {
        if (current() == fault::reading) return broken();
        return m_of->look_up(format, key);
    }
    [[nodiscard]] result<std::optional<credential_view>> read(const credential_id& id) const {
        if (current() == fault::reading) return broken();
        return m_of->read(id);
    }
    [[nodiscard]] result<std::optional<credential_view>> read_live(const credential_id& id) const {
        if (current() == fault::reading) return broken();
        return m_of->read_live(id);
    }
    [[nodiscard]] result<page<credential_view>> list(const page_request& which, std::string_view tenant) const {
        if (current() == fault::reading) return broken();
        return m_of->list(which, tenant);
    }
    [[nodiscard]] result<page<audit_event>> audit(const page_request& which, std::string_view tenant) const {
        if (current() == fault::reading) return broken();
        return m_of->audit(which, tenant);
    }
    [[nodiscard]] result<std::vector<change>> changes_after(std::uint64_t after, std::size_t limit) const {
        const fault now = current();
        if (now == fault::reading) return broken();
        if (now == fault::duplicate && after >= 2) after -= 2;
        return m_of->changes_after(after, limit);
    }
    [[nodiscard]] result<feed_head> head() const {
        if (current() == fault::reading) return broken();
        return m_of->head();
    }
    [[nodiscard]] result<std::optional<store_identity>> identity() const {
        if (current() == fault::reading) return broken();
        return m_of->identity();
    }
    template <typename Sink>
    [[nodiscard]] result<feed_head> scan(std::string_view format, Sink& sink) const {
        if (current() == fault::reading) return broken();
        return m_of->scan(format, sink);
    }
    [[nodiscard]] result<void> record_usage(std::span<const usage> used) {
        if (const fault now = current(); now == fault::before_commit || now == fault::reading) return broken();
        return m_of->record_usage(used);
    }
    [[nodiscard]] std::uint64_t change_count() const noexcept { return m_of->change_count(); }
    [[nodiscard]] bool hears_changes() const noexcept { return m_of->hears_changes(); }

    // Of a remote feed, which this then is, too.
    [[nodiscard]] result<std::vector<credential_view>> read_many(std::span<const credential_id> ids) const
        requires remote_feed<Store>
    {
        if (current() == fault::reading) return broken();
        return m_of->read_many(ids);
    }
    void wait_for_change(std::chrono::milliseconds most) const
        requires remote_feed<Store>
    {
        m_of->wait_for_change(most);
    }
    [[nodiscard]] std::uint64_t epoch() const noexcept
        requires remote_feed<Store>
    {
        return m_of->epoch();
    }

private:
    [[nodiscard]] fault current() const {
        const fault now = m_fault.load(std::memory_order_acquire);
        if (now == fault::delay) std::this_thread::sleep_for(std::chrono::milliseconds{2});
        return now;
    }
    static error broken() { return {errc::unavailable, "the disk failed"}; }

    Store* m_of;
    std::atomic<fault> m_fault{fault::none};
};

}  // namespace shearline::inline v0_1::testing
