// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// The only file that includes Boost.Beast: it takes most of the example's time to compile.
#include "http/server.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace crm {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using shearline::errc;
using shearline::error;
using shearline::result;

response refusal(unsigned status, std::string_view title, std::string_view detail = {}) {
    std::string body =
        "{\"type\":\"about:blank\",\"title\":\"" + std::string{title} + "\",\"status\":" + std::to_string(status);
    if (!detail.empty()) body += ",\"detail\":\"" + std::string{detail} + '"';
    return {status, {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}}, body + '}'};
}

/// Whether a header section is unambiguous: lines end only in CRLF, no line continues the previous one (obs-fold,
/// RFC 9112 §5.2), and there is no space before a colon and no control character anywhere.
bool reads_one_way(std::string_view head) {
    bool first = true;
    while (!head.empty()) {
        const std::size_t end = head.find("\r\n");
        if (end == std::string_view::npos) return false;
        const std::string_view line = head.substr(0, end);
        head.remove_prefix(end + 2);
        for (const char c : line)
            if ((static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f') return false;
        if (line.empty()) return head.empty();
        if (line.front() == ' ' || line.front() == '\t') return false;
        if (!first) {
            const std::size_t colon = line.find(':');
            if (colon == 0 || colon == std::string_view::npos || line[colon - 1] == ' ' || line[colon - 1] == '\t')
                return false;
        }
        first = false;
    }
    return false;
}

bool has_bare_line_feed(std::string_view text) {
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
        if (at == 0 || text[at - 1] != '\r') return true;
    return false;
}

/// An HTTP date (RFC 9110 §5.6.7).
std::string date_of(std::time_t now) {
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 40> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

/// Only digits: some servers read a list of equal lengths as one, and others refuse it.
bool is_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The state that the connections of a server share.
struct shared_state {
    shared_state(const server_options& given, handler call, std::function<void(const request_account&)> tell)
        : options{given}, answer{std::move(call)}, log{std::move(tell)} {
        for (unsigned i = 0; i < given.lanes; ++i) lanes.emplace_back(given.workers);
    }

    /// Answers a request, even if the handler throws.
    response answer_to(const request& asked) {
        try {
            return answer(asked);
        } catch (const std::exception&) {  // most likely out of memory: only this request fails
            return refusal(500, "Internal Server Error");
        }
    }

    /// The answer if the handler has no time for the request.
    response unavailable(const request& asked, std::string_view why) {
        response made =
            options.unavailable ? options.unavailable(asked, why) : refusal(503, "Service Unavailable", why);
        made.headers.emplace_back("Retry-After", "1");
        made.why = why;
        return made;
    }

    /// Workers for requests that may wait for the same resources.
    struct lane {
        explicit lane(unsigned count) : workers{count} {}

        asio::thread_pool workers;
        std::atomic<std::size_t> waiting{0};
    };

    server_options options;
    handler answer;
    std::function<void(const request_account&)> log;
    std::deque<lane> lanes;
    std::atomic<bool> stopping{false};
    std::atomic<bool> crowded{false};  // further connections wait for one to end
    std::atomic<std::uint64_t> requests{0};

    std::mutex mutex;
    std::condition_variable all_gone;
    std::size_t connections = 0;
};

/// One connection: reads a request, passes it to a worker, writes the answer, and repeats.
class connection : public std::enable_shared_from_this<connection> {
public:
    connection(tcp::socket&& socket, std::shared_ptr<shared_state> all)
        : m_stream{std::move(socket)}, m_all{std::move(all)}, m_buffer{m_all->options.max_header_bytes + 64 * 1024} {
        boost::system::error_code failed;
        const auto peer = m_stream.socket().remote_endpoint(failed);
        if (!failed) m_peer = peer.address().to_string();
    }
    ~connection() {
        const std::scoped_lock lock{m_all->mutex};
        --m_all->connections;
        m_all->all_gone.notify_all();
    }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    void run() {
        asio::dispatch(m_stream.get_executor(), [self = shared_from_this()] { self->read_head(); });
    }

    /// Ends the connection, after the answer to a request in progress.
    void end_if_idle() {
        asio::post(m_stream.get_executor(), [self = shared_from_this()] {
            if (self->m_idle_since.load() != not_idle) self->m_stream.cancel();
        });
    }

    /// Whether it is waiting for a request, and was already at that time.
    [[nodiscard]] bool is_idle_since(std::chrono::steady_clock::time_point at) const noexcept {
        return m_idle_since.load() <= at.time_since_epoch();
    }

    /// Since when it has been waiting for the whole head of a request, part of which may have arrived; `never` if it
    /// has a whole head.
    [[nodiscard]] std::chrono::steady_clock::duration headless_since() const noexcept {
        return m_headless_since.load();
    }

    /// Ends the connection unless the head of a request has arrived.
    void give_way() {
        asio::post(m_stream.get_executor(), [self = shared_from_this()] {
            if (self->m_headless_since.load() != not_idle) self->m_stream.cancel();
        });
    }

private:
    static constexpr auto not_idle = std::chrono::steady_clock::duration::max();

    void read_head() {
        m_parser.emplace();
        m_parser->header_limit(static_cast<std::uint32_t>(m_all->options.max_header_bytes));
        m_parser->body_limit(m_all->options.max_body_bytes);
        m_asked = std::make_shared<request>();
        m_asked->source_address = m_peer;
        m_asked->id = std::to_string(++m_all->requests);
        m_began = std::chrono::steady_clock::now();
        if (m_all->stopping) return close();
        const bool idle = m_buffer.size() == 0;
        m_idle_since = idle ? m_began.time_since_epoch() : not_idle;
        m_headless_since = m_began.time_since_epoch();
        m_stream.expires_after(idle ? m_all->options.idle_timeout : m_all->options.head_timeout);
        if (idle) {
            // The first byte ends the idle time; from then on, the timeout of the head applies.
            m_stream.async_read_some(m_buffer.prepare(4096),
                                     [self = shared_from_this()](boost::system::error_code failed, std::size_t bytes) {
                                         if (failed) return self->close();
                                         self->m_buffer.commit(bytes);
                                         self->m_idle_since = not_idle;
                                         self->m_began = std::chrono::steady_clock::now();
                                         self->m_stream.expires_after(self->m_all->options.head_timeout);
                                         self->find_end_of_head();
                                     });
        } else {
            find_end_of_head();
        }
    }

    void find_end_of_head() {
        while (unread().starts_with("\r\n")) m_buffer.consume(2);  // some clients send one after a body (RFC 9112 §2.2)
        const std::string_view text = unread();
        const std::size_t end = text.find("\r\n\r\n");
        if (end != std::string_view::npos && end <= m_all->options.max_header_bytes) {
            if (!reads_one_way(text.substr(0, end + 4))) return refuse(400, "Bad Request");
            return parse_head();
        }
        if (text.size() > m_all->options.max_header_bytes) return refuse(431, "Request Header Fields Too Large");
        if (has_bare_line_feed(text))
            return refuse(400, "Bad Request");  // the sender may already be waiting for an answer
        m_stream.async_read_some(m_buffer.prepare(4096),
                                 [self = shared_from_this()](boost::system::error_code failed, std::size_t bytes) {
                                     if (failed) return self->close();
                                     self->m_buffer.commit(bytes);
                                     self->find_end_of_head();
                                 });
    }

    [[nodiscard]] std::string_view unread() const {
        const auto data = m_buffer.cdata();
        return {static_cast<const char*>(data.data()), data.size()};
    }

    void parse_head() {
        m_headless_since = not_idle;
        m_stream.expires_at(m_began + m_all->options.request_timeout);
        boost::system::error_code failed;
        m_parser->eager(false);
        while (!m_parser->is_header_done() && !failed) {
            const std::size_t taken = m_parser->put(m_buffer.data(), failed);
            m_buffer.consume(taken);
            if (taken == 0 && !failed) return refuse(400, "Bad Request");
        }
        if (failed == http::error::header_limit) return refuse(431, "Request Header Fields Too Large");
        if (failed == http::error::body_limit) return refuse(413, "Content Too Large");
        if (failed) return refuse(400, "Bad Request");

        const auto& head = m_parser->get();
        m_asked->method = std::string{head.method_string()};
        m_asked->target = std::string{head.target()};
        for (const auto& field : head) m_asked->headers.emplace_back(field.name_string(), field.value());
        if (m_all->options.client_of) m_asked->source_address = m_all->options.client_of(*m_asked);
        if (head.version() != 11 && head.version() != 10) return refuse(505, "HTTP Version Not Supported");
        // With more than one of these, or with both, two parsers may disagree on where the request ends.
        const auto lengths = head.count(http::field::content_length);
        const auto codings = head.count(http::field::transfer_encoding);
        if (lengths + codings > 1) return refuse(400, "Bad Request");
        if (lengths == 1 && !is_number(m_asked->header("content-length").value_or("")))
            return refuse(400, "Bad Request");
        if (codings == 1) {
            // The field may name several codings, such as `gzip, chunked`, each of which would have to be decoded.
            const std::string_view all = m_asked->header("transfer-encoding").value_or("");
            const std::string_view first = all.substr(0, all.find_first_of(", \t"));
            if (head.version() == 10 || (is_same_name(first, "chunked") && first != all))
                return refuse(400, "Bad Request");  // RFC 9112 §6.1: chunked must be last, and only once
            if (first != all || !is_same_name(all, "chunked")) return refuse(501, "Not Implemented");
        }
        if (head.count(http::field::host) > 1 || (head.version() == 11 && head.count(http::field::host) == 0))
            return refuse(400, "Bad Request");
        if (!set_target()) return refuse(400, "Bad Request");
        if (const auto length = m_parser->content_length(); length && *length > m_all->options.max_body_bytes)
            return refuse(413, "Content Too Large");
        if (const auto expects = m_asked->header("expect"); expects && head.version() == 11) {
            if (!beast::iequals(beast::string_view{expects->data(), expects->size()}, "100-continue"))
                return refuse(417, "Expectation Failed");
            return send_continue();
        }
        read_body();
    }

    /// Splits an absolute target into host and path; false if it is neither an absolute target nor a path. The host
    /// replaces the `Host` field (RFC 9112 §3.2.2); the handler checks it in either case.
    bool set_target() {
        std::string& target = m_asked->target;
        for (const std::string_view scheme : {"http://", "https://"}) {
            if (!is_same_name(std::string_view{target}.substr(0, scheme.size()), scheme)) continue;
            const std::size_t end = target.find_first_of("/?#", scheme.size());
            const std::string host = target.substr(scheme.size(), end - scheme.size());
            if (host.empty() || host.find('@') != std::string::npos) return false;
            for (auto& [name, value] : m_asked->headers)
                if (is_same_name(name, "host")) value = host;
            target.erase(0, end);
            if (target.empty() || target.front() == '?') target.insert(0, 1, '/');
            break;
        }
        return target.starts_with('/') &&
               std::none_of(target.begin(), target.end(), [](char c) { return c <= ' ' || c == '\x7f' || c == '#'; });
    }

    void send_continue() {
        static constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
        asio::async_write(m_stream, asio::buffer(line),
                          [self = shared_from_this()](boost::system::error_code failed, std::size_t) {
                              if (failed) return self->close();
                              self->read_body();
                          });
    }

    void read_body() {
        m_parser->eager(true);
        if (m_parser->is_done()) return answer();
        http::async_read(m_stream, m_buffer, *m_parser,
                         [self = shared_from_this()](boost::system::error_code failed, std::size_t) {
                             if (failed == http::error::body_limit) return self->refuse(413, "Content Too Large");
                             if (failed == beast::error::timeout || failed == http::error::partial_message ||
                                 failed == http::error::end_of_stream)
                                 return self->close();
                             if (failed) return self->refuse(400, "Bad Request");
                             self->answer();
                         });
    }

    void answer() {
        m_stream.expires_never();
        m_asked->body = std::move(m_parser->get().body());
        const auto number = m_all->options.lane_of ? m_all->options.lane_of(*m_asked) : 0U;
        if (!number) return write(m_all->answer_to(*m_asked), keeps_alive());
        shared_state::lane& lane = m_all->lanes[*number];
        if (lane.waiting.fetch_add(1) >= m_all->options.max_waiting) {
            --lane.waiting;
            return write(m_all->unavailable(*m_asked, "too many requests are already waiting"), keeps_alive());
        }
        // The worker's answer or the timeout, whichever is first.
        const auto answered = std::make_shared<std::atomic<bool>>(false);
        m_late.expires_after(m_all->options.answer_timeout);
        m_late.async_wait([self = shared_from_this(), answered](boost::system::error_code in_time) {
            if (in_time || answered->exchange(true)) return;
            self->write(self->m_all->unavailable(*self->m_asked,
                                                 "it took too long, and may or may not have been done: check before "
                                                 "you try again"),
                        self->keeps_alive());
        });
        asio::post(lane.workers, [self = shared_from_this(), &lane, asked = m_asked, answered]() mutable {
            --lane.waiting;
            if (answered->load()) return;
            response made = self->m_all->answer_to(*asked);
            asked.reset();
            ::sodium_stackzero(stack_bytes);
            asio::post(self->m_stream.get_executor(), [self, answered, made = std::move(made)]() mutable {
                if (answered->exchange(true)) return;
                self->m_late.cancel();
                self->write(std::move(made), self->keeps_alive());
            });
        });
    }

    [[nodiscard]] bool keeps_alive() const { return m_parser->get().keep_alive(); }

    void refuse(unsigned status, std::string_view title) { write(refusal(status, title), false); }

    void write(response made, bool keep) {
        m_headless_since = not_idle;
        keep = keep && !m_all->stopping && !m_all->crowded;
        m_all->log({*m_asked, made.status,
                    std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - m_began),
                    made.why});
        m_answer.emplace(static_cast<http::status>(made.status), 11);
        for (auto& [name, value] : made.headers) m_answer->insert(name, value);
        m_answer->set(http::field::date, date_of(std::time(nullptr)));
        m_answer->set("X-Request-Id", m_asked->id);
        m_answer->keep_alive(keep);
        const bool bodiless = made.status == 204 || made.status == 304;
        if (!bodiless) m_answer->content_length(made.body.size());
        if (!bodiless && m_asked->method != "HEAD") m_answer->body() = std::move(made.body);
        m_serializer.emplace(*m_answer);
        m_stream.expires_after(m_all->options.request_timeout);
        http::async_write(m_stream, *m_serializer,
                          [self = shared_from_this(), keep](boost::system::error_code failed, std::size_t) {
                              self->forget();
                              if (failed || !keep) return self->drain();
                              self->read_head();
                          });
    }

    /// Wipes a request after its answer: a key or a password may have been in either.
    void forget() {
        m_serializer.reset();
        m_answer.reset();
        m_parser.reset();
        m_asked.reset();
        m_buffer.shrink_to_fit();
    }

    /// Shuts down our side, and waits until the client has read the answer: closing with unread input would discard it.
    void drain() {
        boost::system::error_code ignored;
        m_stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
        m_stream.expires_after(std::chrono::seconds{1});
        discard();
    }
    void discard() {
        m_buffer.clear();
        m_stream.async_read_some(m_buffer.prepare(4096),
                                 [self = shared_from_this()](boost::system::error_code failed, std::size_t bytes) {
                                     self->m_drained_bytes += bytes;
                                     if (failed || self->m_drained_bytes > 1'048'576) return self->close();
                                     self->discard();
                                 });
    }

    void close() {
        boost::system::error_code ignored;
        m_stream.socket().close(ignored);
    }

    static constexpr std::size_t stack_bytes = 32 * 1024;  // in which a handler may have left a secret

    beast::tcp_stream m_stream;
    asio::steady_timer m_late{m_stream.get_executor()};
    std::shared_ptr<shared_state> m_all;
    beast::flat_buffer m_buffer;
    std::optional<http::request_parser<http::string_body>> m_parser;
    std::optional<http::response<http::string_body>> m_answer;
    std::optional<http::response_serializer<http::string_body>> m_serializer;
    std::shared_ptr<request> m_asked;  // shared with the worker, whose answer may come too late
    std::string m_peer;
    std::chrono::steady_clock::time_point m_began;
    std::atomic<std::chrono::steady_clock::duration> m_idle_since{not_idle};
    std::atomic<std::chrono::steady_clock::duration> m_headless_since{not_idle};
    std::size_t m_drained_bytes = 0;
};

}  // namespace

struct http_server::state {
    state(const server_options& options, handler answer, std::function<void(const request_account&)> log)
        : all{std::make_shared<shared_state>(options, std::move(answer), std::move(log))} {}

    std::shared_ptr<shared_state> all;
    asio::io_context io;
    // Keeps the I/O threads running while only a worker is busy: its answer must still be sent.
    asio::executor_work_guard<asio::io_context::executor_type> stays{io.get_executor()};
    tcp::acceptor acceptor{asio::make_strand(io)};
    asio::steady_timer later{acceptor.get_executor()};
    std::uint16_t port = 0;
    std::list<std::weak_ptr<connection>> open;  // used on the acceptor's strand
    std::vector<std::thread> threads;

    result<void> listen() {
        boost::system::error_code failed;
        const auto address = asio::ip::make_address(all->options.address, failed);
        if (failed) return error{errc::invalid_argument, all->options.address + " is not an IP address"};
        const tcp::endpoint at{address, all->options.port};
        acceptor.open(at.protocol(), failed);
        if (!failed) acceptor.set_option(asio::socket_base::reuse_address{true}, failed);
        if (!failed) acceptor.bind(at, failed);
        if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
        if (failed)
            return error{errc::unavailable, "cannot listen on " + all->options.address + " port " +
                                                std::to_string(all->options.port) + ": " + failed.message()};
        port = acceptor.local_endpoint().port();
        return {};
    }

    void accept() {
        {
            const std::scoped_lock lock{all->mutex};
            if (all->stopping) return;
            all->crowded = all->connections >= all->options.max_connections;
            if (!all->crowded) ++all->connections;
        }
        if (all->crowded) {
            // Idle connections make room for new ones. A new connection may have a request on its way.
            const auto at = std::chrono::steady_clock::now() - std::chrono::milliseconds{250};
            for (const auto& each : open)
                if (const auto there = each.lock(); there && there->is_idle_since(at)) there->end_if_idle();
            make_room(at);
            return accept_soon();
        }
        acceptor.async_accept(asio::make_strand(io), [this](boost::system::error_code failed, tcp::socket socket) {
            if (failed) {
                {
                    const std::scoped_lock lock{all->mutex};
                    --all->connections;
                    all->all_gone.notify_all();
                }
                if (failed == asio::error::operation_aborted || all->stopping) return;
                return accept_soon();  // such as out of descriptors: others may be closed by then
            }
            const auto made = std::make_shared<connection>(std::move(socket), all);
            open.remove_if([](const auto& each) { return each.expired(); });
            open.push_back(made);
            made->run();
            accept();
        });
    }

    /// Connections that began a request but do not complete its head are closed, too: an eighth at a time, oldest
    /// first.
    void make_room(std::chrono::steady_clock::time_point at) {
        std::vector<std::shared_ptr<connection>> slow;
        for (const auto& each : open)
            if (auto there = each.lock(); there && there->headless_since() <= at.time_since_epoch())
                slow.push_back(std::move(there));
        std::sort(slow.begin(), slow.end(),
                  [](const auto& a, const auto& b) { return a->headless_since() < b->headless_since(); });
        const std::size_t most = all->options.max_connections / 8 + 1;
        for (std::size_t i = 0; i < slow.size() && i < most; ++i) slow[i]->give_way();
    }

    void accept_soon() {
        later.expires_after(std::chrono::milliseconds{20});
        later.async_wait([this](boost::system::error_code stopped) {
            if (!stopped) accept();
        });
    }
};

http_server::http_server(std::unique_ptr<state> running) noexcept : m_state{std::move(running)} {}
http_server::http_server(http_server&&) noexcept = default;

// NOLINTNEXTLINE(bugprone-exception-escape): it would take a system whose locks fail
http_server::~http_server() {
    if (m_state) stop(std::chrono::milliseconds{0});
}

result<http_server> http_server::start(const server_options& options, handler answer,
                                       std::function<void(const request_account&)> log) {
    auto running = std::make_unique<state>(options, std::move(answer), std::move(log));
    if (auto listening = running->listen(); !listening) return std::move(listening).error();
    running->accept();
    for (unsigned i = 0; i < options.io_threads; ++i) running->threads.emplace_back([&io = running->io] { io.run(); });
    return http_server{std::move(running)};
}

std::uint16_t http_server::port() const noexcept { return m_state->port; }

void http_server::stop(std::chrono::milliseconds patience) {
    state& running = *m_state;
    if (running.threads.empty()) return;
    {
        const std::scoped_lock lock{running.all->mutex};
        running.all->stopping = true;
    }
    asio::post(running.acceptor.get_executor(), [&running] {
        boost::system::error_code ignored;
        running.acceptor.close(ignored);
        running.later.cancel();
        for (const auto& each : running.open)
            if (const auto there = each.lock()) there->end_if_idle();
    });
    {
        std::unique_lock lock{running.all->mutex};
        running.all->all_gone.wait_for(lock, patience, [&] { return running.all->connections == 0; });
    }
    for (auto& lane : running.all->lanes) lane.workers.join();
    running.io.stop();
    for (std::thread& each : running.threads) each.join();
    running.threads.clear();
}

}  // namespace crm
