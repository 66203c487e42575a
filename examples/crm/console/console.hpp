// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The owner's console: everything under /admin. Who may ask, what they may do, and what they are shown.
// Depends on the pages, the sessions, the keys and the contacts; never on a socket.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
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
    /// The names under which browsers may reach the console, as they stand in `Host` before the port; beside
    /// `localhost`, `127.0.0.1` and `[::1]`, which always may. Any other name is refused: it may be a stranger's, made
    /// to lead to us (DNS rebinding).
    std::vector<std::string> hosts{};

    /// A proxy in front of us speaks TLS to the browsers: cookies are `Secure` and `__Host-`, origins begin with https.
    bool behind_tls = false;

    /// What the cookies of known browsers are made with. The same after a restart: no browser is forgotten by it. None:
    /// one of this process.
    std::optional<shearline::secret_bytes<32>> browser_key{};

    /// Writes an audit event of the console itself: a log-in, or one that failed.
    std::function<shearline::result<void>(const shearline::audit_event&)> note = [](const auto&) {
        return shearline::result<void>{};
    };

    /// What the time is; a test puts its own in.
    std::function<moment()> now = [] { return std::chrono::steady_clock::now(); };
};

/// Answers what comes for /admin. Everything but the log-in page and the assets needs a session; every change is a POST
/// with the session's token and from our own origin. Thread-safe; blocks on the store and, for a password, on argon2id.
class console {
public:
    console(console_options options, owner_password password, key_authority& keys, contact_store& contacts)
        : m_options{std::move(options)},
          m_password{std::move(password)},
          m_keys{keys},
          m_contacts{contacts},
          m_browsers{m_options.browser_key ? token_maker{*m_options.browser_key} : token_maker{}} {}
    console(const console&) = delete;
    console& operator=(const console&) = delete;

    /// Answers any request; never throws but for memory.
    [[nodiscard]] response handle(const request& asked);

    /// Answers a request that could not be handled in time: a page, or JSON for a script. `silent` is the store that
    /// does not answer, "The key store" say, or nothing where all of them do. Never waits.
    [[nodiscard]] static response unavailable(const request& asked, std::string_view silent);

private:
    struct visit;
    struct route;
    using action = response (console::*)(visit&);

    using change = std::function<shearline::result<void>(const shearline::credential_id&)>;

    static const std::vector<route>& routes();

    // What comes before any page: who sent this, and may they?
    response dispatch(visit& at);
    [[nodiscard]] bool is_our_host(std::string_view host) const;
    [[nodiscard]] bool is_our_origin(std::string_view origin, std::string_view host) const;
    [[nodiscard]] std::optional<response> refuse_forgery(visit& at) const;

    // Who it is.
    response show_log_in(visit& at);
    response log_in(visit& at);
    response log_out(visit& at);
    [[nodiscard]] response log_in_page(visit& at, unsigned status, const std::optional<notice>& says) const;
    enum class proof { good, wrong, slowed, busy };
    struct proof_result {
        proof outcome;
        std::chrono::seconds wait{0};  ///< after which to try again, where it was not looked at
    };
    proof_result check_password(const visit& at, std::string_view attempt);
    [[nodiscard]] shearline::result<void> note_log_in(const visit& at, std::string_view action,
                                                      std::string_view actor) const;
    /// Nothing where the password was given within the last five minutes, or is right now; else what to answer.
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

    // What is done to the key.
    response reveal_key(visit& at);
    response copy_key(visit& at);
    response generate_key(visit& at);
    response regenerate_key(visit& at);
    response suspend_key(visit& at);
    response resume_key(visit& at);
    response give_key(visit& at, std::string_view purpose, std::string_view reason);
    response change_key(visit& at, std::string_view done, const change& make);
    [[nodiscard]] shearline::result<std::optional<shearline::credential_view>> instance_key() const;
    [[nodiscard]] shearline::result<std::optional<key_view>> shown_key() const;
    [[nodiscard]] shearline::request_context context_for(const visit& at, std::string_view reason) const;

    [[nodiscard]] std::string cookie_name(std::string_view plain) const;
    [[nodiscard]] std::string cookie(std::string_view plain_name, std::string_view value,
                                     std::string_view more = {}) const;

    console_options m_options;
    owner_password m_password;
    key_authority& m_keys;
    contact_store& m_contacts;
    token_maker m_tokens;
    token_maker m_browsers;
    session_table m_sessions{m_tokens};
    attempt_limiter m_attempts;
    hash_gate m_gate;
    std::timed_mutex m_generating;  // two first keys, asked for at once, are one
    // Of the workers that the server has for us, some are left when the key store does not answer.
    mutable bulkhead m_reading{8, std::chrono::milliseconds{40}};
    mutable bulkhead m_writing{8, std::chrono::milliseconds{250}};
};

}  // namespace crm
