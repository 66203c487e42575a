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
    std::string external_id{};  ///< the other system's name for it; unique if not empty
    std::string first_name{};
    std::string last_name{};
    std::string email{};
    std::string phone{};
    std::string company{};
    std::string metadata = "{}";  ///< a JSON object, checked by the caller
    bool archived = false;
    std::optional<shearline::timestamp> archived_at{};
    shearline::timestamp created_at{};
    shearline::timestamp updated_at{};
    std::uint64_t revision = 1;  ///< the number of its changes, used as the ETag

    friend bool operator==(const contact&, const contact&) = default;
};

struct contact_page {
    std::vector<contact> items;
    std::size_t total = 0;  ///< in all pages
};

/// The filter of a list; an empty text does not filter. E-mails are compared without regard to ASCII case.
struct contact_filter {
    std::string_view email{};
    std::string_view external_id{};
};

/// The outcome of a change to one contact.
enum class contact_outcome : std::uint8_t {
    done,
    not_found,
    stale,      ///< the contact no longer has the expected revision
    duplicate,  ///< another contact, `contact`, has the external id
};

struct contact_result {
    contact_outcome outcome = contact_outcome::done;
    crm::contact contact{};
};

/// Contacts in a file. Changes are durable when a call returns. Thread-safe; every call may block on the disk. Up to
/// eight threads read at once, and readers never wait for writers; up to eight threads wait for their turn to write.
/// Errors name the file: `unavailable` (busy, disk full), `corrupt`, `permission_denied`.
class contact_store {
public:
    /// Opens or creates the file, with mode 0600, and checks all of it for damage. Errors: `corrupt` if the file is
    /// damaged or belongs to another program, `wrong_version` if a newer build wrote it; neither is changed.
    /// `busy_timeout` is how long a call waits for other threads, and then for other processes.
    [[nodiscard]] static shearline::result<contact_store> open(
        const std::string& path, std::chrono::milliseconds busy_timeout = std::chrono::seconds{2});

    contact_store(contact_store&&) noexcept;
    contact_store& operator=(contact_store&&) noexcept;
    ~contact_store();

    /// In the order of creation. `page` starts at 1.
    [[nodiscard]] shearline::result<contact_page> page(std::size_t page, std::size_t per_page,
                                                       const contact_filter& filter) const;

    /// The last change comes first; `search` finds a text in names, e-mail, company, phone and external id.
    [[nodiscard]] shearline::result<contact_page> list(std::size_t page, std::size_t per_page,
                                                       std::string_view search) const;

    /// Whether contacts can be read.
    [[nodiscard]] shearline::result<void> check() const;

    [[nodiscard]] shearline::result<std::size_t> count() const;
    [[nodiscard]] shearline::result<std::optional<contact>> find(std::string_view uuid) const;

    /// Creates a contact, and sets its uuid and times.
    [[nodiscard]] shearline::result<contact_result> create(contact asked);

    /// Replaces the contact with the uuid of `asked` by `asked`, if it still has the revision of `asked`. If it is
    /// already equal, succeeds and changes nothing.
    [[nodiscard]] shearline::result<contact_result> update(contact asked);

    /// Archives or restores, if the contact has `revision` (if one is given). If that is already done, succeeds and
    /// changes nothing.
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
