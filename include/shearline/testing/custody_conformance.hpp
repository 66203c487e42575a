// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Holds a custody that keeps texts to its contract: what is sealed opens as itself, in its place, unaltered, or not.
// Depends on custody/recoverable.hpp for the binding, secret/ and testing/report.hpp; never on one custody.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/concepts.hpp>
#include <shearline/custody/recoverable.hpp>
#include <shearline/secret/secret_bytes.hpp>
#include <shearline/secret/secret_text.hpp>
#include <shearline/testing/report.hpp>

namespace shearline::inline v0_1::testing {

namespace detail {

/// The claims, for a type with `seal` and `open` as `recoverable` has them.
template <typename Custody>
[[nodiscard]] report custody_claims() {
    report seen;
    secret_bytes<32> key;
    secret_bytes<32> other_key;
    if (!seen.check(system_entropy{}.fill(key.reveal_mutable(unsafe_reveal)) &&
                        system_entropy{}.fill(other_key.reveal_mutable(unsafe_reveal)),
                    "the system gives entropy"))
        return seen;
    const seal_binding here{environment::live, "sample", "acme", {}, handle{7}, 3};
    std::vector<seal_binding> elsewhere(8, here);
    elsewhere[0].environment = environment::test;
    elsewhere[1].format = "sampl";
    elsewhere[2].tenant = "acm";
    elsewhere[3].credential = credential_id::from_random({1});
    elsewhere[4].handle = handle{8};
    elsewhere[5].generation = 4;
    elsewhere[6].format = "samplea";  // with the tenant it reads the same
    elsewhere[6].tenant = "cme";
    elsewhere[7].handle = handle{3};
    elsewhere[7].generation = 7;

    const auto opens = [&](const secret_bytes<32>& with, const seal_binding& as, const sealed_text& sealed,
                           std::string_view text) {
        const auto opened = Custody::open(with, as, sealed);
        return opened && opened->reveal(unsafe_reveal) == text;
    };
    const auto refused = [&seen](const result<secret_text>& opened, std::string_view claim, const std::string& where) {
        seen.check(!opened, claim, where);
        seen.check(opened || opened.error().code() == errc::corrupt, "a box that does not open is `corrupt`",
                   opened ? where : where + ": " + std::string{to_string(opened.error().code())});
    };
    for (const std::size_t chars : {1U, 58U, 255U}) {
        const std::string text(chars, 'k');
        const std::string where = std::to_string(chars) + " characters";
        const auto sealed = Custody::seal(key, 1, here, secret_text::copy_of(text));
        const auto twice = Custody::seal(key, 1, here, secret_text::copy_of(text));
        if (!seen.check(sealed && twice, "a text can be sealed", where)) continue;
        seen.check(opens(key, here, *sealed, text), "what was sealed opens as itself", where);
        seen.check(sealed->sealing_key == 1, "a box says under which key it was sealed", where);
        seen.check(sealed->box != twice->box, "a text that is sealed twice looks like two", where);
        const std::string box(reinterpret_cast<const char*>(sealed->box.data()), sealed->box.size());
        seen.check(chars < 8 || box.find(text.substr(0, 8)) == std::string::npos, "a box does not show the text",
                   where);
        refused(Custody::open(other_key, here, *sealed), "another key does not open a box", where);
        for (const seal_binding& as : elsewhere)
            refused(Custody::open(key, as, *sealed), "a box does not open in another place", where);
        sealed_text altered = *sealed;
        altered.sealing_key = 2;
        refused(Custody::open(key, here, altered), "a box does not open under another number", where);
        for (std::size_t bit = 0; bit < 8 * (sealed->box.size() + sealed->nonce.size()); ++bit) {
            altered = *sealed;
            const bool in_box = bit / 8 < sealed->box.size();
            std::byte& byte = in_box ? altered.box[bit / 8] : altered.nonce[bit / 8 - sealed->box.size()];
            byte ^= std::byte{1} << (bit % 8);
            refused(Custody::open(key, here, altered), "a box with another bit does not open", where);
        }
        for (std::size_t bytes = 0; bytes < sealed->box.size(); ++bytes) {
            altered = *sealed;
            altered.box.resize(bytes);
            refused(Custody::open(key, here, altered), "a box that was cut does not open", where);
        }
        altered = *sealed;
        altered.box.push_back(std::byte{0});
        refused(Custody::open(key, here, altered), "a box that was prolonged does not open", where);
    }
    return seen;
}

/// `recoverable`, with its binding bent by `Bend` before it is sealed or opened.
template <auto Bend>
struct bent_custody {
    static result<sealed_text> seal(const secret_bytes<32>& key, std::uint32_t number, seal_binding as,
                                    const secret_text& text) {
        Bend(as);
        return recoverable::seal(key, number, as, text);
    }
    static result<secret_text> open(const secret_bytes<32>& key, seal_binding as, const sealed_text& sealed) {
        Bend(as);
        return recoverable::open(key, as, sealed);
    }
};

/// Does not write down under which key it sealed.
struct nameless_custody : recoverable {
    static result<sealed_text> seal(const secret_bytes<32>& key, std::uint32_t number, const seal_binding& as,
                                    const secret_text& text) {
        auto sealed = recoverable::seal(key, number, as, text);
        if (sealed) sealed->sealing_key = 0;
        return sealed;
    }
    static result<secret_text> open(const secret_bytes<32>& key, const seal_binding& as, sealed_text sealed) {
        if (sealed.sealing_key == 0) sealed.sealing_key = 1;
        return recoverable::open(key, as, sealed);
    }
};

/// Calls every box that does not open one that is not there.
struct vague_custody : recoverable {
    static result<secret_text> open(const secret_bytes<32>& key, const seal_binding& as, const sealed_text& sealed) {
        auto opened = recoverable::open(key, as, sealed);
        return opened ? std::move(opened) : result<secret_text>{error{errc::not_found, "none"}};
    }
};

/// Opens what goes on behind the box.
struct generous_custody : recoverable {
    static result<secret_text> open(const secret_bytes<32>& key, const seal_binding& as, sealed_text sealed) {
        for (std::size_t least = sealed.box.size() < 2 ? 0 : sealed.box.size() - 2; sealed.box.size() > least;) {
            if (auto opened = recoverable::open(key, as, sealed)) return opened;
            sealed.box.pop_back();
        }
        return recoverable::open(key, as, sealed);
    }
};

/// Takes a look into the box for opening it.
struct plain_custody {
    static result<sealed_text> seal(const secret_bytes<32>&, std::uint32_t number, const seal_binding&,
                                    const secret_text& text) {
        sealed_text made{.sealing_key = number};
        for (const char c : text.reveal(unsafe_reveal)) made.box.push_back(static_cast<std::byte>(c));
        return made;
    }
    static result<secret_text> open(const secret_bytes<32>&, const seal_binding&, const sealed_text& sealed) {
        return secret_text::copy_of({reinterpret_cast<const char*>(sealed.box.data()), sealed.box.size()});
    }
};

}  // namespace detail

/// Holds a custody to the contract of `custody_policy`. One that keeps no text has nothing to prove but that; of the
/// others every bit of box, nonce and binding is altered, some thousand openings.
template <typename Custody>
[[nodiscard]] report custody_conformance() {
    static_assert(custody_policy<Custody>,
                  "custody_conformance<Custody>: give Custody `static constexpr bool keeps_text`");
    report seen;
    if constexpr (Custody::keeps_text) {
        seen = detail::custody_claims<Custody>();
    } else {
        constexpr bool opens = requires(const secret_bytes<32>& key, const seal_binding& as,
                                        const sealed_text& sealed) { Custody::open(key, as, sealed); };
        seen.check(!opens, "a custody that keeps no text has no way to open one");
    }
    using detail::bent_custody;
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as = {}; }>>(),
                 "a custody whose boxes open in any row");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as.environment = environment::live; }>>(),
                 "a custody that leaves out the environment");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as.format = {}; }>>(),
                 "a custody that leaves out the format");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as.tenant = {}; }>>(),
                 "a custody that leaves out the tenant");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as.credential = {}; }>>(),
                 "a custody that leaves out the credential");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as.handle = {}; }>>(),
                 "a custody that leaves out the handle");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) { as.generation = 0; }>>(),
                 "a custody that leaves out the generation");
    seen.control(!detail::custody_claims<bent_custody<[](seal_binding& as) {
        as.generation += static_cast<std::uint32_t>(as.handle.value);
        as.handle = {};
    }>>(),
                 "a custody that adds up what it should join");
    seen.control(!detail::custody_claims<detail::nameless_custody>(), "a custody that does not say which key it used");
    seen.control(!detail::custody_claims<detail::vague_custody>(), "a custody that does not tell a damaged box");
    seen.control(!detail::custody_claims<detail::generous_custody>(), "a custody that opens what goes on behind a box");
    seen.control(!detail::custody_claims<detail::plain_custody>(), "a custody that stores the text as it is");
    return seen;
}

}  // namespace shearline::inline v0_1::testing
