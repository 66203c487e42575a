// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Tests a custody that keeps texts: a sealed text opens unaltered and in its own row, or not at all.
// Depends on custody/recoverable.hpp for the binding, secret/ and testing/report.hpp; never on one custody.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/custody/recoverable.hpp>
#include <shearline/secret/secret_bytes.hpp>
#include <shearline/secret/secret_text.hpp>
#include <shearline/testing/detail/wrong_custodies.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing {

namespace detail {

/// The row of the samples, and rows that differ from it slightly: in one bit, in the last character, in the case of a
/// letter, or only in where fields are joined.
struct custody_rows {
    std::string tenant = std::string(255, 't') + "enant", format = std::string(40, 'f') + "ormat";
    std::string other_tenant = std::string(255, 't') + "enanT", other_format = std::string(40, 'f') + "ormaT";
    seal_binding here{environment::live, "sample", "acme", credential_id::from_random({1, 2, 3}), handle{7}, 3};
    seal_binding long_names{environment::live, format, tenant, credential_id::from_random({1, 2, 3}), handle{7}, 3};

    [[nodiscard]] std::vector<seal_binding> elsewhere() const {
        std::vector<seal_binding> all;
        const auto with = [&all](seal_binding of, auto change) {
            change(of);
            all.push_back(of);
        };
        with(here, [](auto& of) { of.environment = environment::test; });
        for (const char* other : {"sampl", "Sample", "samplE", "sample2", ""})
            with(here, [&](auto& of) { of.format = other; });
        for (const char* other : {"acm", "Acme", "acmE", "acme ", ""}) with(here, [&](auto& of) { of.tenant = other; });
        with(here, [](auto& of) { of.format = "samplea", of.tenant = "cme"; });  // the same when joined
        for (std::size_t byte = 0; byte < 16; ++byte) {
            credential_id::bytes_type bytes{1, 2, 3};
            bytes[byte] ^= 1U;
            with(here, [&](auto& of) { of.credential = credential_id::from_random(bytes); });
        }
        for (unsigned bit = 0; bit < 64; ++bit)
            with(here, [&](auto& of) { of.handle.value ^= std::uint64_t{1} << bit; });
        for (unsigned bit = 0; bit < 32; ++bit) with(here, [&](auto& of) { of.generation ^= std::uint32_t{1} << bit; });
        with(here, [](auto& of) { of.handle = handle{3}, of.generation = 7; });
        return all;
    }
};

/// The longest run of equal bytes at equal positions of two boxes.
[[nodiscard]] inline std::size_t longest_common_run(const std::vector<std::byte>& a, const std::vector<std::byte>& b) {
    std::size_t longest = 0;
    std::size_t run = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        run = a[i] == b[i] ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return longest;
}

/// The claims, for a type with `seal` and `open` as `recoverable` has them.
template <typename Custody>
[[nodiscard]] report custody_claims(std::string_view only = {}) {
    report seen{"custody_conformance<Custody>(", only};
    secret_bytes<32> key;
    if (!seen.check(static_cast<bool>(system_entropy{}.fill(key.reveal_mutable(unsafe_reveal))),
                    "the system gives entropy"))
        return seen;
    const custody_rows rows;
    const std::vector<seal_binding> elsewhere = rows.elsewhere();

    const auto opens = [&](const seal_binding& as, const sealed_text& sealed, std::string_view text) {
        const auto opened = Custody::open(key, as, sealed);
        return opened && opened->reveal(unsafe_reveal) == text;
    };
    const auto refused = [&seen](const result<secret_text>& opened, std::string_view claim, const std::string& where) {
        seen.check(!opened, claim, where);
        seen.check(opened || opened.error().code() == errc::corrupt, "a box that does not open is `corrupt`",
                   opened ? where : where + ": " + std::string{to_string(opened.error().code())});
    };
    // Letters of both cases, digits and other characters: a key, or any other text.
    constexpr std::string_view letters = "instance_Zy9kQ0aB8-7cD.6eF5/gH4+iJ3=lM2~nO1 pR";
    constexpr std::size_t greatest_header = 32;  // of a box, before the part that must look random
    for (const std::size_t chars : {1U, 58U, 255U}) {
        std::string text;
        for (std::size_t i = 0; i < chars; ++i) text += letters[(i * i + 3 * i) % letters.size()];
        const std::string where = std::to_string(chars) + " characters";
        if (!seen.wants(where)) continue;
        for (const std::uint32_t number : {1U, 2U, 257U, 4'294'967'295U}) {
            const auto sealed = Custody::seal(key, number, rows.here, secret_text::copy_of(text));
            if (!seen.check(static_cast<bool>(sealed), "a text can be sealed", where)) return seen;
            seen.check(sealed->sealing_key == number, "a box holds the number of its sealing key", where);
            seen.check(opens(rows.here, *sealed, text), "a sealed text opens unaltered", where);
        }
        const auto sealed = Custody::seal(key, std::uint32_t{1}, rows.here, secret_text::copy_of(text));
        const auto twice = Custody::seal(key, std::uint32_t{1}, rows.here, secret_text::copy_of(text));
        std::string another_text = text;
        another_text[chars / 2] = another_text[chars / 2] == 'x' ? 'y' : 'x';
        const auto other = Custody::seal(key, std::uint32_t{1}, rows.here, secret_text::copy_of(another_text));
        const auto named = Custody::seal(key, std::uint32_t{1}, rows.long_names, secret_text::copy_of(text));
        if (!seen.check(sealed && twice && other && named, "a text can be sealed", where)) continue;
        // Bytes of a short box may be equal by chance, so only the whole box is compared.
        seen.check(longest_common_run(sealed->box, twice->box) <= std::min(greatest_header, sealed->box.size() - 1),
                   "a text that is sealed twice gives different boxes", where);
        seen.check(longest_common_run(sealed->box, other->box) <= greatest_header, "similar texts give different boxes",
                   where);
        const std::string box(reinterpret_cast<const char*>(sealed->box.data()), sealed->box.size());
        seen.check(chars < 8 || box.find(text.substr(0, 8)) == std::string::npos, "a box does not contain the text",
                   where);
        for (std::size_t bit = 0; bit < 256; ++bit) {
            secret_bytes<32> other_key = secret_bytes<32>::copy_of(key.reveal(unsafe_reveal));
            other_key.reveal_mutable(unsafe_reveal)[bit / 8] ^= std::byte{1} << (bit % 8);
            refused(Custody::open(other_key, rows.here, *sealed), "another key does not open a box",
                    where + ", bit " + std::to_string(bit));
        }
        for (const seal_binding& as : elsewhere)
            refused(Custody::open(key, as, *sealed), "a box does not open in another row", where);
        for (const bool of_tenant : {true, false}) {
            seal_binding as = rows.long_names;
            (of_tenant ? as.tenant : as.format) = of_tenant ? rows.other_tenant : rows.other_format;
            refused(Custody::open(key, as, *named), "a box does not open in a row whose long name differs at its end",
                    where);
        }
        seen.check(opens(rows.long_names, *named, text), "a sealed text opens unaltered in a row with long names",
                   where);
        sealed_text altered = *sealed;
        altered.sealing_key = 2;
        refused(Custody::open(key, rows.here, altered), "a box does not open under another number", where);
        for (std::size_t bit = 0; bit < 8 * (sealed->box.size() + sealed->nonce.size()); ++bit) {
            altered = *sealed;
            const bool in_box = bit / 8 < sealed->box.size();
            std::byte& byte = in_box ? altered.box[bit / 8] : altered.nonce[bit / 8 - sealed->box.size()];
            byte ^= std::byte{1} << (bit % 8);
            refused(Custody::open(key, rows.here, altered), "a box with a flipped bit does not open", where);
        }
        for (std::size_t bytes = 0; bytes < sealed->box.size(); ++bytes) {
            altered = *sealed;
            altered.box.resize(bytes);
            refused(Custody::open(key, rows.here, altered), "a truncated box does not open", where);
        }
        altered = *sealed;
        altered.box.push_back(std::byte{0});
        refused(Custody::open(key, rows.here, altered), "an extended box does not open", where);
    }
    std::set<std::pair<std::array<std::byte, 24>, std::vector<std::byte>>> boxes;
    constexpr std::size_t often = 2'000;
    for (std::size_t i = 0; i < often && only.empty(); ++i)
        if (auto sealed = Custody::seal(key, std::uint32_t{1}, rows.here, secret_text::copy_of("the same text")))
            boxes.emplace(sealed->nonce, std::move(sealed->box));
    seen.check(!only.empty() || boxes.size() == often, "a text that is sealed often never gives the same box twice",
               std::to_string(often - boxes.size()) + " came again");
    return seen;
}

}  // namespace detail

/// Tests a custody against the contract of `custody_policy`. If it keeps texts, every bit of box, nonce and binding is
/// altered: some thousand openings. If not, only that is checked. `only` runs one case, by the name that a report gives
/// it, without the negative controls.
///
/// Example:
///     const auto seen = shearline::testing::custody_conformance<shearline::recoverable>();  // or your own
///     const std::string words = seen.message();
///     const bool passed = static_cast<bool>(seen);
template <typename Custody>
[[nodiscard]] report custody_conformance(std::string_view only = {}) {
    static_assert(custody_policy<Custody>,
                  "custody_conformance<Custody>: give Custody `static constexpr bool keeps_text`");
    report seen;
    if constexpr (Custody::keeps_text) {
        seen = detail::custody_claims<Custody>(only);
    } else {
        constexpr bool opens = requires(const secret_bytes<32>& key, const seal_binding& as,
                                        const sealed_text& sealed) { Custody::open(key, as, sealed); };
        seen.check(!opens, "a custody that keeps no text has no way to open one");
    }
    if (!only.empty()) return seen;
    using detail::bent_custody;
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as = {}; }>>(),
                 "a custody whose boxes open in any row");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as.environment = environment::live; }>>(),
                 "a custody that does not bind the environment");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as.format = {}; }>>(),
                 "a custody that does not bind the format");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as.tenant = {}; }>>(),
                 "a custody that does not bind the tenant");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as.credential = {}; }>>(),
                 "a custody that does not bind the credential");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as.handle = {}; }>>(),
                 "a custody that does not bind the handle");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as.generation = 0; }>>(),
                 "a custody that does not bind the generation");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) {
        as.generation += static_cast<std::uint32_t>(as.handle.value);
        as.handle = {};
    }>>(),
                 "a custody that adds handle and generation instead of joining them");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as.handle.value &= 0xffff'ffff; }>>(),
                 "a custody that binds 32 bits of a handle");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as.generation &= 0xffff; }>>(),
                 "a custody that binds 16 bits of a generation");
    seen.control(
        !detail::custody_claims<bent_custody<[](seal_binding& as) { as.tenant = as.tenant.substr(0, 255); }>>(),
        "a custody that truncates the tenant");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as.format = as.format.substr(0, 32); }>>(),
                 "a custody that truncates the format");
    seen.control(!detail::custody_claims<detail::renumbering_custody<[](std::uint32_t) { return 1U; }>>(),
                 "a custody that stores 1 as the number of every key");
    seen.control(!detail::custody_claims<detail::renumbering_custody<[](std::uint32_t of) { return of & 0xffU; }>>(),
                 "a custody that stores the number of a key in one byte");
    seen.control(!detail::custody_claims<detail::half_keyed_custody>(), "a custody that uses half of the key");
    seen.control(!detail::custody_claims<detail::thinly_veiled_custody>(),
                 "a custody that stores the encoded text beside the box");
    seen.control(!detail::custody_claims<detail::folding_custody>(), "a custody that folds the case of letters");
    seen.control(!detail::custody_claims<detail::nameless_custody>(),
                 "a custody that does not store the number of its key");
    seen.control(!detail::custody_claims<detail::vague_custody>(),
                 "a custody that does not report a damaged box as `corrupt`");
    seen.control(!detail::custody_claims<detail::generous_custody>(), "a custody that ignores bytes after a box");
    seen.control(!detail::custody_claims<detail::plain_custody>(), "a custody that stores the text as it is");
    return seen;
}

}  // namespace shearline::inline v0_1::testing
