// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What each part of a hot verification adds: the verifier's own steps, in their order, from the first up to each.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "measure.hpp"

namespace bench {

enum class part {
    tag,     ///< length and prefix compared, and the memo's tag of the text
    line,    ///< the handle found in the text, its line in the table, the tag compared with the line's
    inside,  ///< the reader enters and leaves
    lease,   ///< the coarse clock, the lease, and the store's change count
    time,    ///< time that does not go back
    rules,   ///< state, end, tenant and scope
    counts,  ///< the key's uses and the reader's answers
};

/// A verifier's shared state and one reader's, opened as `verifier::open` does it.
template <typename Policies>
struct opened {
    using shared = shearline::detail::verifier_state<Policies, synthetic_store, strict>;
    using mirrored_type = typename shared::mirrored_type;

    explicit opened(std::uint64_t size)
        : store{size},
          of{store, {}, mirrored_of(store), must(shearline::detail::proofs<Policies>::make(ring()))},
          mine{of.join()} {
        remember_all(size);
    }

    static std::unique_ptr<mirrored_type> mirrored_of(synthetic_store& store) {
        constexpr hash_name hash = shearline::detail::digester<typename Policies::hash>::hash;
        const auto nobody = [](std::uint64_t, std::uint64_t) {};
        return must(mirrored_type::open(store, {}, hash, must(shared::prover_for(store, ring())), nobody));
    }

    synthetic_store store;
    shared of;
    shearline::detail::verifier_slot& mine;

private:
    void remember_all(std::uint64_t size) {
        const presented texts{size, [](std::size_t i) { return text_of(i); }};
        const timestamp now = system_clock{}.now();
        std::array<verdict, shared::answered_at_once> answers;
        for (std::span<const std::string_view> left = texts.views(); !left.empty();) {
            const std::size_t some = std::min(left.size(), answers.size());
            of.answer_some(mine, left.first(some), now, any_scope, answers);
            if (!std::ranges::all_of(std::span{answers}.first(some), [](const verdict& one) { return !!one; }))
                give_up("a key is refused");
            left = left.subspan(some);
        }
    }
};

/// The steps of a verification, without those after `Last`; whether they find nothing wrong.
template <part Last, typename Shared>
[[gnu::always_inline]] inline bool passes(Shared& of, shearline::detail::verifier_slot& mine, std::string_view text,
                                          timestamp now) {
    namespace detail = shearline::detail;
    struct outside {
        explicit outside(const detail::epochs::slot& /*place*/) noexcept {}
    };
    if (!may_be_key<instance>(text)) return false;
    const std::conditional_t<Last >= part::inside, detail::inside, outside> here{*mine.place};
    const handle key = Last >= part::line ? find_handle<instance>(text) : handle{};
    if constexpr (Last >= part::line) of.mirrored->table().prefetch(key);
    if constexpr (Last >= part::lease)
        if (!of.mirrored->is_true()) return false;
    if constexpr (Last >= part::time) now = of.time->at(now);
    const auto& by = of.proving();
    const auto tag = by.tag_of(text);
    benchmark::DoNotOptimize(tag);
    if constexpr (Last >= part::line) {
        const detail::line_table& table = of.mirrored->table();
        detail::line* const known = table.find(key);
        if (known == nullptr || !by.remembers(tag, *known)) return false;
        if constexpr (Last >= part::rules) {
            const detail::line_owner owner = known->owner();
            if (!detail::line_status::is_plain(known->status_word()) || owner.ends != detail::never) return false;
            if (!of.mirrored->profiles()[owner.profile].covers(synthetic_store::scope)) return false;
        }
        if constexpr (Last >= part::counts) {
            mine.uses.note(table, *known, key, now);
            mine.count(0);
        }
    }
    return true;
}

template <typename Policies, part Last>
void hot_part(benchmark::State& state, std::uint64_t size) {
    auto& it = only<opened<Policies>>(size);
    const presented texts = presented::hot(size);
    const timestamp now = system_clock{}.now();
    measure(state, as_they_are, [&](std::size_t i) { return passes<Last>(it.of, it.mine, texts[i], now); });
}

template <typename Policies>
void add_parts(const std::string& n, std::uint64_t size) {
    // `ours/hot/…/memo` is the whole.
    add("parts/tag/" + n, 500, hot_part<Policies, part::tag>, size);
    add("parts/line/" + n, 500, hot_part<Policies, part::line>, size);
    add("parts/inside/" + n, 500, hot_part<Policies, part::inside>, size);
    add("parts/lease/" + n, 500, hot_part<Policies, part::lease>, size);
    add("parts/time/" + n, 500, hot_part<Policies, part::time>, size);
    add("parts/rules/" + n, 500, hot_part<Policies, part::rules>, size);
    add("parts/counts/" + n, 500, hot_part<Policies, part::counts>, size);
}

}  // namespace bench
