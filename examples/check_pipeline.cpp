// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Finds API keys in files and folders, for a pre-commit hook or a CI job: prints where they are, and never a key.
//
// Build: g++ -std=c++20 -O2 check_pipeline.cpp $(pkg-config --cflags shearline) -o check_pipeline
// Run:   ./check_pipeline src deploy.yaml
//
// Prints "path:line:column: instance_0abcDEFGhij***" for each key, with the column in bytes, and "path: …" for a key in
// the path itself. Only whole keys with a correct checksum count: text that looks like a key raises no alarm. All files
// in a folder are searched, hidden and binary ones too, but not unpacked; links, pipes and devices in it are skipped.
//
// Exit status: 0 no key; 1 at least one key; 2 no argument, or something could not be read: keys are printed even then.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <shearline/format/key_format.hpp>
#include <shearline/format/mask.hpp>
#include <shearline/format/parse.hpp>

namespace fs = std::filesystem;
using product_keys = shearline::key_format<"instance">;  // the format of your keys

/// Calls `found(start, masked)` for each key in `text`.
template <typename Found>
void find_keys(std::string_view text, Found found) {
    constexpr std::string_view prefix = product_keys::prefix;  // ends in a character that is nowhere else in a key
    for (std::size_t at = prefix.size() - 1; (at = text.find(prefix.back(), at)) != std::string_view::npos; ++at) {
        const std::size_t start = at + 1 - prefix.size();
        if (const auto key = shearline::parse<product_keys>(text.substr(start, product_keys::chars)))
            found(start, shearline::mask<product_keys>(key->handle).view());
    }
}

/// A path to print. Its name could contain a key, a line break that fakes a finding, or a command for the terminal.
std::string printed(const fs::path& path) {
    std::string text = path.string();
    find_keys(path.string(), [&](std::size_t start, std::string_view) {
        std::fill(&text[start] + product_keys::secret_part.offset, &text[start] + product_keys::chars, '*');
    });
    for (char& c : text)
        if (c < ' ' || c > '~') c = '?';
    return text;
}

struct search {
    bool found = false;
    bool failed = false;

    /// Links are followed if the user names them, and not otherwise: they could lead in a circle, or anywhere.
    void look_at(const fs::path& path, bool is_argument) {
        find_keys(path.string(), [&](std::size_t, std::string_view key) { tell(printed(path), key); });
        std::error_code problem;
        const auto type = (is_argument ? fs::status(path, problem) : fs::symlink_status(path, problem)).type();
        if (type == fs::file_type::directory) {
            std::vector<fs::path> inside;
            for (fs::directory_iterator next{path, problem}, end; next != end; next.increment(problem))
                inside.push_back(next->path());
            std::sort(inside.begin(), inside.end());
            for (const fs::path& each : inside) look_at(each, false);
        } else if (!problem && (is_argument || type == fs::file_type::regular)) {
            read(path);
        }
        if (problem) fail(path, problem);
    }

    void read(const fs::path& path) {
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "rb"), &std::fclose};
        if (!file) return fail(path, {errno, std::generic_category()});
        std::vector<char> buffer(256 * 1024);  // not line by line: a line can be longer than memory
        std::size_t line = 1;
        std::size_t column = 1;
        std::size_t kept = 0;  // the last bytes may be the start of a key: they are searched again, with the next ones
        while (const std::size_t got = std::fread(&buffer[kept], 1, buffer.size() - kept, file.get())) {
            const std::string_view text{buffer.data(), kept + got};
            std::size_t passed = 0;
            const auto pass = [&](std::size_t end) {
                for (; passed < end; ++passed, ++column)
                    if (text[passed] == '\n') ++line, column = 0;
            };
            find_keys(text, [&](std::size_t start, std::string_view key) {
                pass(start);
                tell(printed(path) + ':' + std::to_string(line) + ':' + std::to_string(column), key);
            });
            kept = std::min(text.size(), product_keys::chars - 1);
            pass(text.size() - kept);
            std::copy_n(text.end() - static_cast<std::ptrdiff_t>(kept), kept, buffer.begin());
        }
        if (std::ferror(file.get()) != 0) fail(path, {errno, std::generic_category()});
    }

    void tell(std::string_view where, std::string_view masked) {
        std::cout << where << ": " << masked << '\n';
        found = true;
    }
    void fail(const fs::path& path, std::error_code why) {
        std::cerr << "check_pipeline: " << printed(path) << ": " << why.message() << '\n';
        failed = true;
    }
};

int main(int argc, char** argv) {
    if (argc < 2) std::cerr << "usage: check_pipeline FILE_OR_FOLDER ...\n";
    search all{.failed = argc < 2};
    for (int i = 1; i < argc; ++i) all.look_at(argv[i], true);
    if (!std::cout.flush()) {
        std::cerr << "check_pipeline: cannot write standard output\n";
        return 2;
    }
    return all.failed ? 2 : all.found ? 1 : 0;
}
