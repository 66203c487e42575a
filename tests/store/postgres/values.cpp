// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// What is sent to PostgreSQL and what comes back: numbers, statements, failures, and texts that no index would take.
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../support/postgres_place.hpp"
#include "../../support/stores.hpp"

using namespace support;
using namespace shearline::detail::postgres;

namespace {

/// Bytes that cannot be compressed, so that they are as long in an index as here.
std::string random_text(std::size_t size) {
    std::string text(size, '\0');
    std::uint64_t state = 1;
    for (char& one : text) {
        state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        one = static_cast<char>(static_cast<unsigned char>(state >> 56U));
    }
    return text;
}

std::string_view view(const auto& bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(contract_of_values, *if_postgres)

BOOST_AUTO_TEST_CASE(numbers_come_back_as_they_were) {
    for (const std::int64_t number :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{0x0102030405060708},
          std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()})
        BOOST_TEST(from_network(view(to_network(number))) == number);
    BOOST_TEST(from_network(view(to_network(std::int32_t{-2}))) == -2);
    BOOST_TEST(view(to_network(std::int32_t{0x01020304})) == "\1\2\3\4");
}

BOOST_AUTO_TEST_CASE(statements_are_said_in_the_words_of_postgresql) {
    BOOST_TEST(translated("SELECT a FROM main.record INDEXED BY live_record WHERE b = ?1 AND c = ?12", "\"keys\"") ==
               "SELECT a FROM \"keys\".record  WHERE b = $1 AND c = $12");
    BOOST_TEST(translated("DELETE FROM main.record INDEXED BY last", "k") == "DELETE FROM k.record ");
    BOOST_TEST(translated("", "k").empty());
}

BOOST_AUTO_TEST_CASE(failures_say_what_to_do) {
    const std::vector<std::pair<std::string_view, errc>> all{
        {"55P03", errc::unavailable},
        {"57014", errc::unavailable},
        {"53100", errc::unavailable},
        {"53300", errc::unavailable},
        {"40P01", errc::unavailable},
        {"57P01", errc::unavailable},
        {"25P03", errc::unavailable},
        {"25P02", errc::unavailable},
        {"25006", errc::unavailable},
        {"26000", errc::unavailable},
        {"58030", errc::unavailable},
        {"XX000", errc::unavailable},
        {"", errc::unavailable},
        {"XX001", errc::corrupt},
        {"XX002", errc::corrupt},
        {"42P01", errc::corrupt},
        {"23514", errc::corrupt},
        {"42501", errc::permission_denied},
        {"28P01", errc::permission_denied},
        {"3D000", errc::not_found},
        {"54000", errc::invalid_argument},
        {"22003", errc::invalid_argument},
        {"23503", errc::conflict},
    };
    for (const auto& [state, code] : all) {
        const error what = failure("postgresql://db/crm", state);
        BOOST_TEST_CONTEXT(state) {
            BOOST_TEST(what.code() == code, what.message());
            BOOST_TEST(what.context().starts_with("postgresql://db/crm: "));
        }
    }
}

BOOST_AUTO_TEST_CASE(texts_that_no_index_would_take_are_refused_before_the_server_sees_them) {
    postgres_place place;
    must(place.store.transact([](auto& tx) -> result<void> {
        BOOST_TEST(code_of(tx.insert(sample_credential(1, random_text(2'001)))) == errc::invalid_argument);
        auto owner = sample_credential(2, random_text(2'000));
        must(tx.insert(owner));  // the server would have ended the transaction
        record key = sample_record(2, 7);
        key.format = random_text(2'001);
        BOOST_TEST(code_of(tx.insert(key)) == errc::invalid_argument);
        key.format = random_text(2'000);
        must(tx.insert(key));
        owner.tenant = random_text(2'001);
        ++owner.version;
        BOOST_TEST(code_of(tx.update(owner)) == errc::invalid_argument);
        BOOST_TEST(code_of(tx.append(sample_event(2, random_text(2'001)))) == errc::invalid_argument);
        must(tx.append(sample_event(2, random_text(2'000))));
        BOOST_TEST(code_of(tx.bind_hash(random_text(2'001), *hash_name::parse("hmac-sha256"))) ==
                   errc::invalid_argument);
        return {};
    }));
    BOOST_TEST(must(place.store.list({}, random_text(2'000))).items.size() == 1U);
    BOOST_TEST(must(place.store.audit({}, random_text(2'000))).items.size() == 1U);
    BOOST_TEST(must(place.store.look_up(random_text(2'000), handle{7})).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
