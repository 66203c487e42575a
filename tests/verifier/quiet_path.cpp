// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// A verification makes no allocation, takes no lock and makes no system call: each is counted, or ends the process.
#include <dlfcn.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>

#include "../support/must.hpp"

namespace {

std::atomic<int> allocations{0};
std::atomic<int> locks{0};

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* const memory = std::malloc(size)) return memory;
    std::abort();
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
    ++allocations;
    const auto to = static_cast<std::size_t>(alignment);
    if (void* const memory = std::aligned_alloc(to, (size + to - 1) / to * to)) return memory;
    std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

/// Replaces the function of the C library, which every lock of std calls.
extern "C" int pthread_mutex_lock(::pthread_mutex_t* mutex) noexcept {
    static auto* const next = reinterpret_cast<int (*)(::pthread_mutex_t*)>(::dlsym(RTLD_NEXT, "pthread_mutex_lock"));
    ++locks;
    return next(mutex);
}

namespace {

using namespace shearline;
using support::must;
using format = key_format<"instance">;
using bundle = policies<format>;

int passed = 0;
int failed = 0;

void check(bool good, const std::string& what) {
    ++(good ? passed : failed);
    if (!good) std::printf("error: %s\n", what.c_str());
}

/// How a child ends that runs `body` while every system call except `exit_group` kills it.
int status_without_system_calls(const std::function<bool()>& body) {
    const ::pid_t child = ::fork();
    if (child == 0) {
        std::array<::sock_filter, 4> only_exit{{
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(::seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        }};
        const ::sock_fprog program{only_exit.size(), only_exit.data()};
        // The child opens its own verifier, because a parent's verifier denies in a child.
        if (!body()) ::_exit(3);
        if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) ::_exit(4);
        if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) ::_exit(5);
        ::_exit(body() ? 0 : 6);
    }
    int status = 0;
    return ::waitpid(child, &status, 0) == child ? status : -1;
}

}  // namespace

int main() {
    std::string folder = (std::filesystem::temp_directory_path() / "shearline-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) return 1;
    const keyring ring = must(keyring::create(folder + "/keyring"));
    std::filesystem::remove_all(folder);
    memory_store store;
    auto keys = must(authority<bundle, memory_store>::open(store, ring));
    const request_context by{.actor = "test"};
    std::vector<issued_key> issued;
    for (int i = 0; i < 400; ++i)
        issued.push_back(must(keys.issue({.tenant = "acme", .name = "x", .scopes = {"contacts:read"}}, by)));
    std::vector<std::string> texts;
    for (const issued_key& key : issued) texts.emplace_back(key.text.reveal(unsafe_reveal));
    texts.emplace_back("junk");
    texts.push_back(texts[0]);
    texts.back().back() = texts.back().back() == '0' ? '1' : '0';
    const auto stranger = must(generate<format>());
    texts.emplace_back(stranger.text.reveal(unsafe_reveal));
    const std::vector<std::string_view> views{texts.begin(), texts.end()};
    std::vector<verdict> answers(views.size());
    const timestamp now = system_clock{}.now();

    const auto all_answered = [&](auto& fast, auto& reader) {
        std::size_t granted = 0;
        for (int round = 0; round < 10; ++round) {
            for (const std::string_view text : views) granted += reader.verify(text, now, "contacts:read") ? 1U : 0U;
            for (const std::string_view text : views) granted += fast.verify(text, "contacts:read") ? 1U : 0U;
            reader.verify_many(views, now, "contacts:read", answers);
            for (const verdict& one : answers) granted += one ? 1U : 0U;
        }
        return granted == 30 * issued.size();
    };

    const auto check_quiet = [&]<typename Consistency>(const Consistency& /*which*/, const std::string& name) {
        using opened_verifier = verifier<bundle, memory_store, Consistency>;
        {
            auto fast = must(opened_verifier::open(store, ring));
            auto reader = fast.new_reader();
            allocations = 0;
            locks = 0;
            const bool good = all_answered(fast, reader);
            const int allocated = allocations;
            const int locked = locks;
            check(good, name + ": all good keys are granted, and no other");
            check(allocated == 0, name + ": a verification allocates nothing");
            check(locked == 0, name + ": a verification takes no lock");
            allocations = 0;
            locks = 0;
            (void)keys.verify(texts[0]);
            const bool counted = allocations > 0 && locks > 0;
            check(counted, "control: an authority's verification allocates and locks, and both are counted");
        }
        std::optional<opened_verifier> own;
        std::optional<typename opened_verifier::reader> reader;
        const auto verify_all = [&] {
            if (!own) reader.emplace(own.emplace(must(opened_verifier::open(store, ring))).new_reader());
            return all_answered(*own, *reader);
        };
        check(status_without_system_calls(verify_all) == 0, name + ": a verification calls no system");
        const int killed = status_without_system_calls([&] { return verify_all() && ::syscall(SYS_getppid) > 0; });
        check(WIFSIGNALED(killed) && WTERMSIG(killed) == SIGSYS, "control: a system call ends the process");
    };
    check_quiet(strict{}, "strict");
    check_quiet(bounded<std::chrono::hours{1}>{}, "bounded");
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
