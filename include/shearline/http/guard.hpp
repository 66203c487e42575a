// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The one call of a protected route: from a request to a grant, or to the response that refuses it.
// Depends on http/, rules/ and verdict.hpp; never on an HTTP library, an authority or a verifier.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shearline/format/parse.hpp>
#include <shearline/http/challenge.hpp>
#include <shearline/http/credential_source.hpp>
#include <shearline/http/header_field.hpp>
#include <shearline/http/problem.hpp>
#include <shearline/result.hpp>
#include <shearline/rules/scope.hpp>
#include <shearline/verdict.hpp>

namespace shearline::inline v0_1 {

/// A field of a response. The name is a static string.
struct response_field {
    std::string_view name;
    std::string value;
};

/// The response that refuses a request, ready to send: no part of it repeats the request or tells a private reason.
struct refusal {
    unsigned status = 503;               ///< 400, 401, 403, 429 or 503
    std::vector<response_field> fields;  ///< all but `Content-Length`, which the server adds
    std::string body;                    ///< problem details in JSON (RFC 9457); leave it out for HEAD
    std::string why;                     ///< for the log, never for the client; holds no part of a key
};

/// How a guard reads the requests of an HTTP library and fills its responses. Specialise it for the request type:
///
/// - `std::string_view target(const Request&)`: the request target as it was sent, path and query, not decoded.
/// - `void each_field(const Request&, Take&& take)`: calls `take(name, value)` for each header field line as it was
///   received, in order, lines of one name apart. The texts live as long as the request.
/// - `void refuse(const Request&, Response&, const refusal&)`: makes the response; without a body if the method is
/// HEAD.
template <typename Request>
struct request_traits {};

/// A request and a response that `request_traits` can read and fill.
template <typename Request, typename Response>
concept guarded_request = requires(const Request& request, Response& response, const refusal& refused,
                                   void (&take)(std::string_view, std::string_view)) {
    { request_traits<Request>::target(request) } -> std::same_as<std::string_view>;
    request_traits<Request>::each_field(request, take);
    request_traits<Request>::refuse(request, response, refused);
};

/// What a guard asks: `authority` and `verifier` model it.
template <typename Keys>
concept key_checker = requires(Keys& keys, std::string_view text, required_scope scope) {
    typename Keys::format;
    { keys.verify(text, scope) } -> std::same_as<verdict>;
};

namespace detail {

/// How long a client is asked to wait after 429 and 503: a verifier is current again within its lease, of seconds.
inline constexpr std::string_view retry_after_seconds = "1";

[[nodiscard]] inline refusal make_refusal(const problem& what, std::string challenge, std::string why) {
    refusal made{what.status,
                 {{"Content-Type", std::string{problem_media_type}}, {"Cache-Control", "no-store"}},
                 to_json(what),
                 std::move(why)};
    if (!challenge.empty()) made.fields.push_back({"WWW-Authenticate", std::move(challenge)});
    if (what.status == 429 || what.status == 503)
        made.fields.push_back({"Retry-After", std::string{retry_after_seconds}});
    return made;
}

/// ": character 226 at 31" if a field of this name was sent once, and has a character that no key has.
[[nodiscard]] inline std::string place_of_bad_character(std::span<const header_field> fields, std::string_view name) {
    const header_field* sent = nullptr;
    for (const header_field& field : fields) {
        if (!equals_ignoring_case(field.name, name)) continue;
        if (sent != nullptr) return {};
        sent = &field;
    }
    if (sent == nullptr) return {};
    std::size_t at = sent->value.find(' ');  // after a scheme
    at = at == std::string_view::npos ? 0 : sent->value.find_first_not_of(' ', at);
    for (; at < sent->value.size(); ++at) {
        const char c = sent->value[at];
        if (c == '=' || are_token68_chars({&c, 1})) continue;
        return ": character " + std::to_string(static_cast<unsigned char>(c)) + " at " + std::to_string(at);
    }
    return {};
}

}  // namespace detail

/// Guards routes with the keys of an authority or a verifier, which is borrowed and must outlive the guard. Thread-safe
/// if the keys are.
///
/// A request is granted if it carries exactly one credential, in a field (`find_credential`), and that is a valid key
/// which holds the scope of the route. Otherwise it is refused: 400 or 401 if it carries none that can be read, else by
/// the face of the denial: 401, 403, 429 or 503.
///
/// Example:
///     auto list_contacts = [](auto& keys, std::span<const shearline::header_field> fields, std::string_view target) {
///         const shearline::request_guard guard{keys, "crm"};
///         const auto granted = guard.check(fields, target, shearline::scope<"contacts:read">);
///         if (!granted) return granted.error().status;  // send status, fields and body; log `why`
///         return granted->tenant().empty() ? 500U : 200U;
///     };
template <typename Keys>
class request_guard {
    static_assert(key_checker<Keys>,
                  "request_guard<Keys>: Keys is an authority or a verifier, or has a format and verify(text, scope)");

public:
    /// `realm` names what the keys open, in the challenge (RFC 9110 §11.5).
    request_guard(Keys& keys, std::string realm, other_schemes others = other_schemes::refuse)
        : m_keys{&keys}, m_realm{std::move(realm)}, m_others{others} {}
    request_guard(Keys&&, std::string, other_schemes = other_schemes::refuse) = delete;

    /// The grant of a request, or the response that refuses it. `scope` is `shearline::scope<"contacts:read">`, or
    /// `any_scope`. O(size of the request), and the cost of `verify`.
    [[nodiscard]] result<grant, refusal> check(std::span<const header_field> fields, std::string_view target,
                                               required_scope scope) const {
        const auto text = find_credential<typename Keys::format>(fields, target, m_others);
        if (!text) return refuse(text.error(), fields);
        verdict answer = m_keys->verify(*text, scope);
        if (answer) return std::move(answer).grant();
        return refuse(answer.denial(), *text, scope);
    }

    /// The same for a request of an HTTP library: see `request_traits`. If it is refused, `response` is that refusal.
    template <typename Request, typename Response>
        requires(!std::convertible_to<const Request&, std::span<const header_field>>)
    [[nodiscard]] result<grant, refusal> check(const Request& request, Response& response, required_scope scope) const {
        static_assert(
            guarded_request<Request, Response>,
            "request_guard: include http/beast.hpp or http/httplib.hpp, or specialise request_traits<Request> "
            "with target, each_field and refuse");
        std::vector<header_field> fields;
        request_traits<Request>::each_field(request, [&](std::string_view name, std::string_view value) {
            fields.push_back({name, value});
        });
        auto checked = check(fields, request_traits<Request>::target(request), scope);
        if (!checked) request_traits<Request>::refuse(request, response, checked.error());
        return checked;
    }

    /// Never compiles: a scope is checked when the program is compiled.
    template <typename First, typename Second, std::size_t Size>
    result<grant, refusal> check(First&&, Second&&, const char (&)[Size]) const {
        static_assert(Size == 0, "request_guard: write scope<\"contacts:read\">, which is checked when it is compiled");
        return refusal{};
    }

private:
    [[nodiscard]] refusal refuse(const credential_error& wrong, std::span<const header_field> fields) const {
        std::string why = std::string{to_string(wrong.code)} + " (" + std::string{wrong.field} + ")";
        if (wrong.code == credential_errc::malformed) why += detail::place_of_bad_character(fields, wrong.field);
        return detail::make_refusal(problem_of(wrong), challenge(m_realm, wrong), std::move(why));
    }

    [[nodiscard]] refusal refuse(const denial& denied, std::string_view text, required_scope scope) const {
        std::string why{to_string(denied.reason())};
        if (const auto key = parse<typename Keys::format>(text); !key)
            why += ": " + std::string{to_string(key.error().code)} + " at " + std::to_string(key.error().offset);
        return detail::make_refusal(problem_of(denied), challenge(m_realm, denied, scope.text()), std::move(why));
    }

    Keys* m_keys;
    std::string m_realm;
    other_schemes m_others;
};

}  // namespace shearline::inline v0_1
