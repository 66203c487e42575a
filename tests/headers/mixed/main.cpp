// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Calls the sources that this processor can run; the exit status is 1 if one of them is wrong.
bool of_any();
bool of_sse4();
bool of_avx();
bool of_avx2();
bool of_avx2_bmi2();
bool of_avx512vl();

int main() {
    if (!of_any()) return 1;
    if (__builtin_cpu_supports("sse4.1") != 0 && !of_sse4()) return 1;
    if (__builtin_cpu_supports("avx") != 0 && !of_avx()) return 1;
    if (__builtin_cpu_supports("avx2") != 0 && !of_avx2()) return 1;
    if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0 && !of_avx2_bmi2()) return 1;
    return __builtin_cpu_supports("avx512vl") == 0 || of_avx512vl() ? 0 : 1;
}
