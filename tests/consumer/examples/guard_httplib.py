# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
import routes


def check(program, folder):
    routes.check(program, folder, decodes_values=True)
