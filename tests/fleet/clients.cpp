// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "clients.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "../support/must.hpp"

namespace fleet {

using namespace shearline;
using support::must;

place place_at(const std::string& conninfo, const std::string& schema) {
    const testing::temporary_folder folder;
    return {conninfo,
            {.schema = schema, .busy_timeout = 5s, .answer_timeout = 5s, .readers = 2},
            must(keyring::create(folder.file("keyring")))};
}

result<std::unique_ptr<site>> site::open(const place& where) {
    auto store = postgres_store::open(where.conninfo, where.options);
    if (!store) return std::move(store).error();
    std::unique_ptr<site> made{new site{*std::move(store)}};
    auto keys = authority_type::open(made->m_store, where.ring);
    if (!keys) return std::move(keys).error();
    made->m_keys.emplace(*std::move(keys));
    return made;
}

verdict site::verify(std::string_view text) const noexcept { return m_keys->verify(text); }

std::unique_ptr<site> must_open(const place& where) { return must(site::open(where)); }

std::string_view name_of(kind what) noexcept {
    return what == kind::issue ? "issue" : what == kind::rotate ? "rotate" : "revoke";
}

operation make_operation(kind what, const known_key& on, std::mt19937_64& random) {
    return {.what = what, .on = on, .token = "fleet-" + std::to_string(random()) + "-" + std::to_string(random())};
}

namespace {

/// Text that a server cannot compress, and the same whenever the operation is asked for.
std::vector<std::pair<std::string, std::string>> large_metadata(const operation& what) {
    std::mt19937_64 random{std::hash<std::string>{}(what.token)};
    std::vector<std::pair<std::string, std::string>> made;
    for (int i = 0; i < 64; ++i) {
        std::string value(1'000, ' ');
        for (char& each : value) each = static_cast<char>('0' + random() % 64);
        made.emplace_back("m" + std::to_string(i), value);
    }
    return made;
}

}  // namespace

result<effect> attempt(site& at, const operation& what) {
    const request_context by{.actor = "fleet", .reason = what.token, .idempotency_token = what.token};
    const auto given = [](const issued_key& key) {
        return known_key{key.credential, key.handle, std::string{key.text.reveal(unsafe_reveal)}};
    };
    if (what.what == kind::issue) {
        new_credential asked{.tenant = "acme", .name = what.token};
        if (what.is_large) asked.metadata = large_metadata(what);
        auto made = at.keys().issue(asked, by);
        if (!made) return std::move(made).error();
        return effect{given(*made), {}};
    }
    if (what.what == kind::rotate) {
        auto made = at.keys().rotate(what.on.of, by);
        if (!made) return std::move(made).error();
        return effect{given(*made), what.on.key};
    }
    if (auto done = at.keys().revoke(what.on.key, by); !done) return std::move(done).error();
    return effect{{}, what.on.key};
}

void books::note(const effect& done) {
    const std::scoped_lock held{m_lock};
    ++m_acknowledged;
    if (done.made) {
        m_ledger.take("issued " + std::to_string(done.made->key.value) + " " + done.made->text);
        m_given.insert(done.made->key.value);
    }
    if (done.ended) {
        m_ledger.take("revoking " + std::to_string(done.ended->value));
        m_ledger.take("revoked " + std::to_string(done.ended->value));
    }
}

void books::complain(std::string words) {
    const std::scoped_lock held{m_lock};
    m_wrong.push_back(std::move(words));
}

std::string books::complaints() const {
    const std::scoped_lock held{m_lock};
    std::string all;
    for (const std::string& each : m_wrong) all += each + "; ";
    return all;
}

void books::note_time(std::chrono::milliseconds took) noexcept {
    for (auto most = m_longest_ms.load();
         took.count() > most && !m_longest_ms.compare_exchange_weak(most, took.count());) {
    }
}

std::uint64_t books::acknowledged() const {
    const std::scoped_lock held{m_lock};
    return m_acknowledged;
}

finding books::compare(const place& where) const {
    const std::scoped_lock held{m_lock};
    finding found{.acknowledged = m_acknowledged, .wrong = m_wrong};
    auto store = postgres_store::open(where.conninfo, where.options);
    if (!store) {
        found.wrong.push_back("the store does not open: " + store.error().message());
        return found;
    }
    const testing::ledger_findings kept = m_ledger.compare(*store, where.ring);
    found.lost = kept.lost + kept.halves;
    found.undone = kept.undone;
    for (page_request which{.limit = 1'000};;) {
        const auto page = store->list(which, "");
        found.expect(static_cast<bool>(page), "the store cannot be listed");
        if (!page) break;
        for (const credential_view& view : page->items)
            for (const record& key : view.keys)
                if (!m_given.contains(key.handle.value)) ++found.undone;
        if (page->next.empty()) break;
        which.cursor = page->next;
    }
    return found;
}

std::optional<effect> carry_out(site& at, const operation& what, books& in, steady::time_point until) {
    for (bool is_in_doubt = false;; std::this_thread::sleep_for(20ms)) {
        const auto began = steady::now();
        const auto done = attempt(at, what);
        in.note_time(std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - began));
        if (done) {
            in.note(*done);
            return *done;
        }
        const errc code = done.error().code();
        if (code == errc::in_doubt) {
            is_in_doubt = true;
            in.note_doubt();
        } else if (code != errc::unavailable) {
            in.complain(std::string{name_of(what.what)} + ": " + done.error().message());
            return std::nullopt;
        } else {
            in.note_refusal();
            if (!is_in_doubt) return std::nullopt;
        }
        if (steady::now() > until) {
            in.complain(std::string{name_of(what.what)} + " is in doubt, and stays so: " + done.error().message());
            return std::nullopt;
        }
    }
}

known_key must_issue(site& at, books& in, std::mt19937_64& random) {
    const auto until = steady::now() + 20s;
    while (steady::now() < until)
        if (auto done = carry_out(at, make_operation(kind::issue, {}, random), in, until); done && done->made)
            return *std::move(done->made);
    throw std::runtime_error{"no key could be issued for 20 s: " + in.complaints()};
}

crowd::crowd(const place& where, books& in, std::size_t threads, std::uint64_t seed) : m_where{where}, m_books{in} {
    for (std::size_t i = 0; i < threads; ++i) m_threads.emplace_back([this, seed, i] { work(seed * 1'000 + i); });
}

void crowd::stop() {
    m_over.store(true);
    for (std::thread& each : m_threads) each.join();
    m_threads.clear();
}

void crowd::work(std::uint64_t seed) {
    std::mt19937_64 random{seed};
    std::unique_ptr<site> mine;
    std::vector<known_key> alive;
    while (!m_over.load()) {
        if (!mine) {
            auto opened = site::open(m_where);
            if (opened) mine = *std::move(opened);
            if (!mine) std::this_thread::sleep_for(50ms);
            continue;
        }
        const auto draw = random() % 4;
        const bool is_new = alive.empty() || draw < 2;
        const std::size_t which = is_new ? 0 : random() % alive.size();
        const operation what = make_operation(is_new      ? kind::issue
                                              : draw == 2 ? kind::rotate
                                                          : kind::revoke,
                                              is_new ? known_key{} : alive[which], random);
        const auto done = carry_out(*mine, what, m_books, steady::now() + 40s);
        if (!done) {
            std::this_thread::sleep_for(5ms);
            continue;
        }
        if (done->ended) alive.erase(alive.begin() + static_cast<std::ptrdiff_t>(which));
        if (done->made) alive.push_back(*done->made);
    }
}

}  // namespace fleet
