// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "http_client.hpp"

#include <curl/curl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <utility>

namespace common {

namespace {

constexpr std::size_t max_answer_head_bytes = 16 * 1024;
constexpr std::size_t max_answer_body_bytes = 1024 * 1024;

// ---- memory: the key passes through curl's buffers, which curl does not wipe ----

void wipe_and_free(void* memory) {
    if (memory == nullptr) return;
    ::sodium_memzero(memory, ::malloc_usable_size(memory));
    std::free(memory);
}

void* wiping_realloc(void* memory, std::size_t bytes) {
    void* const made = std::malloc(bytes);
    if (made == nullptr || memory == nullptr) return made;
    std::memcpy(made, memory, std::min(bytes, ::malloc_usable_size(memory)));
    wipe_and_free(memory);
    return made;
}

/// Called once per process, before its first client.
bool start_curl() {
    static const bool started = ::curl_global_init_mem(CURL_GLOBAL_DEFAULT, std::malloc, wipe_and_free, wiping_realloc,
                                                       ::strdup, std::calloc) == CURLE_OK;
    return started;
}

// ---- the response ----

/// The seconds in a `Retry-After`, a number or a date (RFC 9110 §10.2.3).
std::optional<std::chrono::seconds> retry_after(const std::string& text) {
    std::int64_t seconds = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (failed != std::errc{} || end != text.data() + text.size()) {
        const std::time_t date = ::curl_getdate(text.c_str(), nullptr);
        if (date < 0) return std::nullopt;
        seconds = date - std::time(nullptr);
    }
    return std::clamp(std::chrono::seconds{seconds}, std::chrono::seconds{0}, greatest_retry_after);
}

/// What an exchange has received so far.
struct arriving {
    http_answer answer;
    std::size_t head_bytes = 0;
    bool is_too_long = false;
    bool is_elsewhere = false;  ///< the name resolves to another machine, and there is no TLS
    bool is_plain = false;
};

std::size_t take_head_line(const char* data, std::size_t, std::size_t bytes, void* into) {
    auto& to = *static_cast<arriving*>(into);
    to.is_too_long = (to.head_bytes += bytes) > max_answer_head_bytes;
    if (to.is_too_long) return 0;
    const std::string_view line{data, bytes};
    const std::size_t colon = line.find(':');
    if (line.starts_with("HTTP/")) to.answer = {};  // the final response comes after 1xx responses
    if (colon == std::string_view::npos) return bytes;
    std::string name{line.substr(0, colon)};
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    std::string value{line.substr(colon + 1)};
    value.erase(0, value.find_first_not_of(" \t"));
    value.erase(value.find_last_not_of(" \t\r\n") + 1);
    if (name == "etag") to.answer.etag = value;
    if (name == "location") to.answer.location = value;
    if (name == "retry-after") to.answer.retry_after = retry_after(value);
    return bytes;
}

std::size_t take_body(const char* data, std::size_t, std::size_t bytes, void* into) {
    auto& to = *static_cast<arriving*>(into);
    to.is_too_long = to.answer.body.size() + bytes > max_answer_body_bytes;
    if (to.is_too_long) return 0;
    to.answer.body.append(data, bytes);
    return bytes;
}

bool is_loopback(const ::sockaddr& address) {
    if (address.sa_family == AF_INET) {
        ::sockaddr_in four{};
        std::memcpy(&four, &address, sizeof(four));
        return ntohl(four.sin_addr.s_addr) >> 24U == 127;
    }
    ::sockaddr_in6 six{};
    std::memcpy(&six, &address, sizeof(six));
    return address.sa_family == AF_INET6 &&
           std::memcmp(&six.sin6_addr, &in6addr_loopback, sizeof(in6addr_loopback)) == 0;
}

/// Without TLS, connects only to this machine, whatever the name resolves to: localhost may be another machine.
curl_socket_t open_socket(void* of, curlsocktype, curl_sockaddr* address) {
    auto& exchange = *static_cast<arriving*>(of);
    exchange.is_elsewhere = exchange.is_plain && !is_loopback(address->addr);
    if (exchange.is_elsewhere) return CURL_SOCKET_BAD;
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

template <auto Free>
struct with {
    template <typename T>
    void operator()(T* made) const noexcept {
        Free(made);
    }
};
using field_list = std::unique_ptr<curl_slist, with<curl_slist_free_all>>;

void append(field_list& to, const char* field) {
    curl_slist* const longer = ::curl_slist_append(to.get(), field);
    if (longer == nullptr) throw std::bad_alloc{};
    static_cast<void>(to.release());
    to.reset(longer);
}

}  // namespace

struct http_client::state {
    settings given;
    std::unique_ptr<CURLM, with<curl_multi_cleanup>> multi{::curl_multi_init()};
    std::unique_ptr<CURL, with<curl_easy_cleanup>> easy{::curl_easy_init()};
    std::array<char, CURL_ERROR_SIZE> why{};

    template <typename Value>
    void set(CURLoption option, Value value) {
        if (::curl_easy_setopt(easy.get(), option, value) != CURLE_OK)
            throw std::runtime_error{"libcurl cannot do what is needed: is it older than 7.87?"};
    }

    /// Makes the handle new, but for its open connection: libcurl 7.88 counts over all exchanges of a handle how often
    /// it sent a request again, and fails at the sixth.
    void begin() {
        ::curl_easy_reset(easy.get());
        if (!given.ca_file.empty()) {
            set(CURLOPT_CAINFO, given.ca_file.c_str());
            set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
        }
        set(CURLOPT_PROTOCOLS_STR, given.base.is_tls ? "https" : "http");
        set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        set(CURLOPT_PROXY, "");  // ignore proxies in the environment: the key would go through them
        set(CURLOPT_FOLLOWLOCATION, 0L);
        set(CURLOPT_PATH_AS_IS, 1L);
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_QUICK_EXIT, 1L);  // do not wait for the name server after a stop was requested
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(given.timeout.count()));
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(2 * given.timeout.count()));
        set(CURLOPT_USERAGENT, given.agent.c_str());
        set(CURLOPT_ERRORBUFFER, why.data());
        set(CURLOPT_HEADERFUNCTION, &take_head_line);
        set(CURLOPT_WRITEFUNCTION, &take_body);
        set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    }

    /// Runs the exchange to its end; returns `CURLE_ABORTED_BY_CALLBACK` if it was asked to stop.
    CURLcode run() {
        struct added {
            state& of;
            explicit added(state& to) : of{to} { ::curl_multi_add_handle(of.multi.get(), of.easy.get()); }
            ~added() { ::curl_multi_remove_handle(of.multi.get(), of.easy.get()); }
        };
        const added one{*this};
        for (int running = 1;;) {
            if (given.stops && given.stops()) return CURLE_ABORTED_BY_CALLBACK;
            if (::curl_multi_perform(multi.get(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
            int left = 0;
            if (const CURLMsg* const said = ::curl_multi_info_read(multi.get(), &left))
                if (said->msg == CURLMSG_DONE) return said->data.result;
            ::curl_multi_poll(multi.get(), nullptr, 0, 50, nullptr);
        }
    }

    [[noreturn]] void fail(CURLcode code, const arriving& got) const {
        const std::string words = why[0] != '\0' ? why.data() : ::curl_easy_strerror(code);
        if (got.is_elsewhere)
            throw no_answer{given.base.host +
                            " resolves to another machine, and plain http would send the key unencrypted"};
        if (got.is_too_long) throw no_answer{"the answer is too long"};
        switch (code) {
            case CURLE_SSL_CACERT_BADFILE:
                throw std::invalid_argument{given.ca_file + ": holds no certificates that can be read: " + words};
            case CURLE_COULDNT_RESOLVE_HOST: throw no_answer{"cannot resolve " + given.base.host + ": " + words};
            case CURLE_COULDNT_CONNECT: throw no_answer{"cannot connect to " + given.base.text + ": " + words};
            case CURLE_SSL_CONNECT_ERROR:
            case CURLE_PEER_FAILED_VERIFICATION:
                throw no_answer{"no trusted TLS connection with " + given.base.text + ": " + words};
            default: throw no_answer{"no complete answer: " + words};
        }
    }
};

http_client::http_client(settings given) {
    if (!start_curl()) throw std::runtime_error{"libcurl cannot be started"};
    m_state = std::make_unique<state>();
    state& own = *m_state;
    own.given = std::move(given);
    if (!own.multi || !own.easy) throw std::bad_alloc{};
    if (const std::string& file = own.given.ca_file; !file.empty() && ::access(file.c_str(), R_OK) != 0)
        throw std::invalid_argument{file + ": holds no certificates that can be read: " + std::strerror(errno)};
    own.begin();  // what libcurl cannot do is said now
}

http_client::~http_client() = default;

std::optional<http_answer> http_client::exchange(const http_request& asked, const shearline::secret_text& key) {
    state& own = *m_state;
    arriving got;
    got.is_plain = !own.given.base.is_tls;
    own.begin();
    for (const CURLoption to : {CURLOPT_HEADERDATA, CURLOPT_WRITEDATA, CURLOPT_OPENSOCKETDATA}) own.set(to, &got);

    field_list fields;
    {
        constexpr std::string_view name = "Authorization: ";
        auto line = shearline::secret_text::with_chars(name.size() + key.size() + 1);
        char* const text = line.reveal_mutable(shearline::unsafe_reveal).data();
        const std::string_view value = key.reveal(shearline::unsafe_reveal);
        std::copy(value.begin(), value.end(), std::copy(name.begin(), name.end(), text));
        text[name.size() + value.size()] = '\0';
        append(fields, text);
    }
    append(fields, "Accept: application/json, application/problem+json");
    append(fields, "Expect:");
    append(fields, asked.body.empty() ? "Content-Type:" : "Content-Type: application/json");
    if (!asked.if_match.empty()) append(fields, ("If-Match: " + asked.if_match).c_str());
    const std::string url = own.given.base.text + asked.path;
    const std::string method{asked.method};
    own.set(CURLOPT_URL, url.c_str());
    own.set(CURLOPT_HTTPHEADER, fields.get());
    own.set(method == "GET" ? CURLOPT_HTTPGET : CURLOPT_POST, 1L);
    own.set(CURLOPT_CUSTOMREQUEST, method.c_str());
    if (method != "GET") {
        own.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(asked.body.size()));
        own.set(CURLOPT_POSTFIELDS, asked.body.c_str());
    }
    own.why[0] = '\0';
    // If the server has closed the connection in the meantime, libcurl notices and sends the request again.
    const CURLcode done = own.run();
    own.set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
    if (done == CURLE_ABORTED_BY_CALLBACK) return std::nullopt;
    if (done != CURLE_OK) own.fail(done, got);
    long status = 0;
    ::curl_easy_getinfo(own.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    got.answer.status = static_cast<unsigned>(status);
    return std::move(got.answer);
}

}  // namespace common
