// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Whether keys are drawn without bias: every place of the secret uniform and independent of others, the handle uniform,
// no repeat.
// Depends on generate.hpp and testing/report.hpp; never on a test of randomness that passes what is merely
// random-looking.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/format/parse.hpp>
#include <shearline/generate.hpp>
#include <shearline/testing/detail/biased_sources.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing {

/// Pearson's chi-square of counts that should be equal.
[[nodiscard]] inline double chi_square(const std::vector<std::size_t>& seen) {
    double sum = 0;
    for (const std::size_t count : seen) sum += static_cast<double>(count);
    const double expected = sum / static_cast<double>(seen.size());
    double square = 0;
    for (const std::size_t count : seen) {
        const double off = static_cast<double>(count) - expected;
        square += off * off / expected;
    }
    return square;
}

/// What chi-square exceeds, for that many equal classes, about once in 10^9 draws of a uniform source: six standard
/// deviations, by the approximation of Wilson and Hilferty (1931).
[[nodiscard]] inline double chi_square_limit(std::size_t classes) {
    const double freedom = static_cast<double>(classes) - 1;
    const double spread = 2 / (9 * freedom);
    const double root = 1 - spread + 6 * std::sqrt(spread);
    return freedom * root * root * root;
}

namespace detail {

/// What was counted of the keys that were drawn.
template <typename Format>
class drawn_keys {
    static constexpr std::size_t digits = Format::alphabet::size;
    static constexpr std::size_t chars = Format::secret_chars;
    using places = std::vector<std::vector<std::size_t>>;

public:
    void take(handle name, const std::string& text) {
        std::array<std::size_t, chars> secret{};
        const std::string_view spelled = Format::secret_part.of(text);
        std::transform(spelled.begin(), spelled.end(), secret.begin(), Format::alphabet::decode);
        for (std::size_t place = 0; place < chars; ++place) {
            ++m_single[place][secret[place]];
            if (place > 0) ++m_neighbours[place][secret[place - 1] * digits + secret[place]];
            if (m_keys > 0) ++m_successive[place][m_last[place] * digits + secret[place]];
            if constexpr (Format::has_handle)
                ++m_with_handle[place][static_cast<std::size_t>(name.value % digits) * digits + secret[place]];
        }
        if (m_keys < keys_of_pairs)
            for (std::size_t one = 0; one < chars; ++one)
                for (std::size_t other = 0; other < one; ++other)
                    m_equal[one][other] += secret[one] == secret[other] ? 1U : 0U;
        if constexpr (Format::has_handle) {
            const long double share = static_cast<long double>(name.value - 1) / Format::greatest_handle;
            ++m_share[std::min<std::size_t>(63, static_cast<std::size_t>(share * 64))];
            for (std::size_t group = 0; group < groups; ++group) ++m_bits[group][name.value >> (6 * group) & 63U];
        }
        m_texts.insert(text);
        m_starts.insert(std::string{spelled.substr(0, 12)});
        m_last = secret;
        ++m_keys;
    }

    void tell(report& seen) const {
        const auto alike = [&seen](const places& counted, std::size_t first, std::string_view claim) {
            for (std::size_t at = first; at < counted.size(); ++at)
                seen.check(chi_square(counted[at]) < chi_square_limit(counted[at].size()), claim,
                           "place " + std::to_string(at));
        };
        alike(m_single, 0, "every digit is equally likely in every place of a secret");
        alike(m_neighbours, 1, "no digit depends on the one before it");
        alike(m_successive, 0, "no digit depends on the key before it");
        // A Poisson variable is less than ten deviations above its mean, but for once in 10^15 times.
        const double mean = static_cast<double>(std::min(m_keys, keys_of_pairs)) / digits;
        for (std::size_t one = 0; one < chars; ++one)
            for (std::size_t other = 0; other < one; ++other)
                seen.check(static_cast<double>(m_equal[one][other]) < mean + 10 * std::sqrt(mean),
                           "no two places of a secret are the same more often than by chance",
                           "places " + std::to_string(other) + " and " + std::to_string(one));
        if constexpr (Format::has_handle) {
            alike(m_with_handle, 0, "no digit of a secret depends on the handle");
            seen.check(chi_square(m_share) < chi_square_limit(m_share.size()), "a handle is uniform as a number");
            alike(m_bits, 0, "all bits of a handle are uniform, six and six");
        }
        seen.check(m_texts.size() == m_keys, "no key is made twice");
        if constexpr (chars >= 12) seen.check(m_starts.size() == m_keys, "no two secrets begin alike");
    }

private:
    static constexpr std::size_t keys_of_pairs = 8'000;
    // Of the highest bits, the greatest handle decides.
    static constexpr std::size_t groups = Format::has_handle ? (std::bit_width(Format::greatest_handle) - 12) / 6 : 0;

    static places of(std::size_t classes) { return places(chars, std::vector<std::size_t>(classes)); }

    places m_single = of(digits), m_neighbours = of(digits * digits), m_successive = of(digits * digits),
           m_with_handle = of(digits * digits);
    std::array<std::array<std::size_t, chars>, chars> m_equal{};
    std::vector<std::size_t> m_share = std::vector<std::size_t>(64);
    places m_bits = places(groups, std::vector<std::size_t>(64));
    std::set<std::string> m_texts, m_starts;
    std::array<std::size_t, chars> m_last{};
    std::size_t m_keys = 0;
};

}  // namespace detail

/// Holds what `make() -> result<generated_key<Format>>` makes to a uniform distribution: each place of the secret
/// over the alphabet, beside its neighbour, beside the same place of the key before, and beside the handle; all bits of
/// the handle; no text and no beginning of a secret twice. 64,000 keys; a sound source fails once in some 10^6 runs. It
/// finds a bias of some percent (a remainder of a byte), and says nothing about whether the source can be predicted.
template <typename Format, typename Make>
[[nodiscard]] report entropy_claims(Make make) {
    constexpr std::size_t keys = 64'000;
    report seen;
    detail::drawn_keys<Format> drawn;
    for (std::size_t i = 0; i < keys; ++i) {
        const auto fresh = make();
        if (!seen.check(static_cast<bool>(fresh), "a key can be made")) return seen;
        const std::string text{fresh->text.reveal(unsafe_reveal)};
        const auto key = parse<Format>(text);
        if (!seen.check(key && key->handle == fresh->handle, "what is made is a key of its handle")) return seen;
        drawn.take(fresh->handle, text);
    }
    drawn.tell(seen);
    return seen;
}

/// Holds `generate<Format>()` with an entropy source to `entropy_claims`. Each run also asks sources that are wrong on
/// purpose, and fails unless it catches every one.
template <typename Format, typename Entropy = system_entropy>
[[nodiscard]] report entropy_check() {
    Entropy entropy;
    report seen = entropy_claims<Format>([&] { return generate<Format>(entropy); });
    for (const detail::source_fault& fault : detail::source_faults) {
        if (fault.is_of_handles && !Format::has_handle) continue;
        detail::biased_entropy biased{fault, Format::alphabet::size};
        seen.control(!entropy_claims<Format>([&] { return generate<Format>(biased); }), fault.name);
    }
    return seen;
}

}  // namespace shearline::inline v0_1::testing
