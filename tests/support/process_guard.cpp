// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "process_guard.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace support {

namespace {

using namespace std::chrono_literals;
using words = std::vector<std::string>;

constexpr std::size_t longest_message = 16'384;
constexpr auto limit = 10s;

struct server_user {
    ::uid_t uid = 0;
    ::gid_t gid = 0;
};

/// PostgreSQL and PgBouncer refuse to run as root.
server_user user_of_servers() {
    if (::geteuid() != 0) return {::geteuid(), ::getegid()};
    const ::passwd* const found = ::getpwnam("postgres");
    if (found == nullptr) throw std::runtime_error{"root cannot run this server, and there is no user postgres"};
    return {found->pw_uid, found->pw_gid};
}

std::string folder_of_folders() {
    if (::access("/dev/shm", W_OK | X_OK) == 0) return "/dev/shm";
    return std::filesystem::temp_directory_path().string();
}

std::string joined(const words& parts) {
    std::string all;
    for (const std::string& each : parts) all.append(each).push_back('\0');
    return all;
}

words split(std::string_view text) {
    words parts;
    while (!text.empty()) {
        const std::size_t end = text.find('\0');
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

/// Of /proc/PID/stat: the state and the parent of a process.
struct process_state {
    char letter = '\0';
    ::pid_t parent = -1;
};

std::optional<process_state> state_of(::pid_t pid) {
    std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;
    const std::size_t name_ends = line.rfind(')');  // a name may contain anything
    if (name_ends == std::string::npos) return std::nullopt;
    process_state found;
    std::istringstream rest{line.substr(name_ends + 1)};
    rest >> found.letter >> found.parent;
    return found;
}

/// The children of a process, their children, and so on. PostgreSQL gives each its own process group and session, so
/// only the parents tell.
std::vector<::pid_t> descendants_of(::pid_t ancestor) {
    std::multimap<::pid_t, ::pid_t> children;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc", ignored}) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const ::pid_t pid = std::stoi(name);
        if (const auto state = state_of(pid); state && state->letter != 'Z') children.emplace(state->parent, pid);
    }
    std::vector<::pid_t> found{ancestor};
    for (std::size_t at = 0; at < found.size(); ++at) {
        const auto [begin, end] = children.equal_range(found[at]);
        for (auto each = begin; each != end; ++each) found.push_back(each->second);
    }
    found.erase(found.begin());
    return found;
}

template <typename Condition>
bool comes_true(Condition condition) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

/// What the guard answers: an errno, or 0, and a number.
struct reply {
    int error = 0;
    int value = 0;
    int is_running = 0;
    std::array<char, 256> text{};
};

/// The process beside the test. It has one thread, so it may do after `fork` what the test could not.
class guard_loop {
public:
    guard_loop(int socket, ::pid_t test, server_user user) : m_socket{socket}, m_test{test}, m_user{user} {}

    void run() {
        std::vector<char> buffer(longest_message);
        while (true) {
            ::pollfd wait{.fd = m_socket, .events = POLLIN, .revents = 0};
            const int ready = ::poll(&wait, 1, 250);
            reap();
            // Another process that the test started may hold the other end of the socket, so its end does not say all.
            if (::getppid() != m_test) break;
            if (ready <= 0) continue;
            const ::ssize_t got = ::recv(m_socket, buffer.data(), buffer.size(), 0);
            if (got <= 0) break;
            const words message = split({buffer.data(), static_cast<std::size_t>(got)});
            if (message[0] == "quit") break;
            const reply answer = done(message);
            if (::send(m_socket, &answer, sizeof answer, MSG_NOSIGNAL) < 0) break;
        }
        while (!m_jobs.empty()) remove(m_jobs.begin()->first);
    }

private:
    struct job {
        std::string folder;
        ::pid_t pid = -1;
        bool is_running = false;
        int status = 0;
    };

    reply done(const words& message) {
        reply answer;
        if (message[0] == "new") return make(message[1]);
        const int number = std::stoi(message[1]);
        job& of = m_jobs[number];
        if (message[0] == "start") answer.error = start(of, {message.begin() + 2, message.end()});
        if (message[0] == "signal" && of.is_running && ::kill(of.pid, std::stoi(message[2])) != 0) answer.error = errno;
        if (message[0] == "kill") answer.error = kill(of);
        if (message[0] == "pause") answer.error = pause(of);
        if (message[0] == "resume") resume(of);
        answer.is_running = of.is_running ? 1 : 0;
        answer.value = of.is_running || message[0] == "start" ? of.pid : of.status;
        if (message[0] == "remove") remove(number);
        return answer;
    }

    reply make(std::string name) {
        reply answer;
        if (::mkdtemp(name.data()) == nullptr || ::chown(name.c_str(), m_user.uid, m_user.gid) != 0) {
            answer.error = errno;
            return answer;
        }
        answer.value = m_next_job++;
        m_jobs[answer.value].folder = name;
        name.copy(answer.text.data(), answer.text.size() - 1);
        return answer;
    }

    int start(job& of, const words& command) {
        if (of.is_running) return EBUSY;
        std::vector<char*> arguments;
        words copy = command;
        for (std::string& each : copy) arguments.push_back(each.data());
        arguments.push_back(nullptr);
        std::string path = "PATH=/usr/local/bin:/usr/bin:/bin";
        std::string locale = "LC_ALL=C";
        const std::array<char*, 3> environment{path.data(), locale.data(), nullptr};
        const std::string log = of.folder + "/log";
        const ::pid_t guard = ::getpid();

        const ::pid_t child = ::fork();
        if (child == 0) {
            ::umask(0077);
            bool good = ::geteuid() != 0 ||
                        (::setgroups(0, nullptr) == 0 && ::setgid(m_user.gid) == 0 && ::setuid(m_user.uid) == 0);
            // If the guard is killed, too. A change of user would have undone it.
            good = good && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == guard;
            const int to = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
            good = good && to >= 0 && ::dup2(to, 1) == 1 && ::dup2(to, 2) == 2 && ::chdir(of.folder.c_str()) == 0;
            ::close(m_socket);
            if (good) ::execve(arguments[0], arguments.data(), environment.data());
            const std::string why = command[0] + ": cannot be started: " + std::strerror(errno) + "\n";
            [[maybe_unused]] const auto written = ::write(2, why.data(), why.size());
            ::_exit(127);
        }
        if (child < 0) return errno;
        of.pid = child;
        of.is_running = true;
        return 0;
    }

    void note(::pid_t pid, int status) {
        for (auto& [number, each] : m_jobs) {
            if (each.pid == pid && each.is_running) each.is_running = false, each.status = status;
        }
    }

    void reap() {
        int status = 0;
        for (::pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) note(pid, status);
    }

    /// Whether a process has ended. A descendant of an ended server is a child of the guard.
    static bool is_gone(::pid_t pid) {
        const auto state = state_of(pid);
        return !state || state->letter == 'Z' || state->letter == 'X';
    }

    /// The server cannot take notice while its descendants are looked up: it starts no more, and does not collect those
    /// that end, so that no other process gets their ids.
    static int stop(const job& of) {
        if (::kill(of.pid, SIGSTOP) != 0) return errno;
        const bool stopped = comes_true([&] {
            const auto state = state_of(of.pid);
            return !state || std::strchr("TtZX", state->letter) != nullptr;
        });
        return stopped ? 0 : ETIMEDOUT;
    }

    int kill(job& of) {
        int error = 0;
        if (of.is_running) {
            error = stop(of);
            const auto others = descendants_of(of.pid);
            for (const ::pid_t each : others) ::kill(each, SIGKILL);
            ::kill(of.pid, SIGKILL);
            int status = 0;
            if (::waitpid(of.pid, &status, 0) == of.pid) note(of.pid, status);
            for (const ::pid_t each : others) {
                if (!comes_true([&] { return is_gone(each); })) error = ETIMEDOUT;
            }
        }
        kill_orphans();
        reap();
        forget_shared_memory(of);
        return error;
    }

    /// Descendants of servers that have ended.
    void kill_orphans() const {
        for (const ::pid_t each : descendants_of(::getpid())) {
            const auto state = state_of(each);
            if (!state || state->parent != ::getpid()) continue;
            if (std::any_of(m_jobs.begin(), m_jobs.end(),
                            [&](const auto& one) { return one.second.is_running && one.second.pid == each; })) {
                continue;
            }
            ::kill(each, SIGKILL);
            comes_true([&] { return is_gone(each); });
        }
    }

    int pause(const job& of) const {
        if (!of.is_running) return ESRCH;
        if (const int error = stop(of)) return error;
        const auto others = descendants_of(of.pid);
        for (const ::pid_t each : others) ::kill(each, SIGSTOP);
        for (const ::pid_t each : others) {
            const bool stopped = comes_true([&] {
                const auto state = state_of(each);
                return !state || std::strchr("TtZX", state->letter) != nullptr;
            });
            if (!stopped) return ETIMEDOUT;
        }
        return 0;
    }

    static void resume(const job& of) {
        if (!of.is_running) return;
        for (const ::pid_t each : descendants_of(of.pid)) ::kill(each, SIGCONT);
        ::kill(of.pid, SIGCONT);
    }

    /// A PostgreSQL that was killed leaves a System V segment behind, whose id is the second number in line 7 of its
    /// file.
    static void forget_shared_memory(const job& of) {
        const std::string path = of.folder + "/data/postmaster.pid";
        std::ifstream file{path};
        std::string line;
        for (int i = 0; i < 7; ++i) {
            if (!std::getline(file, line)) return;
        }
        std::istringstream numbers{line};
        unsigned long key = 0;
        int id = -1;
        ::shmid_ds about{};
        if (numbers >> key >> id && ::shmctl(id, IPC_STAT, &about) == 0 && about.shm_nattch == 0)
            ::shmctl(id, IPC_RMID, nullptr);
    }

    void remove(int number) {
        const auto found = m_jobs.find(number);
        kill(found->second);
        std::error_code ignored;
        std::filesystem::remove_all(found->second.folder, ignored);
        m_jobs.erase(found);
    }

    int m_socket;
    ::pid_t m_test;
    server_user m_user;
    std::map<int, job> m_jobs;
    int m_next_job = 0;
};

}  // namespace

std::string system_failure(const std::string& what) {
    return what + ": " + std::error_code{errno, std::generic_category()}.message();
}

/// The end of the guard in the test.
class process_guard {
public:
    /// One for a process: a child of a test that starts servers has its own.
    static std::shared_ptr<process_guard> of_this_process() {
        static std::mutex lock;
        static std::shared_ptr<process_guard> guard;
        const std::scoped_lock held{lock};
        if (!guard || guard->m_owner != ::getpid()) guard = std::make_shared<process_guard>();
        return guard;
    }

    process_guard() : m_user{user_of_servers()}, m_owner{::getpid()} {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
            throw std::runtime_error{system_failure("cannot make a socket for the guard of servers")};
        m_pid = ::fork();
        if (m_pid == 0) be_guard(ends[1]);
        ::close(ends[1]);
        m_socket = ends[0];
        if (m_pid < 0) throw std::runtime_error{system_failure("cannot start the guard of servers")};
    }
    process_guard(const process_guard&) = delete;
    process_guard& operator=(const process_guard&) = delete;
    ~process_guard() {
        if (is_ours() && m_pid > 0) {
            const std::string quit = joined({"quit"});
            ::send(m_socket, quit.data(), quit.size(), MSG_NOSIGNAL);
            while (::waitpid(m_pid, nullptr, 0) < 0 && errno == EINTR) {
            }
        }
        ::close(m_socket);
    }

    /// Not in a child of the test, which has a copy of this object.
    [[nodiscard]] bool is_ours() const { return m_owner == ::getpid(); }
    [[nodiscard]] server_user user() const { return m_user; }

    reply ask(const words& message) {
        const std::string bytes = joined(message);
        const std::scoped_lock held{m_lock};
        reply answer;
        ::ssize_t got =
            bytes.size() > longest_message ? -1 : ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        while (got >= 0) {
            got = ::recv(m_socket, &answer, sizeof answer, 0);
            if (got == static_cast<::ssize_t>(sizeof answer)) break;
            got = got < 0 && errno == EINTR ? 0 : -1;
        }
        if (got < 0) throw std::runtime_error{"the guard of servers does not answer: '" + message[0] + "'"};
        if (answer.error != 0) {
            errno = answer.error;
            throw std::runtime_error{system_failure("the guard of servers cannot do '" + message[0] + "'")};
        }
        return answer;
    }

private:
    [[noreturn]] void be_guard(int socket) const {
        // Not with the test: a terminal's Ctrl-C, and what Meson does at the end of its patience.
        ::setsid();
        for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
        for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(number, SIG_IGN);
        ::sigset_t none{};
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
        ::prctl(PR_SET_NAME, "test-servers");
        // Whoever reads what the test writes must not wait for the guard; nor must a peer of the test's sockets.
        const int nothing = ::open("/dev/null", O_RDWR);
        for (const int standard : {0, 1, 2}) ::dup2(nothing, standard);
        const int kept = ::fcntl(socket, F_DUPFD_CLOEXEC, 100);
        ::close_range(3, static_cast<unsigned>(kept) - 1, 0);
        ::close_range(static_cast<unsigned>(kept) + 1, ~0U, 0);
        guard_loop{kept, m_owner, m_user}.run();
        ::_exit(0);
    }

    server_user m_user;
    ::pid_t m_owner;
    ::pid_t m_pid = -1;
    int m_socket = -1;
    std::mutex m_lock;
};

guarded_process::guarded_process(const std::string& kind) : m_guard{process_guard::of_this_process()} {
    const reply made = m_guard->ask({"new", folder_of_folders() + "/shearline-" + kind + "-XXXXXX"});
    m_job = made.value;
    m_folder = made.text.data();
}

guarded_process::guarded_process(guarded_process&& other) noexcept
    : m_guard{std::move(other.m_guard)}, m_job{other.m_job}, m_folder{std::move(other.m_folder)}, m_pid{other.m_pid} {
    other.m_guard.reset();
}

guarded_process::~guarded_process() {
    if (!m_guard || !m_guard->is_ours()) return;
    try {
        m_guard->ask({"remove", std::to_string(m_job)});
    } catch (const std::runtime_error&) {  // the guard has gone, and the servers with it
        std::error_code ignored;
        std::filesystem::remove_all(m_folder, ignored);
    }
}

std::string guarded_process::content(const std::string& name) const {
    std::ostringstream all;
    all << std::ifstream{m_folder + "/" + name, std::ios::binary}.rdbuf();
    return std::move(all).str();
}

std::string guarded_process::end_of_log() const {
    const std::string text = content("log");
    return text.size() <= 2'000 ? text : "…" + text.substr(text.size() - 2'000);
}

void guarded_process::write(const std::string& name, const std::string& content) const {
    const std::string path = m_folder + "/" + name;
    std::ofstream file{path, std::ios::binary | std::ios::trunc};
    file << content;
    file.close();
    if (!file || ::chmod(path.c_str(), 0600) != 0 ||
        ::chown(path.c_str(), m_guard->user().uid, m_guard->user().gid) != 0) {
        throw std::runtime_error{system_failure("cannot write " + path)};
    }
}

void guarded_process::start(const std::vector<std::string>& command) {
    words message{"start", std::to_string(m_job)};
    message.insert(message.end(), command.begin(), command.end());
    m_pid = m_guard->ask(message).value;
}

void guarded_process::run(const std::vector<std::string>& command) {
    start(command);
    std::optional<int> status;
    while (!(status = ended())) std::this_thread::sleep_for(5ms);
    if (*status != 0)
        throw std::runtime_error{command[0] + " failed (status " + std::to_string(*status) + "):\n" + end_of_log()};
}

std::optional<int> guarded_process::ended() const {
    const reply now = m_guard->ask({"status", std::to_string(m_job)});
    return now.is_running != 0 ? std::nullopt : std::optional{now.value};
}

void guarded_process::signal(int number) const {
    m_guard->ask({"signal", std::to_string(m_job), std::to_string(number)});
}

void guarded_process::kill() const { m_guard->ask({"kill", std::to_string(m_job)}); }
void guarded_process::pause() const { m_guard->ask({"pause", std::to_string(m_job)}); }
void guarded_process::resume() const { m_guard->ask({"resume", std::to_string(m_job)}); }

reserved_port::reserved_port() : m_socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    ::sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    ::socklen_t bytes = sizeof place;
    const int yes = 1;
    auto* const address = reinterpret_cast<::sockaddr*>(&place);
    // Bound as the only one; only from then on, one more that also sets SO_REUSEADDR may listen there.
    if (m_socket < 0 || ::bind(m_socket, address, bytes) != 0 || ::getsockname(m_socket, address, &bytes) != 0 ||
        ::setsockopt(m_socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) {
        throw std::runtime_error{system_failure("cannot reserve a port of 127.0.0.1")};
    }
    m_number = ::ntohs(place.sin_port);
}

reserved_port::reserved_port(reserved_port&& other) noexcept
    : m_socket{std::exchange(other.m_socket, -1)}, m_number{other.m_number} {}

reserved_port::~reserved_port() {
    if (m_socket >= 0) ::close(m_socket);
}

}  // namespace support
