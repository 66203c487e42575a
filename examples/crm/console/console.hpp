// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The owner's console: everything under /admin. Checks who sends a request and what they may do, and answers with
// pages. Depends on the pages, the sessions, the keys and the contacts; never on a socket.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bulkhead.hpp"
#include "console/pages.hpp"
#include "console/password.hpp"
#include "console/session.hpp"
#include "contacts/contacts.hpp"
#include "http/form.hpp"
#include "http/message.hpp"
#include "keys.hpp"

namespace crm {

struct console_options {
    /// The names under which browsers may reach the console, as in `Host` without the port. `localhost`, `127.0.0.1`
    /// and
    /// `[::1]` are always allowed. Any other name is refused: it may be an attacker's name that resolves to our address
    /// (DNS rebinding).
    std::vector<std::string> hosts{};

    /// A proxy in front of us terminates TLS: cookies are `Secure` and `__Host-`, and origins begin with https.
    bool behind_tls = false;

    /// The key that makes the cookies of known browsers, and the idempotency tokens of keys. If it is the same after a
    /// restart, no browser is forgotten; if it is the same in several processes, they make one key. If empty, the
    /// process draws one.
    std::optional<shearline::secret_bytes<32>> shared_key{};

    /// Writes an audit event of the console itself: a log-in, or one that failed.
    std::function<shearline::result<void>(const shearline::audit_event&)> note = [](const auto&) {
        return shearline::result<void>{};
    };

    /// The clock; a test passes its own.
    std::function<moment()> now = [] { return std::chrono::steady_clock::now(); };
};

/// Answers requests for /admin. Everything but the log-in page and the assets needs a session; every change is a POST
/// with the session's token and from our own origin. Thread-safe; blocks on the store and, for a password, on argon2id.
class console {
public:
    console(console_options options, owner_password password, key_service& keys, contact_store& contacts)
        : m_options{std::move(options)},
          m_password{std::move(password)},
          m_keys{keys},
          m_contacts{contacts},
          m_shared{m_options.shared_key ? token_maker{*m_options.shared_key} : token_maker{}} {}
    console(const console&) = delete;
    console& operator=(const console&) = delete;

    /// Answers any request; throws only if memory runs out.
    [[nodiscard]] response handle(const request& asked);

    /// Answers a request that could not be handled in time: a page, or JSON for a script. `silent` names the store that
    /// does not answer, such as "The key store", and is empty if all of them do. Never waits.
    [[nodiscard]] static response unavailable(const request& asked, std::string_view silent);

private:
    struct visit;
    struct route;
    using action = response (console::*)(visit&);

    using change = std::function<shearline::result<void>(const shearline::credential_id&)>;

    static const std::vector<route>& routes();

    // Checks before any page: who sent this, and may they?
    response dispatch(visit& at);
    [[nodiscard]] bool is_our_host(std::string_view host) const;
    [[nodiscard]] bool is_our_origin(std::string_view origin, std::string_view host) const;
    [[nodiscard]] std::optional<response> refuse_forgery(visit& at) const;

    // Log-in and sessions.
    response show_log_in(visit& at);
    response log_in(visit& at);
    response log_out(visit& at);
    [[nodiscard]] response log_in_page(visit& at, unsigned status, const std::optional<notice>& says) const;
    enum class proof { good, wrong, slowed, busy };
    struct proof_result {
        proof outcome;
        std::chrono::seconds wait{0};  ///< after which to try again, if the password was not checked
    };
    proof_result check_password(const visit& at, std::string_view attempt);
    [[nodiscard]] shearline::result<void> note_log_in(const visit& at, std::string_view what,
                                                      std::string_view who) const;
    /// Empty if the password was given within the last five minutes, or with this request; otherwise the answer to
    /// send.
    [[nodiscard]] std::optional<response> ask_for_password(visit& at, std::string_view purpose);

    // The pages.
    response show_home(visit& at);
    response show_integrations(visit& at);
    response show_key(visit& at);
    response show_contacts(visit& at);
    response show_contact_rows(visit& at);
    response show_audit(visit& at);
    [[nodiscard]] frame frame_for(visit& at) const;
    enum class store { keys, contacts };
    [[nodiscard]] response failed(const visit& at, const shearline::error& why, store of = store::keys) const;
    [[nodiscard]] shearline::result<contacts_view> contacts_for(const visit& at) const;

    // Actions on the key.
    response reveal_key(visit& at);
    response copy_key(visit& at);
    response generate_key(visit& at);
    response regenerate_key(visit& at);
    response suspend_key(visit& at);
    response resume_key(visit& at);
    response revoke_key(visit& at);
    response give_key(visit& at, std::string_view purpose, std::string_view reason);
    response change_key(visit& at, std::string_view done, const change& make);
    struct found_keys {
        std::optional<shearline::credential_view> key;
        /// Those whose rows were edited, of any tenant and name, because these may be what was edited.
        std::vector<shearline::credential_view> damaged;
        std::uint64_t all = 0;  ///< credentials in the store: they are never deleted
    };
    [[nodiscard]] shearline::result<found_keys> find_keys() const;
    /// `not_found` if there is none, `corrupt` if it is damaged.
    [[nodiscard]] static shearline::result<shearline::credential_view> instance_key_in(found_keys found);
    [[nodiscard]] shearline::result<shearline::credential_view> instance_key() const;
    struct shown_keys {
        std::optional<key_view> key;
        std::vector<damaged_view> damaged;
    };
    [[nodiscard]] shearline::result<shown_keys> keys_to_show() const;
    [[nodiscard]] shearline::request_context context_for(const visit& at, std::string_view reason) const;

    [[nodiscard]] std::string cookie_name(std::string_view plain) const;
    [[nodiscard]] std::string cookie(std::string_view plain_name, std::string_view value,
                                     std::string_view more = {}) const;

    console_options m_options;
    owner_password m_password;
    key_service& m_keys;
    contact_store& m_contacts;
    token_maker m_tokens;
    token_maker m_shared;
    session_table m_sessions{m_tokens};
    attempt_limiter m_attempts;
    hash_gate m_gate;
    // So that some of our workers stay free while the key store does not answer.
    mutable bulkhead m_reading{8, std::chrono::milliseconds{40}};
    mutable bulkhead m_writing{8, std::chrono::milliseconds{250}};
};

}  // namespace crm
