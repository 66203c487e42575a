// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
#include <base_url.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using common::base_url;
using shearline::errc;

BOOST_AUTO_TEST_SUITE(base_url_of_the_crm)

BOOST_AUTO_TEST_CASE(takes_https_anywhere_and_http_on_this_machine) {
    const base_url far = *base_url::parse("https://CRM.example/crm/api/v2");
    BOOST_TEST(far.is_tls);
    BOOST_TEST(far.host == "crm.example");
    BOOST_TEST(far.port == "443");
    BOOST_TEST(far.path == "/crm/api/v2/");
    BOOST_TEST(far.text == "https://crm.example/crm/api/v2/");
    for (const std::string_view near :
         {"http://localhost:8080/", "http://127.0.0.1/", "http://127.8.9.10:1/x/", "http://[::1]:80/"})
        BOOST_TEST(!(*base_url::parse(near)).is_tls);
    const base_url six = *base_url::parse("http://[::1]:8080");
    BOOST_TEST(six.host == "::1");
    BOOST_TEST(six.port == "8080");
    BOOST_TEST(six.text == "http://[::1]:8080/");
}

BOOST_AUTO_TEST_CASE(refuses_an_address_that_would_show_the_key_or_mean_another) {
    for (const std::string_view bad : {"http://crm.example/",
                                       "http://10.0.0.1/",
                                       "http://[::2]/",
                                       "http://localhost.example/",
                                       "http://127.0.0.1.example/",
                                       "http://localhost@crm.example/",
                                       "https://user:word@crm.example/",
                                       "https://crm.example/?key=x",
                                       "https://crm.example/#x",
                                       "https:///",
                                       "https://:443/",
                                       "https://crm.example:0/",
                                       "https://crm.example:65536/",
                                       "https://crm.example:80x/",
                                       "https://[::1/",
                                       "https://crm.example/a b",
                                       "https://crm.example/\r\nX: y",
                                       "https://crm.exa\\mple/",
                                       "ftp://127.0.0.1/",
                                       "crm.example",
                                       "",
                                       "http://0x7f000001.example/",
                                       "http://0.0.0.0/",
                                       "http://127.0.0.1:0/"}) {
        const auto read = base_url::parse(bad);
        BOOST_TEST_CONTEXT(bad) BOOST_TEST((!read && read.error().code() == errc::invalid_argument));
    }
}

BOOST_AUTO_TEST_SUITE_END()
