// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Every system call and every call to libsodium's memory functions fails once, one after the other, with every error
// that it may return. Each time, the library returns an answer or an error, leaves no temporary file or partial result,
// and works again afterwards. Only calls of our own headers are replaced, by the linker (meson.build lists them).
#define BOOST_TEST_MODULE faults
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>
#include <shearline/store/sqlite_store.hpp>
#include <shearline/testing/temporary_folder.hpp>

#include "../support/in_child.hpp"
#include "../support/must.hpp"
#include "../support/old_world.hpp"

namespace {

/// Which call is to fail, counted from now, and with which error; 0: none.
int calls_left = 0;
int error_number = 0;
std::map<std::string, int> failed_calls;
std::vector<std::string> calls;

bool fails(const char* name) {
    calls.emplace_back(name);
    if (calls_left == 0 || --calls_left > 0) return false;
    ++failed_calls[name];
    errno = error_number;
    return true;
}

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
#define WRAPPED(result, name, failure, parameters, arguments)                         \
    extern "C" result __real_##name parameters;                                       \
    extern "C" result __wrap_##name parameters {                                      \
        return fails(#name) ? static_cast<result>(failure) : __real_##name arguments; \
    }
WRAPPED(int, fstat64, -1, (int file, struct ::stat* about), (file, about))
WRAPPED(int, stat64, -1, (const char* path, struct ::stat* about), (path, about))
WRAPPED(int, lstat64, -1, (const char* path, struct ::stat* about), (path, about))
WRAPPED(::ssize_t, read, -1, (int file, void* to, std::size_t bytes), (file, to, bytes))
WRAPPED(::ssize_t, write, -1, (int file, const void* from, std::size_t bytes), (file, from, bytes))
WRAPPED(int, fchmod, -1, (int file, ::mode_t mode), (file, mode))
WRAPPED(int, fsync, -1, (int file), (file))
WRAPPED(int, rename, -1, (const char* from, const char* to), (from, to))
WRAPPED(int, link, -1, (const char* from, const char* to), (from, to))
WRAPPED(::uid_t, geteuid, 12'345, (), ())  // never fails; but it may be another's
WRAPPED(int, flock, -1, (int file, int how), (file, how))
WRAPPED(char*, realpath, nullptr, (const char* path, char* to), (path, to))
WRAPPED(void*, mmap64, MAP_FAILED, (void* at, std::size_t bytes, int mode, int flags, int file, ::off_t from),
        (at, bytes, mode, flags, file, from))
WRAPPED(int, mprotect, -1, (void* at, std::size_t bytes, int mode), (at, bytes, mode))
WRAPPED(int, madvise, -1, (void* at, std::size_t bytes, int what), (at, bytes, what))
WRAPPED(void*, sodium_malloc, nullptr, (std::size_t bytes), (bytes))
WRAPPED(int, sodium_mlock, -1, (void* at, std::size_t bytes), (at, bytes))
WRAPPED(int, sodium_init, -1, (), ())
WRAPPED(int, sodium_mprotect_readonly, -1, (void* at), (at))

extern "C" long __real_syscall(long number, ...);
extern "C" long __wrap_syscall(long number, ...) {  // of which there is one: membarrier, with three numbers
    std::va_list more;
    va_start(more, number);
    const int what = va_arg(more, int);
    va_end(more);
    return fails("syscall") ? -1 : __real_syscall(number, what, 0, 0);
}

extern "C" int __real_open64(const char* path, int flags, ...);
extern "C" int __wrap_open64(const char* path, int flags, ...) {
    std::va_list more;
    va_start(more, flags);
    const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(more, unsigned) : 0U;
    va_end(more);
    return fails("open64") ? -1 : __real_open64(path, flags, mode);
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {

using namespace shearline;
using support::must;
using namespace shearline::detail;
using testing::temporary_folder;
using bundle = policies<key_format<"instance">, recoverable>;

constexpr int errors[] = {EIO, EINTR, ENOSPC, EPERM, EROFS, ENOTDIR, ENAMETOOLONG, EINVAL, EEXIST};

/// Runs `body()` with its first call failing, then its second, and so on until none is left to fail; runs `check()`
/// after each. All of that with each error.
template <typename Body, typename Check>
int with_every_call_failing(Body body, Check check,
                            const std::vector<int>& with = {std::begin(errors), std::end(errors)}) {
    int failures = 0;
    for (const int number : with) {
        for (int call = 1;; ++call) {
            calls_left = call;
            error_number = number;
            body();
            const bool reached = calls_left == 0;
            calls_left = 0;
            if (!reached) break;
            ++failures;
            BOOST_TEST_CONTEXT("call " << call << ", error " << number) { check(); }
        }
    }
    return failures;
}

std::ptrdiff_t files_in(const temporary_folder& folder) {
    return std::distance(std::filesystem::directory_iterator{folder.path()}, std::filesystem::directory_iterator{});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(with_every_call_to_the_system_failing_once)

BOOST_AUTO_TEST_CASE(nothing_is_done_where_libsodium_cannot_start) {  // first: it is asked once
    const temporary_folder folder;
    const auto wrong = [&] {
        calls_left = 1;
        error_number = EIO;
        int code = sodium_ready() ? 1 : 0;
        const auto is_refused = [&](const auto& outcome) {
            return !outcome && outcome.error().code() == errc::unavailable;
        };
        const auto number = [] { return 7; };
        if (!is_refused(guarded<int>::make(number))) code |= 2;
        if (!is_refused(fork_wiped<int>::make(number))) code |= 4;
        std::array<std::byte, 8> bytes{};
        if (!is_refused(system_entropy{}.fill(bytes))) code |= 8;
        if (!is_refused(create_private_file(folder.file("secret"), "text"))) code |= 16;
        if (!is_refused(keyring::create(folder.file("keyring")))) code |= 32;
        if (!is_refused(recoverable::seal({}, 1, {}, secret_text::copy_of("text")))) code |= 64;
        return code;
    };
    BOOST_TEST(support::in_child(wrong) == 0);
    BOOST_REQUIRE(sodium_ready());
    BOOST_TEST(std::filesystem::is_empty(folder.path()));
}

BOOST_AUTO_TEST_CASE(a_keyring_is_made_whole_or_not_at_all) {
    std::optional<temporary_folder> folder;
    bool made = false;
    const int failures = with_every_call_failing(
        [&] {
            folder.emplace();
            made = static_cast<bool>(keyring::create(folder->file("keyring")));
        },
        [&] {
            const auto opened = keyring::open(folder->file("keyring"));
            BOOST_TEST((opened || opened.error().code() == errc::not_found));
            BOOST_TEST((!made || opened));
            BOOST_TEST(files_in(*folder) == (opened ? 1 : 0));  // and no scraps
            if (!opened) (void)must(keyring::create(folder->file("keyring")));
        });
    BOOST_TEST(failures > 50);
}

BOOST_AUTO_TEST_CASE(a_keyring_is_replaced_whole_or_not_at_all) {
    const temporary_folder folder;
    const std::string path = folder.file("keyring");
    const keyring old = must(keyring::create(path));
    const int failures = with_every_call_failing(
        [&] {
            if (const auto next = old.with_new_pepper()) (void)next->save(path);
            if (const auto opened = keyring::open(path)) (void)opened->subkey(key_kind::pepper, 1, "p", "f", {});
        },
        [&] {
            const keyring now = must(keyring::open(path));
            BOOST_TEST((now.current_pepper() == 1 || now.current_pepper() == 2));
            BOOST_TEST(files_in(folder) == 1);
            std::filesystem::remove(path);
            must(old.save(path));
        });
    BOOST_TEST(failures > 100);
}

BOOST_AUTO_TEST_CASE(a_store_is_vouched_for_when_the_call_is_repeated) {
    std::optional<support::before_proofs::old_world> w;
    const int failures = with_every_call_failing(
        [&] {
            const int later = std::exchange(calls_left, 0);
            w.emplace();
            calls_left = later;
            (void)w->prove();
        },
        [&] {
            BOOST_TEST(must(w->prove()) <= 2U);
            BOOST_TEST(w->grants());
        },
        {EIO});
    BOOST_TEST(failures > 20);
}

BOOST_AUTO_TEST_CASE(an_authority_works_or_says_why_not_and_changes_nothing_then) {
    const temporary_folder folder;
    const keyring ring = must(keyring::create(folder.file("keyring")));
    memory_store store;
    auto keys = must(authority<bundle, memory_store>::open(store, ring));
    const auto first = must(keys.issue({.tenant = "acme", .name = "n"}, {.actor = "a"}));
    std::uint64_t changes = 0;
    bool wrong = false;
    const auto note = [&](const auto& outcome, std::uint64_t changed) {
        if (outcome) changes += changed;
        wrong = wrong || (!outcome && outcome.error().code() != errc::unavailable);
    };
    const int failures = with_every_call_failing(
        [&] {
            changes = must(store.head()).sequence;
            note(authority<bundle, memory_store>::open(store, ring), 0);
            note(keys.issue({.tenant = "acme", .name = "n"}, {.actor = "a"}), 1);
            note(keys.reveal(first.credential, {.actor = "a"}), 0);
            note(keys.use(ring), 0);
            wrong = wrong || !keys.verify(first.text.reveal(unsafe_reveal));
        },
        [&] {
            BOOST_TEST(!wrong);
            BOOST_TEST(must(store.head()).sequence == changes);
            const auto shown = must(keys.reveal(first.credential, {.actor = "a"}));
            BOOST_TEST((shown.reveal(unsafe_reveal) == first.text.reveal(unsafe_reveal)));
        });
    BOOST_TEST(failures > 50);
}

BOOST_AUTO_TEST_CASE(a_verifier_opens_and_grows_or_says_why_not) {
    const temporary_folder folder;
    const keyring ring = must(keyring::create(folder.file("keyring")));
    memory_store store;
    auto keys = must(authority<bundle, memory_store>::open(store, ring));
    const auto first = must(keys.issue({.tenant = "acme", .name = "n"}, {.actor = "a"}));
    const std::string text{first.text.reveal(unsafe_reveal)};
    bool wrong = false;
    const int failures = with_every_call_failing(
        [&] {
            auto fast = verifier<bundle, memory_store>::open(store, ring);
            if (!fast) {
                wrong = wrong || fast.error().code() != errc::unavailable;
                return;
            }
            auto reader = fast->new_reader();
            wrong = wrong || !reader.verify(text, system_clock{}.now());
            (void)fast->use(ring);
            wrong = wrong || !reader.verify(text, system_clock{}.now());
        },
        [&] { BOOST_TEST(!wrong); });
    BOOST_TEST(failures > 50);
    // The first change to an empty mirror, which has not yet allocated memory for credentials, scopes and peppers.
    std::optional<memory_store> empty;
    std::optional<verifier<bundle, memory_store>> following;
    const int not_followed = with_every_call_failing(
        [&] {
            const int later = std::exchange(calls_left, 0);
            following.reset();
            empty.emplace();
            following.emplace(must(verifier<bundle, memory_store>::open(*empty, ring)));
            auto issuing = must(authority<bundle, memory_store>::open(*empty, ring));
            (void)must(issuing.issue({.tenant = "acme", .name = "n"}, {.actor = "a"}));
            calls_left = later;
            (void)following->poll();
        },
        [&] { must(following->poll()); });
    BOOST_TEST(not_followed > 0);
    // A table that must grow but cannot: its lines stay valid, and no dead key becomes valid.
    auto fast = must(verifier<bundle, memory_store>::open(store, ring));
    auto reader = fast.new_reader();
    for (int i = 0; i < 200; ++i) {
        const auto key = must(keys.issue({.tenant = "acme", .name = "n"}, {.actor = "a"}));
        must(keys.revoke(key.credential, {.actor = "a"}));
        calls_left = 1;
        error_number = ENOMEM;
        const bool dead = static_cast<bool>(reader.verify(key.text.reveal(unsafe_reveal), system_clock{}.now()));
        calls_left = 0;
        BOOST_TEST(!dead);
    }
    BOOST_TEST(static_cast<bool>(reader.verify(text, system_clock{}.now())));
    // When it is full, nothing is granted until there is room for new keys.
    bool denied = false;
    for (int i = 0; i < 1'000 && !denied; ++i) {
        (void)must(keys.issue({.tenant = "acme", .name = "n"}, {.actor = "a"}));
        calls_left = 1;
        denied = !reader.verify(text, system_clock{}.now());
        calls_left = 0;
    }
    BOOST_TEST(denied);
    must(fast.poll());
    BOOST_TEST(static_cast<bool>(reader.verify(text, system_clock{}.now())));
}

BOOST_AUTO_TEST_CASE(a_reader_counts_as_inside_until_it_enters_anew_once_no_barrier_comes) {
    epochs readers;
    BOOST_REQUIRE(readers.passed(readers.mark()));
    epochs::slot& busy = readers.join();
    epochs::slot& idle = readers.join();
    epochs::slot& gone = readers.join();
    busy.leave(busy.enter());
    idle.leave(idle.enter());
    BOOST_TEST(readers.passed(readers.mark()));  // the control: with barriers all are seen outside
    calls_left = 1;
    error_number = ENOMEM;
    const epochs::moment first = readers.mark();
    BOOST_REQUIRE(calls_left == 0);
    BOOST_TEST(!readers.passed(first));  // each may be inside, and its store not be seen yet
    for (const epochs::slot* each : {&busy, &idle, &gone}) BOOST_TEST(!each->has_passed(first));
    const std::uint64_t entered = busy.enter();  // with a barrier of its own, after the unlinking
    BOOST_TEST(busy.has_passed(first));
    const epochs::moment second = readers.mark();
    BOOST_TEST(!busy.has_passed(second));
    busy.leave(entered);
    BOOST_TEST(busy.has_passed(second));
    readers.quit(gone);
    BOOST_TEST(!readers.passed(second));
    idle.leave(idle.enter());
    BOOST_TEST(readers.passed(first));
    BOOST_TEST(readers.passed(second));
    BOOST_TEST(readers.passed(readers.mark()));
    (void)readers.join();  // who comes now need not have been inside
    BOOST_TEST(readers.passed(readers.mark()));
    calls.clear();
    (void)readers.mark();
    BOOST_TEST(calls.empty());  // what has failed is not asked for again
}

BOOST_AUTO_TEST_CASE(the_counts_of_a_reader_that_may_be_inside_unseen_are_written_later) {
    const temporary_folder folder;
    const keyring ring = must(keyring::create(folder.file("keyring")));
    memory_store store;
    auto keys = must(authority<bundle, memory_store>::open(store, ring));
    const auto key = must(keys.issue({.tenant = "acme", .name = "n"}, {.actor = "a"}));
    const auto uses = [&] { return must(keys.find(key.handle)).keys.at(0).uses; };
    auto fast = must(verifier<bundle, memory_store>::open(store, ring));
    auto reader = fast.new_reader();
    const std::string text{key.text.reveal(unsafe_reveal)};
    const auto use = [&] { return static_cast<bool>(reader.verify(text, system_clock{}.now())); };
    BOOST_TEST(use());
    calls_left = 1;
    error_number = EPERM;
    BOOST_TEST(must(fast.flush_usage()) == 0U);
    BOOST_REQUIRE(calls_left == 0);
    BOOST_TEST(uses() == 0U);
    BOOST_TEST(use());
    BOOST_TEST(must(fast.flush_usage()) == 1U);
    BOOST_TEST(uses() == 2U);
}

BOOST_AUTO_TEST_CASE(a_store_opens_or_says_why_not_and_opens_later) {
    std::optional<temporary_folder> folder;
    bool named = true;
    const int failures = with_every_call_failing(
        [&] {
            folder.emplace();
            const auto store = sqlite_store::open(folder->file("keys.db"), {.readers = 1});
            named = store || store.error().message().find("keys.db") != std::string::npos;
        },
        [&] {
            BOOST_TEST(named);
            (void)must(sqlite_store::open(folder->file("keys.db")));
        });
    BOOST_TEST(failures > 50);
}

BOOST_AUTO_TEST_CASE(a_file_is_durable_before_it_has_its_name_and_its_folder_after) {
    const temporary_folder folder;
    const auto order_of = [](const char* naming) {
        std::string order;  // of what was done last before the file got its name, and next after that
        for (std::size_t i = 1; i + 1 < calls.size(); ++i) {
            if (calls[i] != naming) continue;
            for (std::size_t before = i; order.empty() && before-- > 0;)
                if (calls[before] == "write" || calls[before] == "fsync") order = calls[before];
            for (std::size_t after = i + 1; after < calls.size(); ++after)
                if (calls[after] == "fsync") return order + ", " + naming + ", fsync";
        }
        return order;
    };
    calls.clear();
    const keyring ring = must(keyring::create(folder.file("keyring")));
    BOOST_TEST(order_of("link") == "fsync, link, fsync");
    calls.clear();
    must(must(ring.with_new_pepper()).save(folder.file("keyring")));
    BOOST_TEST(order_of("rename") == "fsync, rename, fsync");
}

BOOST_AUTO_TEST_CASE(each_of_the_calls_was_met) {
    // The control: a function that the linker does not replace would never fail.
    for (const char* name : {"open64",
                             "fstat64",
                             "stat64",
                             "lstat64",
                             "read",
                             "write",
                             "fchmod",
                             "fsync",
                             "rename",
                             "link",
                             "flock",
                             "geteuid",
                             "realpath",
                             "mmap64",
                             "mprotect",
                             "madvise",
                             "sodium_malloc",
                             "sodium_mlock",
                             "sodium_mprotect_readonly",
                             "syscall"})
        BOOST_TEST(failed_calls[name] > 0, name);
}

BOOST_AUTO_TEST_SUITE_END()
