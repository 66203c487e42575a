// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include "child.hpp"

#include <grp.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "../../support/stores.hpp"

extern "C" char** environ;  // NOLINT(readability-redundant-declaration): not everywhere in unistd.h

namespace support {

child_process::child_process(const std::vector<std::string>& arguments) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
    std::vector<std::string> words{"/proc/self/exe", "--child"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    ::posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    if (::posix_spawn(&m_pid, words[0].c_str(), &actions, nullptr, pointers.data(), environ) != 0) std::abort();
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    m_pipe = ends[0];
}

child_process::~child_process() {
    if (m_status < 0) {
        kill();
        (void)status();
    }
    ::close(m_pipe);
}

void child_process::kill() { ::kill(m_pid, SIGKILL); }

std::string child_process::line() {
    std::string text;
    char c = 0;
    while (::read(m_pipe, &c, 1) == 1) {
        if (c == '\n') return text;
        text += c;
    }
    return {};
}

std::string child_process::output() {
    std::string text;
    char buffer[4096];
    for (::ssize_t got = 0; (got = ::read(m_pipe, buffer, sizeof(buffer))) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    return text;
}

int child_process::status() {
    if (m_status >= 0) return m_status;
    int raw = 0;
    if (::waitpid(m_pid, &raw, 0) != m_pid) std::abort();
    m_status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    return m_status;
}

namespace {

int tell(const error& problem) {
    std::printf("%s\n", problem.message().c_str());
    return 1;
}

/// Writes groups until it is killed, and reports each one that was acknowledged.
int write_until_killed(sqlite_store& store, std::uint32_t first) {
    for (std::uint32_t number = first;; ++number) {
        if (auto done = issue(store, number); !done) return tell(done.error());
        std::string line = std::to_string(number) + "\n";
        if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) return 1;
        if (number % 3 == 0) {
            if (auto done = revoke_key(store, number); !done) return tell(done.error());
            line = "revoked " + line;
            if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) return 1;
        }
    }
}

}  // namespace

int run_child(const std::vector<std::string>& arguments) {
    const std::string& what = arguments.at(0);
    const std::string& path = arguments.at(1);
    if (what == "open-as-nobody" && ::geteuid() == 0) {
        constexpr ::uid_t nobody = 65534;
        if (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0) return 2;
    }
    auto store = sqlite_store::open(path);
    if (!store) return tell(store.error());
    const auto number = [&] { return static_cast<std::uint32_t>(std::stoul(arguments.at(2))); };
    result<void> done;
    if (what == "issue") done = issue(*store, number());
    if (what == "revoke") done = revoke_key(*store, number());
    if (what == "write") return write_until_killed(*store, number());
    if (what == "issue-many")
        for (std::uint32_t i = 0; done && i < 40; ++i)
            if (auto one = issue(*store, number() + i); !one) done = one;
    return done ? 0 : tell(done.error());
}

}  // namespace support
