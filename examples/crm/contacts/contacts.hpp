// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The CRM's contacts, in an SQLite database of their own.
// Depends on SQLite, bulkhead.hpp and shearline's results; never on a request or on JSON.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/clock.hpp>
#include <shearline/error.hpp>
#include <shearline/result.hpp>

namespace crm {

/// A contact. An empty text stands for "none".
struct contact {
    std::string uuid{};
    std::string external_id{};  ///< the other system's name for it; unique where there is one
    std::string first_name{};
    std::string last_name{};
    std::string email{};
    std::string phone{};
    std::string company{};
    std::string metadata = "{}";  ///< a JSON object, checked by who writes it
    bool archived = false;
    std::optional<shearline::timestamp> archived_at{};
    shearline::timestamp created_at{};
    shearline::timestamp updated_at{};
    std::uint64_t revision = 1;  ///< counts its changes: what an ETag tells

    friend bool operator==(const contact&, const contact&) = default;
};

struct contact_page {
    std::vector<contact> items;
    std::size_t total = 0;  ///< in all pages
};

/// What a list is narrowed to; an empty text does not narrow. E-mails are compared without regard to ASCII case.
struct contact_filter {
    std::string_view email{};
    std::string_view external_id{};
};

/// What became of a change to one contact.
enum class contact_outcome : std::uint8_t {
    done,
    not_found,
    stale,      ///< the contact is no longer of the revision that was asked for
    duplicate,  ///< another contact has the external id: `contact` is that one
};

struct contact_result {
    contact_outcome outcome = contact_outcome::done;
    crm::contact contact{};
};

/// Contacts in a file. Everything is durable when a call returns. Thread-safe; every call may block on the disk. Up to
/// eight threads read at once, and none waits for one that writes; of those that write, up to eight wait for their
/// turn. Errors name the file: `unavailable` (busy, disk full), `corrupt`, `permission_denied`.
class contact_store {
public:
    /// Opens or makes the file, private to us, and reads it through for damage. `corrupt` for a file that is damaged or
    /// none of ours, `wrong_version` for one of a newer build; both are left as they are. `busy_timeout` is how long a
    /// call waits for other threads, and then for other processes.
    [[nodiscard]] static shearline::result<contact_store> open(
        const std::string& path, std::chrono::milliseconds busy_timeout = std::chrono::seconds{2});

    contact_store(contact_store&&) noexcept;
    contact_store& operator=(contact_store&&) noexcept;
    ~contact_store();

    /// In the order of creation. `page` begins with 1.
    [[nodiscard]] shearline::result<contact_page> page(std::size_t page, std::size_t per_page,
                                                       const contact_filter& filter) const;

    /// What changed last comes first; `search` looks for a text in names, e-mail, company, phone and external id.
    [[nodiscard]] shearline::result<contact_page> list(std::size_t page, std::size_t per_page,
                                                       std::string_view search) const;

    /// Whether contacts can be read.
    [[nodiscard]] shearline::result<void> check() const;

    [[nodiscard]] shearline::result<std::size_t> count() const;
    [[nodiscard]] shearline::result<std::optional<contact>> find(std::string_view uuid) const;

    /// Makes a contact; gives it its uuid and times.
    [[nodiscard]] shearline::result<contact_result> create(contact asked);

    /// Stores `asked` in place of the contact of its uuid, if that is still of the revision `asked` has. Equal to it
    /// already: a success that changes nothing.
    [[nodiscard]] shearline::result<contact_result> update(contact asked);

    /// Archives or restores, if the contact is of `revision` (where one is given). Done already: a success that changes
    /// nothing.
    [[nodiscard]] shearline::result<contact_result> set_archived(std::string_view uuid, bool archived,
                                                                 std::optional<std::uint64_t> revision);

    /// Deletes for good.
    [[nodiscard]] shearline::result<contact_result> remove(std::string_view uuid,
                                                           std::optional<std::uint64_t> revision);

private:
    struct state;
    explicit contact_store(std::unique_ptr<state> opened) noexcept;

    std::unique_ptr<state> m_state;
};

}  // namespace crm
