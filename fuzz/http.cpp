// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Any bytes on a connection to the CRM's server: each answer is HTTP, none is a server error, and none is a success
// unless the bytes contain the valid key, which an input writes as "$KEY".
#include <http/server.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "crm_world.hpp"

namespace {

using shearline::testing::require;

struct world : crm_world {
    crm::http_server server = support::must(crm::http_server::start(
        {.port = 0, .io_threads = 1, .workers = 1}, [this](const crm::request& asked) { return api.handle(asked); },
        [](const crm::request_account&) {}));

    /// Repeats a call that a signal interrupted: libFuzzer has a timer that sends signals.
    template <typename Call>
    static ::ssize_t again(Call call) {
        ::ssize_t got = 0;
        do got = call();
        while (got < 0 && errno == EINTR);
        return got;
    }

    /// Sends bytes, shuts down that direction, and reads until the server closes the other.
    [[nodiscard]] std::string exchange(const std::string& bytes) const {
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(server.port());
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const ::timeval patience{.tv_sec = 20, .tv_usec = 0};
        ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        const auto connected =
            again([&] { return ::connect(socket, reinterpret_cast<const sockaddr*>(&at), sizeof(at)); });
        require(connected == 0 || errno == EISCONN, "the server listens");
        (void)again([&] { return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL); });
        ::shutdown(socket, SHUT_WR);
        std::string answer;
        char some[4096];
        ::ssize_t got = 0;
        while ((got = again([&] { return ::recv(socket, some, sizeof(some), 0); })) > 0)
            answer.append(some, static_cast<std::size_t>(got));
        require(got == 0 || errno == ECONNRESET, "the server ends a connection whose client has ended");
        ::close(socket);
        return answer;
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const world w;
    std::string bytes(data, data + size);
    bool holds_key = false;
    for (std::size_t at = 0; (at = bytes.find("$KEY", at)) != std::string::npos; at += w.key.size()) {
        bytes.replace(at, 4, w.key);
        holds_key = true;
    }
    const std::string answer = w.exchange(bytes);
    if (answer.empty()) return 0;
    require(answer.starts_with("HTTP/1."), "an answer is HTTP");
    const std::string status = answer.size() > 12 ? answer.substr(9, 3) : "";
    // The server may answer that something is not implemented; that is not a failure.
    require((status >= "100" && status < "500") || status == "501", "no request makes the server fail");
    require(holds_key || status[0] != '2', "without a key nothing is granted");
    require(answer.find(w.key) == std::string::npos, "no answer repeats a key");
    return 0;
}
