// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "http_client.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <ctime>
#include <utility>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "ending.hpp"
#include "stop.hpp"
#include "text.hpp"

namespace legacy_sync {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::uint32_t max_answer_head_bytes = 16 * 1024;
constexpr std::uint64_t max_answer_body_bytes = 1024 * 1024;
constexpr std::chrono::seconds greatest_retry_after{3600};

using answer_parser = http::response_parser<http::string_body>;

bool is_loopback_name(std::string_view host) {
    if (host == "localhost") return true;
    error_code failed;
    const auto address = asio::ip::make_address(host, failed);
    return !failed && address.is_loopback();
}

/// The seconds that a `Retry-After` means, as a number or as a date (RFC 9110 §10.2.3).
std::optional<std::chrono::seconds> retry_after(const std::string& text) {
    std::int64_t seconds = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (failed != std::errc{} || end != text.data() + text.size()) {
        std::tm date{};
        if (::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date) == nullptr) return std::nullopt;
        seconds = ::timegm(&date) - std::time(nullptr);
    }
    return std::clamp(std::chrono::seconds{seconds}, std::chrono::seconds{0}, greatest_retry_after);
}

/// Text that must not leak, built from pieces.
shearline::secret_text joined(std::initializer_list<std::string_view> pieces) {
    std::size_t chars = 0;
    for (const std::string_view piece : pieces) chars += piece.size();
    auto made = shearline::secret_text::with_chars(chars);
    char* at = made.reveal_mutable(shearline::unsafe_reveal).data();
    for (const std::string_view piece : pieces) at = std::copy(piece.begin(), piece.end(), at);
    return made;
}

}  // namespace

base_url base_url::parse(std::string_view text) {
    const auto wrong = [&](std::string_view what) {
        return failure{exit_status::usage, "--crm " + printable(text, 120) + ": " + std::string{what}};
    };
    base_url made;
    if (text.starts_with("http://"))
        made.is_tls = false;
    else if (!text.starts_with("https://"))
        throw wrong("must begin with https://, or with http:// for this machine itself");
    std::string_view rest = text.substr(made.is_tls ? 8 : 7);
    if (rest.find_first_of("?#") != rest.npos) throw wrong("must end before any ? or #");
    if (std::any_of(rest.begin(), rest.end(), [](char c) { return c <= ' ' || c >= '\x7f' || c == '\\'; }))
        throw wrong("must be ASCII without blanks; write other characters as %XX, and names in Punycode");
    const std::string_view authority = rest.substr(0, rest.find('/'));
    rest.remove_prefix(authority.size());
    if (authority.find('@') != authority.npos) throw wrong("must not hold a user or a password");

    std::string_view port;
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == authority.npos) throw wrong("has no ] after its [");
        made.host = authority.substr(1, end - 1);
        port = authority.substr(end + 1);
    } else {
        made.host = authority.substr(0, authority.find(':'));
        port = authority.substr(made.host.size());
    }
    std::transform(made.host.begin(), made.host.end(), made.host.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (made.host.empty()) throw wrong("names no host");
    if (!port.empty()) {
        std::uint16_t number = 0;
        const auto [end, failed] = std::from_chars(port.data() + 1, port.data() + port.size(), number);
        if (port.front() != ':' || failed != std::errc{} || end != port.data() + port.size() || number == 0)
            throw wrong("has a port that is none");
    }
    made.port = port.empty() ? (made.is_tls ? "443" : "80") : std::string{port.substr(1)};
    made.authority = authority;
    made.path = rest.empty() ? "/" : std::string{rest};
    if (!made.path.ends_with('/')) made.path += '/';
    if (!made.is_tls && !is_loopback_name(made.host))
        throw wrong(
            "plain http would show the key to everyone on the way: use https (http is for localhost, 127.0.0.0/8 "
            "and [::1] only)");
    return made;
}

std::string base_url::text() const { return (is_tls ? "https://" : "http://") + authority + path; }

/// The connection. Beast's timeouts work for asynchronous calls only, so each call is one of those, waited for.
struct http_client::state {
    explicit state(settings taken) : given{std::move(taken)}, tls{ssl::context::tls_client} {}

    settings given;
    asio::io_context io;
    ssl::context tls;
    std::optional<beast::tcp_stream> plain;
    std::optional<beast::ssl_stream<beast::tcp_stream>> secure;
    beast::flat_buffer buffer;

    [[nodiscard]] bool is_open() const { return plain || secure; }
    beast::tcp_stream& lowest() { return secure ? secure->next_layer() : *plain; }

    void close() {
        secure.reset();
        plain.reset();
        buffer.clear();
    }

    /// Starts something that ends with an `error_code`, and waits for that. `cancel` makes it end.
    template <typename Start, typename Cancel>
    void wait(std::string_view what, Start start, Cancel cancel) {
        std::optional<error_code> ended;
        start([&ended](error_code code, const auto&...) { ended = code; });
        io.restart();
        bool stopping = false;
        while (!ended) {
            io.run_for(std::chrono::milliseconds{50});
            if (!ended && !stopping && stop_asked()) {
                stopping = true;
                cancel();
            }
        }
        if (stopping) throw stopped{};
        if (*ended) throw no_answer{std::string{what} + ": " + ended->message()};
    }

    template <typename Start>
    void wait_on_stream(std::string_view what, Start start) {
        wait(what, start, [&] { lowest().cancel(); });
    }

    void connect() {
        close();
        tcp::resolver resolver{io};
        std::vector<tcp::endpoint> found;
        wait(
            "cannot resolve " + given.base.host,
            [&](auto done) {
                resolver.async_resolve(given.base.host, given.base.port,
                                       [&found, done](error_code code, const tcp::resolver::results_type& results) {
                                           for (const auto& each : results) found.push_back(each.endpoint());
                                           done(code);
                                       });
            },
            [&] { resolver.cancel(); });
        // What is called localhost need not be this machine.
        if (!given.base.is_tls && !std::all_of(found.begin(), found.end(),
                                               [](const tcp::endpoint& each) { return each.address().is_loopback(); }))
            throw failure{exit_status::unreachable,
                          given.base.host + " leads to another machine, and plain http would show the key on the way"};
        if (given.base.is_tls)
            secure.emplace(io, tls);
        else
            plain.emplace(io);
        lowest().expires_after(given.timeout);
        wait_on_stream("cannot connect to " + given.base.authority,
                       [&](auto done) { lowest().async_connect(found, done); });
        error_code ignored;
        lowest().socket().set_option(tcp::no_delay{true}, ignored);
        if (!secure) return;
        secure->set_verify_callback(ssl::host_name_verification{given.base.host});
        // What SSL_set_tlsext_host_name is, without the cast in that macro. An address is not named to TLS (RFC 6066
        // §3).
        std::string name = given.base.host;
        if (!is_address(name) && SSL_ctrl(secure->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                          TLSEXT_NAMETYPE_host_name, name.data()) != 1)
            throw no_answer{"cannot name the host to TLS"};
        wait_on_stream("no trusted TLS with " + given.base.authority,
                       [&](auto done) { secure->async_handshake(ssl::stream_base::client, done); });
    }

    static bool is_address(const std::string& host) {
        error_code failed;
        asio::ip::make_address(host, failed);
        return !failed;
    }

    template <typename Stream>
    void send_and_receive(Stream& stream, std::string_view head, std::string_view body, answer_parser& parser) {
        lowest().expires_after(given.timeout);
        const std::array<asio::const_buffer, 2> pieces{asio::buffer(head), asio::buffer(body)};
        wait_on_stream("cannot send", [&](auto done) { asio::async_write(stream, pieces, done); });
        wait_on_stream("no whole answer", [&](auto done) { http::async_read(stream, buffer, parser, done); });
    }
};

http_client::http_client(settings given) : m_state{std::make_unique<state>(std::move(given))} {
    if (!m_state->given.base.is_tls) return;
    ssl::context& tls = m_state->tls;
    tls.set_verify_mode(ssl::verify_peer);
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
    error_code failed;
    if (const std::string& file = m_state->given.ca_file; !file.empty()) {
        tls.load_verify_file(file, failed);
        if (failed)
            throw failure{exit_status::usage, file + ": holds no certificates that can be read: " + failed.message()};
    } else {
        tls.set_default_verify_paths(failed);
    }
}

http_client::~http_client() = default;

http_answer http_client::exchange(const http_request& asked, const shearline::secret_text& key) {
    state& own = *m_state;
    std::string fields =
        "Host: " + own.given.base.authority +
        "\r\nAccept: application/json, application/problem+json\r\nUser-Agent: shearline-legacy-sync\r\n";
    if (!asked.if_match.empty()) fields += "If-Match: " + asked.if_match + "\r\n";
    if (!asked.body.empty()) fields += "Content-Type: application/json\r\n";
    if (asked.method != "GET") fields += "Content-Length: " + std::to_string(asked.body.size()) + "\r\n";
    // Written here and not by Beast, whose buffers are not wiped of the key.
    const auto head =
        joined({asked.method, " ", own.given.base.path, asked.path,
                " HTTP/1.1\r\nAuthorization: ", key.reveal(shearline::unsafe_reveal), "\r\n", fields, "\r\n"});
    for (bool reused = own.is_open();; reused = false) {
        answer_parser parser;
        parser.header_limit(max_answer_head_bytes);
        parser.body_limit(max_answer_body_bytes);
        try {
            if (!own.is_open()) own.connect();
            const std::string_view text = head.reveal(shearline::unsafe_reveal);
            if (own.secure)
                own.send_and_receive(*own.secure, text, asked.body, parser);
            else
                own.send_and_receive(*own.plain, text, asked.body, parser);
        } catch (const no_answer&) {
            own.close();
            if (reused && !parser.got_some()) continue;  // closed for idleness, which both sides may do at any time
            throw;
        } catch (...) {
            own.close();
            throw;
        }
        auto& message = parser.get();
        if (!parser.keep_alive()) own.close();
        return {message.result_int(), std::move(message.body()), std::string{message[http::field::etag]},
                std::string{message[http::field::location]},
                retry_after(std::string{message[http::field::retry_after]})};
    }
}

}  // namespace legacy_sync
