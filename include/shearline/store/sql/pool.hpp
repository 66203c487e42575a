// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A pool of connections.
// Depends on posix/fork_wiped.hpp; for the stores in SQL databases, never on one of them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <shearline/chrono.hpp>
#include <shearline/error.hpp>
#include <shearline/posix/fork_wiped.hpp>
#include <shearline/result.hpp>

namespace shearline::inline v0_1::detail::sql {

/// Tells the process that opened a store from its children made by `fork`. (A pid does not: in another pid namespace, a
/// child can have the pid of its parent.) It takes a page of memory, so all pools of a store share one.
using process_mark = fork_wiped<const nothing>;

/// A fixed number of places for connections; a place may be empty, until its borrower fills it. In a child made by
/// `fork` it lends and closes nothing: locks and sessions stayed with the parent, and the child would damage them.
template <typename Connection>
class connection_pool {
public:
    /// A borrowed place. The destructor ends any transaction, and returns the connection if it can be used again; if
    /// not, the place is empty.
    class lease {
    public:
        lease(connection_pool& from, std::unique_ptr<Connection> on) noexcept : m_from{&from}, m_on{std::move(on)} {}
        lease(lease&& other) noexcept : m_from{std::exchange(other.m_from, nullptr)}, m_on{std::move(other.m_on)} {}
        lease& operator=(lease&&) = delete;
        ~lease() {
            if (m_from == nullptr) return;
            if (m_from->is_forked()) {
                (void)m_on.release();
                return;
            }
            if (m_on && !m_on->end()) m_on.reset();
            m_from->give_back(std::move(m_on));
        }
        Connection& operator*() const noexcept { return *m_on; }
        [[nodiscard]] bool is_empty() const noexcept { return !m_on; }
        void fill(std::unique_ptr<Connection> with) noexcept { m_on = std::move(with); }

    private:
        connection_pool* m_from;
        std::unique_ptr<Connection> m_on;
    };

    /// The mark is borrowed and must outlive the pool. `name` is that of the database, for errors.
    connection_pool(const process_mark& opener, std::string name, std::vector<std::unique_ptr<Connection>> all,
                    std::chrono::milliseconds patience)
        : m_opener{&opener}, m_patience{patience}, m_free{std::move(all)}, m_name{std::move(name)} {}
    connection_pool(const connection_pool&) = delete;
    connection_pool& operator=(const connection_pool&) = delete;
    ~connection_pool() {
        if (is_forked())
            for (auto& on : m_free) (void)on.release();
    }

    /// A free place, if there is one now, and so many others besides.
    [[nodiscard]] std::optional<lease> borrow_free(std::size_t left = 0) {
        if (is_forked()) return std::nullopt;
        const std::scoped_lock lock{m_mutex};
        if (m_free.size() <= left) return std::nullopt;
        return take();
    }

    /// The next free place. `unavailable` if none became free in time, and in a child made by `fork`.
    [[nodiscard]] result<lease> borrow() {
        if (is_forked())
            return error{errc::unavailable, m_name +
                                                ": was opened before this process was forked: open stores after "
                                                "the fork, and share none with the parent"};
        std::unique_lock lock{m_mutex};
        if (!m_came_free.wait_for(lock, m_patience, [this] { return !m_free.empty(); }))
            return error{errc::unavailable, m_name + ": busy: other threads use all connections; try again"};
        return take();
    }

private:
    lease take() {
        lease taken{*this, std::move(m_free.back())};
        m_free.pop_back();
        return taken;
    }
    [[nodiscard]] bool is_forked() const noexcept { return !m_opener->is_ours(); }

    void give_back(std::unique_ptr<Connection> on) {
        {
            const std::scoped_lock lock{m_mutex};
            m_free.push_back(std::move(on));
        }
        m_came_free.notify_one();
    }

    const process_mark* const m_opener;
    const std::chrono::milliseconds m_patience;
    std::mutex m_mutex;
    std::condition_variable m_came_free;
    std::vector<std::unique_ptr<Connection>> m_free;
    const std::string m_name;
};

}  // namespace shearline::inline v0_1::detail::sql
