// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Asks a verifier about one text and about many at once, and checks that the answers are equal.
#pragma once

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/verifier.hpp>

namespace support {

/// A reader that asks every question with both `verify` and `verify_many`, which must return the same answers and count
/// them equally. They take turns at being first, because the second one meets what the first has changed.
template <typename Verifier>
class both_ways {
    using verdict = shearline::verdict;
    using timestamp = shearline::timestamp;

public:
    explicit both_ways(Verifier& of) : m_of{&of}, m_reader{of.new_reader()} {}

    /// One text: alone, and among texts with other answers, in batches of about the size of an internal batch.
    verdict verify(std::string_view text, timestamp now, shearline::required_scope scope = shearline::any_scope) {
        std::vector<std::vector<std::string_view>> batches;
        for (const std::size_t size : {1U, 15U, 16U, 17U, 64U, 65U}) {
            std::vector<std::string_view>& batch = batches.emplace_back();
            for (std::size_t i = 0; i < size; ++i) batch.push_back(m_others[i % m_others.size()]);
            batch[m_asked % size] = text;
        }
        ++m_asked;
        const bool many_first = m_asked % 2 == 0;
        std::optional<verdict> answer;
        if (!many_first) answer = m_reader.verify(text, now, scope);
        for (const auto& batch : batches) compare(batch, now, scope, many_first);
        if (many_first) answer = m_reader.verify(text, now, scope);
        remember(text);
        return *answer;
    }

    /// Many texts, in one batch.
    std::vector<verdict> verify_all(const std::vector<std::string_view>& texts, timestamp now,
                                    shearline::required_scope scope = shearline::any_scope) {
        return compare(texts, now, scope, ++m_asked % 2 == 0);
    }

private:
    using counts = std::vector<std::uint64_t>;

    std::vector<verdict> compare(const std::vector<std::string_view>& texts, timestamp now,
                                 shearline::required_scope scope, bool many_first) {
        std::vector<verdict> each;
        std::vector<verdict> many(texts.size(),
                                  verdict{shearline::reason::store_unavailable});  // a verifier gives none
        counts counted_each, counted_many;
        for (const bool asks_many : {many_first, !many_first}) {
            const counts before = count();
            if (asks_many)
                m_reader.verify_many(texts, now, scope, many);
            else
                for (const std::string_view text : texts) each.push_back(m_reader.verify(text, now, scope));
            (asks_many ? counted_many : counted_each) = difference(count(), before);
        }
        for (std::size_t i = 0; i < texts.size(); ++i)
            if (!same(each[i], many[i]))
                BOOST_ERROR("verify_many answers " << words(many[i]) << ", and verify " << words(each[i]) << ": text "
                                                   << i << " of " << texts.size());
        BOOST_TEST(counted_many == counted_each, "verify_many counts as verify does");
        return each;
    }

    static bool same(const verdict& a, const verdict& b) {
        if (bool{a} != bool{b}) return false;
        if (!a) return a.denial().reason() == b.denial().reason();
        const shearline::grant& x = a.grant();
        const shearline::grant& y = b.grant();
        return x.credential() == y.credential() && x.tenant() == y.tenant() && x.scopes() == y.scopes() &&
               x.handle() == y.handle() && x.retiring_until() == y.retiring_until() &&
               x.rehash_due() == y.rehash_due() && x.staleness() == y.staleness();
    }
    static std::string_view words(const verdict& of) {
        return of ? "granted" : shearline::row_of(of.denial().reason()).name;
    }

    counts count() const {
        counts all{m_of->count_of(std::nullopt)};
        for (const auto& row : shearline::reason_table) all.push_back(m_of->count_of(row.why));
        return all;
    }
    static counts difference(counts after, const counts& before) {
        for (std::size_t i = 0; i < after.size(); ++i) after[i] -= before[i];
        return after;
    }

    void remember(std::string_view text) {
        if (text.size() > 100 || std::find(m_others.begin(), m_others.end(), text) != m_others.end()) return;
        if (m_others.size() == 5) m_others.erase(m_others.begin() + 1);
        m_others.emplace_back(text);
    }

    const Verifier* m_of;
    typename Verifier::reader m_reader;
    std::vector<std::string> m_others{"no key"};  // what was asked before: granted, denied, and gone
    std::size_t m_asked = 0;
};

}  // namespace support
