// expects: specialise request_traits<Request> with target, each_field and refuse
// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <string_view>

#include <shearline/http/guard.hpp>
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

using authority = shearline::authority<shearline::policies<shearline::key_format<"instance">>, shearline::memory_store>;

struct request {};
struct response {};

#ifndef MUST_FAIL
template <>
struct shearline::request_traits<request> {
    static std::string_view target(const request&) { return "/"; }
    static void each_field(const request&, auto&&) {}
    static void refuse(const request&, response&, const shearline::refusal&) {}
};
#endif

bool opens(const shearline::request_guard<authority>& guard, const request& asked, response& answer) {
    return bool{guard.check(asked, answer, shearline::any_scope)};
}
