// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Runs a fuzz body over each file of a folder: every test run, with any compiler, repeats what libFuzzer once found.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Replaces libFuzzer's mutation, which the mutators of some bodies call: mutates nothing.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t*, std::size_t size, std::size_t) { return size; }

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    std::size_t count = 0;
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator{argv[1], failure}) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file{entry.path(), std::ios::binary};
        const std::vector<char> bytes{std::istreambuf_iterator<char>{file}, {}};
        if (!file.is_open() || file.bad()) {
            std::fprintf(stderr, "%s: cannot be read\n", entry.path().c_str());
            return 1;
        }
        std::printf("%s\n", entry.path().filename().c_str());
        std::fflush(stdout);  // the body ends the process if it fails: the last name printed is the culprit
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
        ++count;
    }
    if (failure || count == 0) {
        std::fprintf(stderr, "%s: %s\n", argv[1], failure ? failure.message().c_str() : "holds no file to replay");
        return 1;
    }
    std::printf("%zu inputs replayed\n", count);
    return 0;
}
