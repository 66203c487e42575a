// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <shearline/keyring.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "../support/golden_keyring.hpp"
#include "../support/hex.hpp"
#include "../support/printers.hpp"
#include "../support/secrets.hpp"

namespace {

using namespace shearline;
using namespace support;

std::string subkey_text(const keyring& ring, key_kind kind, std::uint32_t number, std::string_view purpose = "digest",
                        std::string_view format = "instance", environment env = environment::live) {
    const auto key = ring.subkey(kind, number, purpose, format, env);
    BOOST_REQUIRE(key);
    const auto bytes = key->reveal(unsafe_reveal);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <typename T>
int code_of(const result<T>& failed) {
    return failed ? 0 : static_cast<int>(failed.error().code());
}
constexpr int code(errc what) { return static_cast<int>(what); }

std::string statuses(const std::vector<keyring::entry_info>& entries) {
    std::string text;
    for (const auto& one : entries) text.append(std::to_string(one.number)).append(to_string(one.status)).append(" ");
    return text;
}

std::string proof_subkey_text(const keyring& ring, std::uint32_t number, std::string_view purpose,
                              const store_id& store) {
    const auto key = ring.proof_subkey(number, purpose, store);
    BOOST_REQUIRE(key);
    return hex_of(key->reveal(unsafe_reveal));
}

store_id store_of(unsigned number) {
    store_id id{};
    for (std::size_t i = 0; i < id.size(); ++i) id[i] = static_cast<std::byte>(number + i);
    return id;
}

keyring next_of(const result<keyring>& made) {
    BOOST_REQUIRE(made);
    return *made;
}

/// A keyring from its text, in a file of its own.
keyring ring_of(const std::string& text) {
    const open_folder folder;
    write_all(folder.file("ring"), text);
    return next_of(keyring::open(folder.file("ring")));
}

/// The text of a keyring's file.
std::string saved(const keyring& ring) {
    const open_folder folder;
    BOOST_REQUIRE(ring.save(folder.file("ring")));
    return bytes_of(folder.file("ring"));
}

keyring new_ring(const std::string& path) {
    auto ring = keyring::create(path);
    BOOST_REQUIRE(ring);
    return *std::move(ring);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(keyring_)

BOOST_AUTO_TEST_CASE(a_new_one_has_a_key_of_each_kind_in_a_file_that_only_its_owner_may_touch) {
    const open_folder folder;
    const keyring ring = new_ring(folder.file("ring"));
    BOOST_TEST(statuses(ring.peppers()) == "1current ");
    BOOST_TEST(statuses(ring.sealing_keys()) == "1current ");
    BOOST_TEST(statuses(ring.proof_keys()) == "1current ");
    BOOST_TEST(ring.current_pepper() == 1U);
    BOOST_TEST(ring.current_sealing_key() == 1U);
    BOOST_TEST(!ring.may_prove_stores());
    BOOST_TEST(ring.proved_stores().empty());
    BOOST_TEST(bytes_of(folder.file("ring")).starts_with("shearline keyring 2\npepper 1 "));
    BOOST_TEST(bytes_of(folder.file("ring")).find("store") == std::string::npos);
    struct ::stat about {};
    BOOST_REQUIRE(::stat(folder.file("ring").c_str(), &about) == 0);
    BOOST_TEST((about.st_mode & 07777) == 0600U);
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_CASE(reads_back_the_keys_that_it_wrote) {
    const open_folder folder;
    const keyring made = new_ring(folder.file("ring"));
    const auto read = keyring::open(folder.file("ring"));
    BOOST_REQUIRE(read);
    BOOST_TEST(read->peppers() == made.peppers());
    BOOST_TEST(read->sealing_keys() == made.sealing_keys());
    BOOST_TEST(read->proof_keys() == made.proof_keys());
    BOOST_TEST(read->version() == made.version());
    BOOST_TEST(read->may_prove_stores() == made.may_prove_stores());
    BOOST_TEST(proof_subkey_text(*read, 1, "credential", store_of(0)) ==
               proof_subkey_text(made, 1, "credential", store_of(0)));
    BOOST_TEST(subkey_text(*read, key_kind::pepper, 1) == subkey_text(made, key_kind::pepper, 1));
    BOOST_TEST(subkey_text(*read, key_kind::sealing, 1) == subkey_text(made, key_kind::sealing, 1));
}

BOOST_AUTO_TEST_CASE(refuses_to_make_one_where_something_is) {
    const open_folder folder;
    const std::string path = folder.file("ring");
    new_ring(path);
    const std::string before = bytes_of(path);
    const auto again = keyring::create(path);
    BOOST_TEST(code_of(again) == code(errc::conflict));
    BOOST_TEST(again.error().context().starts_with(path));
    BOOST_TEST(bytes_of(path) == before);
}

BOOST_AUTO_TEST_CASE(opens_or_makes) {
    const open_folder folder;
    const auto made = keyring::open_or_create(folder.file("ring"));
    const auto opened = keyring::open_or_create(folder.file("ring"));
    BOOST_REQUIRE(static_cast<bool>(made));
    BOOST_REQUIRE(static_cast<bool>(opened));
    BOOST_TEST(made->peppers() == opened->peppers());
    write_all(folder.file("broken"), "nothing like it");
    BOOST_TEST(code_of(keyring::open_or_create(folder.file("broken"))) == code(errc::corrupt));
    BOOST_TEST(bytes_of(folder.file("broken")) == "nothing like it");
    BOOST_TEST(code_of(keyring::open_or_create(folder.file("no/such/folder"))) == code(errc::not_found));
}

BOOST_AUTO_TEST_CASE(of_processes_that_open_or_make_it_together_all_have_the_same) {
    const open_folder folder;
    const std::string path = folder.file("ring");
    std::vector<::pid_t> children;
    for (int i = 0; i < 8; ++i) {
        children.push_back(start_child([&] {
            const auto ring = keyring::open_or_create(path);
            const auto later = keyring::open(path);
            return ring && later && ring->peppers() == later->peppers() ? 0 : 1;
        }));
    }
    for (const ::pid_t child : children) BOOST_TEST(end_of(child) == 0);
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_CASE(refuses_a_file_that_others_may_read_and_says_what_to_do) {
    const open_folder folder;
    const std::string path = folder.file("ring");
    new_ring(path);
    BOOST_REQUIRE(::chmod(path.c_str(), 0640) == 0);
    const auto opened = keyring::open(path);
    BOOST_TEST(code_of(opened) == code(errc::permission_denied));
    BOOST_TEST(opened.error().context().starts_with(path));
    BOOST_TEST(opened.error().context().find("chmod 600") != std::string::npos);
    BOOST_REQUIRE(::chmod(path.c_str(), 0600) == 0);
    BOOST_TEST(code_of(keyring::open(path)) == 0);
}

BOOST_AUTO_TEST_CASE(is_read_with_its_group_where_that_is_asked_for) {
    const open_folder folder;
    const std::string path = folder.file("ring");
    new_ring(path);
    for (const ::mode_t mode : {0640U, 0440U}) {
        BOOST_REQUIRE(::chmod(path.c_str(), mode) == 0);
        BOOST_TEST(code_of(keyring::open(path)) == code(errc::permission_denied));
        BOOST_TEST(bool{keyring::open(path, private_to::owner_and_group)});
    }
    for (const ::mode_t mode : {0660U, 0444U, 0604U}) {
        BOOST_REQUIRE(::chmod(path.c_str(), mode) == 0);
        BOOST_TEST(code_of(keyring::open(path, private_to::owner_and_group)) == code(errc::permission_denied));
    }
}

BOOST_AUTO_TEST_CASE(a_new_pepper_retires_the_old_one_and_leaves_the_value_that_it_came_from) {
    const open_folder folder;
    const keyring one = new_ring(folder.file("ring"));
    const auto two = one.with_new_pepper();
    BOOST_REQUIRE(two);
    BOOST_TEST(statuses(one.peppers()) == "1current ");
    BOOST_TEST(statuses(two->peppers()) == "1retired 2current ");
    BOOST_TEST(statuses(two->sealing_keys()) == "1current ");
    BOOST_TEST(two->current_pepper() == 2U);
    BOOST_TEST(subkey_text(*two, key_kind::pepper, 1) == subkey_text(one, key_kind::pepper, 1));
    BOOST_TEST(subkey_text(*two, key_kind::pepper, 2) != subkey_text(one, key_kind::pepper, 1));
    BOOST_TEST(two->peppers()[0].check != two->peppers()[1].check);
}

BOOST_AUTO_TEST_CASE(a_new_sealing_key_retires_the_old_one) {
    const open_folder folder;
    const auto two = new_ring(folder.file("ring")).with_new_sealing_key();
    BOOST_REQUIRE(two);
    BOOST_TEST(statuses(two->sealing_keys()) == "1retired 2current ");
    BOOST_TEST(two->current_sealing_key() == 2U);
    BOOST_TEST(two->current_pepper() == 1U);
}

BOOST_AUTO_TEST_CASE(a_new_proof_key_retires_the_old_one) {
    const open_folder folder;
    const keyring one = new_ring(folder.file("ring"));
    const keyring two = next_of(one.with_new_proof_key());
    BOOST_TEST(statuses(one.proof_keys()) == "1current ");
    BOOST_TEST(statuses(two.proof_keys()) == "1retired 2current ");
    BOOST_TEST(two.peppers() == one.peppers());
    BOOST_TEST(two.sealing_keys() == one.sealing_keys());
    BOOST_TEST(proof_subkey_text(two, 1, "credential", store_of(0)) ==
               proof_subkey_text(one, 1, "credential", store_of(0)));
    BOOST_TEST(proof_subkey_text(two, 2, "credential", store_of(0)) !=
               proof_subkey_text(one, 1, "credential", store_of(0)));
    BOOST_REQUIRE(two.save(folder.file("ring")));
    BOOST_TEST(next_of(keyring::open(folder.file("ring"))).proof_keys() == two.proof_keys());
}

BOOST_AUTO_TEST_CASE(of_version_1_is_read_and_stays_so_until_it_has_a_proof_key) {
    const open_folder folder;
    const std::string path = folder.file("ring");
    write_all(path, golden);
    const keyring old = next_of(keyring::open(path));
    BOOST_TEST(statuses(old.peppers()) == "1dropped 2retired 3current ");
    BOOST_TEST(statuses(old.sealing_keys()) == "1current ");
    BOOST_TEST(old.proof_keys().empty());
    BOOST_TEST(old.may_prove_stores());
    BOOST_TEST(old.proved_stores().empty());
    BOOST_TEST(code_of(old.proof_subkey(1, "credential", store_of(0))) == code(errc::not_found));
    BOOST_REQUIRE(old.save(path));
    BOOST_TEST(bytes_of(path) == golden);

    const keyring peppered = next_of(old.with_new_pepper());  // what came before proofs still works as before them
    BOOST_REQUIRE(peppered.save(path));
    BOOST_TEST(bytes_of(path).starts_with("shearline keyring 1\n"));
    BOOST_TEST(bytes_of(path).find("store") == std::string::npos);
    BOOST_TEST(next_of(keyring::open(path)).peppers() == peppered.peppers());

    const keyring proving = next_of(peppered.with_new_proof_key());
    BOOST_TEST(statuses(proving.proof_keys()) == "1current ");
    BOOST_TEST(proving.may_prove_stores());
    BOOST_TEST(proving.peppers() == peppered.peppers());
    BOOST_REQUIRE(proving.save(path));
    BOOST_TEST(bytes_of(path).starts_with("shearline keyring 2\n"));
    BOOST_TEST(bytes_of(path).ends_with("\nstores unproved\n"));
    const keyring read = next_of(keyring::open(path));
    BOOST_TEST(read.may_prove_stores());
    BOOST_TEST(read.proof_keys() == proving.proof_keys());
    const auto back = peppered.save(path);
    BOOST_TEST(code_of(back) == code(errc::conflict));
    BOOST_TEST(back.error().context().find("proof key 1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_version_2_is_read_and_saved_unchanged) {
    const keyring ring = ring_of(golden_2);
    BOOST_TEST(statuses(ring.proof_keys()) == "1dropped 2retired 3current ");
    BOOST_TEST(ring.may_prove_stores());
    BOOST_REQUIRE(ring.proved_stores().size() == 2U);
    BOOST_TEST(ring.proved_stores()[0] == store_of(0));
    BOOST_TEST(saved(ring) == golden_2);
}

BOOST_AUTO_TEST_CASE(remembers_which_stores_were_proved_with_it) {
    const keyring old = next_of(ring_of(golden).with_new_proof_key());
    const keyring one = old.with_proved_store(store_of(1), true);
    BOOST_TEST(old.proved_stores().empty());
    BOOST_TEST(one.may_prove_stores());
    BOOST_TEST(one.proved_stores() == std::vector{store_of(1)});
    const keyring again = one.with_proved_store(store_of(1), true);
    BOOST_TEST(again.proved_stores() == std::vector{store_of(1)});
    const keyring two = one.with_proved_store(store_of(2), false);
    BOOST_TEST(!two.may_prove_stores());
    BOOST_TEST(two.proved_stores() == (std::vector{store_of(1), store_of(2)}));
    BOOST_TEST(!two.with_proved_store(store_of(3), true).may_prove_stores());  // it never may again
    const keyring read = ring_of(saved(two));
    BOOST_TEST(read.proved_stores() == two.proved_stores());
    BOOST_TEST(!read.may_prove_stores());
    BOOST_TEST(saved(two).find("unproved") == std::string::npos);
    BOOST_TEST(!next_of(two.with_new_proof_key()).may_prove_stores());
}

BOOST_AUTO_TEST_CASE(without_a_proof_key_is_not_saved_with_a_store) {
    const open_folder folder;
    const std::string path = folder.file("ring");
    write_all(path, golden);
    const keyring ring = next_of(keyring::open(path)).with_proved_store(store_of(1), false);
    BOOST_TEST(code_of(ring.save(path)) == code(errc::invalid_argument));
    BOOST_TEST(bytes_of(path) == golden);
}

BOOST_AUTO_TEST_CASE(gives_proof_subkeys_that_another_program_gives) {  // Python's hmac: see golden_keyring.hpp
    const keyring ring = ring_of(golden_2);
    BOOST_TEST(proof_subkey_text(ring, 2, "credential", store_of(0)) ==
               "7c2023e0107d5935b054fb7aa959defc51344ae2d9c453dec1c668a0a6076915");
    BOOST_TEST(proof_subkey_text(ring, 3, "identity", store_of(0)) ==
               "7e0018d89447bfdae44de7d144dbb643a684c19c2208086007640118855c8b37");
}

BOOST_AUTO_TEST_CASE(gives_another_proof_subkey_for_every_other_number_purpose_and_store) {
    const open_folder folder;
    const keyring ring = next_of(new_ring(folder.file("ring")).with_new_proof_key());
    std::set<std::string> keys;
    std::size_t asked = 0;
    for (const std::uint32_t number : {1U, 2U})
        for (const std::string_view purpose : {"credential", "idempotency", "identity", ""})
            for (const unsigned store : {0U, 1U, 16U}) {
                keys.insert(proof_subkey_text(ring, number, purpose, store_of(store)));
                ++asked;
            }
    store_id one_bit = store_of(0);
    one_bit.back() ^= std::byte{1};
    keys.insert(proof_subkey_text(ring, 1, "credential", one_bit));
    for (const environment env : {environment::live, environment::test}) {  // and none that is for something else
        const auto other = ring.subkey(key_kind::proof, 1, "credential", "instance", env);
        BOOST_REQUIRE(other);
        keys.insert(hex_of(other->reveal(unsafe_reveal)));
    }
    BOOST_TEST(keys.size() == asked + 3);
    BOOST_TEST(proof_subkey_text(ring, 1, "credential", store_of(0)) ==
               proof_subkey_text(ring, 1, "credential", store_of(0)));
    for (const std::uint32_t number : {0U, 3U, 4294967295U})
        BOOST_TEST(code_of(ring.proof_subkey(number, "credential", store_of(0))) == code(errc::not_found));
    BOOST_TEST(code_of(ring_of(golden_2).proof_subkey(1, "credential", store_of(0))) == code(errc::illegal_state));
}

BOOST_AUTO_TEST_CASE(has_a_greater_version_after_every_step) {
    const open_folder folder;
    std::vector<keyring> steps{ring_of(golden)};
    const auto step = [&](const keyring& next) { steps.push_back(next); };
    step(next_of(steps.back().with_new_pepper()));
    step(next_of(steps.back().with_new_sealing_key()));
    step(next_of(steps.back().with_new_proof_key()));
    step(next_of(steps.back().without_pepper(2)));
    step(next_of(steps.back().without_sealing_key(1)));
    step(next_of(steps.back().with_new_proof_key()));
    step(steps.back().with_proved_store(store_of(1), true));
    step(steps.back().with_proved_store(store_of(2), true));
    step(steps.back().with_proved_store(store_of(2), false));  // of a store that it knows: it may prove none now
    step(steps.back().with_proved_store(store_of(3), false));
    step(next_of(steps.back().without_pepper(3)));
    for (std::size_t i = 1; i < steps.size(); ++i) {
        BOOST_TEST(steps[i].version() > steps[i - 1].version(), "step " << i);
        BOOST_TEST(ring_of(saved(steps[i])).version() == steps[i].version(), "step " << i);
    }
    BOOST_TEST(steps.back().with_proved_store(store_of(3), false).version() == steps.back().version());  // no change
}

BOOST_AUTO_TEST_CASE(a_dropped_key_leaves_its_number_and_check_value_and_no_key) {
    const open_folder folder;
    const std::string path = folder.file("ring");
    const keyring one = new_ring(path);
    const std::string key_line = bytes_of(path).substr(bytes_of(path).find("pepper 1 current"), 72);
    const std::string key_text = key_line.substr(key_line.size() - 43);
    const auto two = one.with_new_pepper();
    BOOST_REQUIRE(two);
    BOOST_REQUIRE(two->save(path));
    BOOST_TEST(bytes_of(path).find(key_text) != std::string::npos);
    const auto three = two->without_pepper(1);
    BOOST_REQUIRE(three);
    BOOST_TEST(statuses(three->peppers()) == "1dropped 2current ");
    BOOST_TEST(three->peppers()[0].check == one.peppers()[0].check);
    BOOST_TEST(code_of(three->subkey(key_kind::pepper, 1, "digest", "instance", environment::live)) ==
               code(errc::illegal_state));
    BOOST_TEST(subkey_text(*two, key_kind::pepper, 1).size() == 32U);  // who holds the older value still has it
    BOOST_REQUIRE(three->save(path));
    BOOST_TEST(bytes_of(path).find(key_text) == std::string::npos);
    const auto read = keyring::open(path);
    BOOST_REQUIRE(read);
    BOOST_TEST(read->peppers() == three->peppers());
}

BOOST_AUTO_TEST_CASE(a_key_is_dropped_once_and_never_while_it_is_current) {
    const open_folder folder;
    const keyring one = new_ring(folder.file("ring"));
    BOOST_TEST(code_of(one.without_pepper(1)) == code(errc::illegal_state));
    BOOST_TEST(code_of(one.without_pepper(0)) == code(errc::not_found));
    BOOST_TEST(code_of(one.without_pepper(2)) == code(errc::not_found));
    BOOST_TEST(code_of(one.without_sealing_key(1)) == code(errc::illegal_state));
    const auto two = one.with_new_sealing_key();
    BOOST_REQUIRE(two);
    const auto three = two->without_sealing_key(1);
    BOOST_REQUIRE(three);
    BOOST_TEST(statuses(three->sealing_keys()) == "1dropped 2current ");
    BOOST_TEST(code_of(three->without_sealing_key(1)) == code(errc::illegal_state));
}

BOOST_AUTO_TEST_CASE(gives_another_subkey_for_every_other_kind_number_purpose_format_and_environment) {
    const open_folder folder;
    const auto ring = new_ring(folder.file("ring")).with_new_pepper();
    BOOST_REQUIRE(ring);
    std::set<std::string> keys;
    int asked = 0;
    const auto ask = [&](key_kind kind, std::uint32_t number, std::string_view purpose, std::string_view format,
                         environment env) {
        keys.insert(subkey_text(*ring, kind, number, purpose, format, env));
        ++asked;
    };
    for (const auto env : {environment::live, environment::test}) {
        ask(key_kind::pepper, 1, "digest", "instance", env);
        ask(key_kind::pepper, 2, "digest", "instance", env);
        ask(key_kind::sealing, 1, "digest", "instance", env);
        ask(key_kind::pepper, 1, "tokens", "instance", env);
        ask(key_kind::pepper, 1, "digest", "other", env);
        ask(key_kind::pepper, 1, "digestinstance", "", env);  // fields that read alike when joined
        ask(key_kind::pepper, 1, "", "digestinstance", env);
    }
    BOOST_TEST(keys.size() == static_cast<std::size_t>(asked));
    BOOST_TEST(subkey_text(*ring, key_kind::pepper, 1) == subkey_text(*ring, key_kind::pepper, 1));
    for (const std::uint32_t number : {0U, 3U, 4294967295U}) {
        const auto key = ring->subkey(key_kind::pepper, number, "digest", "instance", environment::live);
        BOOST_TEST(code_of(key) == code(errc::not_found));
    }
}

BOOST_AUTO_TEST_CASE(a_save_is_refused_where_the_file_has_moved_on) {
    const open_folder folder;
    const std::string path = folder.file("ring");
    const keyring one = new_ring(path);
    const auto mine = one.with_new_pepper();
    const auto theirs = one.with_new_pepper();
    BOOST_REQUIRE(static_cast<bool>(mine));
    BOOST_REQUIRE(static_cast<bool>(theirs));
    BOOST_REQUIRE(theirs->save(path));
    const std::string before = bytes_of(path);
    for (const keyring* late : {&*mine, &one}) {  // another pepper 2; no pepper 2
        const auto saved = late->save(path);
        BOOST_TEST(code_of(saved) == code(errc::conflict));
        BOOST_TEST(saved.error().context().starts_with(path));
    }
    BOOST_TEST(bytes_of(path) == before);

    const auto dropped = theirs->without_pepper(1);
    BOOST_REQUIRE(static_cast<bool>(dropped));
    BOOST_REQUIRE(static_cast<bool>(dropped->save(path)));
    BOOST_TEST(code_of(theirs->save(path)) == code(errc::conflict));  // it would bring the dropped one back

    const keyring stranger = new_ring(folder.file("stranger"));
    BOOST_TEST(code_of(stranger.save(path)) == code(errc::conflict));
    BOOST_TEST(code_of(dropped->save(path)) == 0);  // saving what is there already is no conflict
}

BOOST_AUTO_TEST_CASE(a_save_is_refused_where_the_file_knows_more_of_stores) {
    const open_folder folder;
    const std::string path = folder.file("ring");
    write_all(path, golden);
    const keyring before = next_of(next_of(keyring::open(path)).with_new_proof_key());
    BOOST_REQUIRE(before.save(path));
    const auto is_refused = [&](const keyring& late) {
        const std::string text = bytes_of(path);
        const auto saved = late.save(path);
        BOOST_TEST(code_of(saved) == code(errc::conflict));
        BOOST_TEST(saved.error().context().starts_with(path));
        BOOST_TEST(bytes_of(path) == text);
    };
    const keyring one = before.with_proved_store(store_of(1), true);
    BOOST_REQUIRE(one.save(path));
    is_refused(before);                                        // it would forget the store
    is_refused(before.with_proved_store(store_of(2), false));  // which is another one
    is_refused(next_of(before.with_new_pepper()));
    const keyring last = one.with_proved_store(store_of(2), false);
    BOOST_REQUIRE(last.save(path));
    is_refused(one);
    is_refused(one.with_proved_store(store_of(2), true));  // it would allow what the file has ruled out
    BOOST_TEST(code_of(next_of(last.with_new_proof_key()).save(path)) == 0);
}

BOOST_AUTO_TEST_CASE(a_save_is_refused_where_the_file_has_another_proof_key) {
    const open_folder folder;
    const std::string path = folder.file("ring");
    write_all(path, golden);
    const keyring old = next_of(keyring::open(path));
    BOOST_REQUIRE(next_of(old.with_new_proof_key()).save(path));
    const auto other = next_of(old.with_new_proof_key()).save(path);
    BOOST_TEST(code_of(other) == code(errc::conflict));
    BOOST_TEST(other.error().context().find("proof key 1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_save_makes_the_file_where_there_is_none_and_never_overwrites_what_it_cannot_read) {
    const open_folder folder;
    const keyring ring = new_ring(folder.file("ring"));
    BOOST_REQUIRE(ring.save(folder.file("copy")));
    BOOST_TEST(bytes_of(folder.file("copy")) == bytes_of(folder.file("ring")));
    write_all(folder.file("notes"), "something of value");
    BOOST_TEST(code_of(ring.save(folder.file("notes"))) == code(errc::corrupt));
    BOOST_TEST(bytes_of(folder.file("notes")) == "something of value");
    BOOST_TEST(folder.count() == 3);
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_the_old_file) {
    const open_folder folder;
    const std::string path = folder.file("ring");
    const keyring ring = new_ring(path);
    const std::string before = bytes_of(path);
    const auto next = ring.with_new_pepper();
    BOOST_REQUIRE(next);
    const auto save_under_limit = [&](::rlim_t bytes) {
        return in_child([&] {
            std::signal(SIGXFSZ, SIG_IGN);
            if (!set_limit(RLIMIT_FSIZE, bytes)) return 10;
            const auto saved = next->save(path);
            if (saved) return 1;
            return saved.error().code() == errc::unavailable && saved.error().context().starts_with(path) ? 0 : 11;
        });
    };
    BOOST_TEST(save_under_limit(100) == 0);
    BOOST_TEST(bytes_of(path) == before);
    BOOST_TEST(folder.count() == 1);
    BOOST_TEST(save_under_limit(100'000) == 1);  // the control
    BOOST_TEST(bytes_of(path) != before);
}

BOOST_AUTO_TEST_CASE(keys_stay_readable_and_the_fallback_is_told_where_memory_cannot_be_locked) {
    const open_folder folder;
    const auto locked_under = [&](::rlim_t bytes) {
        const std::string path = folder.file("ring" + std::to_string(bytes));
        return in_child([&] {
            if (!set_limit(RLIMIT_MEMLOCK, bytes) || !become_ordinary_user()) return 10;
            if (::mlock(nullptr, 4096) == 0) return 77;  // a sanitizer stands in the way
            const auto ring = keyring::create(path);
            if (!ring || !ring->subkey(key_kind::pepper, 1, "digest", "instance", environment::live)) return 11;
            return ring->locked() ? 1 : 0;
        });
    };
    const int refused = locked_under(0);
    BOOST_TEST((refused == 0 || refused == 77));
    ::rlimit now{};
    ::getrlimit(RLIMIT_MEMLOCK, &now);
    if (refused == 0 && now.rlim_max >= 65536) BOOST_TEST(locked_under(65536) == 1);
}

BOOST_AUTO_TEST_CASE(leaves_no_subkey_on_the_stack, *support::if_stack_is_as_compiled) {
    const open_folder folder;
    const keyring ring = new_ring(folder.file("ring"));
    static const std::string subkey = subkey_text(ring, key_kind::pepper, 1);
    const auto needle = std::as_bytes(std::span{subkey});
    BOOST_TEST(!leaves_on_stack(needle, [&] {
        if (!ring.subkey(key_kind::pepper, 1, "digest", "instance", environment::live)) std::abort();
    }));
    BOOST_TEST(leaves_on_stack(needle, [&] {
        std::array<std::byte, 32> key;
        std::copy(needle.begin(), needle.end(), key.begin());
        copy_and_forget(key);
    }));
}

BOOST_AUTO_TEST_CASE(leaves_no_key_on_the_stack_when_it_reads_its_file, *support::if_stack_is_as_compiled) {
    const open_folder folder;
    const std::string path = folder.file("ring");
    new_ring(path);
    const std::string text = bytes_of(path);
    const std::string spelled = text.substr(text.find('\n', text.find("pepper")) - 43, 43);
    std::array<std::byte, 32> key;
    BOOST_REQUIRE(from_base64<32>(spelled, key));
    const auto read = [&path] {
        if (!keyring::open(path)) std::abort();
    };
    BOOST_TEST(!leaves_on_stack(key, read));
    BOOST_TEST(!leaves_on_stack(std::as_bytes(std::span{spelled}), read));
    BOOST_TEST(leaves_on_stack(key, [&key] { copy_and_forget(key); }));
}

BOOST_AUTO_TEST_SUITE_END()
