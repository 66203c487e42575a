// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The life of keys under one bundle of policies, with an authority and a verifier, and the checks of it.
// Depends on authority.hpp, verifier.hpp, store/memory_store.hpp and testing/report.hpp; never on one policy.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/authority.hpp>
#include <shearline/clock.hpp>
#include <shearline/format/parse.hpp>
#include <shearline/format/render.hpp>
#include <shearline/keyring.hpp>
#include <shearline/policies.hpp>
#include <shearline/prove_store.hpp>
#include <shearline/store/memory_store.hpp>
#include <shearline/testing/detail/bundle_world.hpp>
#include <shearline/testing/detail/wrong_policies.hpp>
#include <shearline/testing/report.hpp>
#include <shearline/testing/temporary_folder.hpp>
#include <shearline/verifier.hpp>

namespace shearline::inline v0_1::testing::detail {

template <typename Policies>
class bundle_trial : bundle_world<Policies> {
    using base = bundle_world<Policies>;
    using base::asked, base::edit_by_hand, base::expect, base::issue, base::scope, base::text_of, base::took,
        base::with_secret_of;
    using base::m_seen, base::m_folder, base::m_store, base::m_clock, base::m_by, base::m_events, base::m_rotated_at,
        base::m_ring, base::m_keys, base::m_fast, base::m_reader;
    using typename base::authority_type, typename base::format, typename base::known, typename base::verifier_type;

public:
    [[nodiscard]] report run() {
        auto ring = keyring::create(m_folder.file("keyring"));
        auto keys = ring ? authority_type::open(m_store, *ring, m_clock) : result<authority_type>{ring.error()};
        auto fast = ring ? verifier_type::open(m_store, *ring) : result<verifier_type>{ring.error()};
        if (!m_seen.check(keys && fast, "a bundle opens")) return m_seen;
        m_ring.emplace(*std::move(ring));
        m_keys.emplace(*std::move(keys));
        m_fast.emplace(*std::move(fast));
        m_reader.emplace(m_fast->new_reader());
        whose_key_it_is();
        rotation();
        suspension_and_revocation();
        bounds_of_time();
        custody();
        proofs();  // before an idempotency entry is proved, which lives for a day
        idempotency();
        sealing_keys();
        peppers();
        uses_and_audit();
        return m_seen;
    }

private:
    void whose_key_it_is() {
        const auto mine = issue(asked());
        const auto theirs = issue(asked("umbrella"));
        if (!mine || !theirs) return;
        expect(mine->text, true, "a new key is granted");
        const verdict answer = m_reader->verify(mine->text, m_clock.now(), scope);
        m_seen.check(answer && answer.grant().credential() == mine->credential && answer.grant().tenant() == "acme" &&
                         answer.grant().handle() == mine->key,
                     "a grant names the owner of the key");
        const verdict other = m_keys->verify(theirs->text, scope);
        m_seen.check(other && other.grant().credential() == theirs->credential && other.grant().tenant() == "umbrella",
                     "a grant names the owner of the key");
        m_seen.check(
            !m_keys->verify(mine->text, "deals:write") && !m_reader->verify(mine->text, m_clock.now(), "deals:write"),
            "a key is granted its scopes and no others");
        expect(with_secret_of(*mine, *theirs), false, "a key with another secret is denied", face::invalid_key);
        expect(with_secret_of(*theirs, *mine), false, "a key with another secret is denied", face::invalid_key);
        // Every character of a secret counts: each wrong one is denied, also after the right one was granted.
        for (std::size_t place = 0; place < format::secret_chars; ++place)
            for (const std::size_t step : {std::size_t{1}, format::alphabet::size / 2}) {
                known wrong = *mine;
                char& digit = wrong.text[format::secret_part.offset + place];
                digit = format::alphabet::encode(
                    static_cast<std::uint8_t>((format::alphabet::decode(digit) + step) % format::alphabet::size));
                expect(with_secret_of(*mine, wrong), false, "a key with another character is denied",
                       face::invalid_key);
            }
        std::mt19937_64 random{1};
        std::size_t granted = 0;
        for (int times = 0; times < 2'000; ++times) {
            known wrong = *mine;
            for (std::size_t place = 0; place < format::secret_chars; ++place)
                wrong.text[format::secret_part.offset + place] =
                    format::alphabet::encode(static_cast<std::uint8_t>(random() % format::alphabet::size));
            const std::string text = with_secret_of(*mine, wrong);
            granted += m_keys->verify(text, scope) || m_reader->verify(text, m_clock.now(), scope) ? 1U : 0U;
        }
        m_seen.check(granted == 0, "a key with another secret is denied",
                     std::to_string(granted) + " of 2,000 granted");
        expect(mine->text.substr(0, mine->text.size() - 1), false, "a truncated key is denied", face::invalid_key);
        expect("", false, "an empty text is denied", face::invalid_key);
        expect(mine->text, true, "a valid key is granted after wrong ones were tried");
    }

    void rotation() {
        const auto first = issue(asked());
        if (!first) return;
        expect(first->text, true, "a new key is granted");
        m_rotated_at = m_clock.now();
        const auto made = m_keys->rotate(first->credential, m_by);
        ++m_events;
        const auto second = took(made, "a credential is rotated");
        if (!second) return;
        m_seen.check(made->generation == 2 && second->credential == first->credential && second->text != first->text,
                     "a rotation gives the next key of the same credential");
        expect(second->text, true, "the new key is granted once rotate has returned");
        if (made->previous_until) {
            m_seen.check(*made->previous_until > m_clock.now(), "a grace ends in the future");
            expect(first->text, true, "the old key is granted during its grace");
            const verdict answer = m_keys->verify(first->text, scope);
            m_seen.check(answer && answer.grant().retiring_until() == made->previous_until,
                         "a grant during the grace gives its end");
            const timestamp now = m_clock.now();
            m_clock.set(*made->previous_until - std::chrono::seconds{1});
            expect(first->text, true, "the old key is granted until the end of its grace");
            m_clock.set(*made->previous_until);
            expect(first->text, false, "the old key is denied after its grace", face::invalid_key);
            m_seen.check(m_clock.now() > now, "time goes on");
        } else {
            expect(first->text, false, "without a grace, the old key is denied once rotate has returned",
                   face::invalid_key);
        }
        expect(second->text, true, "the new key outlives the old one");
        const auto third = took(m_keys->rotate(first->credential, m_by), "a credential is rotated again");
        const auto fourth = took(m_keys->rotate(first->credential, m_by), "a credential is rotated again");
        m_events += 2;
        if (!third || !fourth) return;
        expect(second->text, false, "a credential has at most two live keys", face::invalid_key);
        expect(fourth->text, true, "the newest key is granted");
        again_and_again(first->credential);
        grace_of_another(made->previous_until ? *made->previous_until - m_rotated_at : std::chrono::milliseconds{0});
    }

    void again_and_again(const credential_id& id) {
        for (int times = 0; times < 20; ++times) {
            const auto next = took(m_keys->rotate(id, m_by), "a credential can be rotated any number of times");
            ++m_events;
            if (!next) return;
            expect(next->text, true, "the newest key is granted");
        }
    }

    /// For a credential that was issued at another time, and rotated later.
    void grace_of_another(std::chrono::milliseconds grace) {
        m_clock.advance(std::chrono::milliseconds{5'123'000});
        const auto one = issue(asked("umbrella"));
        m_clock.advance(std::chrono::milliseconds{47'654'000});
        if (!one) return;
        const auto made = m_keys->rotate(one->credential, m_by);
        ++m_events;
        if (!took(made, "a credential is rotated")) return;
        m_seen.check(made->previous_until.has_value() == (grace.count() != 0) &&
                         (!made->previous_until || *made->previous_until - m_clock.now() == grace),
                     "a grace has the same length for every key at any time");
        expect(one->text, made->previous_until.has_value(), "the old key is granted during its grace, and only then");
    }

    void suspension_and_revocation() {
        const auto one = issue(asked());
        const auto bystander = issue(asked());
        if (!one || !bystander) return;
        m_seen.check(static_cast<bool>(m_keys->suspend(one->credential, m_by)), "a credential is suspended");
        expect(one->text, false, "a suspended key is denied");
        m_seen.check(static_cast<bool>(m_keys->resume(one->credential, m_by)), "a credential is resumed");
        expect(one->text, true, "a resumed key is granted");
        const auto next = took(m_keys->rotate(one->credential, m_by), "a resumed credential is rotated");
        if (!next) return;
        m_seen.check(static_cast<bool>(m_keys->revoke(next->key, m_by)), "a key is revoked");
        expect(next->text, false, "a revoked key is denied once revoke has returned", face::invalid_key);
        m_seen.check(static_cast<bool>(m_keys->revoke(one->credential, m_by)), "a credential is revoked");
        expect(one->text, false, "every key of a revoked credential is denied", face::invalid_key);
        const auto again = m_keys->rotate(one->credential, m_by);
        m_seen.check(!again && again.error().code() == errc::illegal_state, "a revoked credential gets no other key");
        m_seen.check(static_cast<bool>(m_keys->revoke(one->credential, m_by)), "revoking again succeeds");
        expect(bystander->text, true, "other keys are unaffected");
        m_events += 5;
    }

    void bounds_of_time() {
        new_credential bounded = asked();
        bounded.not_before = m_clock.now() + std::chrono::hours{1};
        bounded.expires_at = m_clock.now() + std::chrono::hours{2};
        const auto one = issue(bounded);
        if (!one) return;
        expect(one->text, false, "a key is denied before not_before");
        m_clock.set(*bounded.not_before);
        expect(one->text, true, "a key is granted from not_before on");
        m_clock.set(*bounded.expires_at - std::chrono::seconds{1});
        expect(one->text, true, "a key is granted until expires_at");
        m_clock.set(*bounded.expires_at);
        expect(one->text, false, "a key is denied at expires_at", face::invalid_key);
        const auto late = m_keys->rotate(one->credential, m_by);
        m_seen.check(!late && late.error().code() == errc::illegal_state, "an expired credential gets no other key");
    }

    void custody() {
        const auto one = issue(asked());
        if (!one) return;
        const auto shown = m_keys->reveal(one->credential, m_by);
        if constexpr (Policies::custody::keeps_text) {
            ++m_events;
            const auto stored = m_keys->find(one->credential);
            const std::string box = stored && stored->keys.at(0).sealed ? text_of(stored->keys.at(0).sealed->box) : "";
            m_seen.check(
                !box.empty() && box.find(one->text.substr(format::secret_part.offset, 12)) == std::string::npos,
                "the store does not contain the text");
            if (const auto theirs = issue(asked("umbrella"))) {
                const auto text = m_keys->reveal(theirs->credential, m_by);
                ++m_events;
                m_seen.check(text && text->reveal(unsafe_reveal) == theirs->text,
                             "reveal returns each tenant its text");
            }
            m_seen.check(shown && shown->reveal(unsafe_reveal) == one->text, "reveal returns the text of the key");
            const auto next = took(m_keys->rotate(one->credential, m_by), "a credential is rotated");
            const auto newest = m_keys->reveal(one->credential, m_by);
            m_seen.check(next && newest && newest->reveal(unsafe_reveal) == next->text,
                         "reveal returns the newest text");
            m_events += 2;
        } else {
            m_seen.check(!shown && shown.error().code() == errc::not_recoverable,
                         "a text that is not kept cannot be revealed");
        }
        m_seen.check(static_cast<bool>(m_keys->revoke(one->credential, m_by)), "a credential is revoked");
        ++m_events;
        m_seen.check(!m_keys->reveal(one->credential, m_by), "the text of a dead key is not revealed");
        const auto view = m_keys->find(one->credential);
        bool is_sealed = !view;
        for (const record& key : view ? view->keys : std::vector<record>{}) is_sealed = is_sealed || key.sealed;
        m_seen.check(!is_sealed, "a dead key has no sealed text");
    }

    /// A row that was edited in the store grants nothing; a proof key that proves nothing any more can be dropped.
    void proofs() {
        const auto edited = issue(asked());
        const auto one = issue(asked());
        auto with_new = m_ring->with_new_proof_key();
        if (!edited || !one || !m_seen.check(static_cast<bool>(with_new), "a keyring gets another proof key")) return;
        const std::uint32_t old = m_ring->proof_keys().back().number;
        m_seen.check(edit_by_hand(edited->credential), "a row is edited in the store");
        expect(edited->text, false, "a key is denied once its rows were edited in the store", face::invalid_key);
        expect(one->text, true, "other keys are unaffected");
        m_seen.check(static_cast<bool>(m_keys->revoke(edited->credential, m_by)), "an edited credential is revoked");
        ++m_events;
        m_seen.check(m_keys->use(*with_new) && m_fast->use(*with_new), "both accept another keyring");
        expect(one->text, true, "a key that was proved with a retired proof key is granted");
        m_seen.check(!without_proof_key(*with_new, old, m_store), "a proof key is kept while it proves rows");
        m_seen.check(static_cast<bool>(m_keys->reprove({.limit = 1'000})), "credentials are proved again");
        auto without = without_proof_key(*with_new, old, m_store);
        if (!m_seen.check(static_cast<bool>(without), "a proof key that proves nothing any more can be dropped"))
            return;
        m_seen.check(m_keys->use(*without) && m_fast->use(*without), "both accept another keyring");
        expect(one->text, true, "a key that was proved again is granted");
        m_ring.emplace(*std::move(without));
    }

    void idempotency() {
        request_context once = m_by;
        once.idempotency_token = "a-token-with-enough-characters";
        const auto first = took(m_keys->issue(asked(), once), "a credential is issued");
        if (!first) return;
        const auto again = m_keys->issue(asked(), once);
        m_seen.check(again && again->credential == first->credential && again->handle == first->key,
                     "a call repeated with its token has the same outcome");
        m_seen.check(again && again->text_lost == !Policies::custody::keeps_text,
                     "a repeated call returns the text again if it is kept");
        new_credential changed = asked();
        changed.name = "another name";
        const auto other = m_keys->issue(changed, once);
        m_seen.check(!other && other.error().code() == errc::conflict, "a token is refused for another call");
        m_events += Policies::custody::keeps_text ? 2 : 1;  // returning the text again is a reveal
    }

    void peppers() {
        const auto one = issue(asked());
        auto with_new = m_ring->with_new_pepper();
        if (!one || !m_seen.check(static_cast<bool>(with_new), "a keyring gets another pepper")) return;
        const std::uint32_t old = m_ring->current_pepper();
        m_seen.check(m_keys->use(*with_new) && m_fast->use(*with_new), "both accept another keyring");
        expect(one->text, true, "a key under a retired pepper is granted");
        const verdict answer = m_keys->verify(one->text, scope);
        m_seen.check(answer && answer.grant().rehash_due(), "a grant reports that its pepper has retired");
        const auto fresh = issue(asked());
        const auto without = with_new->without_pepper(old);
        if (!fresh || !m_seen.check(static_cast<bool>(without), "a retired pepper can be dropped")) return;
        m_seen.check(m_keys->use(*without) && m_fast->use(*without), "both accept another keyring");
        expect(one->text, false, "a key whose pepper was dropped is denied", face::invalid_key);
        expect(fresh->text, true, "a key under another pepper is granted");
    }

    /// A text sealed under an older sealing key can still be revealed.
    void sealing_keys() {
        if constexpr (Policies::custody::keeps_text) {
            const auto old = issue(asked());
            auto with_new = m_ring->with_new_sealing_key();
            if (!old || !m_seen.check(static_cast<bool>(with_new), "a keyring gets another sealing key")) return;
            m_seen.check(m_keys->use(*with_new) && m_fast->use(*with_new), "both accept another keyring");
            const auto fresh = issue(asked());
            if (!fresh) return;
            for (const known& each : {*old, *fresh}) {
                const auto text = m_keys->reveal(each.credential, m_by);
                ++m_events;
                m_seen.check(text && text->reveal(unsafe_reveal) == each.text,
                             "reveal opens texts sealed under any sealing key");
            }
            m_ring.emplace(*std::move(with_new));
        }
    }

    void uses_and_audit() {
        const auto one = issue(asked());
        if (!one) return;
        constexpr std::uint64_t times = 3;
        for (std::uint64_t i = 0; i < times; ++i) {
            (void)m_keys->verify(one->text, scope);
            (void)m_reader->verify(one->text, m_clock.now(), scope);
        }
        m_seen.check(m_keys->flush_usage() && m_fast->flush_usage(), "uses are written");
        const auto view = m_keys->find(one->key);
        m_seen.check(
            view && view->keys.size() == 1 && view->keys[0].uses == 2 * times && view->keys[0].last_used_at.has_value(),
            "every grant was counted");
        const auto events = m_keys->audit({.limit = 1});
        m_seen.check(events && events->items.size() == 1 && events->items[0].action == "issue" &&
                         events->items[0].actor == m_by.actor && events->items[0].credential == one->credential,
                     "the newest audit event is that of the last change");
        m_seen.check(events && !events->items.empty() && events->items[0].sequence == m_events,
                     "there is one audit event for each change and each reveal",
                     events && !events->items.empty()
                         ? std::to_string(events->items[0].sequence) + " events, and not " + std::to_string(m_events)
                         : std::string{});
    }
};

}  // namespace shearline::inline v0_1::testing::detail
