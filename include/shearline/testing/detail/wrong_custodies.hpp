// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Custodies with one fault each: the negative controls of custody_conformance.hpp.
// Depends on custody/recoverable.hpp; never on a suite.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/custody/recoverable.hpp>
#include <shearline/secret/secret_bytes.hpp>
#include <shearline/secret/secret_text.hpp>

namespace shearline::inline v0_1::testing::detail {

/// `recoverable` with a binding changed by `Bend` before sealing and opening.
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

/// Does not store the number of its key.
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

/// Returns `not_found` for every box that does not open.
struct vague_custody : recoverable {
    static result<secret_text> open(const secret_bytes<32>& key, const seal_binding& as, const sealed_text& sealed) {
        auto opened = recoverable::open(key, as, sealed);
        return opened ? std::move(opened) : result<secret_text>{error{errc::not_found, "none"}};
    }
};

/// Opens a box that has more bytes at its end.
struct generous_custody : recoverable {
    static result<secret_text> open(const secret_bytes<32>& key, const seal_binding& as, sealed_text sealed) {
        for (std::size_t least = sealed.box.size() < 2 ? 0 : sealed.box.size() - 2; sealed.box.size() > least;) {
            if (auto opened = recoverable::open(key, as, sealed)) return opened;
            sealed.box.pop_back();
        }
        return recoverable::open(key, as, sealed);
    }
};

/// Stores the text as it is.
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

/// `recoverable` with the key's number changed by `Number`.
template <auto Number>
struct renumbering_custody : recoverable {
    static result<sealed_text> seal(const secret_bytes<32>& key, std::uint32_t number, const seal_binding& as,
                                    const secret_text& text) {
        return recoverable::seal(key, Number(number), as, text);
    }
};

/// `recoverable` with half of the key.
struct half_keyed_custody {
    static secret_bytes<32> half_of(const secret_bytes<32>& key) {
        auto half = secret_bytes<32>::copy_of(key.reveal(unsafe_reveal));
        const auto bytes = half.reveal_mutable(unsafe_reveal);
        std::fill(bytes.begin() + 16, bytes.end(), std::byte{0});
        return half;
    }
    static result<sealed_text> seal(const secret_bytes<32>& key, std::uint32_t number, const seal_binding& as,
                                    const secret_text& text) {
        return recoverable::seal(half_of(key), number, as, text);
    }
    static result<secret_text> open(const secret_bytes<32>& key, const seal_binding& as, const sealed_text& sealed) {
        return recoverable::open(half_of(key), as, sealed);
    }
};

/// Stores the text before the box, in an encoding that only looks secret.
struct thinly_veiled_custody {
    static result<sealed_text> seal(const secret_bytes<32>& key, std::uint32_t number, const seal_binding& as,
                                    const secret_text& text) {
        auto sealed = recoverable::seal(key, number, as, text);
        if (!sealed) return sealed;
        std::vector<std::byte> veiled;
        for (const char c : text.reveal(unsafe_reveal)) veiled.push_back(static_cast<std::byte>(c) ^ std::byte{0x5a});
        sealed->box.insert(sealed->box.begin(), veiled.begin(), veiled.end());
        return sealed;
    }
    static result<secret_text> open(const secret_bytes<32>& key, const seal_binding& as, sealed_text sealed) {
        constexpr std::size_t overhead = 16;
        if (sealed.box.size() < overhead || (sealed.box.size() - overhead) % 2 != 0)
            return error{errc::corrupt, "not a box"};
        const auto chars = static_cast<std::ptrdiff_t>((sealed.box.size() - overhead) / 2);
        const std::vector<std::byte> veiled(sealed.box.begin(), sealed.box.begin() + chars);
        sealed.box.erase(sealed.box.begin(), sealed.box.begin() + chars);
        auto text = recoverable::open(key, as, sealed);
        if (!text) return text;
        const std::string_view shown = text->reveal(unsafe_reveal);
        for (std::size_t i = 0; i < veiled.size(); ++i)
            if ((static_cast<std::byte>(shown[i]) ^ std::byte{0x5a}) != veiled[i])
                return error{errc::corrupt, "altered"};
        return text;
    }
};

/// Seals texts of one case.
struct folding_custody : recoverable {
    static result<sealed_text> seal(const secret_bytes<32>& key, std::uint32_t number, const seal_binding& as,
                                    const secret_text& text) {
        std::string folded{text.reveal(unsafe_reveal)};
        for (char& c : folded)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        return recoverable::seal(key, number, as, secret_text::copy_of(folded));
    }
};

}  // namespace shearline::inline v0_1::testing::detail
