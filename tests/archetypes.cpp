// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What models a concept compiles wherever ours does: every template that takes policies, a store, a clock or a source
// of entropy is compiled with types that have what the concept asks for, and nothing else. They are never called: each
// function of theirs ends the program. What would not link, or asks for more than its concept says, fails the build.
#include <array>
#include <boost/test/unit_test.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include <shearline/prove_store.hpp>
#include <shearline/shearline.hpp>
#include <shearline/store/memory_store.hpp>
#include <shearline/store/sqlite_store.hpp>
#include <shearline/testing/custody_conformance.hpp>
#include <shearline/testing/format_conformance.hpp>
#include <shearline/testing/memo_conformance.hpp>
#include <shearline/testing/rotation_conformance.hpp>

using namespace shearline;

namespace {

/// No object of it is made, copied, moved or assigned by who does not know how; its address is not `&`, and a comma
/// after it is no comma.
struct nothing_more {
    nothing_more() = delete;
    nothing_more(const nothing_more&) = delete;
    nothing_more& operator=(const nothing_more&) = delete;
    void operator&() const = delete;  // NOLINT(google-runtime-operator)
    template <typename Other>
    void operator,(const Other&) const = delete;

protected:
    ~nothing_more() = default;
};

/// A parameter that takes a `T`, and nothing that would have to be converted into one first.
template <typename T>
struct exactly {
    template <typename U>
        requires std::same_as<std::remove_cvref_t<U>, T>
    exactly(U&&) noexcept {}  // NOLINT
};

/// What converts to a `T`, and is none.
template <typename T, T Value>
struct converts {
    constexpr operator T() const noexcept { return Value; }  // NOLINT(*-explicit-*)
};
struct converts_to_text {
    constexpr operator std::string_view() const noexcept { return "archetype"; }  // NOLINT(*-explicit-*)
};

// The format: constants of exactly these types, an alphabet, a checksum, and its parts in their order.

struct format_alphabet : nothing_more {
    static constexpr std::size_t size = 2;
    static constexpr std::string_view chars = "01";
    static constexpr std::uint8_t no_digit = 0xff;
    static char encode(exactly<std::uint8_t>) noexcept { std::abort(); }
    static std::uint8_t decode(exactly<char>) noexcept { std::abort(); }
    static std::uint16_t decode_high(exactly<char>) noexcept { std::abort(); }
    struct run {
        std::uint8_t first;
        std::uint8_t span;
        std::uint8_t last() const noexcept { std::abort(); }
    };
    static constexpr run runs[] = {{'0', 1}};
};

struct format_checksum : nothing_more {
    struct algorithm : nothing_more {
        static constexpr std::string_view name = "archetype";
        static constexpr std::uint32_t greatest = 1;
        static std::uint32_t of(exactly<std::string_view>) noexcept { std::abort(); }
        static std::uint32_t of_vartime(exactly<std::string_view>) noexcept { std::abort(); }
    };
    static constexpr covers covered = covers::secret;
};

template <bool HasHandle, bool HasChecksum>
struct format_without : nothing_more {
    using alphabet = format_alphabet;
    static constexpr std::string_view name = "archetype";
    static constexpr environment environment_of = environment::live;
    static constexpr std::string_view prefix = "a";
    static constexpr bool has_handle = HasHandle;
    static constexpr std::uint64_t greatest_handle = HasHandle ? 3 : 0;
    static constexpr std::size_t secret_chars = 128;
    static constexpr std::size_t secret_bits = 128;
    static constexpr bool has_checksum = HasChecksum;
    static constexpr placed_part layout[] = {{part_kind::literal, 0, 1, "a"},
                                             {HasHandle ? part_kind::handle : part_kind::literal, 1, 2, {}},
                                             {part_kind::secret, 3, secret_chars, {}},
                                             {HasChecksum ? part_kind::checksum : part_kind::literal, 131, 1, {}}};
    static constexpr placed_part handle_part = layout[1];
    static constexpr placed_part secret_part = layout[2];
    static constexpr placed_part checksum_part = layout[3];
    static constexpr std::size_t chars = 132;
    static std::string_view covered_by_checksum(exactly<std::string_view>) noexcept { std::abort(); }
};

/// Only a format that has a checksum has a type for it.
template <typename Format>
struct with_checksum : Format {
    using checksum_type = format_checksum;
};

using format_archetype = with_checksum<format_without<true, true>>;
static_assert(format_policy<format_archetype>);
static_assert(format_policy<format_without<true, false>>);
static_assert(format_policy<format_without<false, false>>);
static_assert(!format_policy<format_without<true, true>>);

// The other policies.

struct hash_archetype : nothing_more {
    static constexpr converts_to_text name{};
    class key_state {  // moved by its bytes, never copied, and made by `prepare` alone
    public:
        key_state() = delete;
        key_state(key_state&&) = default;

    private:
        friend hash_archetype;
        explicit key_state(int) {}
    };
    static key_state prepare(exactly<std::span<const std::byte, 32>>) { std::abort(); }
    static digest_bytes mac(exactly<key_state>, exactly<std::span<const std::byte>>) noexcept { std::abort(); }
};
static_assert(hash_policy<hash_archetype>);

struct rotation_archetype : nothing_more {
    static result<void> replace(record&, exactly<timestamp>) { std::abort(); }
};
static_assert(rotation_policy<rotation_archetype>);
struct rotation_of_copies : nothing_more {
    static result<void> replace(record, timestamp) { std::abort(); }
};
struct rotation_of_constants : nothing_more {
    static result<void> replace(const record&, timestamp) { std::abort(); }
};
static_assert(!rotation_policy<rotation_of_copies> && !rotation_policy<rotation_of_constants>);

struct custody_that_keeps : nothing_more {
    static constexpr converts<bool, true> keeps_text{};
    static result<sealed_text> seal(exactly<secret_bytes<32>>, exactly<std::uint32_t>, exactly<seal_binding>,
                                    exactly<secret_text>) {
        std::abort();
    }
    static result<secret_text> open(exactly<secret_bytes<32>>, exactly<seal_binding>, exactly<sealed_text>) {
        std::abort();
    }
};
struct custody_that_does_not : nothing_more {
    static constexpr converts<bool, false> keeps_text{};
};
static_assert(custody_policy<custody_that_keeps> && custody_policy<custody_that_does_not>);

struct memo_that_does_not : nothing_more {
    static constexpr converts<bool, false> remembers{};
    class key {
    public:
        key() = delete;
        key(key&&) = default;
    };
    static key make_key() noexcept { std::abort(); }
};
struct memo_that_remembers : nothing_more {
    static constexpr converts<bool, true> remembers{};
    using key = memo_that_does_not::key;
    using tag = std::array<std::uint64_t, 2>;
    static key make_key() noexcept { std::abort(); }
    static tag of(exactly<key>, exactly<std::string_view>) noexcept { std::abort(); }
    static bool same(exactly<tag>, exactly<tag>) noexcept { std::abort(); }
};
static_assert(memo_policy<memo_that_remembers> && memo_policy<memo_that_does_not>);

// Sources of entropy and time.

struct entropy_archetype : nothing_more {
    result<void> fill(exactly<std::span<std::byte>>) noexcept { std::abort(); }  // NOLINT(*-static)
};
static_assert(entropy_source<entropy_archetype>);

struct clock_archetype {
    clock_archetype() = delete;
    clock_archetype(const clock_archetype&) = default;
    clock_archetype& operator=(const clock_archetype&) = delete;
    ~clock_archetype() = default;
    void operator&() const = delete;  // NOLINT(google-runtime-operator)
    timestamp now() const noexcept { std::abort(); }
};
static_assert(clock_source<clock_archetype>);

// Stores.

struct feed_archetype : nothing_more {
    template <scan_sink Sink>
    result<feed_head> scan(exactly<std::string_view>, Sink& sink) {
        if (auto done = sink.begin(std::uint64_t{}, std::uint64_t{}); !done) return std::move(done).error();
        if (auto done = sink.take(scanned_credential{}, std::span<const scanned_key>{}); !done)
            return std::move(done).error();
        return feed_head{};
    }
    result<std::optional<store_identity>> identity() { std::abort(); }
    result<std::optional<credential_view>> read_live(exactly<credential_id>) { std::abort(); }
    result<std::vector<change>> changes_after(exactly<std::uint64_t>, exactly<std::size_t>) { std::abort(); }
    std::uint64_t change_count() noexcept { std::abort(); }
    bool hears_changes() noexcept { std::abort(); }
    result<void> record_usage(exactly<std::span<const usage>>) { std::abort(); }
};
static_assert(key_feed<feed_archetype> && !key_store<feed_archetype>);

struct remote_archetype : feed_archetype {
    result<std::vector<credential_view>> read_many(exactly<std::span<const credential_id>>) { std::abort(); }
    void wait_for_change(exactly<std::chrono::milliseconds>) { std::abort(); }
    std::uint64_t epoch() noexcept { std::abort(); }
};
static_assert(remote_feed<remote_archetype> && !remote_feed<feed_archetype>);

struct transaction_archetype : nothing_more {
    result<std::optional<credential>> find(exactly<credential_id>) { std::abort(); }
    result<std::optional<record>> find(exactly<std::string_view>, exactly<handle>) { std::abort(); }
    result<std::vector<record>> keys_of(exactly<credential_id>) { std::abort(); }
    result<std::vector<record>> live_keys_of(exactly<credential_id>) { std::abort(); }
    result<void> insert(exactly<credential>) { std::abort(); }
    result<void> update(exactly<credential>) { std::abort(); }
    result<void> insert(exactly<record>) { std::abort(); }
    result<void> update(exactly<record>) { std::abort(); }
    result<std::size_t> prune(exactly<credential_id>, exactly<std::uint32_t>) { std::abort(); }
    result<void> append(exactly<change>) { std::abort(); }
    result<void> append(exactly<audit_event>) { std::abort(); }
    result<feed_head> head() { std::abort(); }
    result<std::optional<idempotency_entry>> find_idempotent(exactly<digest_bytes>, exactly<timestamp>) {
        std::abort();
    }
    result<void> insert(exactly<idempotency_entry>) { std::abort(); }
    result<std::optional<store_identity>> identity() { std::abort(); }
    result<void> put(exactly<store_identity>) { std::abort(); }
    result<void> prove(exactly<credential_id>, exactly<digest_bytes>, exactly<row_proof>) { std::abort(); }
    result<bool> is_proof_key_used(exactly<std::uint32_t>) { std::abort(); }
    result<hash_name> bind_hash(exactly<std::string_view>, exactly<hash_name>) { std::abort(); }
};
static_assert(store_transaction<transaction_archetype>);

struct store_archetype : feed_archetype {
    using transaction = transaction_archetype;
    template <typename Body>
    auto transact(Body body) {
        return body(inside());
    }
    result<std::optional<key_view>> look_up(exactly<std::string_view>, exactly<handle>) { std::abort(); }
    result<feed_head> head() { std::abort(); }
    result<std::optional<credential_view>> read(exactly<credential_id>) { std::abort(); }
    result<page<credential_view>> list(exactly<page_request>, exactly<std::string_view>) { std::abort(); }
    result<page<audit_event>> audit(exactly<page_request>, exactly<std::string_view>) { std::abort(); }

private:
    static transaction& inside() { std::abort(); }
};
static_assert(key_store<store_archetype>);

struct sink_archetype : nothing_more {
    result<void> begin(exactly<std::uint64_t>, exactly<std::uint64_t>) { std::abort(); }
    result<void> take(exactly<scanned_credential>, exactly<std::span<const scanned_key>>) { std::abort(); }
};
static_assert(scan_sink<sink_archetype>);

using all_archetypes =
    policies<memo_that_remembers, custody_that_keeps, rotation_archetype, hash_archetype, format_archetype>;
using the_other_archetypes = policies<format_without<true, false>, memo_that_does_not, custody_that_does_not>;

/// The member templates, which an explicit instantiation leaves alone.
template <typename Bundle, typename Store>
result<std::size_t> verify_with(Store& store, const keyring& ring) {
    auto quiet = verifier<Bundle, Store>::open(store, ring);
    auto opened = verifier<Bundle, Store>::open(store, ring, verifier_options{}, [](std::uint64_t, std::uint64_t) {});
    if (!quiet || !opened) return std::move(opened).error();
    auto reader = opened->new_reader();
    (void)reader.verify("a", timestamp{});
    return opened->run(std::stop_token{}, [](const error&) {});
}

template <typename Format>
std::optional<generated_key<Format>> generate_with(entropy_archetype& entropy) {
    auto made = generate<Format>(entropy);
    (void)generate<Format>();
    (void)mask<Format>("a");
    if constexpr (Format::has_handle) {
        (void)mask<Format>(handle{1});
        if (may_be_key<Format>("a")) (void)find_handle<Format>("a");
    }
    (void)parse<Format>("a");
    (void)grammar<Format>::abnf();
    (void)grammar<Format>::regex();
    (void)grammar<Format>::notes();
    if (!made) return std::nullopt;
    return *std::move(made);
}

/// Everything at once. Nobody can call it: there is no archetype to call it with.
void use_all(store_archetype& store, feed_archetype& feed, remote_archetype& remote, entropy_archetype& entropy,
             sink_archetype& sink, memory_store& memory, sqlite_store& sqlite, const keyring& ring,
             const clock_archetype& clock) {
    (void)authority<all_archetypes, store_archetype, clock_archetype>::open(store, ring, clock);
    (void)authority<the_other_archetypes, store_archetype>::open(store, ring);
    (void)verify_with<all_archetypes>(store, ring);
    (void)verify_with<the_other_archetypes>(feed, ring);
    (void)verify_with<all_archetypes>(remote, ring);
    const auto ask = [](const store_vouching&) { return true; };
    (void)prove_store<all_archetypes>(store, "keyring", {.actor = "archetype"}, ask);
    (void)without_proof_key(ring, 1, store, store);
    (void)generate_with<format_archetype>(entropy);
    (void)generate_with<format_without<true, false>>(entropy);
    (void)generate_with<format_without<false, false>>(entropy);
    (void)testing::format_conformance<format_archetype>(testing::format_rules{});
    (void)testing::rotation_conformance<rotation_archetype>();
    (void)testing::custody_conformance<custody_that_keeps>();
    (void)testing::memo_conformance<memo_that_remembers>();
    (void)memory.scan("archetype", sink);
    (void)sqlite.scan("archetype", sink);
}

}  // namespace

// Every member function, called or not.
template class shearline::authority<all_archetypes, store_archetype, clock_archetype>;
template class shearline::authority<the_other_archetypes, store_archetype>;
template class shearline::verifier<all_archetypes, feed_archetype>;
template class shearline::verifier<all_archetypes, store_archetype>;
template class shearline::verifier<the_other_archetypes, feed_archetype>;
template class shearline::verifier<all_archetypes, remote_archetype>;
template class shearline::verifier<all_archetypes, feed_archetype, bounded<std::chrono::seconds{1}>>;

BOOST_AUTO_TEST_CASE(what_has_exactly_what_a_concept_asks_for_compiles_and_links_everywhere) {
    const auto volatile used = &use_all;
    BOOST_TEST(used != nullptr);
}
